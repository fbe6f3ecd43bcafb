//! The mail server that takes our mails (RFC 5321, submission: RFC 6409 and 8314).

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;
use std::time::Duration;

use lettre::transport::smtp::PoolConfig;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};
use percent_encoding::percent_decode_str;
use secrecy::{ExposeSecret, SecretString};
use thiserror::Error;

use crate::Letter;

/// How long the server waits for the mail server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// For one step of the conversation.
    pub step: Duration,
    /// For a mail in all. Shorter than a sender's claim on it.
    pub whole: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            step: Duration::from_secs(15),
            whole: Duration::from_secs(40),
        }
    }
}

/// Connections at a time. Providers refuse more than a few.
pub(crate) const CONNECTIONS: u32 = 2;

/// How the connection is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Encryption {
    /// From the first byte on (RFC 8314): `smtps`.
    Whole,
    /// After `STARTTLS`, without which nothing is sent: `smtp`.
    StartTls,
    /// None: `smtp` to this machine.
    None,
}

/// Where the mail server is, like `smtps://user@host:465`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailServerAddress {
    host: String,
    port: u16,
    user: Option<String>,
    encryption: Encryption,
}

/// Text that is no address of a mail server.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{0}; expected an address like smtps://user@mail.example.org:465")]
pub struct MailServerError(&'static str);

impl FromStr for MailServerAddress {
    type Err = MailServerError;

    fn from_str(text: &str) -> Result<Self, MailServerError> {
        let wrong = |why| Err(MailServerError(why));
        let (is_smtps, rest) = match text.trim().split_once("://") {
            Some(("smtps", rest)) => (true, rest),
            Some(("smtp", rest)) => (false, rest),
            _ => return wrong("it has to begin with smtps:// or smtp://"),
        };
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        if rest.contains(['/', '?', '#']) || rest.chars().any(char::is_whitespace) {
            return wrong("it has nothing behind the port");
        }
        let (user, place) = match rest.rsplit_once('@') {
            Some((user, _)) if user.contains(':') => {
                return wrong(
                    "the password is not a part of it: put it into a file for --smtp-password-file",
                );
            }
            Some((user, place)) => (Some(user), place),
            None => (None, rest),
        };
        let user = user.map(|user| percent_decode_str(user).decode_utf8().map(String::from));
        let Ok(user) = user.transpose() else {
            return wrong("the user name cannot be read");
        };
        let (host, port) = match place.rsplit_once(':') {
            // An IPv6 address without a port.
            Some(_) if place.ends_with(']') => (place, None),
            Some((host, port)) => (host, Some(port)),
            None => (place, None),
        };
        let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        if host.is_empty() || user.as_deref() == Some("") {
            return wrong("it has no host, or an empty user name");
        }
        let port = match port.map(str::parse) {
            Some(Ok(port)) => port,
            Some(Err(_)) => return wrong("the port is a number"),
            None if is_smtps => 465,
            None => 587,
        };
        let encryption = match (is_smtps, is_loopback(&host)) {
            (true, _) => Encryption::Whole,
            (false, false) => Encryption::StartTls,
            (false, true) => Encryption::None,
        };
        Ok(Self {
            host,
            port,
            user,
            encryption,
        })
    }
}

fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

impl MailServerAddress {
    /// Who signs in there, if anyone.
    pub fn user(&self) -> Option<&str> {
        self.user.as_deref()
    }
}

impl fmt::Display for MailServerAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} port {}", self.host, self.port)
    }
}

/// Why a mail was not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The server refuses this mail, and will refuse it again.
    Forever(String),
    /// It refuses it now: busy, greylisting, a full mailbox.
    ForNow(String),
    /// It could not be asked: no connection, no answer in time, a wrong password or certificate.
    NoServer(String),
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Self::Forever(answer) | Self::ForNow(answer) | Self::NoServer(answer)) = self;
        f.write_str(answer)
    }
}

/// A connection to the mail server, kept for several mails.
#[derive(Clone)]
pub struct MailServer {
    address: MailServerAddress,
    transport: AsyncSmtpTransport<Tokio1Executor>,
    whole: Duration,
}

