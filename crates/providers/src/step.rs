//! A request to a provider as a step of the transcript.

use latchkey_outgoing::{OutgoingAnswer, OutgoingRequest};
use serde_json::{Map, Value};

use crate::mask::Secrets;
use crate::{ProviderClient, ProviderError, Step, Transcript, transcript};

/// A request, and how it is shown.
pub(crate) struct Fetch<'a> {
    pub(crate) title: &'static str,
    pub(crate) request: OutgoingRequest,
    pub(crate) shown: String,
    pub(crate) secrets: &'a Secrets,
}

impl ProviderClient {
    /// Sends a request and reads the answer with `read`, which also says in words what was read.
    pub(crate) async fn fetch<T>(
        &self,
        fetch: Fetch<'_>,
        log: &mut Transcript,
        read: impl FnOnce(&OutgoingAnswer) -> Result<(T, String), ProviderError>,
    ) -> Result<T, ProviderError> {
        let (answer, read) = match self.outgoing.send(fetch.request).await {
            Ok(answer) => (transcript::answer(&answer, fetch.secrets), read(&answer)),
            Err(error) => {
                let step = fetch.title;
                (String::new(), Err(ProviderError::Request { step, error }))
            }
        };
        let (value, outcome) = match read {
            Ok((value, text)) => (Ok(value), Ok(text)),
            Err(error) => {
                let text = error.to_string();
                (Err(error), Err(text))
            }
        };
        log.push(Step {
            title: fetch.title,
            request: fetch.secrets.hide(&fetch.shown),
            answer,
            outcome,
        });
        value
    }
}

/// The members of a JSON object in a good answer.
pub(crate) fn object(
    step: &'static str,
    answer: &OutgoingAnswer,
) -> Result<Map<String, Value>, ProviderError> {
    if !answer.is_success() {
        let status = answer.status;
        return Err(ProviderError::Status { step, status });
    }
    serde_json::from_slice(&answer.body).map_err(|_| not_json(step, answer))
}

pub(crate) fn not_json(step: &'static str, answer: &OutgoingAnswer) -> ProviderError {
    let is_page = answer.media_type() == "text/html" || answer.body.trim_ascii_start().starts_with(b"<");
    ProviderError::NotJson { step, is_page }
}
