//! How a form answers if a password, a code or a passkey was not accepted.

use axum::response::Response;
use http::header::RETRY_AFTER;
use http::{HeaderValue, StatusCode};
use latchkey_accounts::AccountError;

/// The status of the answer, and how long to wait.
#[derive(Clone, Copy)]
pub(super) struct Refusal {
    pub(super) status: StatusCode,
    /// In seconds.
    retry_after: Option<u128>,
}

impl Refusal {
    /// `None` if the person cannot mend it.
    pub(super) fn of(error: &AccountError) -> Option<Self> {
        let (status, retry_after) = match error {
            AccountError::WrongCredentials
            | AccountError::WrongCode
            | AccountError::PasskeyRefused
            | AccountError::ProvidersOnly
            | AccountError::Suspended => (StatusCode::UNPROCESSABLE_ENTITY, None),
            AccountError::TryLater { wait } => (
                StatusCode::TOO_MANY_REQUESTS,
                Some(wait.as_millis().div_ceil(1_000)),
            ),
            AccountError::Busy => (StatusCode::SERVICE_UNAVAILABLE, Some(5)),
            _ => return None,
        };
        Some(Self { status, retry_after })
    }

    /// The form again, with the status and the time to wait.
    pub(super) fn with(self, mut response: Response) -> Response {
        *response.status_mut() = self.status;
        if let Some(seconds) = self.retry_after
            && let Ok(seconds) = HeaderValue::from_str(&seconds.to_string())
        {
            response.headers_mut().insert(RETRY_AFTER, seconds);
        }
        response
    }
}
