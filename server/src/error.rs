//! Why a command failed, in one line that says what to do.

use std::error::Error;

use latchkey_accounts::AccountError;
use latchkey_registration::RegistrationError;
use latchkey_storage::StoreError;
use thiserror::Error as ThisError;

/// Ends a command with an error.
#[derive(Debug, ThisError)]
pub enum CliError {
    /// Wrong usage.
    #[error("{0}")]
    Usage(String),
    /// Something failed.
    #[error("{0}")]
    Failed(String),
}

impl CliError {
    /// The exit status of the process.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Failed(_) => 1,
            Self::Usage(_) => 2,
        }
    }
}

impl From<AccountError> for CliError {
    fn from(error: AccountError) -> Self {
        Self::Failed(with_sources(&error))
    }
}

impl From<StoreError> for CliError {
    fn from(error: StoreError) -> Self {
        Self::Failed(with_sources(&error))
    }
}

impl From<RegistrationError> for CliError {
    fn from(error: RegistrationError) -> Self {
        match error {
            RegistrationError::Invalid(_) => Self::Usage(error.to_string()),
            RegistrationError::NotFound => {
                Self::Failed(format!("{error}: `latchkey app list` shows which there are"))
            }
            RegistrationError::PlanTooLow(_) => Self::Failed(format!(
                "{error}: `latchkey network set --plan scale` changes the plan"
            )),
            error => Self::Failed(with_sources(&error)),
        }
    }
}

/// The operator sees the whole chain: nobody else can explain it.
fn with_sources(error: &dyn Error) -> String {
    let mut line = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        let message = error.to_string();
        if !line.contains(&message) {
            line = format!("{line}: {message}");
        }
        source = error.source();
    }
    line
}
