//! Why an operation on applications was refused.

use latchkey_domain::{DraftErrors, Plan};
use latchkey_storage::StoreError;
use thiserror::Error;

use crate::ExportError;

/// Errors that the page and the command line show to people.
#[derive(Debug, Error)]
pub enum RegistrationError {
    /// The caller is not a host.
    #[error("only hosts can manage OAuth applications")]
    NotAHost,
    /// The network's plan does not include applications.
    #[error("OAuth applications are available on the Scale plan and above; this network is on {}", .0.label())]
    PlanTooLow(Plan),
    /// The form is wrong.
    #[error("the application is not valid: {}", text(.0))]
    Invalid(DraftErrors),
    /// The application was deleted, or the id is wrong.
    #[error("there is no application with this client id")]
    NotFound,
    /// Someone else changed it since the form was opened.
    #[error("the application was changed by someone else since you opened it")]
    Stale,
    /// The application is public and has no secrets.
    #[error("this application is public and has no secret: it proves itself with PKCE")]
    NoSecrets,
    /// The application has the most secrets that it can have.
    #[error("this application has two secrets already: retire one of them first")]
    TooManySecrets,
    /// It is the only secret.
    #[error("this is the application's only secret: make a new one first")]
    OnlySecret,
    /// The secret was retired, or its id is wrong.
    #[error("this secret no longer exists: someone may have retired it")]
    SecretNotFound,
    /// Another application has the client id that was brought along.
    #[error(
        "another application has this client id: delete that one first, or leave the client id out for a new one"
    )]
    ClientIdTaken,
    /// The file cannot be read.
    #[error("{0}")]
    File(ExportError),
    /// The store failed.
    #[error(transparent)]
    Store(StoreError),
}

impl From<StoreError> for RegistrationError {
    fn from(error: StoreError) -> Self {
        match error {
            // The caller lost the role between the check and the change.
            StoreError::NotAHost => Self::NotAHost,
            StoreError::ClientIdTaken => Self::ClientIdTaken,
            error => Self::Store(error),
        }
    }
}

fn text(errors: &DraftErrors) -> String {
    errors
        .all()
        .map(|error| error.replace('\n', " "))
        .collect::<Vec<_>>()
        .join(" ")
}
