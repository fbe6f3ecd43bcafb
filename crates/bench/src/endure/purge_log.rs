//! Reads the purges of expired records from the server's log: how many records, and how long that took.

use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use serde_json::Value;

/// One purge of expired records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sweep {
    /// When its line was read.
    pub(super) seen: Instant,
    /// How long it took.
    pub(super) took: Duration,
    /// How many grants were deleted.
    pub(super) grants: u64,
}

impl Sweep {
    /// How much of it was between `from` and `to`.
    pub(super) fn within(&self, from: Instant, to: Instant) -> Duration {
        let began = self.seen.checked_sub(self.took).unwrap_or(self.seen);
        self.seen.min(to).saturating_duration_since(began.max(from))
    }
}

/// The growing log of a server.
pub(super) struct Log {
    path: PathBuf,
    read: u64,
    /// The start of an incomplete line.
    rest: String,
}

impl Log {
    /// The log at `path`.
    pub(super) fn of(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
            read: 0,
            rest: String::new(),
        }
    }

    /// The purges since the last call.
    pub(super) fn sweeps(&mut self) -> Result<Vec<Sweep>> {
        let mut file = std::fs::File::open(&self.path)
            .with_context(|| format!("there is no log at {}", self.path.display()))?;
        file.seek(SeekFrom::Start(self.read))?;
        let mut bytes = Vec::new();
        self.read += file.read_to_end(&mut bytes)? as u64;
        self.rest.push_str(&String::from_utf8_lossy(&bytes));
        let whole = self.rest.rfind('\n').map_or(0, |end| end + 1);
        let lines: String = self.rest.drain(..whole).collect();
        Ok(lines.lines().filter_map(sweep).collect())
    }
}

/// The line of one purge.
fn sweep(line: &str) -> Option<Sweep> {
    let line: Value = serde_json::from_str(line).ok()?;
    (line["message"] == "deleted expired records").then_some(())?;
    Some(Sweep {
        seen: Instant::now(),
        took: Duration::from_millis(line["millis"].as_u64()?),
        grants: line["grants"].as_u64()?,
    })
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn lines_are_read_once_and_whole() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        let mut log = Log::of(file.path());
        assert_eq!(log.sweeps().unwrap(), []);
        let line = r#"{"message":"deleted expired records","grants":7,"millis":250}"#;
        write!(
            file,
            "{{\"message\":\"ready\"}}\nno JSON\n{line}\n{}",
            &line[..20]
        )
        .unwrap();
        let sweeps = log.sweeps().unwrap();
        assert_eq!((sweeps.len(), sweeps[0].grants), (1, 7));
        assert_eq!(sweeps[0].took, Duration::from_millis(250));
        writeln!(file, "{}", &line[20..]).unwrap();
        assert_eq!(log.sweeps().unwrap().len(), 1);
        assert_eq!(log.sweeps().unwrap(), []);
    }

    #[test]
    fn a_sweep_is_in_the_windows_that_it_reaches_into() {
        let start = Instant::now();
        let at = |second| start + Duration::from_secs(second);
        let sweep = Sweep {
            seen: at(25),
            took: Duration::from_secs(10),
            grants: 0,
        };
        for (from, to, seconds) in [(0, 10, 0), (10, 20, 5), (20, 30, 5), (16, 18, 2), (30, 40, 0)] {
            assert_eq!(
                sweep.within(at(from), at(to)),
                Duration::from_secs(seconds),
                "{from} to {to}"
            );
        }
    }
}
