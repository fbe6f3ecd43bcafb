//! What the operating system reports about this process. Read from `/proc` on request; left out on other systems.

/// A reading of this process.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Process {
    /// Memory in use, in bytes.
    pub(super) resident_bytes: Option<u64>,
    /// The number of open files and sockets.
    pub(super) open_files: Option<u64>,
}

impl Process {
    pub(super) fn read() -> Self {
        let status = std::fs::read_to_string("/proc/self/status");
        let open = std::fs::read_dir("/proc/self/fd");
        Self {
            resident_bytes: status.ok().as_deref().and_then(resident),
            // The folder being read is open too.
            open_files: open.ok().map(|entries| entries.count().saturating_sub(1) as u64),
        }
    }
}

fn resident(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kib: u64 = line.trim().strip_suffix(" kB")?.trim().parse().ok()?;
    Some(kib * 1_024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_resident_memory() {
        assert_eq!(
            resident("Name:\tlatchkey\nVmRSS:\t   12345 kB\nVmData:\t 1 kB\n"),
            Some(12_641_280)
        );
        assert_eq!(resident("Name:\tlatchkey\n"), None);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn this_process_has_memory_and_files() {
        let process = Process::read();
        assert!(process.resident_bytes.is_some_and(|bytes| bytes > 100_000));
        assert!(process.open_files.is_some_and(|files| files >= 3));
    }
}
