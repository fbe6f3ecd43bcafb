//! Makes the folder of the built site, so that the server compiles before the site was ever built, and compiles it anew
//! when the site has changed.

use std::path::Path;
use std::{env, fs};

fn main() {
    let manifest_dir = env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default();
    let site = Path::new(&manifest_dir).join("../target/site");
    if let Err(error) = fs::create_dir_all(&site) {
        println!("cargo::warning=cannot create {}: {error}", site.display());
    }
    println!("cargo::rerun-if-changed=../target/site");
    println!("cargo::rerun-if-changed=build.rs");
}
