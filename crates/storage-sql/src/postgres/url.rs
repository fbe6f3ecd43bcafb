//! Where the database is: a URL like `postgres://latchkey:password@db.example.org/latchkey`. It never prints the
//! password.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;
use std::time::Duration;

use percent_encoding::percent_decode_str;
use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode, TargetSessionAttrs};

use super::tls::TlsSettings;

/// How long a request waits for a new connection, unless the URL lets a server take longer.
const PATIENCE: Duration = Duration::from_secs(3);

/// How long to wait in all for servers that do not take the connection, unless the URL says otherwise: what is left is for the
/// one that does.
const CONNECT: Duration = Duration::from_millis(2_400);

/// How long a server has to say who it is.
const GREETING: Duration = Duration::from_millis(600);

/// How long what was sent may stay without an answer from the other end before the connection counts as lost.
const UNACKNOWLEDGED: Duration = Duration::from_secs(10);

/// The URL of a `PostgreSQL` database.
#[derive(Clone, PartialEq, Eq)]
pub struct PostgresUrl {
    config: Box<Config>,
    tls: TlsSettings,
}

impl PostgresUrl {
    /// Whether `text` looks like such a URL.
    pub fn is_meant(text: &str) -> bool {
        text.starts_with("postgres:") || text.starts_with("postgresql:")
    }

    /// Whether another machine could pass for the server: it is reached over a network and not verified.
    pub fn trusts_anybody(&self) -> bool {
        let is_elsewhere = |host: &Host| match host {
            Host::Tcp(name) => {
                let address = name.parse::<IpAddr>();
                !(name == "localhost" || address.is_ok_and(|address| address.is_loopback()))
            }
            #[cfg(unix)]
            Host::Unix(_) => false,
        };
        let hosts = self.config.get_hosts();
        let addresses = self.config.get_hostaddrs();
        // If there are addresses, they are connected to, and the names are only verified.
        let is_elsewhere = if addresses.is_empty() {
            hosts.iter().any(is_elsewhere)
        } else {
            addresses.iter().any(|address| !address.is_loopback())
        };
        is_elsewhere && !self.tls.verifies()
    }

    /// The same with a password, which it must not have yet.
    pub fn with_password(mut self, password: &str) -> Result<Self, String> {
        if self.config.get_password().is_some() {
            return Err(
                "there is a password in the URL already: take it out, or leave the file out".to_owned(),
            );
        }
        self.config.password(password);
        Ok(self)
    }

    /// Whether both name the same server and database, for any user.
    pub(crate) fn is_same_database(&self, other: &Self) -> bool {
        let place = |url: &Self| {
            let ports = match url.config.get_ports() {
                [] => vec![5432],
                ports => ports.to_vec(),
            };
            (
                url.config.get_hosts().to_vec(),
                ports,
                url.config.get_dbname().map(str::to_owned),
            )
        };
        place(self) == place(other)
    }

    /// How long to wait for a new connection, whichever of the servers gives it.
    pub(super) fn patience(&self) -> Duration {
        let each = self.config.get_connect_timeout().copied().unwrap_or(CONNECT);
        PATIENCE.max(each.saturating_mul(servers(&self.config)) + GREETING)
    }

    pub(super) fn config(&self) -> Config {
        *self.config.clone()
    }

    pub(super) fn tls(&self) -> &TlsSettings {
        &self.tls
    }
}

