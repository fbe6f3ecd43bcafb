//! The progress of long work on standard error: on one line of a terminal, now and then elsewhere.

use std::io::{self, IsTerminal, Write};
use std::sync::{Mutex, PoisonError};

use latchkey_storage_sql::copy::{CopyProgress, Step};

/// Outside a terminal, only tables with at least this many rows show the progress of a copy.
const MANY: u64 = 50_000;

/// What was last shown.
#[derive(Default)]
pub(super) struct Progress(Mutex<Option<(String, u64)>>);

impl Progress {
    /// The progress of a copy.
    pub(super) fn tell(
        &self,
        CopyProgress {
            step,
            table,
            done,
            of,
        }: CopyProgress<'_>,
    ) {
        let doing = match step {
            Step::Copying => "copying",
            Step::Comparing => "comparing",
        };
        self.show(&format!("{doing} {table}"), done, of, MANY);
    }

    /// Shows how much of `what` is done; outside a terminal, only if there is `many` of it.
    pub(super) fn show(&self, what: &str, done: u64, of: u64, many: u64) {
        let mut told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let before = told
            .as_ref()
            .filter(|(last, _)| last == what)
            .map(|(_, done)| *done);
        if of == 0 || before == Some(done) {
            return;
        }
        let mut stderr = io::stderr().lock();
        if stderr.is_terminal() {
            // Clears to the end of the line, which may have been longer.
            let end = if done >= of { "\n" } else { "" };
            let _ = write!(stderr, "\r{what}: {done} of {of}\x1b[K{end}").and_then(|()| stderr.flush());
        } else if of >= many && (done >= of || done >= before.unwrap_or(0) + of / 4) {
            let _ = writeln!(stderr, "{what}: {done} of {of}");
        } else {
            return;
        }
        *told = Some((what.to_owned(), done));
    }
}
