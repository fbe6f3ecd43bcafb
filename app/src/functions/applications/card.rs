//! An application as the page shows it.

use latchkey_domain::{ApplicationDraft, LogoId, Page, Plan, SecretId};
use serde::{Deserialize, Serialize};

/// A page of the list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Listing {
    pub page: Page<ApplicationCard>,
    /// The network's plan.
    pub plan: Plan,
    /// How many applications of the network have failed in the last hour.
    pub failing: u64,
}

/// What the page of an application shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Details {
    pub card: ApplicationCard,
    /// The name of the member who registered it; `None` if it was the operator or a member who is gone.
    pub created_by: Option<String>,
    /// The network's plan.
    pub plan: Plan,
}

/// What a card shows. It never holds a secret, which is fetched separately.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ApplicationCard {
    pub client_id: String,
    /// What the host chose, as the form shows it.
    pub form: ApplicationDraft,
    pub paused: bool,
    pub created: Date,
    pub last_used: Option<Date>,
    /// Newest first. A public application has none.
    pub secrets: Vec<SecretSummary>,
    pub connected_members: u64,
    pub logo: Option<LogoId>,
    /// How long ago it was last used: `3 minutes ago`.
    pub used: Option<String>,
    /// How many requests failed in the last hour.
    pub failures: u64,
    /// What the latest of them says.
    pub latest_failure: Option<String>,
    /// Whether members are connected or it was used in the last 30 days.
    pub in_use: bool,
    /// The number of the last edit.
    pub revision: u32,
}

/// A date, for people and for machines.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Date {
    /// `23 Nov 2026`.
    pub text: String,
    /// ISO 8601, for the `datetime` attribute.
    pub iso: String,
}

/// A secret without its value. Times are relative to the answer: `10 minutes ago`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SecretSummary {
    pub id: SecretId,
    pub created: String,
    pub last_used: Option<String>,
    pub position: SecretPosition,
}

/// Which of an application's secrets it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SecretPosition {
    Only,
    /// There is an older one.
    New,
    /// There is a newer one.
    Old(Replacement),
}

/// How far an integration has moved from an old secret to the new one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Replacement {
    /// The new secret has not been used.
    NotStarted,
    /// The old secret was used after the first use of the new one. Holds how long ago.
    Partial(String),
    /// The old secret was not used after the first use of the new one. Holds how long ago that was.
    Complete(String),
}

/// The outcome of creating or editing an application.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Saved {
    pub client_id: String,
    /// Its secret, if one was just created. It is shown once.
    pub new_secret: Option<String>,
}
