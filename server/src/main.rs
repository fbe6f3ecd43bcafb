//! The `latchkey` binary, with the files that its pages load.

use std::process::ExitCode;

use latchkey_server::http::Site;
use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "../target/site"]
struct Files;

// The manifest lists every file, so the compiler checks the folder again after each build of the site.
const _: &str = include_str!("../../target/site/manifest.json");

fn main() -> ExitCode {
    latchkey_server::cli::run(std::env::args_os(), Site::of::<Files>())
}
