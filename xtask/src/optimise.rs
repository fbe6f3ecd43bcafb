//! Makes the WebAssembly smaller, with the `wasm-opt` of npm's binaryen.

use std::fs;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::cache::Cache;
use crate::fingerprint;
use crate::layout::Layout;

/// Exactly the features of rustc's output. With others, wasm-opt writes a file that browsers refuse.
const FEATURES: [&str; 7] = [
    "--enable-bulk-memory",
    "--enable-bulk-memory-opt",
    "--enable-mutable-globals",
    "--enable-sign-ext",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-multivalue",
];

/// Each `-Oz` runs all passes that reduce the size. Between them the code is flattened and its branches are found
/// again, so that the next round finds more: this saves two compressed kilobytes.
const PASSES: [&str; 8] = [
    "-Oz",
    "--flatten",
    "--rereloop",
    "-Oz",
    "--flatten",
    "--rereloop",
    "-Oz",
    "-Oz",
];

/// `wasm`, optimised for size.
pub(crate) fn optimise(wasm: &[u8], layout: &Layout, cache: &Cache) -> Result<Vec<u8>> {
    let package = fs::read(layout.binaryen().join("package.json"))
        .context("binaryen is not installed: run `make setup`, or `npm ci` in end2end/")?;
    let key = format!(
        "{}.opt.wasm",
        fingerprint::hash(&[
            wasm,
            &package,
            FEATURES.concat().as_bytes(),
            PASSES.concat().as_bytes()
        ])
    );
    cache.get_or_make(&key, || {
        let before = layout.work().join("before.wasm");
        let after = layout.work().join("after.wasm");
        fs::write(&before, wasm)?;
        let status = Command::new("node")
            .arg(layout.binaryen().join("bin/wasm-opt"))
            .args(FEATURES)
            .args(PASSES)
            .arg(&before)
            .arg("-o")
            .arg(&after)
            .status()
            .context("cannot run node")?;
        if !status.success() {
            bail!("wasm-opt failed (see above)");
        }
        let optimised = fs::read(&after)?;
        fs::remove_file(before)?;
        fs::remove_file(after)?;
        Ok(optimised)
    })
}
