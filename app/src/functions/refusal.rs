//! Why a server function did not do what it was asked. The one place where that becomes words for a person.

use latchkey_domain::{DraftErrors, Plan};
use leptos::server_fn::codec::JsonEncoding;
use leptos::server_fn::error::{FromServerFnError, ServerFnErrorErr};
use serde::{Deserialize, Serialize};

/// A refusal, as it travels to the page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(from = "Wire", into = "Wire")]
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
    /// Anything else that the server says in its own words. One kind for all of it: each weighs in the browser.
    Told {
        /// What it is called on the wire: one of [`BAD_REQUEST`], [`CONFLICT`] and [`UNAVAILABLE`].
        error: String,
        /// What happened, and what to do.
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

/// The request was not understood.
pub(crate) const BAD_REQUEST: &str = "bad_request";
/// It cannot be done as things are now.
#[cfg(feature = "ssr")]
pub(crate) const CONFLICT: &str = "conflict";
/// The server cannot get at its data at the moment.
#[cfg(feature = "ssr")]
pub(crate) const UNAVAILABLE: &str = "unavailable";

impl Refusal {
    /// Says something in the server's own words. `error` is its name on the wire.
    pub(crate) fn told(error: &str, message: String) -> Self {
        Self::Told {
            error: error.to_owned(),
            message,
        }
    }

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
            Self::Told { message, .. } => message.clone(),
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
            Self::Told { error, .. } => match error.as_str() {
                CONFLICT => 409,
                UNAVAILABLE => 503,
                _ => 400,
            },
            Self::Failed { .. } | Self::Unreachable | Self::Unreadable => 500,
        }
    }
}

/// A refusal as JSON: `{"error": "stale"}`, and beside it what belongs to that error. One flat object rather than serde's
/// tagged enum, whose reading takes more WebAssembly.
#[derive(Default, Serialize, Deserialize)]
struct Wire {
    error: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    plan: Option<Plan>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    errors: Option<DraftErrors>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    message: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    request_id: Option<String>,
}

impl From<Refusal> for Wire {
    fn from(refusal: Refusal) -> Self {
        let named = |error: &str| Self {
            error: error.to_owned(),
            ..Self::default()
        };
        match refusal {
            Refusal::SignedOut => named("signed_out"),
            Refusal::NotAHost => named("not_a_host"),
            Refusal::PlanTooLow { plan } => Self {
                plan: Some(plan),
                ..named("plan_too_low")
            },
            Refusal::Invalid { errors } => Self {
                errors: Some(errors),
                ..named("invalid")
            },
            Refusal::NotFound => named("not_found"),
            Refusal::Stale => named("stale"),
            Refusal::Told { error, message } => Self {
                message: Some(message),
                ..named(&error)
            },
            Refusal::Failed { request_id } => Self {
                request_id: Some(request_id),
                ..named("failed")
            },
            Refusal::Unreachable => named("unreachable"),
            Refusal::Unreadable => named("unreadable"),
        }
    }
}

impl From<Wire> for Refusal {
    fn from(wire: Wire) -> Self {
        match (wire.error.clone().as_str(), wire) {
            ("signed_out", _) => Self::SignedOut,
            ("not_a_host", _) => Self::NotAHost,
            ("plan_too_low", Wire { plan: Some(plan), .. }) => Self::PlanTooLow { plan },
            (
                "invalid",
                Wire {
                    errors: Some(errors), ..
                },
            ) => Self::Invalid { errors },
            ("not_found", _) => Self::NotFound,
            ("stale", _) => Self::Stale,
            (
                "failed",
                Wire {
                    request_id: Some(request_id),
                    ..
                },
            ) => Self::Failed { request_id },
            ("unreachable", _) => Self::Unreachable,
            (
                _,
                Wire {
                    error,
                    message: Some(message),
                    ..
                },
            ) => Self::Told { error, message },
            _ => Self::Unreadable,
        }
    }
}

impl FromServerFnError for Refusal {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        let refusal = match error {
            ServerFnErrorErr::Request(_) => Self::Unreachable,
            ServerFnErrorErr::Args(detail) | ServerFnErrorErr::MissingArg(detail) => {
                Self::told(BAD_REQUEST, format!("The request was not understood: {detail}."))
            }
            // On the server this is a body that is no JSON, in the browser an answer that is none.
            ServerFnErrorErr::Deserialization(detail) if cfg!(feature = "ssr") => {
                Self::told(BAD_REQUEST, format!("The request was not understood: {detail}."))
            }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_refusal_survives_the_journey() {
        for refusal in [
            Refusal::SignedOut,
            Refusal::NotAHost,
            Refusal::PlanTooLow { plan: Plan::Launch },
            Refusal::Invalid {
                errors: DraftErrors {
                    name: Some("x".into()),
                    ..DraftErrors::default()
                },
            },
            Refusal::NotFound,
            Refusal::Stale,
            Refusal::told(BAD_REQUEST, "x".into()),
            Refusal::told("conflict", "x".into()),
            Refusal::Failed {
                request_id: "x".into(),
            },
            Refusal::Unreachable,
            Refusal::Unreadable,
        ] {
            let json = serde_json::to_string(&refusal).unwrap();
            assert_eq!(serde_json::from_str::<Refusal>(&json).unwrap(), refusal, "{json}");
        }
    }

    #[test]
    fn an_answer_of_something_else_is_unreadable() {
        for json in [r#"{"error":"made_up"}"#, r#"{"error":"invalid"}"#] {
            assert_eq!(
                serde_json::from_str::<Refusal>(json).unwrap(),
                Refusal::Unreadable,
                "{json}"
            );
        }
    }
}
