//! `--name value` on the command line.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};

/// What was given.
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

    /// Nothing else was given.
    pub(super) fn end(self) -> Result<()> {
        match self.0.keys().next() {
            Some(name) => bail!("there is no option --{name} here"),
            None => Ok(()),
        }
    }
}