impl MailServer {
    /// Nothing is sent yet. `name` is what this server calls itself there: the host of its public address. Fails if the
    /// system's certificates cannot be read.
    pub fn new(
        address: MailServerAddress,
        password: Option<&SecretString>,
        name: &str,
        patience: Patience,
    ) -> Result<Self, String> {
        let tls = || TlsParameters::new(address.host.clone()).map_err(|error| chain(&error));
        let tls = match address.encryption {
            Encryption::Whole => Tls::Wrapper(tls()?),
            Encryption::StartTls => Tls::Required(tls()?),
            Encryption::None => Tls::None,
        };
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&address.host)
            .port(address.port)
            .tls(tls)
            .timeout(Some(patience.step))
            .hello_name(client_name(name))
            .pool_config(PoolConfig::new().max_size(CONNECTIONS));
        if let (Some(user), Some(password)) = (&address.user, password) {
            builder = builder.credentials(Credentials::new(
                user.clone(),
                password.expose_secret().to_owned(),
            ));
        }
        Ok(Self {
            transport: builder.build(),
            address,
            whole: patience.whole,
        })
    }

    /// Where it is.
    pub fn address(&self) -> &MailServerAddress {
        &self.address
    }

    /// Sends a letter; what the server said when it took it.
    pub async fn send(&self, letter: &Letter) -> Result<String, Refusal> {
        let message = letter.message().map_err(Refusal::Forever)?;
        match tokio::time::timeout(self.whole, self.transport.send(message)).await {
            Ok(Ok(response)) => Ok(format!(
                "{} {}",
                response.code(),
                response.message().collect::<Vec<_>>().join(" ")
            )),
            Ok(Err(error)) => Err(self.refusal(&error, letter.is_plain())),
            Err(_) => Err(Refusal::NoServer(format!(
                "{} did not answer within {} s",
                self.address,
                self.whole.as_secs()
            ))),
        }
    }

    /// Connects, and signs in if there is a user. Nothing is sent.
    pub async fn check(&self) -> Result<(), Refusal> {
        match tokio::time::timeout(self.whole, self.transport.test_connection()).await {
            Ok(Ok(true)) => Ok(()),
            Ok(Ok(false)) => Err(Refusal::NoServer(format!("{} hung up", self.address))),
            Ok(Err(error)) => Err(self.refusal(&error, true)),
            Err(_) => Err(Refusal::NoServer(format!("{} did not answer", self.address))),
        }
    }

    /// `is_plain`: whether any server can handle the address.
    fn refusal(&self, error: &lettre::transport::smtp::Error, is_plain: bool) -> Refusal {
        let said = chain(error);
        // 530 to 538 are about the account that sends (RFC 4954 section 6), 421 is about the connection.
        let is_about_us = error
            .status()
            .map(u16::from)
            .is_some_and(|code| matches!(code, 421 | 454 | 530..=538));
        if is_about_us || error.is_tls() || error.is_timeout() {
            Refusal::NoServer(format!("{}: {said}", self.address))
        } else if error.is_permanent() || (error.is_client() && !is_plain) {
            Refusal::Forever(said)
        } else if error.is_transient() {
            Refusal::ForNow(said)
        } else {
            Refusal::NoServer(format!("{}: {said}", self.address))
        }
    }
}

/// How the server introduces itself: an address, or a name.
fn client_name(host: &str) -> ClientId {
    match host.trim_start_matches('[').trim_end_matches(']').parse() {
        Ok(IpAddr::V4(address)) => ClientId::Ipv4(address),
        Ok(IpAddr::V6(address)) => ClientId::Ipv6(address),
        Err(_) => ClientId::Domain(host.to_owned()),
    }
}

/// An error with its causes, in one line.
fn chain(error: &dyn std::error::Error) -> String {
    let mut words = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let more = error.to_string();
        if !words.contains(&more) {
            words.push_str(": ");
            words.push_str(&more);
        }
        cause = error.source();
    }
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (String, u16, Option<String>, Encryption) {
        let address: MailServerAddress = text.parse().unwrap();
        (address.host, address.port, address.user, address.encryption)
    }

    #[test]
    fn the_address_says_how_the_connection_is_encrypted() {
        let user = |user: &str| Some(user.to_owned());
        for (text, expected) in [
            (
                "smtps://mail.example.org",
                ("mail.example.org".to_owned(), 465, None, Encryption::Whole),
            ),
            (
                "smtp://a%40b.example@mail.example.org",
                (
                    "mail.example.org".into(),
                    587,
                    user("a@b.example"),
                    Encryption::StartTls,
                ),
            ),
            (
                "smtp://me@mail.example.org:2525/",
                ("mail.example.org".into(), 2525, user("me"), Encryption::StartTls),
            ),
            (
                "smtp://me@x@mail.example.org",
                ("mail.example.org".into(), 587, user("me@x"), Encryption::StartTls),
            ),
            (
                "smtp://localhost:1025",
                ("localhost".into(), 1025, None, Encryption::None),
            ),
            ("smtp://[::1]:1025", ("::1".into(), 1025, None, Encryption::None)),
            ("smtp://[::1]", ("::1".into(), 587, None, Encryption::None)),
            (
                "smtp://192.0.2.1",
                ("192.0.2.1".into(), 587, None, Encryption::StartTls),
            ),
        ] {
            assert_eq!(read(text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_address_is_refused_in_words() {
        for (text, words) in [
            ("mail.example.org", "has to begin with"),
            ("http://mail.example.org", "has to begin with"),
            ("smtps://", "no host"),
            ("smtps://@mail.example.org", "empty user name"),
            ("smtps://me:secret@mail.example.org", "--smtp-password-file"),
            ("smtps://mail.example.org:x", "port is a number"),
            ("smtps://mail.example.org/inbox", "nothing behind the port"),
            ("smtps://mail.example.org?tls=no", "nothing behind the port"),
        ] {
            let error = text.parse::<MailServerAddress>().unwrap_err().to_string();
            assert!(error.contains(words) && !error.contains("secret"), "{error}");
        }
    }
}
