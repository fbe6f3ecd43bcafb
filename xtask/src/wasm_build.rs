//! Compiles the page to WebAssembly.

use std::fs;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::layout::Layout;

const TARGET: &str = "wasm32-unknown-unknown";

/// Size settings for the release profile.
const SMALL: [(&str, &str); 4] = [
    ("CARGO_PROFILE_RELEASE_OPT_LEVEL", "z"),
    ("CARGO_PROFILE_RELEASE_LTO", "fat"),
    ("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "1"),
    ("CARGO_PROFILE_RELEASE_PANIC", "abort"),
];

/// Compiles `latchkey-frontend` and returns rustc's output.
pub(crate) fn compile(layout: &Layout) -> Result<Vec<u8>> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let target_folder = layout.page_target();
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
        // A separate folder: cargo locks the folder that it builds in, and the server is built at the same time.
        .env("CARGO_TARGET_DIR", &target_folder)
        .status()
        .context("cannot run cargo")?;
    if !status.success() {
        bail!("the page does not compile to WebAssembly (see above)");
    }
    let path = target_folder.join(TARGET).join("release/latchkey_frontend.wasm");
    fs::read(&path).with_context(|| format!("cannot read {}", path.display()))
}
