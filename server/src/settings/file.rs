//! `latchkey.toml`: persistent settings.

use std::fmt::Display;
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::num::{NonZeroU16, NonZeroUsize};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use ipnet::IpNet;
use latchkey_domain::TimeSpan;
use latchkey_headless::Budget;
use latchkey_mail::{MailServerAddress, Sender};
use latchkey_oauth::Lifetimes;
use serde::de::Error;
use serde::{Deserialize, Deserializer};

use super::retention::{checked_retention, read};
use super::{Database, OtlpEndpoint, PublicUrl, Sampling, TrustedProxy, serve};
use crate::error::CliError;

/// The default path: in the working folder.
const DEFAULT: &str = "latchkey.toml";

/// The contents of the file. Each setting has the name of its flag, with `_` for `-`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SettingsFile {
    /// This and other paths are relative to the file.
    pub(super) data_dir: Option<PathBuf>,
    #[serde(default, deserialize_with = "text")]
    pub(super) database: Option<Database>,
    pub(super) database_password_file: Option<PathBuf>,
    pub(super) upgrade_backup: Option<bool>,
    pub(super) listen: Option<SocketAddr>,
    #[serde(default, deserialize_with = "text")]
    pub(super) public_url: Option<PublicUrl>,
    #[serde(default)]
    pub(super) trusted_proxies: Vec<TrustedProxy>,
    #[serde(default, deserialize_with = "texts")]
    pub(super) allow_outgoing: Vec<IpNet>,
    pub(super) max_connections: Option<NonZeroUsize>,
    pub(super) retain_activity_days: Option<NonZeroU16>,
    #[serde(default, deserialize_with = "code_lifetime")]
    pub(super) code_lifetime: Option<TimeSpan>,
    #[serde(default, deserialize_with = "access_token_lifetime")]
    pub(super) access_token_lifetime: Option<TimeSpan>,
    #[serde(default, deserialize_with = "refresh_token_lifetime")]
    pub(super) refresh_token_lifetime: Option<TimeSpan>,
    #[serde(default, deserialize_with = "grant_lifetime")]
    pub(super) grant_lifetime: Option<TimeSpan>,
    #[serde(default, deserialize_with = "retain_ended")]
    pub(super) retain_ended: Option<TimeSpan>,
    #[serde(default, deserialize_with = "budget")]
    pub(super) api_budget: Option<Budget>,
    pub(super) metrics_listen: Option<SocketAddr>,
    pub(super) slow_query_ms: Option<u64>,
    #[serde(default, deserialize_with = "drain_delay")]
    pub(super) drain_delay: Option<u64>,
    #[serde(default, deserialize_with = "text")]
    pub(super) otlp_endpoint: Option<OtlpEndpoint>,
    pub(super) trace_sampling: Option<Sampling>,
    #[serde(default, deserialize_with = "text")]
    pub(super) smtp: Option<MailServerAddress>,
    pub(super) smtp_password_file: Option<PathBuf>,
    #[serde(default, deserialize_with = "text")]
    pub(super) mail_from: Option<Sender>,
}

fn budget<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Budget>, D::Error> {
    let points = u64::deserialize(deserializer)?;
    let budget = serve::read_budget(&points.to_string()).map_err(D::Error::custom)?;
    Ok(Some(budget))
}

/// A setting that is written as for its flag, and read by `read`.
fn text_by<'de, D: Deserializer<'de>, T, E: Display>(
    deserializer: D,
    read: impl Fn(&str) -> Result<T, E>,
) -> Result<Option<T>, D::Error> {
    let text = String::deserialize(deserializer)?;
    read(&text).map(Some).map_err(D::Error::custom)
}

fn text<'de, D: Deserializer<'de>, T: FromStr<Err: Display>>(deserializer: D) -> Result<Option<T>, D::Error> {
    text_by(deserializer, str::parse)
}

fn texts<'de, D: Deserializer<'de>, T: FromStr<Err: Display>>(deserializer: D) -> Result<Vec<T>, D::Error> {
    let texts = Vec::<String>::deserialize(deserializer)?;
    let read = |text: &String| {
        text.parse()
            .map_err(|error| D::Error::custom(format!("“{text}”: {error}")))
    };
    texts.iter().map(read).collect()
}

