//! A real mail server (aiosmtpd, from the distribution's package) that does what a test tells it. It goes with the process
//! that asked for it.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

const PROGRAM: &str = include_str!("mail_server.py");

/// How long a test waits for mails.
const PATIENCE: Duration = Duration::from_secs(60);

/// How it is reached.
#[derive(Clone, Debug, Default)]
pub struct Setup<'a> {
    /// `plain`, `starttls` or `tls`.
    pub mode: &'a str,
    /// The files with the certificate and its key: PEM.
    pub certificate: Option<(&'a Path, &'a Path)>,
    /// What `latchkey` signs in with.
    pub password: Option<&'a str>,
    /// A port that is known to be free; otherwise any.
    pub port: Option<u16>,
}

/// A mail that it took.
#[derive(Clone, Debug)]
pub struct TakenMail {
    /// The recipient.
    pub to: String,
    /// The whole mail.
    pub raw: String,
}

impl TakenMail {
    /// The mail with its soft line breaks undone (RFC 2045 section 6.7).
    pub fn text(&self) -> String {
        self.raw.replace("=\r\n", "").replace("=3D", "=")
    }

    /// The address of its link.
    ///
    /// # Panics
    /// If it has none.
    pub fn link(&self) -> String {
        let text = self.text();
        let start = text.find("?token=").expect("the mail has a link");
        let begin = text[..start].rfind("http").expect("the link is an address");
        let link = &text[begin..];
        let end = link
            .find(|c: char| c.is_whitespace() || c == '"' || c == '<')
            .unwrap_or(link.len());
        link[..end].to_owned()
    }
}

#[derive(Default)]
struct Heard {
    mails: Vec<TakenMail>,
    done: usize,
}

/// The server, until it is dropped.
pub struct TestMailServer {
    port: u16,
    ask: Mutex<Option<ChildStdin>>,
    heard: Arc<(Mutex<Heard>, Condvar)>,
    program: Child,
}

impl TestMailServer {
    /// Starts one that takes everything.
    ///
    /// # Panics
    /// If aiosmtpd is not installed: `make test` installs it.
    pub fn start(setup: &Setup<'_>) -> Self {
        let mut command = Command::new("/usr/bin/python3");
        command
            .args(["-c", PROGRAM])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        command.env(
            "MODE",
            if setup.mode.is_empty() {
                "plain"
            } else {
                setup.mode
            },
        );
        if let Some((certificate, key)) = setup.certificate {
            command.env("CERTIFICATE", certificate).env("KEY", key);
        }
        if let Some(password) = setup.password {
            command.env("PASSWORD", password);
        }
        if let Some(port) = setup.port {
            command.env("PORT", port.to_string());
        }
        let mut program = command.spawn().expect("Python starts");
        let ask = program.stdin.take();
        let mut lines = BufReader::new(program.stdout.take().expect("it has an output")).lines();
        let port = lines
            .next()
            .expect("aiosmtpd is installed")
            .expect("it prints text");
        let port = port.parse().expect("it prints its port");
        let heard = Arc::<(Mutex<Heard>, Condvar)>::default();
        let hearing = Arc::clone(&heard);
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                let (heard, changed) = &*hearing;
                let mut heard = heard.lock().unwrap_or_else(PoisonError::into_inner);
                match read(&line) {
                    Some(mail) => heard.mails.push(mail),
                    None => heard.done += 1,
                }
                changed.notify_all();
            }
        });
        Self {
            port,
            ask: Mutex::new(ask),
            heard,
            program,
        }
    }

    /// The port on the loopback interface.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Tells it what to do from now on; see `mail_server.py`.
    ///
    /// # Panics
    /// If it stopped.
    pub fn tell(&self, command: &str) {
        let before = self.lock().done;
        let mut ask = self.ask.lock().unwrap_or_else(PoisonError::into_inner);
        let ask = ask.as_mut().expect("it is not dropped");
        writeln!(ask, "{command}").expect("it listens");
        self.wait(|heard| heard.done > before);
    }

    /// The mails that it took, once there are `count`.
    ///
    /// # Panics
    /// If they do not come.
    pub fn mails(&self, count: usize) -> Vec<TakenMail> {
        self.wait(|heard| heard.mails.len() >= count);
        self.lock().mails.clone()
    }

    /// How many mails it took until now.
    pub fn taken(&self) -> usize {
        self.lock().mails.len()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Heard> {
        self.heard.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait(&self, is_there: impl Fn(&Heard) -> bool) {
        let (mut heard, until) = (self.lock(), Instant::now() + PATIENCE);
        while !is_there(&heard) {
            let left = until.saturating_duration_since(Instant::now());
            assert!(
                !left.is_zero(),
                "it did not come; {} mails did",
                heard.mails.len()
            );
            heard = self
                .heard
                .1
                .wait_timeout(heard, left)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
    }
}

impl Drop for TestMailServer {
    fn drop(&mut self) {
        // It ends with its input.
        self.ask.lock().unwrap_or_else(PoisonError::into_inner).take();
        let _ = self.program.wait();
    }
}

/// A line of JSON with two texts.
fn read(line: &str) -> Option<TakenMail> {
    let json: serde_json::Value = serde_json::from_str(line).ok()?;
    Some(TakenMail {
        to: json["to"].as_str()?.to_owned(),
        raw: json["raw"].as_str()?.to_owned(),
    })
}
