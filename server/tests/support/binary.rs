//! The real binary, with its own data folder.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

use super::{Browser, PASSWORD};

/// A deadline, not a pause: only a failure takes this long.
const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) struct Binary {
    folder: TempDir,
}

/// The output of a command.
pub(crate) struct Finished {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Binary {
    pub(crate) fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    /// The folder that commands run in; the data is in `data` below it.
    pub(crate) fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_latchkey"));
        for variable in std::env::vars_os().map(|(name, _)| name) {
            let name = variable.to_string_lossy();
            if name.starts_with("LATCHKEY_") || name.starts_with("OTEL_") {
                command.env_remove(&variable);
            }
        }
        command.current_dir(self.folder.path()).args(arguments);
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Finished {
        self.run_with_input(arguments, "")
    }

    pub(crate) fn run_with_input(&self, arguments: &[&str], input: &str) -> Finished {
        let mut command = self.command(arguments);
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // A command that fails before it reads closes its end; the test is not at fault.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        let output = child.wait_with_output().unwrap();
        Finished {
            code: output.status.code().expect("the command ended of itself"),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Adds a member whose password is [`PASSWORD`].
    #[track_caller]
    pub(crate) fn add_member(&self, email: &str, name: &str, role: &str) {
        let add = ["member", "add", "--email", email, "--name", name, "--role", role];
        self.run_with_input(&add, PASSWORD).succeeds();
    }

    /// Registers a confidential application, and gives what the command prints.
    #[track_caller]
    pub(crate) fn create_app(&self, name: &str, redirect_uri: &str, scopes: &[&str]) -> Value {
        let redirect_uri = format!("--redirect-uri={redirect_uri}");
        let mut create = vec!["app", "create", "--json", "--name", name, &redirect_uri];
        create.extend(scopes.iter().flat_map(|scope| ["--scope", *scope]));
        self.run(&create).json()
    }

    /// Starts the server at a free port and waits until it responds.
    pub(crate) async fn serve(&self, arguments: &[&str]) -> Server {
        let mut command = self.command(&["serve", "--listen", "127.0.0.1:0"]);
        let child = command
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        Server::ready(child).await
    }

    /// The same, with the log in a file at this `level`.
    pub(crate) async fn serve_with_log(&self, arguments: &[&str], log: &Path, level: &str) -> Server {
        let mut command = self.command(&["serve", "--listen", "127.0.0.1:0"]);
        let child = command
            .args(arguments)
            .env("LATCHKEY_LOG", level)
            .stdout(Stdio::piped())
            .stderr(File::create(log).unwrap())
            .spawn()
            .unwrap();
        Server::ready(child).await
    }
}

impl Finished {
    #[track_caller]
    pub(crate) fn succeeds(self) -> String {
        assert_eq!((self.code, self.stderr.as_str()), (0, ""), "{}", self.stdout);
        self.stdout
    }

    #[track_caller]
    pub(crate) fn json(self) -> Value {
        let stdout = self.succeeds();
        serde_json::from_str(&stdout).unwrap_or_else(|error| panic!("{error}: {stdout}"))
    }

    /// Fails with this status and one line that contains `words`.
    #[track_caller]
    pub(crate) fn fails(self, code: i32, words: &str) {
        assert_eq!(self.code, code, "{}{}", self.stdout, self.stderr);
        assert_eq!(self.stdout, "");
        assert_eq!(self.stderr.lines().count(), 1, "{}", self.stderr);
        assert!(
            self.stderr.starts_with("latchkey: ") && self.stderr.contains(words),
            "{}",
            self.stderr
        );
    }
}

/// The server as a process. Dropping this kills it.
pub(crate) struct Server {
    child: Child,
    stdout: BufReader<ChildStdout>,
    /// Its address.
    pub(crate) url: String,
}

impl Server {
    /// Waits until the process responds at the address that it prints.
    pub(crate) async fn ready(mut child: Child) -> Self {
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        let public_url = line
            .trim()
            .strip_prefix("Latchkey is at ")
            .unwrap_or_else(|| panic!("{line:?}"));
        let url = public_url.replace("localhost", "127.0.0.1");
        let server = Self { child, stdout, url };
        let deadline = Instant::now() + PATIENCE;
        while !reqwest::get(format!("{}/healthz", server.url))
            .await
            .is_ok_and(|answer| answer.status().is_success())
        {
            assert!(Instant::now() < deadline, "the server does not get ready");
            tokio::task::yield_now().await;
        }
        server
    }

    pub(crate) fn browser(&self) -> Browser {
        Browser::at(&self.url)
    }

    /// The next line of its output.
    pub(crate) fn line(&mut self) -> String {
        let mut line = String::new();
        self.stdout.read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    }

    /// The rest of its output, until it ends.
    pub(crate) fn rest(&mut self) -> String {
        let mut rest = String::new();
        self.stdout.read_to_string(&mut rest).unwrap();
        rest
    }

    pub(crate) fn send(&self, signal: &str) {
        let sent = Command::new("kill")
            .args([signal, &self.child.id().to_string()])
            .status()
            .unwrap();
        assert!(sent.success());
    }

    pub(crate) fn wait(&mut self) -> ExitStatus {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(Instant::now() < deadline, "the server does not end");
            std::thread::yield_now();
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
