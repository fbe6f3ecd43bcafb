//! What commands print: results on standard output, errors on standard error.

use std::io::{self, Write};

use clap::Args;
use serde_json::Value;

/// How to print.
#[derive(Args, Clone, Copy, Debug)]
pub(super) struct OutputArgs {
    /// Print one JSON document and nothing else
    #[arg(long)]
    pub(super) json: bool,
}

/// Prints one or more lines. Ignores a reader that has gone away (`| head`).
pub(super) fn print(text: &str) {
    let mut stdout = io::stdout().lock();
    let _ = writeln!(stdout, "{text}").and_then(|()| stdout.flush());
}

/// Prints a JSON document.
pub(super) fn print_json(document: &Value) {
    print(&format!("{document:#}"));
}

/// Prints an error in one line.
pub(super) fn complain(message: &str) {
    let line = message.split_whitespace().collect::<Vec<_>>().join(" ");
    let _ = writeln!(io::stderr().lock(), "latchkey: {line}");
}

/// Formats rows with aligned columns.
pub(super) fn table<const N: usize>(header: [&str; N], rows: &[[String; N]]) -> String {
    let mut widths = header.map(|title| title.chars().count());
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let line = |cells: [&str; N]| {
        let mut line = String::new();
        for (cell, width) in cells.iter().zip(widths) {
            let padding = width - cell.chars().count() + 2;
            line.push_str(cell);
            line.push_str(&" ".repeat(padding));
        }
        line.trim_end().to_owned()
    };
    let mut lines = vec![line(header)];
    lines.extend(rows.iter().map(|row| line(row.each_ref().map(String::as_str))));
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_under_each_other() {
        let rows = [["a".into(), "ä long one".into()], ["bcd".into(), "x".into()]];
        assert_eq!(table(["ID", "NAME"], &rows), "ID   NAME\na    ä long one\nbcd  x");
    }
}
