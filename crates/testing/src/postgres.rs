//! A private `PostgreSQL` from the distribution's package: no password, no trace, and no port unless one is asked for. It
//! is made in a temporary folder, and goes with the process that asked for it, also when that is killed.

use std::ffi::OsStr;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Mutex, OnceLock, PoisonError};

/// What runs the server; see there.
const SCRIPT: &str = include_str!("postgres.sh");

/// The port that is part of a socket's name, where nothing listens at a port.
const USUAL_PORT: u16 = 5432;

/// How a server listens at a port of the loopback interface.
#[derive(Clone, Debug)]
pub enum AtPort {
    /// Without TLS.
    Plain,
    /// With TLS, which clients may use.
    Tls {
        /// The server's certificate, and what leads from it to a root: PEM.
        certificate: String,
        /// Its key: PEM.
        key: String,
        /// Who signs the certificates of clients: PEM.
        clients: String,
    },
}

/// A server that is gone when this is dropped.
#[derive(Debug)]
pub struct PrivateServer {
    /// Where its socket is.
    folder: String,
    port: u16,
    talk: Mutex<Talk>,
}

#[derive(Debug)]
struct Talk {
    /// `None` only while it is dropped: the script ends with its input.
    ask: Option<ChildStdin>,
    script: Child,
    answers: BufReader<ChildStdout>,
    databases: u32,
}

impl PrivateServer {
    /// Starts one.
    ///
    /// # Panics
    /// If `PostgreSQL` is not installed or does not start.
    pub fn start() -> Self {
        Self::try_start(USUAL_PORT, None).expect("no port, no quarrel about one")
    }

    /// Starts one that listens at a port of the loopback interface, too: see [`Self::over_tcp`].
    ///
    /// # Panics
    /// If `PostgreSQL` is not installed or does not start.
    pub fn start_at_port(how: &AtPort) -> Self {
        // Between the look for a free port and its use another process may take it.
        (0..20)
            .find_map(|_| Self::try_start(free_port(), Some(how)))
            .expect("there is a port for PostgreSQL")
    }

    /// `None` if another process has the port.
    fn try_start(port: u16, how: Option<&AtPort>) -> Option<Self> {
        let mut command = unprivileged("sh");
        if how.is_some() {
            command.env("PORT_OPEN", "yes");
        }
        if let Some(AtPort::Tls {
            certificate,
            key,
            clients,
        }) = how
        {
            command
                .env("CERTIFICATE", certificate)
                .env("KEY", key)
                .env("CLIENTS", clients);
        }
        let mut child = command
            .args(["-c", SCRIPT, "latchkey-test-postgres"])
            .arg(programs())
            .arg(port.to_string())
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a shell starts");
        let ask = child.stdin.take();
        let mut answers = BufReader::new(child.stdout.take().expect("it is piped"));
        let folder = line(&mut answers);
        if folder == "taken" {
            child.wait().expect("it ends");
            return None;
        }
        assert!(
            folder.starts_with('/'),
            "the private PostgreSQL did not start: its log is above"
        );
        Some(Self {
            folder,
            port,
            talk: Mutex::new(Talk {
                ask,
                script: child,
                answers,
                databases: 0,
            }),
        })
    }

    /// Makes an empty database; its URL.
    ///
    /// # Panics
    /// If that fails.
    pub fn database(&self) -> String {
        let mut talk = self.talk.lock().unwrap_or_else(PoisonError::into_inner);
        talk.databases += 1;
        let name = format!("test_{}", talk.databases);
        talk.tell(&format!("create {name}"));
        let port = if self.port == USUAL_PORT {
            String::new()
        } else {
            format!(":{}", self.port)
        };
        format!(
            "postgres://latchkey@{}{port}/{name}",
            self.folder.replace('/', "%2F")
        )
    }

    /// The same database at the port. `user` may have a password; `host` has to be a name of the loopback interface.
    ///
    /// # Panics
    /// If `url` is not one of [`Self::database`].
    pub fn over_tcp(&self, url: &str, user: &str, host: &str) -> String {
        let (_, database) = url.rsplit_once('/').expect("it ends with the database");
        format!("postgres://{user}@{host}:{}/{database}", self.port)
    }

    /// Stops it as a crash would; what it keeps stays.
    ///
    /// # Panics
    /// If that fails.
    pub fn stop(&self) {
        self.talk
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .tell("stop");
    }

    /// Starts it again, and waits until it answers.
    ///
    /// # Panics
    /// If that fails.
    pub fn start_again(&self) {
        self.talk
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .tell("start");
    }
}

impl Drop for Talk {
    fn drop(&mut self) {
        self.ask = None;
        let _ = self.script.wait();
    }
}

impl Talk {
    fn tell(&mut self, what: &str) {
        let ask = self.ask.as_mut().expect("it is open until it is dropped");
        writeln!(ask, "{what}").expect("the private PostgreSQL listens");
        assert_eq!(line(&mut self.answers), "done", "{what}");
    }
}

/// The URL of a new, empty database on a server that all tests of this process share.
pub fn database() -> String {
    static SHARED: OnceLock<PrivateServer> = OnceLock::new();
    SHARED.get_or_init(PrivateServer::start).database()
}

fn line(answers: &mut BufReader<ChildStdout>) -> String {
    let mut line = String::new();
    answers.read_line(&mut line).expect("it answers with text");
    line.trim_end().to_owned()
}

fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("there is a free port");
    listener.local_addr().expect("it has an address").port()
}

/// A command for a program that refuses to run as root.
///
/// # Panics
/// If there is no `id`.
pub fn unprivileged(program: impl AsRef<OsStr>) -> Command {
    if !is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command
        .args(["--reuid=postgres", "--regid=postgres", "--init-groups"])
        .arg(program);
    command
}

/// Whether this process runs as root.
///
/// # Panics
/// If there is no `id`.
pub fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output().expect("there is `id`");
    id.stdout.trim_ascii() == b"0"
}

/// The folder with `postgres` and `initdb`: the newest of Debian's, or that of `pg_config`.
///
/// # Panics
/// If `PostgreSQL` is not installed.
pub fn programs() -> PathBuf {
    let versions = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten();
    let newest = versions
        .filter_map(|entry| {
            Some((
                entry.file_name().to_str()?.parse::<u32>().ok()?,
                entry.path().join("bin"),
            ))
        })
        .filter(|(_, bin)| bin.join("initdb").exists())
        .max();
    if let Some((_, bin)) = newest {
        return bin;
    }
    let asked = Command::new("pg_config").arg("--bindir").output();
    let bin = asked.map(|output| PathBuf::from(String::from_utf8_lossy(&output.stdout).trim()));
    bin.ok()
        .filter(|bin| bin.join("initdb").exists())
        .expect("PostgreSQL's server is needed: run `scripts/setup.sh test`, or install it")
}
