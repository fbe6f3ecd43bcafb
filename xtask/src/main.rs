//! Build steps beyond cargo: WebAssembly, its bindings, optimising, hashing, compressing, budgets.
//!
//! `xtask site` builds `target/site`, the folder that the server embeds in its binary.

mod bindings;
mod budget;
mod cache;
mod compress;
mod extras;
mod fingerprint;
mod layout;
mod manifest;
mod optimise;
mod publish;
mod report;
mod site;
mod stylesheet;
mod wasm_build;

use std::process::ExitCode;

use crate::compress::Effort;
use crate::layout::Layout;

const USAGE: &str = "\
usage: xtask site [--fast]   build target/site: the script, the WebAssembly and the stylesheet of the page
                             (--fast: not optimised, for trying a change out)
       xtask budget          fail when the first page load would weigh more than it may";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let layout = Layout::of_this_workspace();
    let outcome = match arguments.as_slice() {
        ["site"] => site::build(&layout, Effort::Full),
        ["site", "--fast"] => site::build(&layout, Effort::Fast),
        ["budget"] => budget::check(&layout),
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}
