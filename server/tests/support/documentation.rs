//! The commands in a page of `docs/`, in blocks; a comment before each says when to run it.

use std::process::Command;

use super::Binary;

/// The command blocks of a page, and whether the server runs during each.
pub(crate) fn blocks(page: &'static str) -> Vec<(bool, &'static str)> {
    let mut blocks = Vec::new();
    for part in page.split("<!-- ").skip(1) {
        let (marker, rest) = part
            .split_once(" -->\n```sh\n")
            .expect("a block follows its marker");
        let (commands, _) = rest.split_once("\n```").expect("a block ends");
        let runs = match marker {
            "while the server runs" => true,
            "while the server is stopped" => false,
            other => panic!("what is {other}?"),
        };
        blocks.push((runs, commands));
    }
    assert_eq!(
        page.matches("```sh").count(),
        blocks.len(),
        "no block is left out"
    );
    blocks
}

/// Runs a block in a shell that finds the binary, in `binary`'s folder and with these variables.
pub(crate) fn run(binary: &Binary, commands: &str, variables: &[(&str, &str)]) {
    let program = std::path::Path::new(env!("CARGO_BIN_EXE_latchkey"));
    let path = std::env::var("PATH").unwrap_or_default();
    let output = Command::new("sh")
        .args(["-e", "-c", commands])
        .current_dir(binary.folder())
        .env("PATH", format!("{}:{path}", program.parent().unwrap().display()))
        .envs(variables.iter().copied())
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{commands}\n{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}

/// All commands of these blocks, one after the other.
pub(crate) fn commands(blocks: &[(bool, &str)]) -> String {
    let commands: Vec<&str> = blocks.iter().map(|(_, commands)| *commands).collect();
    commands.join("\n")
}
