//! What the demonstration network is made of: `content.toml`.

use std::collections::BTreeMap;
use std::sync::LazyLock;
use std::time::Duration;

use latchkey_domain::{ApplicationDraft, Role, Slug, TimeSpan, TimeSpanError};
use serde::de::Error;
use serde::{Deserialize, Deserializer};

pub(super) static CONTENT: LazyLock<Content> =
    LazyLock::new(|| toml::from_str(include_str!("content.toml")).expect("the tests have read it"));

#[derive(Deserialize)]
pub(super) struct Content {
    pub(super) people: Vec<Person>,
    pub(super) first_names: Vec<String>,
    pub(super) last_names: Vec<String>,
    pub(super) comments: Vec<String>,
    pub(super) plans: Vec<Plan>,
    pub(super) story: Vec<Event>,
    pub(super) topics: Vec<Topic>,
    pub(super) posts: Vec<Post>,
    pub(super) events: Vec<Meeting>,
    pub(super) courses: Vec<Syllabus>,
    pub(super) applications: BTreeMap<App, Registration>,
}

#[derive(Clone, Deserialize)]
pub(super) struct Person {
    /// How many days ago they joined.
    pub(super) days: u32,
    pub(super) role: Role,
    pub(super) name: String,
}

#[derive(Deserialize)]
pub(super) struct Plan {
    pub(super) name: String,
    pub(super) description: String,
    pub(super) price_cents: u32,
    pub(super) interval: String,
}

/// A space and the subjects of its posts.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Topic {
    pub(super) slug: Slug,
    pub(super) name: String,
    pub(super) description: String,
    #[serde(default)]
    pub(super) private: bool,
    /// Subjects, spelled for the middle of a sentence.
    pub(super) things: Vec<String>,
}

#[derive(Deserialize)]
pub(super) struct Post {
    pub(super) title: String,
    pub(super) body: String,
}

#[derive(Deserialize)]
pub(super) struct Meeting {
    pub(super) title: String,
    pub(super) description: String,
    pub(super) location: String,
}

#[derive(Deserialize)]
pub(super) struct Syllabus {
    pub(super) slug: Slug,
    pub(super) title: String,
    pub(super) description: String,
    /// Titles and minutes.
    pub(super) lessons: Vec<(String, u32)>,
}

/// An application of the demonstration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum App {
    Directory,
    Mobile,
    Crm,
    Website,
    Calendar,
    Courses,
}

#[derive(Deserialize)]
pub(super) struct Registration {
    /// How many days ago it was.
    pub(super) days: u32,
    /// Requests to the Headless API in a typical hour of the day.
    pub(super) requests: usize,
    /// The host's form.
    pub(super) draft: ApplicationDraft,
}

/// An event of the story.
#[derive(Clone, Deserialize)]
pub(super) struct Event {
    #[serde(deserialize_with = "time_spans")]
    pub(super) ago: Duration,
    pub(super) app: App,
    #[serde(flatten)]
    pub(super) step: Step,
}

/// What happened to an application. A `change` is a wrong parameter and its value.
#[derive(Clone, Deserialize)]
#[serde(tag = "step", rename_all = "snake_case")]
pub(super) enum Step {
    /// The host registered it.
    Register,
    /// The host added a redirect URI.
    AddRedirectUri { uri: String },
    /// The host added a second secret, which the developer uses from then on.
    ReplaceSecret,
    /// The host revealed a secret.
    RevealSecret,
    /// The host paused it.
    Pause,
    /// A member connected it.
    Connect { who: String },
    /// It did something for a member.
    Use { who: String },
    /// It used a token that had expired.
    UseOldToken { who: String },
    /// A member pressed Deny.
    Deny { who: String },
    /// A member disconnected it.
    Disconnect { who: String },
    /// A copied refresh token was used after the original.
    Steal { who: String },
    /// It sent a member with a wrong parameter.
    Ask { who: String, change: (String, String) },
    /// It exchanged a code with a wrong parameter.
    Exchange { who: String, change: (String, String) },
    /// It exchanged a code after it had expired.
    ExchangeLate { who: String },
}

/// Time spans with a space between: `5d 23h`.
fn time_spans<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    let text = String::deserialize(deserializer)?;
    let spans = text.split(' ').map(|span| span.parse().map(TimeSpan::duration));
    spans.sum::<Result<_, TimeSpanError>>().map_err(D::Error::custom)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_application_is_valid() {
        assert_eq!(CONTENT.applications.len(), 6);
        for Registration { draft, .. } in CONTENT.applications.values() {
            assert!(draft.validate().is_ok(), "{}: {:?}", draft.name, draft.validate());
        }
    }
}
