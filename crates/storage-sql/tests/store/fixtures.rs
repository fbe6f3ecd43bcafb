//! Stores, people and applications for the tests.

use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use latchkey_domain::provider::ProviderSpec;
use latchkey_domain::{
    Actor, Application, ApplicationDraft, ApplicationSpec, ClientId, ClientSecret, ListQuery, Member,
    MemberName, PageRequest, Role, Timestamp,
};
use latchkey_storage::{
    AddMember, Applications, GrantId, Grants, Members, NewApplication, NewGrant, NewSession, PasswordHash,
    Proof, SessionKey, Store,
};
use tempfile::TempDir;

/// A store that is gone after the test.
pub(crate) struct TestStore {
    pub(crate) store: Arc<dyn Store>,
    /// Its folder, if it has one.
    pub(crate) _folder: Option<TempDir>,
}

impl TestStore {
    /// The store for a task of its own.
    pub(crate) fn share(&self) -> Arc<dyn Store> {
        Arc::clone(&self.store)
    }
}

impl Deref for TestStore {
    type Target = dyn Store;

    fn deref(&self) -> &Self::Target {
        self.store.as_ref()
    }
}

/// A new, empty store, of the kind that this binary tests.
pub(crate) fn store() -> TestStore {
    crate::backend::store()
}

/// Before anything in a test happens.
pub(crate) const LONG_AGO: Timestamp = Timestamp::from_millis(0);

/// The time `seconds` after the tests begin.
pub(crate) fn at(seconds: u64) -> Timestamp {
    Timestamp::from_millis(1_700_000_000_000).plus(Duration::from_secs(seconds))
}

/// What a host chooses for a provider with this name in addresses.
pub(crate) fn provider_spec(slug: &str) -> ProviderSpec {
    latchkey_testing::provider_spec(slug, "https://login.example.com")
}

pub(crate) fn operator() -> Actor {
    Actor::operator()
}

/// 43 characters that are different each time.
fn fresh_token() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    format!("{:A>43}", NEXT.fetch_add(1, Ordering::Relaxed))
}

pub(crate) fn client_id() -> ClientId {
    fresh_token().parse().unwrap()
}

pub(crate) fn secret() -> ClientSecret {
    ClientSecret::kept(fresh_token())
}

/// A confidential application called `name`.
pub(crate) fn spec(name: &str) -> ApplicationSpec {
    draft(name).validate().unwrap()
}

pub(crate) fn public_spec(name: &str) -> ApplicationSpec {
    ApplicationDraft {
        confidential: false,
        ..draft(name)
    }
    .validate()
    .unwrap()
}

fn draft(name: &str) -> ApplicationDraft {
    ApplicationDraft {
        name: name.into(),
        redirect_uris: "https://myapp.com/oauth/callback\nhttps://myapp.com/other".into(),
        scopes: vec![
            "read:posts".into(),
            "read:userinfo".into(),
            "host:read:network_members".into(),
        ],
        ..ApplicationDraft::default()
    }
}

pub(crate) fn new_application(spec: ApplicationSpec) -> NewApplication {
    let secret = spec.client_type.is_confidential().then(secret);
    NewApplication {
        client_id: client_id(),
        spec,
        secret,
    }
}

pub(crate) async fn add_application(store: &(impl Applications + ?Sized), name: &str) -> Application {
    store
        .create_application(new_application(spec(name)), &operator(), at(0))
        .await
        .unwrap()
}

/// One application for each name, in that order.
pub(crate) async fn add_applications<const N: usize>(
    store: &(impl Applications + ?Sized),
    names: [&str; N],
) -> [Application; N] {
    let mut added = Vec::with_capacity(N);
    for name in names {
        added.push(add_application(store, name).await);
    }
    added.try_into().unwrap()
}

pub(crate) async fn count_applications(store: &(impl Applications + ?Sized)) -> u64 {
    store
        .applications(&ListQuery::default(), PageRequest::new(1, 1), LONG_AGO)
        .await
        .unwrap()
        .total
}

pub(crate) fn new_member(email: &str, role: Role) -> AddMember {
    let (name, _) = email.split_once('@').unwrap();
    AddMember {
        email: email.parse().unwrap(),
        name: MemberName::parse(name).unwrap(),
        role,
        password: password(email),
        can_sign_in: true,
    }
}

/// The hash of the password of a [`new_member`].
pub(crate) fn password(email: &str) -> PasswordHash {
    PasswordHash(format!("hash of {}", email.to_lowercase()))
}

/// A session that `member`, who was a [`new_member`], signs in to.
pub(crate) fn new_session(member: &Member, key: u8, expires_at: Timestamp) -> NewSession {
    NewSession {
        key: SessionKey([key; 32]),
        member: member.id,
        password: password(member.email.as_str()),
        proof: Proof::Password,
        rehashed: None,
        network: None,
        address: None,
        user_agent: None,
        expires_at,
    }
}

pub(crate) async fn add_member(store: &(impl Members + ?Sized), email: &str) -> Member {
    store
        .add_member(new_member(email, Role::Member), &operator(), at(0))
        .await
        .unwrap()
        .unwrap()
}

/// One member for each address, in that order.
pub(crate) async fn add_members<const N: usize>(
    store: &(impl Members + ?Sized),
    emails: [&str; N],
) -> [Member; N] {
    let mut added = Vec::with_capacity(N);
    for email in emails {
        added.push(add_member(store, email).await);
    }
    added.try_into().unwrap()
}

/// What `member` grants to `application`: scopes as on the wire.
pub(crate) fn new_grant(application: &Application, member: &Member, scopes: &str) -> NewGrant {
    NewGrant {
        client_id: application.client_id.clone(),
        member: member.id,
        session: None,
        scopes: scopes.parse().unwrap(),
        requested_redirect_uri: Some("https://myapp.com/oauth/callback".into()),
        redirect_uri: "https://myapp.com/oauth/callback".parse().unwrap(),
        code_challenge: Some("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM".into()),
        salt: [9; 16],
        code_expires_at: at(120),
        remember: Some(LONG_AGO),
        is_explorer_login: false,
        sign_in: None,
        resource: None,
    }
}

/// A grant whose code was redeemed at `at`.
pub(crate) async fn connect(
    store: &(impl Grants + ?Sized),
    application: &Application,
    member: &Member,
    at: Timestamp,
) -> GrantId {
    let id = store
        .create_grant(new_grant(application, member, "read:posts"), at)
        .await
        .unwrap()
        .unwrap();
    rotate(store, id, at).await;
    id
}

/// Moves a grant to its next generation.
pub(crate) async fn rotate(store: &(impl Grants + ?Sized), id: GrantId, at: Timestamp) {
    store
        .change_grant(id, next_generation(at))
        .await
        .unwrap()
        .unwrap();
}

pub(crate) fn next_generation(at: Timestamp) -> latchkey_storage::GrantDecision {
    Box::new(move |grant| {
        let mut state = grant.state.clone();
        state.generation += 1;
        state.issued_at = at;
        state.generation_used_at = None;
        state.last_used_at = Some(at);
        latchkey_storage::GrantChange::Set(state)
    })
}
