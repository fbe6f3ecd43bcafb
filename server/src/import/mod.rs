//! Bringing in a real community: `members.csv` or `network.json`. A file is read in full before anything is written, and
//! all that is wrong with it is said at once, each fault with its line.

mod conflicts;
mod fault;
mod fields;
mod members_csv;
mod network_json;
mod record;

use latchkey_domain::Timestamp;
use latchkey_storage::content::{Community, Conflict};

pub use self::fault::Fault;

/// A file that was read.
#[derive(Debug)]
pub struct Import {
    /// What is to be added, as far as it is right.
    pub community: Community,
    lines: Lines,
    /// Whether every member and space is right, so that whom others name can be looked up.
    complete: bool,
    faults: Vec<Fault>,
}

/// On which line each item of a [`Community`] begins.
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

/// What kind of file it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Members, one a line.
    MembersCsv,
    /// Everything.
    NetworkJson,
}

/// Reads a file.
pub fn read(text: &str, format: Format, now: Timestamp) -> Import {
    // Windows puts an invisible mark at the beginning.
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    match format {
        Format::MembersCsv => members_csv::read(text, now),
        Format::NetworkJson => network_json::read(text, now),
    }
}

impl Import {
    /// Takes the community out, to be checked and added.
    pub fn take_community(&mut self) -> Community {
        std::mem::take(&mut self.community)
    }

    /// All that is wrong in the order of the lines: with the file itself, and `conflicts` with the network.
    pub fn faults(&self, conflicts: &[Conflict]) -> Vec<Fault> {
        let conflicts = conflicts
            .iter()
            // Who names a member that is there, but wrong, is not at fault.
            .filter(|conflict| self.complete || conflicts::is_taken(conflict))
            .map(|conflict| conflicts::fault(conflict, &self.lines));
        let mut faults: Vec<_> = self.faults.iter().cloned().chain(conflicts).collect();
        faults.sort_by_key(|fault| fault.line);
        faults
    }
}
