//! What members granted to applications. A grant is one row; its code and tokens are derived from it and never stored.

pub mod rules;

use async_trait::async_trait;
use latchkey_domain::{
    Application, ApplicationName, ClientId, Member, MemberId, RedirectUri, ScopeSet, Timestamp, named,
};

use crate::{NewActivity, Proof, SessionId, StoreError};

/// The number of a grant; part of every code and token made from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct GrantId(pub i64);

/// An authorization that a member just gave.
#[derive(Clone, Debug)]
pub struct NewGrant {
    /// To whom.
    pub client_id: ClientId,
    /// By whom.
    pub member: MemberId,
    /// In which of the member's sessions. It has to be open when the grant is stored.
    pub session: Option<SessionId>,
    /// What was granted.
    pub scopes: ScopeSet,
    /// The redirect URI of the request, exactly as it was sent; `None` if the request left it out.
    pub requested_redirect_uri: Option<String>,
    /// The registered redirect URI that it matched.
    pub redirect_uri: RedirectUri,
    /// The PKCE S256 challenge (RFC 7636 section 4.3), if there was one.
    pub code_challenge: Option<String>,
    /// 16 random bytes that are part of every code and token.
    pub salt: [u8; 16],
    /// When the code expires.
    pub code_expires_at: Timestamp,
    /// Whether the consent is remembered (not for applications that skip consent). It adds to one that was given after
    /// this time, and replaces one that is older and has expired.
    pub remember: Option<Timestamp>,
    /// Whether a host made it in the API explorer.
    pub is_explorer_login: bool,
    /// What its ID tokens say of the sign-in, if it has any.
    pub sign_in: Option<GrantedSignIn>,
    /// Where its access tokens work; `None`: everywhere.
    pub resource: Option<Resource>,
}

named! {
    /// What a token can be asked for alone (RFC 8707).
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Resource: "a resource" {
        /// The GraphQL endpoint of the network.
        HeadlessApi = "headless-api",
    }
}

/// What ID tokens say of a sign-in (OpenID Connect Core section 2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GrantedSignIn {
    /// When the member signed in.
    pub at: Timestamp,
    /// How the member signed in, if that is known.
    pub proof: Option<Proof>,
    /// What the client sent to recognize the ID token by.
    pub nonce: Option<String>,
}

/// The part of a grant that [`Grants::change_grant`] changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GrantState {
    /// 0 until the code is redeemed; then the number of the token pair that is current, from 1.
    pub generation: u32,
    /// When the current generation was issued; its tokens carry this time.
    pub issued_at: Timestamp,
    /// When a token of the current generation was first used; `None`: not yet.
    pub generation_used_at: Option<Timestamp>,
    /// When a token pair was last issued again because the response was lost: the current one, or one before it.
    pub repeated_at: Option<Timestamp>,
    /// When any token of the grant was last used or issued.
    pub last_used_at: Option<Timestamp>,
    /// When the grant ended, and why.
    pub revoked: Option<(Timestamp, RevocationReason)>,
}

/// A grant with the application and the member as they are now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    pub id: GrantId,
    /// To whom.
    pub application: Application,
    /// By whom.
    pub member: Member,
    /// What was granted.
    pub scopes: ScopeSet,
    /// The redirect URI of the request, exactly as it was sent; `None` if the request left it out.
    pub requested_redirect_uri: Option<String>,
    /// The PKCE challenge, if there was one.
    pub code_challenge: Option<String>,
    /// The random part of its code and tokens.
    pub salt: [u8; 16],
    /// When the member granted it.
    pub created_at: Timestamp,
    /// When its code expires.
    pub code_expires_at: Timestamp,
    /// Whether a host made it in the API explorer.
    pub is_explorer_login: bool,
    /// What its ID tokens say of the sign-in, if it has any.
    pub sign_in: Option<GrantedSignIn>,
    /// Where its access tokens work; `None`: everywhere.
    pub resource: Option<Resource>,
    /// The part of it that changes.
    pub state: GrantState,
}

named! {
    /// Why a grant ended.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum RevocationReason: "a reason" {
        /// The client asked for it (RFC 7009).
        Client = "client",
        /// The member disconnected the application.
        Member = "member",
        /// A host disconnected everyone.
        Host = "host",
        /// Its code was presented a second time (RFC 6749 section 4.1.2).
        CodeReplayed = "code_replayed",
        /// A superseded refresh token was presented (RFC 9700 section 4.14.2).
        RefreshTokenReplayed = "refresh_token_replayed",
        /// The member's password was changed.
        PasswordChanged = "password_changed",
        /// Its code was not exchanged in time, and that was recorded.
        CodeExpired = "code_expired",
        /// The host ended a test in the API explorer.
        ExplorerLoginEnded = "trial_ended",
    }
}

