//! `--name value` on the command line.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};

/// The given options.
pub(super) struct Options(BTreeMap<String, String>);

impl Options {
    /// Reads pairs of a name and a value.
    pub(super) fn read(arguments: &[&str]) -> Result<Self> {
        let mut options = BTreeMap::new();
        for pair in arguments.chunks(2) {
            let (Some(name), [_, value]) = (pair[0].strip_prefix("--"), pair) else {
                bail!("expected --name value, got {}", pair.join(" "));
            };
            options.insert(name.to_owned(), (*value).to_owned());
        }
        Ok(Self(options))
    }

    /// A positive number.
    pub(super) fn number(&mut self, name: &str, default: usize) -> Result<usize> {
        match self.0.remove(name) {
            None => Ok(default),
            Some(text) => text
                .parse()
                .ok()
                .filter(|number| *number > 0)
                .with_context(|| format!("--{name} {text}: expected a number above 0")),
        }
    }

    /// A text.
    pub(super) fn text(&mut self, name: &str) -> Option<String> {
        self.0.remove(name)
    }

    /// Fails if there are other options.
    pub(super) fn end(self) -> Result<()> {
        match self.0.keys().next() {
            Some(name) => bail!("there is no option --{name} here"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_pairs_and_none_is_left_over() {
        let mut options = Options::read(&["--kills", "3", "--database", "postgres"]).unwrap();
        assert_eq!(options.number("kills", 20).unwrap(), 3);
        assert_eq!(options.number("seed", 1).unwrap(), 1);
        assert!(Options::read(&["--seed", "2"]).unwrap().end().is_err());
        assert_eq!(options.text("database").as_deref(), Some("postgres"));
        assert!(options.end().is_ok());
    }

    #[test]
    fn what_is_no_option_is_refused_in_words() {
        for wrong in [&["--kills"][..], &["kills", "3"]] {
            let error = Options::read(wrong).err().unwrap().to_string();
            assert!(error.contains("expected --name value"), "{error}");
        }
        for wrong in ["0", "-1", "many", ""] {
            let mut options = Options::read(&["--kills", wrong]).unwrap();
            let error = options.number("kills", 20).unwrap_err().to_string();
            assert!(error.contains("expected a number above 0"), "{error}");
        }
    }
}
