//! Compiles the page to WebAssembly.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::layout::Layout;

const TARGET: &str = "wasm32-unknown-unknown";

/// Size settings for the release profile. In the environment and not in a profile of their own: so the macros and build
/// scripts that run on this machine are those of the server's build, and nothing compiles twice.
const SMALL: [(&str, &str); 4] = [
    ("CARGO_PROFILE_RELEASE_OPT_LEVEL", "z"),
    ("CARGO_PROFILE_RELEASE_LTO", "fat"),
    ("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "1"),
    ("CARGO_PROFILE_RELEASE_PANIC", "abort"),
];

/// Compiles `latchkey-frontend` and returns the WebAssembly as rustc leaves it.
pub(crate) fn compile(layout: &Layout) -> Result<Vec<u8>> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let target_folder =
        std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| layout.root().join("target"), PathBuf::from);
    let status = Command::new(cargo)
        .current_dir(layout.root())
        .args([
            "build",
            "--release",
            "--package",
            "latchkey-frontend",
            "--target",
            TARGET,
        ])
        .envs(SMALL)
        .status()
        .context("cannot run cargo")?;
    if !status.success() {
        bail!("the page does not compile to WebAssembly (see above)");
    }
    let path = target_folder.join(TARGET).join("release/latchkey_frontend.wasm");
    fs::read(&path).with_context(|| format!("cannot read {}", path.display()))
}
