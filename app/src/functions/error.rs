//! Why a server function failed. This is the only place that turns errors into text for people.

use latchkey_domain::{DraftErrors, Plan};
use leptos::server_fn::codec::JsonEncoding;
use leptos::server_fn::error::{FromServerFnError, ServerFnErrorErr};
use serde::{Deserialize, Serialize};

/// An error, as it is sent to the page: `{"error": "stale"}`, with the fields of that error beside it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "error", rename_all = "snake_case")]
pub enum FunctionError {
    /// The person is not signed in (any more).
    SignedOut,
    /// The member signed in a while ago, and has to give the password again for this.
    AskAgain,
    /// The member who is signed in is not a host (any more).
    NotAHost,
    /// The plan does not include OAuth applications.
    PlanTooLow {
        /// The network's plan.
        plan: Plan,
    },
    /// The form is wrong.
    Invalid {
        /// What is wrong with each field.
        errors: DraftErrors,
    },
    /// The application does not exist (any more).
    NotFound,
    /// Someone else changed the application.
    Stale,
    /// The request was not understood.
    BadRequest {
        /// What was expected.
        message: String,
    },
    /// The current state does not allow it.
    Conflict {
        /// Why.
        message: String,
    },
    /// The server cannot access its data now.
    Unavailable {
        /// What to do.
        message: String,
    },
    /// Something failed on the server. The log has more under this id.
    Failed {
        /// The request's id.
        request_id: String,
    },
    /// The server did not answer. Created by the browser.
    Unreachable,
    /// The answer was not from this server, but for example a proxy's error page. Created by the browser.
    #[serde(other)]
    Unreadable,
}

impl FunctionError {
    /// What happened and what to do, in a sentence or two.
    pub(crate) fn message(&self) -> String {
        match self {
            Self::SignedOut => "You have been signed out.".into(),
            Self::AskAgain => "You signed in a while ago: enter your password again first.".into(),
            Self::NotAHost => "Only hosts can manage OAuth applications. Ask a host to do this, or to make you one.".into(),
            Self::PlanTooLow { plan } => format!(
                "OAuth applications are available on the Scale plan and above. This network is on {}.",
                plan.label()
            ),
            Self::Invalid { .. } => "Some fields need another look.".into(),
            Self::NotFound => "This application no longer exists. Someone may have deleted it.".into(),
            Self::Stale => {
                "Someone else changed this application after you opened it. Reload the page to see the current version.".into()
            }
            Self::BadRequest { message } | Self::Conflict { message } | Self::Unavailable { message } => message.clone(),
            Self::Failed { request_id } => {
                format!("Something went wrong on the server and nothing was changed. Request {request_id}.")
            }
            Self::Unreachable => "The server cannot be reached. Nothing was changed.".into(),
            Self::Unreadable => {
                "The server's answer could not be read. Reload the page to see whether the change was made.".into()
            }
        }
    }

    /// The HTTP status of the answer.
    #[cfg(feature = "ssr")]
    pub(crate) fn status(&self) -> u16 {
        match self {
            Self::BadRequest { .. } => 400,
            Self::SignedOut => 401,
            Self::AskAgain | Self::NotAHost | Self::PlanTooLow { .. } => 403,
            Self::NotFound => 404,
            Self::Stale | Self::Conflict { .. } => 409,
            Self::Invalid { .. } => 422,
            Self::Failed { .. } | Self::Unreachable | Self::Unreadable => 500,
            Self::Unavailable { .. } => 503,
        }
    }
}

impl FromServerFnError for FunctionError {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        let on_server = cfg!(feature = "ssr");
        let error = match error {
            ServerFnErrorErr::Request(_) => Self::Unreachable,
            // On the server this is a body that is not JSON; in the browser, an answer that is not JSON.
            ServerFnErrorErr::Deserialization(_) if !on_server => Self::Unreadable,
            ServerFnErrorErr::Args(detail)
            | ServerFnErrorErr::MissingArg(detail)
            | ServerFnErrorErr::Deserialization(detail) => Self::BadRequest {
                message: format!("The request was not understood: {detail}."),
            },
            _ if on_server => Self::Failed {
                request_id: String::new(),
            },
            _ => Self::Unreadable,
        };
        #[cfg(feature = "ssr")]
        if let Some(request) = leptos::prelude::use_context::<crate::request::Request>() {
            request.status.set(error.status());
        }
        error
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_error_survives_the_journey() {
        let message = || "x".to_owned();
        for error in [
            FunctionError::SignedOut,
            FunctionError::AskAgain,
            FunctionError::NotAHost,
            FunctionError::PlanTooLow { plan: Plan::Launch },
            FunctionError::Invalid {
                errors: DraftErrors::from_iter([(latchkey_domain::application::Field::Name, "x".into())]),
            },
            FunctionError::NotFound,
            FunctionError::Stale,
            FunctionError::BadRequest { message: message() },
            FunctionError::Conflict { message: message() },
            FunctionError::Unavailable { message: message() },
            FunctionError::Failed {
                request_id: "x".into(),
            },
            FunctionError::Unreachable,
            FunctionError::Unreadable,
        ] {
            let json = serde_json::to_string(&error).unwrap();
            assert_eq!(
                serde_json::from_str::<FunctionError>(&json).unwrap(),
                error,
                "{json}"
            );
        }
    }

    /// The server's own error answers have a message and the request's id beside each error.
    #[test]
    fn what_is_beside_an_error_is_ignored() {
        let json = r#"{"error":"not_found","message":"x","request_id":"y"}"#;
        assert_eq!(
            serde_json::from_str::<FunctionError>(json).unwrap(),
            FunctionError::NotFound
        );
    }

    #[test]
    fn an_answer_of_something_else_is_unreadable() {
        let json = r#"{"error":"made_up"}"#;
        assert_eq!(
            serde_json::from_str::<FunctionError>(json).unwrap(),
            FunctionError::Unreadable
        );
        // Leptos turns this into a deserialization error, which means unreadable in the browser.
        assert!(serde_json::from_str::<FunctionError>(r#"{"error":"invalid"}"#).is_err());
    }
}