impl FromStr for PostgresUrl {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        const EXPECTED: &str = "expected a URL like postgres://latchkey:password@db.example.org/latchkey";
        if !text.starts_with("postgres://") && !text.starts_with("postgresql://") {
            return Err(EXPECTED.to_owned());
        }
        let (text, tls) = without_tls(text)?;
        let mut config: Config = text.parse().map_err(|error: tokio_postgres::Error| {
            format!("{EXPECTED} ({})", super::errors::text_of(&error))
        })?;
        if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
            return Err(format!("{EXPECTED} (the server is missing)"));
        }
        if config.get_dbname().is_none_or(str::is_empty) {
            return Err(format!("{EXPECTED} (the name of the database is missing)"));
        }
        // A socket of this machine has no TLS; as in libpq, it is not asked for.
        let is_local = config
            .get_hosts()
            .iter()
            .all(|host| !matches!(host, Host::Tcp(_)));
        let is_local = is_local && config.get_hostaddrs().is_empty();
        config.ssl_mode(if is_local {
            SslMode::Disable
        } else {
            tls.driver_mode()
        });
        let servers = servers(&config);
        if config.get_connect_timeout().is_none() {
            // A machine that is gone says nothing; the next one has to have its turn before the request gives up.
            config.connect_timeout(CONNECT / servers);
        }
        // Of several one takes writes, and another may still hold good what was revoked: only the first is asked anything,
        // unless the URL says otherwise.
        let (_, parameters) = parts(&text);
        if servers > 1 && !parameters.iter().any(|(name, _)| *name == "target_session_attrs") {
            config.target_session_attrs(TargetSessionAttrs::ReadWrite);
        }
        if config.get_tcp_user_timeout().is_none() {
            config.tcp_user_timeout(UNACKNOWLEDGED);
        }
        if config.get_application_name().is_none() {
            config.application_name("latchkey");
        }
        Ok(Self {
            config: Box::new(config),
            tls,
        })
    }
}

/// How many servers there are to choose from.
fn servers(config: &Config) -> u32 {
    let count = config.get_hosts().len().max(config.get_hostaddrs().len());
    u32::try_from(count).unwrap_or(u32::MAX).max(1)
}

/// The URL before its parameters, and the parameters. The password may have anything in it.
fn parts(text: &str) -> (&str, Vec<(&str, &str)>) {
    let host = text.find('@').unwrap_or(0);
    let Some(query) = text[host..].find('?') else {
        return (text, Vec::new());
    };
    let (url, parameters) = text.split_at(host + query);
    let pairs = parameters[1..].split('&');
    let pairs = pairs.map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    (url, pairs.collect())
}

/// The TLS settings of a URL, and the URL without them: the driver knows half of those parameters.
fn without_tls(text: &str) -> Result<(String, TlsSettings), String> {
    const OURS: [&str; 4] = ["sslmode", "sslrootcert", "sslcert", "sslkey"];
    let (url, parameters) = parts(text);
    let (ours, others): (Vec<_>, Vec<_>) = parameters.into_iter().partition(|(name, _)| OURS.contains(name));
    let tls = TlsSettings::read(|name| {
        let (_, value) = ours.iter().find(|(other, _)| *other == name)?;
        Some(percent_decode_str(value).decode_utf8_lossy().into_owned())
    })?;
    let others: Vec<_> = others
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    let rest = if others.is_empty() {
        url.to_owned()
    } else {
        format!("{url}?{}", others.join("&"))
    };
    Ok((rest, tls))
}

impl fmt::Display for PostgresUrl {
    /// The server and the database, without the password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("postgres://")?;
        if let Some(user) = self.config.get_user() {
            write!(f, "{user}@")?;
        }
        let ports = self.config.get_ports();
        for (index, host) in self.config.get_hosts().iter().enumerate() {
            if index > 0 {
                f.write_str(",")?;
            }
            match host {
                Host::Tcp(name) => f.write_str(name)?,
                #[cfg(unix)]
                Host::Unix(path) => write!(f, "{}", path.display())?,
            }
            match ports {
                // What all have is not worth mentioning.
                [] | [5432] => {}
                [port] => write!(f, ":{port}")?,
                many => write!(f, ":{}", many[index.min(many.len() - 1)])?,
            }
        }
        write!(f, "/{}", self.config.get_dbname().unwrap_or_default())
    }
}

