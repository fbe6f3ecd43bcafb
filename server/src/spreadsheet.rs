//! Tables for spreadsheets and other programs.

/// A line of CSV (RFC 4180). Every cell is quoted, so a program with another separator still sees one cell.
pub(crate) fn line(cells: &[&str]) -> String {
    let mut writer = csv::WriterBuilder::new()
        .quote_style(csv::QuoteStyle::Always)
        .terminator(csv::Terminator::CRLF)
        .from_writer(Vec::new());
    // Writing to memory cannot fail.
    let _ = writer.write_record(cells.iter().map(|cell| harmless(cell)));
    String::from_utf8(writer.into_inner().unwrap_or_default()).unwrap_or_default()
}

/// A spreadsheet treats a cell that starts like this as a formula, and some run it; an apostrophe makes it text. In
/// locales that separate with semicolons or tabs, a spreadsheet starts a cell after each of them, regardless of comma
/// quoting.
fn harmless(cell: &str) -> String {
    let mut safe = String::with_capacity(cell.len() + 1);
    let mut begins = true;
    for character in cell.chars() {
        let is_formula = matches!(
            character,
            '=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '＝' | '＋' | '－' | '＠'
        );
        if begins && is_formula {
            safe.push('\'');
        }
        safe.push(character);
        begins = matches!(character, ';' | '\t' | '\r' | '\n') || (begins && matches!(character, ' ' | '"'));
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_no_formula() {
        assert_eq!(
            line(&["=1+1", "+1", "-1", "@x", "\tx", "a=b", "a,\"b\"", ""]),
            "\"'=1+1\",\"'+1\",\"'-1\",\"'@x\",\"'\tx\",\"a=b\",\"a,\"\"b\"\"\",\"\"\r\n"
        );
    }

    #[test]
    fn a_part_of_a_cell_is_no_formula_either() {
        for (cell, safe) in [
            ("x;=cmd|' /C calc'!A0", "x;'=cmd|' /C calc'!A0"),
            ("x; \"+1", "x; \"'+1"),
            ("x\t@y\n-z", "x\t'@y\n'-z"),
            (" =1", " '=1"),
            ("＝1", "'＝1"),
            ("a; b = c - d", "a; b = c - d"),
            ("read:posts, -", "read:posts, -"),
        ] {
            assert_eq!(harmless(cell), safe, "{cell:?}");
        }
    }

    /// With any separator, and whether or not quotes count.
    #[test]
    fn no_locale_finds_a_formula() {
        let text = line(&["7", "=1", "x;=2", "y\t=3", "z\n=4", "a\";=5"]);
        for separator in [';', '\t', ','] {
            for cell in text.lines().flat_map(|row| row.split(separator)) {
                let cell = cell.trim_matches(['"', ' ']);
                assert!(!cell.starts_with(['=', '+', '-', '@']), "{separator:?}: {cell}");
            }
        }
    }
}
