//! Converts a rule's result to the answer of a server function.

use std::error::Error;

use latchkey_registration::{Caller, Registrar, RegistrationError};
use leptos::prelude::*;

use super::error::FunctionError;
use crate::request::Request;

/// Runs `rule` as the signed-in member. The rule itself checks permission.
pub(super) async fn as_member<T>(
    rule: impl AsyncFnOnce(Registrar, Caller) -> Result<T, RegistrationError>,
) -> Result<T, FunctionError> {
    let request = expect_context::<Request>();
    let outcome = run(&request, rule).await;
    outcome.inspect_err(|error| request.status.set(error.status()))
}

/// The same, for a request that is not in the context.
pub(crate) async fn run<T>(
    request: &Request,
    rule: impl AsyncFnOnce(Registrar, Caller) -> Result<T, RegistrationError>,
) -> Result<T, FunctionError> {
    match request.caller() {
        None => Err(FunctionError::SignedOut),
        Some(caller) => rule(request.registrar.clone(), caller)
            .await
            .map_err(|error| to_function_error(request, error)),
    }
}

fn to_function_error(request: &Request, error: RegistrationError) -> FunctionError {
    match error {
        RegistrationError::NotAHost => FunctionError::NotAHost,
        RegistrationError::PlanTooLow(plan) => FunctionError::PlanTooLow { plan },
        RegistrationError::Invalid(errors) => FunctionError::Invalid { errors },
        RegistrationError::NotFound => FunctionError::NotFound,
        RegistrationError::Stale => FunctionError::Stale,
        error @ (RegistrationError::NoSecrets
        | RegistrationError::TooManySecrets
        | RegistrationError::OnlySecret
        | RegistrationError::SecretNotFound
        | RegistrationError::ClientIdTaken
        | RegistrationError::File(_)) => FunctionError::Conflict {
            message: sentence(&error.to_string()),
        },
        RegistrationError::Store(error) => {
            tracing::error!(error = &error as &dyn Error, "a server function failed");
            if error.try_again().is_some() {
                return FunctionError::Unavailable {
                    message: "The server is not ready at the moment, and nothing was changed. Try again in a few seconds.".into(),
                };
            }
            FunctionError::Failed {
                request_id: request.actor.request_id.clone().unwrap_or_default(),
            }
        }
    }
}

/// `there is no such secret` as `There is no such secret.`
fn sentence(message: &str) -> String {
    let mut letters = message.chars();
    let first = letters.next().map(char::to_uppercase).into_iter().flatten();
    first.chain(letters).chain(['.']).collect()
}