impl fmt::Debug for PostgresUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_urls_and_never_prints_the_password() {
        for (text, shown) in [
            ("postgres://l:geheim@db/latchkey", "postgres://l@db/latchkey"),
            ("postgresql://l:geheim@db:5433/x", "postgres://l@db:5433/x"),
            ("postgres://l:geheim@a:1,b:2/x", "postgres://l@a:1,b:2/x"),
            ("postgres://l:geheim@%2Frun%2Fpg/x", "postgres://l@/run/pg/x"),
        ] {
            let url: PostgresUrl = text.parse().unwrap();
            assert_eq!(url.to_string(), shown);
            assert_eq!(format!("{url:?}"), shown);
        }
    }

    #[test]
    fn tells_what_is_of_tls_from_the_rest() {
        let mode = |text: &str| text.parse::<PostgresUrl>().unwrap().config().get_ssl_mode();
        assert_eq!(mode("postgres://l@db/x"), SslMode::Prefer);
        assert_eq!(mode("postgres://l@db/x?sslmode=disable"), SslMode::Disable);
        assert_eq!(
            mode("postgres://l@db/x?connect_timeout=3&sslmode=verify-full"),
            SslMode::Require
        );
        assert_eq!(
            mode("postgres://l@%2Frun%2Fpg/x?sslmode=require"),
            SslMode::Disable
        );
        let text = "postgres://l:a?b@db/x?sslrootcert=%2Fetc%2Froot%20ca.pem&application_name=me&sslmode=verify-full";
        let url: PostgresUrl = text.parse().unwrap();
        assert_eq!(url.config().get_password(), Some(&b"a?b"[..]));
        assert_eq!(url.config().get_application_name(), Some("me"));
        assert!(format!("{:?}", url.tls()).contains("/etc/root ca.pem"));
    }

    #[test]
    fn who_verifies_or_stays_on_the_machine_trusts_nobody_blindly() {
        for (text, trusting) in [
            ("postgres://l@db/x", true),
            ("postgres://l@db/x?sslmode=require", true),
            ("postgres://l@db/x?sslmode=verify-full", false),
            ("postgres://l@localhost,db/x", true),
            ("postgres://l@localhost,127.0.0.1/x", false),
            ("postgres://l@%2Frun%2Fpg/x", false),
            ("postgres://l@localhost/x?hostaddr=10.0.0.7", true),
        ] {
            let url: PostgresUrl = text.parse().unwrap();
            assert_eq!(url.trusts_anybody(), trusting, "{text}");
        }
    }

    #[test]
    fn of_several_servers_the_one_that_takes_writes_is_asked_and_each_has_its_turn() {
        for (text, attributes, each, patience) in [
            ("postgres://l@db/x", TargetSessionAttrs::Any, 2_400, 3_000),
            ("postgres://l@a,b/x", TargetSessionAttrs::ReadWrite, 1_200, 3_000),
            ("postgres://l:a,b?@db/x", TargetSessionAttrs::Any, 2_400, 3_000),
            (
                "postgres://l@a,b/x?target_session_attrs=any",
                TargetSessionAttrs::Any,
                1_200,
                3_000,
            ),
            (
                "postgres://l@db/x?sslmode=require&target_session_attrs=read-write",
                TargetSessionAttrs::ReadWrite,
                2_400,
                3_000,
            ),
            (
                "postgres://l@a,b,c/x?connect_timeout=4",
                TargetSessionAttrs::ReadWrite,
                4_000,
                12_600,
            ),
        ] {
            let url: PostgresUrl = text.parse().unwrap();
            let config = url.config();
            assert_eq!(config.get_target_session_attrs(), attributes, "{text}");
            let millis = config.get_connect_timeout().unwrap().as_millis();
            assert_eq!(millis, each, "{text}");
            assert_eq!(url.patience().as_millis(), patience, "{text}");
        }
    }

    #[test]
    fn a_password_comes_once() {
        let url: PostgresUrl = "postgres://l@db/latchkey".parse().unwrap();
        let url = url.with_password("geheim").unwrap();
        assert_eq!(url.config().get_password(), Some(b"geheim".as_slice()));
        assert!(!format!("{url:?}").contains("geheim"));
        assert!(url.with_password("anders").unwrap_err().contains("already"));
    }

    #[test]
    fn says_what_was_expected() {
        for (text, part) in [
            ("postgres:", "expected a URL like"),
            ("postgres://l:geheim@/x", "the server is missing"),
            ("postgres://l:geheim@db", "the name of the database is missing"),
            ("postgres://l:geheim@db:port/x", "expected a URL like"),
            ("postgres://l:geheim@db/x?sslmode=must", "sslmode is one of"),
            (
                "postgres://l:geheim@db/x?sslkey=a.key",
                "sslcert and sslkey go together",
            ),
            ("postgres://l:geheim@db/x?colour=red", "expected a URL like"),
        ] {
            let error = text.parse::<PostgresUrl>().unwrap_err();
            assert!(error.contains(part), "{text}: {error}");
            assert!(!error.contains("geheim") && !error.contains('\n'), "{error}");
        }
    }
}
