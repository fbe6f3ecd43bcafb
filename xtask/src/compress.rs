//! Brotli at its slowest level: a file is compressed once here and sent many times.

use std::path::Path;

use anyhow::{Context, Result};
use brotli::enc::BrotliEncoderParams;

use crate::cache::Cache;
use crate::fingerprint;

/// How much work compression does.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effort {
    /// As small as it gets.
    Full,
    /// Fast, for trying a change.
    Fast,
}

/// Base-two logarithm of the window; 22 is the largest that every browser accepts.
const WINDOW: i32 = 22;

/// Whether compression helps a file with this name. Pictures and fonts are compressed already.
pub(crate) fn is_worthwhile(name: &str) -> bool {
    let extension = Path::new(name)
        .extension()
        .and_then(|extension| extension.to_str())
        .unwrap_or_default();
    matches!(
        extension,
        "css" | "html" | "ico" | "js" | "json" | "map" | "svg" | "txt" | "wasm" | "webmanifest" | "xml"
    )
}

/// `content` as a brotli stream.
pub(crate) fn brotli(content: &[u8], effort: Effort, cache: &Cache) -> Result<Vec<u8>> {
    let quality = match effort {
        Effort::Full => 11,
        Effort::Fast => 4,
    };
    let key = format!("{}.q{quality}.br", fingerprint::hash(&[content]));
    cache.get_or_make(&key, || {
        let parameters = BrotliEncoderParams {
            quality,
            lgwin: WINDOW,
            size_hint: content.len(),
            ..BrotliEncoderParams::default()
        };
        let mut compressed = Vec::new();
        brotli::BrotliCompress(&mut &content[..], &mut compressed, &parameters).context("brotli failed")?;
        Ok(compressed)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_compressed_comes_back_whole() -> Result<()> {
        let folder = tempfile::tempdir()?;
        let cache = Cache::open(folder.path().to_path_buf())?;
        let content = b"the same words, ".repeat(100);
        for effort in [Effort::Full, Effort::Fast] {
            let compressed = brotli(&content, effort, &cache)?;
            assert!(compressed.len() < content.len() / 10);
            let mut restored = Vec::new();
            brotli::BrotliDecompress(&mut &compressed[..], &mut restored)?;
            assert_eq!(restored, content);
        }
        Ok(())
    }

    #[test]
    fn only_what_shrinks_is_compressed() {
        for name in ["pkg/latchkey.0.wasm", "icon.svg", "robots.txt"] {
            assert!(is_worthwhile(name), "{name}");
        }
        for name in ["icon.png", "font.woff2", "LICENSE"] {
            assert!(!is_worthwhile(name), "{name}");
        }
    }
}
