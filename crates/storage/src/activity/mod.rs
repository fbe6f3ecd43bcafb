//! What happened to an application's authorizations and tokens, for the integrator who wonders why something fails.

mod query;
mod reason;

use async_trait::async_trait;
use latchkey_domain::{ClientId, MemberId, ScopeSet, Timestamp, limits, named};

pub use self::query::{ActivityArea, ActivityFilter, ActivityOf, ActivityQuery, request_id};
pub use self::reason::ActivityReason;
use crate::StoreError;
use crate::shared::cut;

/// The most characters of a message that are kept.
const MESSAGE_LENGTH: usize = 1_000;

/// The most characters of a redirect URI, which the client may have made up.
const REDIRECT_URI_LENGTH: usize = 2_048;

/// The most characters of a client id that no application has.
const CLIENT_ID_LENGTH: usize = 100;

/// A client id as a request sent it. It may be anything, so it is cut, and control characters are replaced.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SentClientId(String);

impl SentClientId {
    pub fn new(sent: &str) -> Self {
        let visible = |character: char| {
            if character.is_control() {
                '\u{FFFD}'
            } else {
                character
            }
        };
        let mut kept: String = sent.chars().take(CLIENT_ID_LENGTH).map(visible).collect();
        if sent.chars().nth(CLIENT_ID_LENGTH).is_some() {
            kept.push('…');
        }
        Self(kept)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&ClientId> for SentClientId {
    fn from(client_id: &ClientId) -> Self {
        Self(client_id.as_str().to_owned())
    }
}

named! {
    /// The kind of event.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub enum ActivityKind: "a kind of activity" {
        /// A request at the authorization endpoint.
        Authorization = "authorization",
        /// A request to sign somebody out.
        SignOut = "sign_out",
        /// Somebody signed in, or should have been, with an account at a provider.
        ProviderSignIn = "provider_sign_in",
        /// A code was exchanged, or should have been.
        CodeExchange = "code_exchange",
        /// Tokens were refreshed, or should have been.
        Refresh = "refresh",
        /// Tokens were revoked.
        Revocation = "revocation",
        /// A token was presented to a resource and refused.
        TokenUse = "token_use",
        /// A query of the Headless API failed.
        ApiCall = "api_call",
    }
}

impl ActivityKind {
    /// What it is about.
    pub const fn area(self) -> ActivityArea {
        match self {
            Self::Authorization | Self::SignOut | Self::ProviderSignIn => ActivityArea::Authorizations,
            Self::CodeExchange | Self::Refresh | Self::Revocation | Self::TokenUse => ActivityArea::Tokens,
            Self::ApiCall => ActivityArea::Api,
        }
    }
}

named! {
    /// What an event tells. Of each class only so many are kept, so that one class pushes out none of another.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub enum ActivityClass: "a class of activity" {
        /// Something worked.
        Success = "success",
        /// A request failed that only the application or a member could have sent, or one of a deleted application.
        Failure = "failure",
        /// A request failed that anyone could have sent.
        Stranger = "stranger",
        /// A sign of theft.
        Alarm = "alarm",
    }
}

impl ActivityClass {
    /// How many of the class are kept of an application.
    pub const fn most(self) -> u32 {
        match self {
            Self::Success => limits::ACTIVITY_SUCCESSES,
            Self::Failure => limits::ACTIVITY_FAILURES,
            Self::Stranger => limits::ACTIVITY_FAILURES_OF_STRANGERS,
            Self::Alarm => limits::ACTIVITY_ALARMS,
        }
    }
}

/// An event to be kept.
#[derive(Clone, Debug)]
pub struct NewActivity {
    /// The application's client id. If no application has it, the event is kept as not matched.
    pub client: SentClientId,
    /// When.
    pub at: Timestamp,
    pub kind: ActivityKind,
    /// Whether it worked.
    pub succeeded: bool,
    /// Whether it is a sign of theft.
    pub is_alarm: bool,
    /// Whether the application proved that the request is its own.
    pub authenticated: bool,
    /// Why it failed.
    pub reason: Option<ActivityReason>,
    /// What happened, in words an integrator can act on; never a secret, code or token. Cut to 1,000 characters.
    pub message: String,
    /// A redirect URI that was not registered, which a host may add from the page.
    pub redirect_uri: Option<String>,
    /// Scopes that were missing.
    pub missing_scopes: ScopeSet,
    /// Which member was involved.
    pub member: Option<MemberId>,
    /// From where the request came.
    pub address: Option<String>,
    /// The request's id.
    pub request_id: Option<String>,
}

