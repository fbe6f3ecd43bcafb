//! The maximum number of connections. Each is an open file, and so are the database's files and connections: without
//! a bound below the system's, a flood of connections would leave none for them.

use latchkey_domain::limits;

/// The maximum number of connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capacity {
    /// In all.
    pub total: usize,
    /// From one address.
    pub per_address: usize,
}

impl Capacity {
    /// `total` connections, of which at most a quarter may come from one address.
    pub fn of(total: usize) -> Self {
        Self {
            total,
            per_address: limits::CONNECTIONS_PER_ADDRESS.min(total / 4).max(1),
        }
    }
}

/// The maximum number of connections of this process: `wanted`, or what the limit on open files allows.
pub fn connections_for(wanted: Option<usize>) -> Result<usize, String> {
    let Some(files) = open_files() else {
        return Ok(wanted.unwrap_or(limits::CONNECTIONS));
    };
    let most = files.saturating_mul(limits::CONNECTIONS_PERCENT_OF_FILES) / 100;
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    match wanted {
        Some(wanted) if wanted > most => Err(format!(
            "--max-connections {wanted} is more than {most}, which is what a limit of {files} open files leaves room for: raise \
             that limit (ulimit -n, LimitNOFILE=) or choose less"
        )),
        Some(wanted) => Ok(wanted),
        None => Ok(most.min(limits::CONNECTIONS)),
    }
}

/// The maximum number of open files; `None` if there is no limit.
#[cfg(unix)]
fn open_files() -> Option<u64> {
    use rustix::process::{Resource, getrlimit};

    getrlimit(Resource::Nofile).current
}

#[cfg(not(unix))]
fn open_files() -> Option<u64> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_address_takes_more_than_a_quarter() {
        assert_eq!(Capacity::of(768).per_address, 192);
        assert_eq!(Capacity::of(10_000).per_address, limits::CONNECTIONS_PER_ADDRESS);
        assert_eq!(Capacity::of(1).per_address, 1);
    }

    #[test]
    fn more_than_the_files_allow_is_refused_with_what_to_do() {
        let error = connections_for(Some(usize::MAX)).unwrap_err();
        assert!(error.contains("LimitNOFILE="), "{error}");
        assert_eq!(connections_for(Some(1)), Ok(1));
        assert!(connections_for(None).unwrap() <= limits::CONNECTIONS);
    }
}
