//! Prints the weight of each part of the site.

use std::fmt::Write;

use crate::publish::Files;

/// One line per compressed file, the heaviest first.
pub(crate) fn table(files: &Files) -> String {
    let mut rows: Vec<(usize, usize, &str)> = files
        .iter()
        .filter_map(|(path, raw)| Some((files.get(&format!("{path}.br"))?.len(), raw.len(), path.as_str())))
        .collect();
    rows.sort_unstable_by(|left, right| right.cmp(left));
    let mut table = format!("{:>10} {:>10}  file\n", "brotli", "raw");
    for (compressed, raw, path) in rows {
        let _ = writeln!(table, "{compressed:>10} {raw:>10}  {path}");
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_heaviest_stands_first() {
        let files = Files::from([
            ("a".into(), vec![0; 10]),
            ("a.br".into(), vec![0; 5]),
            ("b".into(), vec![0; 9]),
            ("b.br".into(), vec![0; 7]),
            ("c".into(), vec![0; 99]),
        ]);
        let table = table(&files);
        let order: Vec<&str> = table
            .lines()
            .filter_map(|line| line.split_whitespace().nth(2))
            .collect();
        assert_eq!(order, ["file", "b", "a"]);
    }
}
