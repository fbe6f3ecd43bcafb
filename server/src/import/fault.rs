//! What is wrong with a file, and where.

use std::fmt;

/// An error on a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong, and what was expected.
    pub message: String,
}

impl Fault {
    pub(super) fn new(line: usize, message: impl Into<String>) -> Self {
        Self {
            line,
            message: message.into(),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A value from the file may contain anything; the fault stays on one line.
        let message: Vec<&str> = self.message.split_whitespace().collect();
        write!(f, "{}: {}", self.line, message.join(" "))
    }
}