/// Outcome of a [`GrantDecision`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GrantChange {
    /// Leave it as it is.
    Keep,
    /// Store this state.
    Set(GrantState),
}

/// Decides, inside the transaction, how to change a grant that was just read. It may run more than once (a database may
/// ask for a retry), so it has no side effects.
pub type GrantDecision = Box<dyn Fn(&Grant) -> GrantChange + Send + Sync>;

/// An application that a member connected, for the member's own page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectedApp {
    pub application: Application,
    /// The union of what its active grants and the remembered consent hold.
    pub scopes: ScopeSet,
    /// Since when.
    pub since: Timestamp,
    /// When it was last used.
    pub last_used_at: Option<Timestamp>,
}

/// An application that a change of password disconnected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disconnected {
    pub application: ApplicationName,
    /// When the password was changed.
    pub at: Timestamp,
}

/// A code that expired before it was exchanged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExpiredCode {
    pub grant: GrantId,
    /// To which application.
    pub client_id: ClientId,
    /// By whom.
    pub member: MemberId,
    /// Where the code was sent.
    pub sent_to: RedirectUri,
    /// When it expired.
    pub expired_at: Timestamp,
    /// Whether a host made it in the API explorer.
    pub is_explorer_login: bool,
}

/// Creating, reading, changing and ending grants.
#[async_trait]
pub trait Grants: Send + Sync {
    /// What `member` has granted to the application after the time `after` and did not revoke; empty if nothing.
    async fn remembered_consent(
        &self,
        member: MemberId,
        client_id: &ClientId,
        after: Timestamp,
    ) -> Result<ScopeSet, StoreError>;

    /// Stores an authorization (generation 0, code not redeemed) and adds its scopes to the remembered consent. Of the
    /// member's codes for the application that were not redeemed, the newest [`UNREDEEMED_CODES`] stay. `None` if the
    /// application, the member or the session is gone, or the member may not grant these scopes (any more).
    ///
    /// [`UNREDEEMED_CODES`]: latchkey_domain::limits::UNREDEEMED_CODES
    async fn create_grant(&self, grant: NewGrant, at: Timestamp) -> Result<Option<GrantId>, StoreError>;

    /// The grant with this number.
    async fn grant(&self, id: GrantId) -> Result<Option<Grant>, StoreError>;

    /// Reads a grant, asks `decide`, and stores what it says, all in one transaction. Returns the grant as it was read
    /// and as it is now; `None` if there is none. A later `last_used_at` becomes the application's too, to the minute.
    async fn change_grant(
        &self,
        id: GrantId,
        decide: GrantDecision,
    ) -> Result<Option<(Grant, Grant)>, StoreError>;

    /// The applications that `member` connected after the time `after`, the last used first. Logins of the API
    /// explorer are not among them.
    async fn connected_apps_of(
        &self,
        member: MemberId,
        after: Timestamp,
    ) -> Result<Vec<ConnectedApp>, StoreError>;

    /// The applications that a change of password disconnected from `member` and that the member has not connected again,
    /// the last first; at most 50.
    async fn disconnected_by_password(&self, member: MemberId) -> Result<Vec<Disconnected>, StoreError>;

    /// Revokes what `member` granted to an application and deletes the consent; whether there was anything.
    async fn disconnect(
        &self,
        member: MemberId,
        client_id: &ClientId,
        at: Timestamp,
    ) -> Result<bool, StoreError>;

    /// Revokes the grants that `member` made in the API explorer and that have tokens; how many there were. Codes that
    /// wait to be exchanged stay.
    async fn end_explorer_logins(&self, member: MemberId, at: Timestamp) -> Result<u64, StoreError>;

    /// At most `limit` codes that expired before `now`, that were not exchanged and [`close_codes`](Self::close_codes)
    /// has not closed: those of one application, or of all.
    async fn expired_codes(
        &self,
        client_id: Option<&ClientId>,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<ExpiredCode>, StoreError>;

    /// Closes expired codes and records an event for each that has one, in one transaction. A code that was closed or
    /// exchanged meanwhile is skipped, and so is its event.
    async fn close_codes(
        &self,
        codes: Vec<(GrantId, Option<NewActivity>)>,
        at: Timestamp,
    ) -> Result<(), StoreError>;
}
