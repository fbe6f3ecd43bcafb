//! Limits the weight of the page. Exceeding it fails the build.

use std::fs;

use anyhow::{Context, Result, bail};

use crate::layout::Layout;
use crate::manifest::{self, Manifest};

/// The limit of script, WebAssembly and styles together, compressed, in bytes. The limit of the whole first load, with
/// the HTML and the headers, is 280,000, which the browser tests measure. The HTML, the icon and the headers take
/// 12,000 of it.
const STATIC_PARTS: usize = 269_500;

/// Fails if the built site exceeds the budget.
pub(crate) fn check(layout: &Layout) -> Result<()> {
    let site = layout.site();
    let text =
        fs::read_to_string(site.join(manifest::FILE)).context("the site is not built: run `make build`")?;
    let manifest = Manifest::from_json(&text)?;
    let mut total = 0;
    for path in [&manifest.js, &manifest.wasm, &manifest.css] {
        let compressed = site.join(format!("{}.br", path.trim_start_matches('/')));
        let length = fs::metadata(&compressed)
            .with_context(|| format!("cannot read {}", compressed.display()))?
            .len();
        total += usize::try_from(length)?;
    }
    judge(total)?;
    println!("The page's script, WebAssembly and styles weigh {total} bytes of {STATIC_PARTS}.");
    Ok(())
}

fn judge(total: usize) -> Result<()> {
    if total > STATIC_PARTS {
        bail!(
            "the page's script, WebAssembly and styles weigh {total} bytes compressed; at most {STATIC_PARTS} may travel"
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_byte_too_many_fails() {
        assert!(judge(STATIC_PARTS).is_ok());
        assert!(judge(STATIC_PARTS + 1).is_err());
    }
}
