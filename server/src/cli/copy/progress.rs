//! The progress of a copy on standard error: on one line of a terminal, now and then elsewhere.

use std::io::{self, IsTerminal, Write};
use std::sync::{Mutex, PoisonError};

use latchkey_storage_sql::copy::{CopyProgress, Step};

/// Outside a terminal, only tables with at least this many rows show progress.
const MANY: u64 = 50_000;

/// What was last shown.
#[derive(Default)]
pub(in crate::cli) struct Progress(Mutex<Option<(Step, String, u64)>>);

impl Progress {
    pub(in crate::cli) fn tell(&self, report: CopyProgress<'_>) {
        let mut told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let CopyProgress {
            step,
            table,
            done,
            of,
        } = report;
        let before = told
            .as_ref()
            .filter(|(last, with, _)| (*last, with.as_str()) == (step, table))
            .map(|(.., done)| *done);
        if of == 0 || before == Some(done) {
            return;
        }
        let before = before.unwrap_or(0);
        let what = match step {
            Step::Copying => "copying",
            Step::Comparing => "comparing",
        };
        let mut stderr = io::stderr().lock();
        if stderr.is_terminal() {
            // Clears to the end of the line, which may have been longer.
            let end = if done >= of { "\n" } else { "" };
            let _ =
                write!(stderr, "\r{what} {table}: {done} of {of}\x1b[K{end}").and_then(|()| stderr.flush());
        } else if of >= MANY && (done >= of || done >= before + of / 4) {
            let _ = writeln!(stderr, "{what} {table}: {done} of {of}");
        } else {
            return;
        }
        *told = Some((step, table.to_owned(), done));
    }
}
