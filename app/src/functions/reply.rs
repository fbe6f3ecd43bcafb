//! From a rule's outcome to the answer of a server function.

use std::error::Error;

use latchkey_registration::{Caller, Registrar, RegistrationError};
use leptos::prelude::*;

use super::Refusal;
use super::refusal::{CONFLICT, UNAVAILABLE};
use crate::request::Request;

/// Sets the HTTP status that goes with a refusal.
pub(super) fn set_status(refusal: &Refusal) {
    if let Some(request) = use_context::<Request>() {
        request.status.set(refusal.status());
    }
}

/// Runs `rule` for whoever is signed in. The rule itself decides whether that person may.
pub(super) async fn as_member<T>(
    rule: impl AsyncFnOnce(Registrar, Caller) -> Result<T, RegistrationError>,
) -> Result<T, Refusal> {
    let request = expect_context::<Request>();
    let outcome = match request.caller() {
        None => Err(Refusal::SignedOut),
        Some(caller) => rule(request.registrar.clone(), caller)
            .await
            .map_err(|error| refuse(&request, error)),
    };
    outcome.inspect_err(|refusal| request.status.set(refusal.status()))
}

/// The refusal that a rule's error becomes.
pub(crate) fn refuse(request: &Request, error: RegistrationError) -> Refusal {
    match error {
        RegistrationError::NotAHost => Refusal::NotAHost,
        RegistrationError::PlanTooLow(plan) => Refusal::PlanTooLow { plan },
        RegistrationError::Invalid(errors) => Refusal::Invalid { errors },
        RegistrationError::NotFound => Refusal::NotFound,
        RegistrationError::Stale => Refusal::Stale,
        error @ (RegistrationError::NoSecrets
        | RegistrationError::TooManySecrets
        | RegistrationError::OnlySecret
        | RegistrationError::SecretNotFound) => Refusal::told(CONFLICT, sentence(&error.to_string())),
        RegistrationError::Store(error) => {
            tracing::error!(error = &error as &dyn Error, "a server function failed");
            if error.try_again().is_some() {
                return Refusal::told(
                    UNAVAILABLE,
                    "The server is not ready at the moment, and nothing was changed. Try again in a few seconds.".into(),
                );
            }
            Refusal::Failed {
                request_id: request.actor.request_id.clone().unwrap_or_default(),
            }
        }
    }
}

/// The words of an error as a sentence of their own.
fn sentence(words: &str) -> String {
    let mut letters = words.chars();
    let first = letters.next().map(char::to_uppercase).into_iter().flatten();
    first.chain(letters).chain(['.']).collect()
}
