//! Where mail goes out: settings of `serve`, `doctor` and `mail`.

use std::path::{Path, PathBuf};

use clap::Args;
use latchkey_mail::{MailServer, MailServerAddress, Patience, Sender};
use secrecy::SecretString;

use super::{PublicUrl, SettingsFile};
use crate::error::CliError;

/// The environment variable with the password, for those who keep secrets there.
const PASSWORD: &str = "LATCHKEY_SMTP_PASSWORD";

/// Where mail goes out.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Mail")]
pub(crate) struct MailArgs {
    /// The mail server that takes mails, like <smtps://user@mail.example.org:465>, or smtp:// for STARTTLS [default: none]
    #[arg(long, value_name = "URL", env = "LATCHKEY_SMTP")]
    pub(crate) smtp: Option<MailServerAddress>,

    /// A file with the password for the mail server [default: the variable `LATCHKEY_SMTP_PASSWORD`]
    #[arg(long, value_name = "FILE", env = "LATCHKEY_SMTP_PASSWORD_FILE")]
    pub(crate) smtp_password_file: Option<PathBuf>,

    /// Who mails are from, like members@example.org or River Club <members@example.org>
    #[arg(long, value_name = "ADDRESS", env = "LATCHKEY_MAIL_FROM")]
    pub(crate) mail_from: Option<Sender>,
}

/// Where mail goes out.
#[derive(Clone, Debug)]
pub(crate) struct MailSettings {
    pub(crate) address: MailServerAddress,
    pub(crate) password: Option<SecretString>,
    pub(crate) sender: Sender,
}

impl MailArgs {
    /// The settings; the file applies where no flag or variable does. `None`: no mail.
    pub(crate) fn resolve(self, file: &SettingsFile) -> Result<Option<MailSettings>, CliError> {
        let sender = self.mail_from.or(file.mail_from.clone());
        let Some(address) = self.smtp.or(file.smtp.clone()) else {
            return match sender {
                Some(_) => Err(CliError::Usage(
                    "--mail-from without --smtp: give the mail server too, like smtps://user@mail.example.org:465".into(),
                )),
                None => Ok(None),
            };
        };
        let sender = sender.ok_or_else(|| {
            CliError::Usage("--smtp without --mail-from: give the address that mails are from too".into())
        })?;
        let password = match self.smtp_password_file.or(file.smtp_password_file.clone()) {
            Some(file) => Some(password_of(&file)?),
            None => std::env::var(PASSWORD)
                .ok()
                .filter(|text| !text.is_empty())
                .map(SecretString::from),
        };
        if address.user().is_some() && password.is_none() {
            return Err(CliError::Usage(format!(
                "--smtp has a user and there is no password: give it with --smtp-password-file or {PASSWORD}"
            )));
        }
        Ok(Some(MailSettings {
            address,
            password,
            sender,
        }))
    }
}

fn password_of(file: &Path) -> Result<SecretString, CliError> {
    let text = std::fs::read_to_string(file).map_err(|error| {
        CliError::Usage(format!(
            "--smtp-password-file: cannot read {}: {error}",
            file.display()
        ))
    })?;
    // An editor ends the last line.
    Ok(text.trim_end_matches(['\r', '\n']).to_owned().into())
}

impl MailSettings {
    /// The mail server, not asked yet.
    pub(crate) fn server(&self, public_url: &PublicUrl) -> Result<MailServer, CliError> {
        MailServer::new(
            self.address.clone(),
            self.password.as_ref(),
            public_url.host(),
            Patience::default(),
        )
        .map_err(|why| CliError::Failed(format!("cannot send mail: {why}")))
    }
}
