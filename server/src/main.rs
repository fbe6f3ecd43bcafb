//! The `latchkey` binary.

use std::process::ExitCode;

fn main() -> ExitCode {
    latchkey_server::cli::run(std::env::args_os())
}
