//! What was said, for the host who tries a provider.

use std::fmt::Write;

use latchkey_outgoing::OutgoingAnswer;
use serde_json::Value;

use crate::mask::{Secrets, is_secret, mask, mask_json, mask_runs};

/// The steps of a sign-in, in order. Secrets, codes, tokens, `state` and `nonce` are masked ("abcd…").
///
/// The text is partly what the provider sent: escape it before it becomes part of a page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Transcript {
    /// The steps, oldest first.
    pub steps: Vec<Step>,
}

/// One step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// What it is for.
    pub title: &'static str,
    /// What was sent or looked at: at most about 4 kB, on several lines. Empty if nothing was.
    pub request: String,
    /// What came back: as long. Empty if nothing did.
    pub answer: String,
    /// What was read from the answer, or what is wrong with it, in words.
    pub outcome: Result<String, String>,
}

/// The most bytes of a request or answer.
const MOST: usize = 4_096;

/// The most steps. A sign-in has fewer than ten.
const MOST_STEPS: usize = 50;

impl Transcript {
    /// Adds a step, unless there are far too many.
    pub(crate) fn push(&mut self, mut step: Step) {
        if self.steps.len() < MOST_STEPS {
            step.request = bounded(&step.request);
            step.answer = bounded(&step.answer);
            self.steps.push(step);
        }
    }
}

/// The text with at most [`MOST`] bytes and no control characters but line feeds.
fn bounded(text: &str) -> String {
    let mut end = MOST.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let is_shown = |char: char| char == '\n' || !char.is_control();
    let mut shown: String = text[..end]
        .chars()
        .map(|char| if is_shown(char) { char } else { ' ' })
        .collect();
    if end < text.len() {
        shown.push('…');
    }
    shown
}

/// Lines of `name: value` or `name=value`, secrets masked by their names.
pub(crate) fn pairs<'a>(separator: &str, pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let mut lines = String::new();
    for (name, value) in pairs {
        let value = if is_secret(name) { &mask(value) } else { value };
        // Writing to a string does not fail.
        let _ = writeln!(lines, "{name}{separator}{value}");
    }
    lines
}

/// An answer to show.
pub(crate) fn answer(answer: &OutgoingAnswer, secrets: &Secrets) -> String {
    let media_type = answer.media_type();
    let text = String::from_utf8_lossy(&answer.body);
    let body = if let Ok(mut value) = serde_json::from_slice::<Value>(&answer.body) {
        json(&mut value)
    } else if media_type == "application/x-www-form-urlencoded" {
        let all: Vec<_> = form_urlencoded::parse(&answer.body).collect();
        pairs("=", all.iter().map(|(name, value)| (&**name, &**value)))
    } else {
        mask_runs(&text)
    };
    let head = match media_type.as_str() {
        "" => format!("{}\n\n", answer.status),
        _ => format!("{}\nContent-Type: {media_type}\n\n", answer.status),
    };
    secrets.hide(&(head + &body))
}

/// JSON to show.
pub(crate) fn json(value: &mut Value) -> String {
    mask_json(value);
    serde_json::to_string_pretty(value).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_bounded() {
        let mut log = Transcript::default();
        for _ in 0..1_000 {
            log.push(Step {
                title: "x",
                request: "ä".repeat(10_000),
                answer: "a\u{1b}[31m\r\nb".into(),
                outcome: Ok(String::new()),
            });
        }
        assert_eq!(log.steps.len(), MOST_STEPS);
        assert_eq!(log.steps[0].request.len(), MOST + "…".len());
        assert_eq!(log.steps[0].answer, "a [31m \nb");
    }
}
