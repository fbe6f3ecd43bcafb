//! Imports a real community: `members.csv` or `network.json`. A file is read in full before anything is written, and
//! all its errors are reported together, each with its line.

mod conflicts;
mod member;
mod members_csv;
mod network_json;
mod record;
mod time;

use std::fmt;

use latchkey_domain::Timestamp;
use latchkey_storage::content::{Community, Conflict};

/// What is wrong on a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    /// The line, from 1.
    pub(crate) line: usize,
    /// What is wrong, and what was expected.
    pub(crate) message: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A value from the file may contain anything; the fault stays on one line.
        let message: Vec<&str> = self.message.split_whitespace().collect();
        write!(f, "{}: {}", self.line, message.join(" "))
    }
}

#[derive(Debug)]
pub(crate) struct Import {
    /// The valid items to add.
    pub(crate) community: Community,
    lines: Lines,
    /// Whether every member and space is valid, so that references can be checked.
    complete: bool,
    faults: Vec<Fault>,
}

/// The line where each item of a [`Community`] starts.
#[derive(Debug, Default)]
struct Lines {
    members: Vec<usize>,
    spaces: Vec<usize>,
    events: Vec<usize>,
    plans: Vec<usize>,
    posts: Vec<usize>,
    comments: Vec<Vec<usize>>,
    courses: Vec<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// Members, one per line.
    MembersCsv,
    /// Everything.
    NetworkJson,
}

pub(crate) fn read(text: &str, format: Format, now: Timestamp) -> Import {
    // Windows adds an invisible mark at the start.
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    match format {
        Format::MembersCsv => members_csv::read(text, now),
        Format::NetworkJson => network_json::read(text, now),
    }
}

impl Import {
    /// Takes the community out, to check and add it.
    pub(crate) fn take_community(&mut self) -> Community {
        std::mem::take(&mut self.community)
    }

    /// All errors in line order: in the file itself, and `conflicts` with the network.
    pub(crate) fn faults(&self, conflicts: &[Conflict]) -> Vec<Fault> {
        let conflicts = conflicts
            .iter()
            // A reference to a listed but invalid member is not an error of its own.
            .filter(|conflict| self.complete || conflicts::is_taken(conflict))
            .map(|conflict| conflicts::fault(conflict, &self.lines));
        let mut faults: Vec<_> = self.faults.iter().cloned().chain(conflicts).collect();
        faults.sort_by_key(|fault| fault.line);
        faults
    }
}