impl NewActivity {
    /// A failure of which nothing else is known.
    pub fn failed(
        client: impl Into<SentClientId>,
        at: Timestamp,
        kind: ActivityKind,
        message: impl Into<String>,
    ) -> Self {
        Self {
            client: client.into(),
            at,
            kind,
            succeeded: false,
            is_alarm: false,
            authenticated: false,
            reason: None,
            message: message.into(),
            redirect_uri: None,
            missing_scopes: ScopeSet::EMPTY,
            member: None,
            address: None,
            request_id: None,
        }
    }

    /// A success of which nothing else is known.
    pub fn succeeded(
        client: impl Into<SentClientId>,
        at: Timestamp,
        kind: ActivityKind,
        message: impl Into<String>,
    ) -> Self {
        Self {
            succeeded: true,
            ..Self::failed(client, at, kind, message)
        }
    }

    pub fn class(&self) -> ActivityClass {
        let is_known =
            self.authenticated || self.member.is_some() || self.reason == Some(ActivityReason::ClientDeleted);
        match (self.is_alarm, self.succeeded, is_known) {
            (true, ..) => ActivityClass::Alarm,
            (false, true, _) => ActivityClass::Success,
            (false, false, true) => ActivityClass::Failure,
            (false, false, false) => ActivityClass::Stranger,
        }
    }

    /// Whether an equal event may have come from another address: servers of one application have several.
    pub const fn is_equal_from_anywhere(&self) -> bool {
        !self.succeeded
    }

    /// As much of the message as is kept.
    pub fn kept_message(&self) -> &str {
        cut(&self.message, MESSAGE_LENGTH)
    }

    /// As much of the redirect URI as is kept.
    pub fn kept_redirect_uri(&self) -> Option<&str> {
        self.redirect_uri
            .as_deref()
            .map(|uri| cut(uri, REDIRECT_URI_LENGTH))
    }
}

/// Failures of one kind that were not kept, because there were too many within a minute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unkept {
    pub client: SentClientId,
    pub class: ActivityClass,
    pub kind: ActivityKind,
    pub reason: Option<ActivityReason>,
    /// How many.
    pub count: u32,
    /// When the last one happened.
    pub last_at: Timestamp,
}

/// An event that was kept.
#[derive(Clone, Debug)]
pub struct ActivityEntry {
    pub id: i64,
    /// The event; of several equal ones the first, with the last one's request id and address.
    pub event: NewActivity,
    /// Whether an application has the client id of the event.
    pub is_matched: bool,
    /// How often it happened.
    pub times: u32,
    /// How many more like it were not kept.
    pub unkept: u32,
    /// When it last happened.
    pub last_at: Timestamp,
}

/// Keeping and reading events.
#[async_trait]
pub trait Activity: Send + Sync {
    /// Keeps events. An event that equals a recent one, but for its time and request id (a failure: and address), is
    /// counted with it; the newest request ids still lead to it. Of each class, only the newest of an application stay,
    /// and of what belongs to no application as many as of one application.
    async fn record_activity(&self, events: Vec<NewActivity>) -> Result<(), StoreError>;

    /// Adds failures that were not kept to the newest entry that is like them.
    async fn count_unkept(&self, failures: Vec<Unkept>) -> Result<(), StoreError>;

    /// The newest `limit` events that `query` asks for, the newest first; `before` continues behind an entry's number.
    async fn activity(
        &self,
        query: &ActivityQuery,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<ActivityEntry>, StoreError>;

    /// Whether an application had this client id and was deleted.
    async fn was_deleted(&self, client_id: &ClientId) -> Result<bool, StoreError>;

    /// The application whose client id begins or ends as `sent` does, so that it was probably meant.
    async fn similar_client(&self, sent: &SentClientId) -> Result<Option<ClientId>, StoreError>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_id_that_was_sent_is_cut_and_has_no_control_characters() {
        assert_eq!(SentClientId::new("a\0b\n").as_str(), "a\u{FFFD}b\u{FFFD}");
        let kept = SentClientId::new(&"é".repeat(200));
        assert_eq!(kept.as_str(), format!("{}…", "é".repeat(100)));
    }

    #[test]
    fn only_what_anyone_could_have_sent_is_a_strangers() {
        let failed = NewActivity::failed(
            SentClientId::new("x"),
            Timestamp::default(),
            ActivityKind::CodeExchange,
            "wrong",
        );
        assert_eq!(failed.class(), ActivityClass::Stranger);
        let authenticated = NewActivity {
            authenticated: true,
            ..failed.clone()
        };
        assert_eq!(authenticated.class(), ActivityClass::Failure);
        let of_member = NewActivity {
            member: Some(MemberId(1)),
            ..failed.clone()
        };
        assert_eq!(of_member.class(), ActivityClass::Failure);
        let deleted = NewActivity {
            reason: Some(ActivityReason::ClientDeleted),
            ..failed
        };
        assert_eq!(deleted.class(), ActivityClass::Failure);
    }
}
