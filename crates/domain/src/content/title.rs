//! What something is called.

use std::fmt;

use crate::text::{self, TextError};

/// A line of 1 to 200 visible characters: the title of a post, the name of a space.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Title(String);

impl Title {
    /// The most characters that a title can have.
    pub const MAX_LENGTH: usize = 200;

    /// Reads a title; the white space around it does not count.
    pub fn parse(text: &str) -> Result<Self, TextError> {
        text::line(text, Self::MAX_LENGTH).map(Self)
    }

    /// The title.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Title {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
