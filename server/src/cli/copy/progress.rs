//! How far a copy is, on standard error: on one line of a terminal, every now and then elsewhere.

use std::io::{self, IsTerminal, Write};
use std::sync::{Mutex, PoisonError};

use latchkey_storage_sql::copy::{CopyProgress, Step};

/// From how many rows of a table on something is told where nobody is watching.
const MANY: u64 = 50_000;

/// What was told last.
#[derive(Default)]
pub(in crate::cli) struct Progress(Mutex<Option<CopyProgress>>);

impl Progress {
    pub(in crate::cli) fn tell(&self, report: CopyProgress) {
        let mut told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let CopyProgress {
            step,
            table,
            done,
            of,
        } = report;
        if of == 0 || *told == Some(report) {
            return;
        }
        let what = match step {
            Step::Copying => "copying",
            Step::Comparing => "comparing",
        };
        let before = told
            .filter(|last| (last.step, last.table) == (step, table))
            .map_or(0, |last| last.done);
        let mut stderr = io::stderr().lock();
        if stderr.is_terminal() {
            // To the end of the line, where a longer one may have been.
            let end = if done >= of { "\n" } else { "" };
            let _ =
                write!(stderr, "\r{what} {table}: {done} of {of}\x1b[K{end}").and_then(|()| stderr.flush());
        } else if of >= MANY && (done >= of || done >= before + of / 4) {
            let _ = writeln!(stderr, "{what} {table}: {done} of {of}");
        } else {
            return;
        }
        *told = Some(report);
    }
}
