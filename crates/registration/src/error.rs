//! Why an operation on applications was refused.

use latchkey_domain::{DraftErrors, Plan};
use latchkey_storage::StoreError;
use thiserror::Error;

/// What the page and the command line put into words.
#[derive(Debug, Error)]
pub enum RegistrationError {
    /// The caller is not a host.
    #[error("only hosts can manage OAuth applications")]
    NotAHost,
    /// The network's plan does not include applications.
    #[error("OAuth applications are available on the Scale plan and above; this network is on {}", .0.label())]
    PlanTooLow(Plan),
    /// The form is wrong.
    #[error("the application is not valid: {}", words(.0))]
    Invalid(DraftErrors),
    /// There is no such application: it was deleted, or the id is wrong.
    #[error("there is no application with this client id")]
    NotFound,
    /// Somebody else changed it since the form was opened.
    #[error("the application was changed by someone else since you opened it")]
    Stale,
    /// It is public: there is no secret to be had.
    #[error("this application is public and has no secret: it proves itself with PKCE")]
    NoSecrets,
    /// It has as many secrets as there can be.
    #[error("this application has two secrets already: retire one of them first")]
    TooManySecrets,
    /// The secret is the only one.
    #[error("this is the application's only secret: make a new one first")]
    OnlySecret,
    /// There is no such secret: it was retired, or the number is wrong.
    #[error("this secret no longer exists: someone may have retired it")]
    SecretNotFound,
    /// What lies below failed.
    #[error(transparent)]
    Store(StoreError),
}

impl From<StoreError> for RegistrationError {
    fn from(error: StoreError) -> Self {
        match error {
            // The role was taken away between the check and the change.
            StoreError::NotAHost => Self::NotAHost,
            error => Self::Store(error),
        }
    }
}

fn words(errors: &DraftErrors) -> String {
    [&errors.name, &errors.redirect_uris, &errors.scopes]
        .into_iter()
        .filter_map(|error| error.as_deref())
        .map(|error| error.replace('\n', " "))
        .collect::<Vec<_>>()
        .join(" ")
}
