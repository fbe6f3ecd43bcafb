//! `manifest.json`: the URLs of the files with a hash in their names. The server writes them into each page.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use serde_json::{Value, json};

/// The name of the file inside `target/site`.
pub(crate) const FILE: &str = "manifest.json";

/// The files with a hash in their names, as paths (`/pkg/latchkey.<hash>.js`).
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Manifest {
    pub(crate) js: String,
    pub(crate) wasm: String,
    pub(crate) css: String,
    /// Files that only some pages load, by plain name (`copy.js`).
    pub(crate) extras: BTreeMap<String, String>,
}

impl Manifest {
    /// The manifest as JSON.
    pub(crate) fn to_json(&self) -> String {
        let Self {
            js,
            wasm,
            css,
            extras,
        } = self;
        format!(
            "{:#}\n",
            json!({ "js": js, "wasm": wasm, "css": css, "extras": extras })
        )
    }

    /// Parses the output of [`Manifest::to_json`].
    pub(crate) fn from_json(text: &str) -> Result<Self> {
        let document: Value = serde_json::from_str(text)?;
        let entry = |name: &str| -> Result<String> {
            Ok(document[name]
                .as_str()
                .with_context(|| format!("the manifest names no {name}"))?
                .to_owned())
        };
        Ok(Self {
            js: entry("js")?,
            wasm: entry("wasm")?,
            css: entry("css")?,
            extras: serde_json::from_value(document["extras"].clone())
                .context("the manifest names no extras")?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_what_the_server_reads() -> Result<()> {
        let manifest = Manifest {
            js: "/pkg/latchkey.1.js".into(),
            wasm: "/pkg/latchkey.2.wasm".into(),
            css: "/pkg/latchkey.3.css".into(),
            extras: BTreeMap::from([("copy.js".into(), "/pkg/latchkey.4.js".into())]),
        };
        let text = manifest.to_json();
        let document: Value = serde_json::from_str(&text)?;
        assert_eq!(
            document,
            json!({
                "js": "/pkg/latchkey.1.js",
                "wasm": "/pkg/latchkey.2.wasm",
                "css": "/pkg/latchkey.3.css",
                "extras": { "copy.js": "/pkg/latchkey.4.js" },
            })
        );
        assert_eq!(Manifest::from_json(&text)?, manifest);
        Ok(())
    }

    #[test]
    fn a_missing_entry_is_named() {
        let error = Manifest::from_json(r#"{"js": "/a.js", "wasm": "/a.wasm"}"#).unwrap_err();
        assert_eq!(error.to_string(), "the manifest names no css");
    }
}