fn code_lifetime<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<TimeSpan>, D::Error> {
    text_by(deserializer, |text| read(text, Lifetimes::checked_code))
}

fn access_token_lifetime<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<TimeSpan>, D::Error> {
    text_by(deserializer, |text| read(text, Lifetimes::checked_access_token))
}

fn refresh_token_lifetime<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<TimeSpan>, D::Error> {
    text_by(deserializer, |text| read(text, Lifetimes::checked_refresh_token))
}

fn grant_lifetime<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<TimeSpan>, D::Error> {
    text_by(deserializer, |text| read(text, Lifetimes::checked_grant))
}

fn retain_ended<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<TimeSpan>, D::Error> {
    text_by(deserializer, |text| read(text, checked_retention))
}

fn drain_delay<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    let seconds = u64::deserialize(deserializer)?;
    if seconds > serve::MAX_DRAIN_DELAY {
        let limit = serve::MAX_DRAIN_DELAY;
        return Err(D::Error::custom(format!(
            "expected a number of seconds from 0 to {limit}"
        )));
    }
    Ok(Some(seconds))
}

impl SettingsFile {
    /// Reads the file at `path`, which must exist; without a path, the file in the working folder if it exists.
    pub(super) fn read(path: Option<&Path>) -> Result<Self, CliError> {
        let (path, required) = path.map_or((Path::new(DEFAULT), false), |path| (path, true));
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound && !required => return Ok(Self::default()),
            Err(error) => {
                return Err(CliError::Usage(format!(
                    "cannot read the settings in {}: {error}",
                    path.display()
                )));
            }
        };
        let folder = path.parent().unwrap_or(Path::new(""));
        Self::parse(&text, folder).map_err(|why| CliError::Usage(format!("{}: {why}", path.display())))
    }

    fn parse(text: &str, folder: &Path) -> Result<Self, String> {
        let mut file: Self = toml::from_str(text).map_err(|error| {
            let line = error
                .span()
                .map(|span| text[..span.start.min(text.len())].matches('\n').count() + 1);
            let line = line.map(|line| format!("line {line}: ")).unwrap_or_default();
            format!("{line}{}", error.message().replace('\n', "; "))
        })?;
        file.data_dir = file.data_dir.map(|dir| folder.join(dir));
        file.smtp_password_file = file.smtp_password_file.map(|path| folder.join(path));
        file.database_password_file = file.database_password_file.map(|path| folder.join(path));
        file.database = file.database.map(|database| database.below(folder));
        Ok(file)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_relative_to_the_file() {
        let text =
            "data_dir = \"data\"\nlisten = \"0.0.0.0:80\"\npublic_url = \"https://oauth.example.org\"\n";
        let file = SettingsFile::parse(text, Path::new("/etc/latchkey")).unwrap();
        assert_eq!(file.data_dir.as_deref(), Some(Path::new("/etc/latchkey/data")));
        assert_eq!(file.public_url.unwrap().origin(), "https://oauth.example.org");
        let absolute = SettingsFile::parse("data_dir = \"/srv\"", Path::new("/etc")).unwrap();
        assert_eq!(absolute.data_dir.as_deref(), Some(Path::new("/srv")));
    }

    #[test]
    fn a_mistake_is_named_with_its_line() {
        let error = SettingsFile::parse("listen = \"0.0.0.0:80\"\nlisen = 1\n", Path::new("")).unwrap_err();
        assert!(
            error.starts_with("line 2: ") && error.contains("lisen"),
            "{error}"
        );
        let error = SettingsFile::parse("public_url = \"oauth.example.org\"", Path::new("")).unwrap_err();
        assert!(
            error.starts_with("line 1: ") && error.contains("https://"),
            "{error}"
        );
        for (line, why) in [
            ("code_lifetime = \"1h\"", "a code can last 1m to 10m, not 1h"),
            ("access_token_lifetime = 3600", "expected a string"),
            (
                "refresh_token_lifetime = \"3 months\"",
                "expected a number and a unit",
            ),
            ("retain_ended = \"0s\"", "expected a number and a unit"),
        ] {
            let error = SettingsFile::parse(line, Path::new("")).unwrap_err();
            assert!(error.starts_with("line 1: ") && error.contains(why), "{error}");
        }
    }
}
