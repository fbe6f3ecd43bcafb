//! A private pgbouncer in front of the private `PostgreSQL`: it gives each transaction another connection, as many who run
//! several nodes have it.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Stdio};
use std::sync::{Mutex, OnceLock, PoisonError};

/// What runs it; see there.
const SCRIPT: &str = include_str!("pooler.sh");

/// The port that is part of its socket's name.
const PORT: u16 = 6432;

/// A pooler that is gone when this is dropped.
#[derive(Debug)]
struct Pooler {
    /// The folder of the database's socket.
    server: String,
    /// Where its own is.
    folder: String,
    script: Child,
}

impl Pooler {
    fn start(server: &str) -> Self {
        let mut command = super::postgres::unprivileged("sh");
        let mut script = command
            .args(["-c", SCRIPT, "latchkey-test-pooler", server])
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a shell starts");
        let mut folder = String::new();
        let answers = script.stdout.take().expect("it is piped");
        BufReader::new(answers)
            .read_line(&mut folder)
            .expect("it answers with text");
        let folder = folder.trim_end().to_owned();
        assert!(
            folder.starts_with('/'),
            "the private pgbouncer did not start: its log is above"
        );
        Self {
            server: server.to_owned(),
            folder,
            script,
        }
    }
}

impl Drop for Pooler {
    fn drop(&mut self) {
        // The script ends with its input.
        drop(self.script.stdin.take());
        let _ = self.script.wait();
    }
}

/// Whether pgbouncer is installed. The tests that need it say that they were left out where it is not.
pub fn is_installed() -> bool {
    let folders = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&folders)
        .chain([Path::new("/usr/sbin").to_path_buf()])
        .any(|folder| folder.join("pgbouncer").is_file())
}

/// The URL of the same database by way of a pooler, which all tests of this process share for one server.
///
/// # Panics
/// If `url` is none of [`super::postgres::database`], or pgbouncer does not start.
pub fn in_front_of(url: &str) -> String {
    static SHARED: OnceLock<Mutex<Vec<Pooler>>> = OnceLock::new();
    let (address, database) = url.rsplit_once('/').expect("a URL names a database");
    let (_, server) = address.split_once('@').expect("a URL names a user");
    let server = server.replace("%2F", "/");
    let shared = SHARED.get_or_init(Mutex::default);
    let mut poolers = shared.lock().unwrap_or_else(PoisonError::into_inner);
    let known = poolers.iter().position(|pooler| pooler.server == server);
    let place = known.unwrap_or_else(|| {
        poolers.push(Pooler::start(&server));
        poolers.len() - 1
    });
    let folder = poolers[place].folder.replace('/', "%2F");
    format!("postgres://latchkey@{folder}:{PORT}/{database}")
}
