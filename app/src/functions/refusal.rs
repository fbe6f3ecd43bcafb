//! Why a server function did not do what it was asked. The one place where that becomes words for a person.

use latchkey_domain::{DraftErrors, Plan};
use leptos::server_fn::codec::JsonEncoding;
use leptos::server_fn::error::{FromServerFnError, ServerFnErrorErr};
use serde::{Deserialize, Serialize};

/// A refusal, as it travels to the page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "error", rename_all = "snake_case")]
pub enum Refusal {
    /// Nobody is signed in (any more).
    SignedOut,
    /// Who is signed in is not a host (any more).
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
    /// Somebody else changed the application.
    Stale,
    /// The request was not understood.
    BadRequest {
        /// What was expected.
        message: String,
    },
    /// Something failed on the server; the log has more under this id.
    Failed {
        /// The request's id.
        request_id: String,
    },
    /// The server did not answer. Made by the browser.
    Unreachable,
    /// What came back was not an answer of this server: a proxy's error page, say. Made by the browser.
    Unreadable,
}

impl Refusal {
    /// What happened and what to do, in a sentence or two.
    pub(crate) fn words(&self) -> String {
        match self {
            Self::SignedOut => "You have been signed out.".into(),
            Self::NotAHost => "Only hosts can manage OAuth applications. Ask a host to do this, or to make you one.".into(),
            Self::PlanTooLow { plan } => format!(
                "OAuth applications are available on the Scale plan and above. This network is on {}.",
                plan.label()
            ),
            Self::Invalid { .. } => "Some fields need another look.".into(),
            Self::NotFound => "This application no longer exists. Someone may have deleted it.".into(),
            Self::Stale => {
                "Someone else changed this application after you opened it. Close this dialog and open it again to see the \
                 current version."
                    .into()
            }
            Self::BadRequest { message } => message.clone(),
            Self::Failed { request_id } => {
                format!("Something went wrong on the server and nothing was changed. Request {request_id}.")
            }
            Self::Unreachable => "The server cannot be reached. Nothing was changed, and what you typed is kept.".into(),
            Self::Unreadable => {
                "The server's answer could not be read. Reload the page to see whether the change was made.".into()
            }
        }
    }

    /// The HTTP status that goes with it.
    #[cfg(feature = "ssr")]
    pub(crate) fn status(&self) -> u16 {
        match self {
            Self::SignedOut => 401,
            Self::NotAHost | Self::PlanTooLow { .. } => 403,
            Self::NotFound => 404,
            Self::Stale => 409,
            Self::Invalid { .. } => 422,
            Self::BadRequest { .. } => 400,
            Self::Failed { .. } | Self::Unreachable | Self::Unreadable => 500,
        }
    }
}

impl FromServerFnError for Refusal {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        let refusal = match error {
            ServerFnErrorErr::Request(_) => Self::Unreachable,
            ServerFnErrorErr::Args(detail) | ServerFnErrorErr::MissingArg(detail) => Self::BadRequest {
                message: format!("The request was not understood: {detail}."),
            },
            // On the server this is a body that is no JSON, in the browser an answer that is none.
            ServerFnErrorErr::Deserialization(detail) if cfg!(feature = "ssr") => Self::BadRequest {
                message: format!("The request was not understood: {detail}."),
            },
            ServerFnErrorErr::Deserialization(_) => Self::Unreadable,
            _ if cfg!(feature = "ssr") => Self::Failed {
                request_id: String::new(),
            },
            _ => Self::Unreadable,
        };
        #[cfg(feature = "ssr")]
        super::reply::set_status(&refusal);
        refusal
    }
}
