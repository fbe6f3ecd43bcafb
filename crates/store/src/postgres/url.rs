//! Where the database is: a URL like `postgres://latchkey:password@db.example.org/latchkey`. It never prints the
//! password.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode};

/// How long to wait for a server that does not take the connection, unless the URL says otherwise.
const CONNECT: Duration = Duration::from_secs(3);

/// How long what was sent may stay without an answer from the other end before the connection counts as lost.
const UNACKNOWLEDGED: Duration = Duration::from_secs(10);

/// The URL of a `PostgreSQL` database.
#[derive(Clone, PartialEq, Eq)]
pub struct PostgresUrl(Box<Config>);

impl PostgresUrl {
    /// Whether `text` is meant to be such a URL.
    pub fn is_meant(text: &str) -> bool {
        text.starts_with("postgres:") || text.starts_with("postgresql:")
    }

    /// Whether both name the same server and database, whoever asks there.
    pub(crate) fn is_same_database(&self, other: &Self) -> bool {
        let place = |url: &Self| {
            let ports = match url.0.get_ports() {
                [] => vec![5432],
                ports => ports.to_vec(),
            };
            (
                url.0.get_hosts().to_vec(),
                ports,
                url.0.get_dbname().map(str::to_owned),
            )
        };
        place(self) == place(other)
    }

    pub(super) fn config(&self) -> Config {
        *self.0.clone()
    }
}

impl FromStr for PostgresUrl {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        const EXPECTED: &str = "expected a URL like postgres://latchkey:password@db.example.org/latchkey";
        if !text.starts_with("postgres://") && !text.starts_with("postgresql://") {
            return Err(EXPECTED.to_owned());
        }
        if text.contains("sslmode=require") || text.contains("sslmode=verify") {
            return Err(NO_TLS.to_owned());
        }
        let mut config: Config = text.parse().map_err(|error: tokio_postgres::Error| {
            format!("{EXPECTED} ({})", super::errors::words(&error))
        })?;
        if config.get_ssl_mode() == SslMode::Require {
            return Err(NO_TLS.to_owned());
        }
        if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
            return Err(format!("{EXPECTED} (the server is missing)"));
        }
        if config.get_dbname().is_none_or(str::is_empty) {
            return Err(format!("{EXPECTED} (the name of the database is missing)"));
        }
        config.ssl_mode(SslMode::Disable);
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(CONNECT);
        }
        if config.get_tcp_user_timeout().is_none() {
            config.tcp_user_timeout(UNACKNOWLEDGED);
        }
        if config.get_application_name().is_none() {
            config.application_name("latchkey");
        }
        Ok(Self(Box::new(config)))
    }
}

const NO_TLS: &str = "this build of Latchkey does not speak TLS to PostgreSQL: leave sslmode out, and reach the server \
                      over a private network, a tunnel or a pooler beside Latchkey that speaks it";

impl fmt::Display for PostgresUrl {
    /// The server and the database, without the password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("postgres://")?;
        if let Some(user) = self.0.get_user() {
            write!(f, "{user}@")?;
        }
        let ports = self.0.get_ports();
        for (index, host) in self.0.get_hosts().iter().enumerate() {
            if index > 0 {
                f.write_str(",")?;
            }
            match host {
                Host::Tcp(name) => f.write_str(name)?,
                #[cfg(unix)]
                Host::Unix(path) => write!(f, "{}", path.display())?,
            }
            match ports {
                // What everybody has is not worth a word.
                [] | [5432] => {}
                [port] => write!(f, ":{port}")?,
                many => write!(f, ":{}", many[index.min(many.len() - 1)])?,
            }
        }
        write!(f, "/{}", self.0.get_dbname().unwrap_or_default())
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
    fn says_what_was_expected() {
        for (text, part) in [
            ("postgres:", "expected a URL like"),
            ("postgres://l:geheim@/x", "the server is missing"),
            ("postgres://l:geheim@db", "the name of the database is missing"),
            ("postgres://l:geheim@db:port/x", "expected a URL like"),
            ("postgres://l:geheim@db/x?sslmode=require", "does not speak TLS"),
            (
                "postgres://l:geheim@db/x?sslmode=verify-full",
                "does not speak TLS",
            ),
            ("postgres://l:geheim@db/x?colour=red", "expected a URL like"),
        ] {
            let error = text.parse::<PostgresUrl>().unwrap_err();
            assert!(error.contains(part), "{text}: {error}");
            assert!(!error.contains("geheim") && !error.contains('\n'), "{error}");
        }
    }
}
