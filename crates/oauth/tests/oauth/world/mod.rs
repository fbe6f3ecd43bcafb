//! A network with its people, a clock moved by hand, seeded randomness, and well-behaved clients.

mod client;
mod reading;
mod steps;

use std::sync::Arc;
use std::time::Duration;

use latchkey_domain::{
    Actor, ApplicationSpec, ClientId, ClientSecret, Clock, Member, MemberName, Role, Timestamp,
};
use latchkey_oauth::{Access, AuthorizationServer, Lifetimes, Parts, RequestOrigin, SignedIn};
use latchkey_storage::{
    ActivityQuery, AddMember, ApplicationUpdate, GrantId, NewActivity, NewApplication, PasswordHash, Proof,
    Store,
};
use latchkey_storage_sql::sqlite::SqliteStore;
use latchkey_testing::hand::{HandClock, SeededRandomness};
use tempfile::TempDir;

pub(crate) use self::client::{Client, in_body, public, refreshes, spec, trusted};
pub(crate) use self::reading::{Pair, answer, error, grant_of, query_of, refusal};

/// The pair of RFC 7636 appendix B.
pub(crate) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub(crate) const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

pub(crate) const ISSUER: &str = "https://net.example";

pub(crate) type Pairs = Vec<(String, String)>;

pub(crate) struct World {
    pub(crate) server: AuthorizationServer,
    pub(crate) store: Arc<dyn Store>,
    clock: Arc<HandClock>,
    randomness: Arc<SeededRandomness>,
    folder: TempDir,
}

fn server(
    store: &Arc<dyn Store>,
    clock: &Arc<HandClock>,
    randomness: &Arc<SeededRandomness>,
    lifetimes: Lifetimes,
) -> AuthorizationServer {
    AuthorizationServer::new(Parts {
        store: store.clone(),
        clock: clock.clone(),
        randomness: randomness.clone(),
        token_keys: latchkey_oauth::TokenKeys::new(&[7; 32], &[]),
        issuer: ISSUER.into(),
        lifetimes,
    })
}

impl World {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Arc::new(SqliteStore::open_folder(folder.path()).unwrap()).shared();
        let clock = Arc::new(HandClock::at(Timestamp::from_millis(1_800_000_000_000)));
        let randomness = Arc::new(SeededRandomness::default());
        let server = server(&store, &clock, &randomness, Lifetimes::default());
        Self {
            server,
            store,
            clock,
            randomness,
            folder,
        }
    }

    /// Restarts the server with these lifetimes (a code's, an access token's, a refresh token's).
    pub(crate) fn restart_with(&mut self, [code, access_token, refresh_token]: [&str; 3]) {
        let span = |text: &str| text.parse().unwrap();
        let lifetimes =
            Lifetimes::new(span(code), span(access_token), span(refresh_token), span("365d")).unwrap();
        self.server = server(&self.store, &self.clock, &self.randomness, lifetimes);
    }

    /// How often the server drew randomness.
    pub(crate) fn randomness_used(&self) -> u64 {
        self.randomness.drawn()
    }

    /// Another node over the same store.
    pub(crate) fn another_node(&self) -> AuthorizationServer {
        server(&self.store, &self.clock, &self.randomness, Lifetimes::default())
    }

    /// Rotates the server key, as the command line does beside the server.
    pub(crate) async fn rotate_server_key(&self, revoke: bool) {
        let store = SqliteStore::open_folder(self.folder.path()).unwrap();
        store
            .rotate_key(revoke, &Actor::operator(), self.now())
            .await
            .unwrap();
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Moves the clock forward.
    pub(crate) fn after(&self, seconds: u64) -> &Self {
        self.clock.advance(Duration::from_secs(seconds));
        self
    }

    /// A member who signed in just now, by first name.
    pub(crate) async fn person(&self, name: &str, role: Role) -> SignedIn {
        let member = AddMember {
            email: format!("{name}@example.com").parse().unwrap(),
            name: MemberName::parse(&format!("{name} Lovelace")).unwrap(),
            role,
            password: PasswordHash("unused".into()),
            can_sign_in: true,
        };
        let member = self
            .store
            .add_member(member, &Actor::operator(), self.now())
            .await
            .unwrap()
            .unwrap();
        SignedIn {
            session: None,
            proof: Some(Proof::Password),
            member,
            at: self.now(),
        }
    }

    pub(crate) async fn ada(&self) -> SignedIn {
        self.person("ada", Role::Member).await
    }

    /// Registers a client with this form.
    pub(crate) async fn register(&self, spec: ApplicationSpec) -> Client {
        let secret = spec
            .client_type
            .is_confidential()
            .then(|| ClientSecret::generate(&*self.randomness));
        let application = NewApplication {
            client_id: ClientId::generate(&*self.randomness),
            spec,
            secret: secret.clone(),
        };
        let application = self
            .store
            .create_application(application, &Actor::operator(), self.now())
            .await
            .unwrap();
        Client {
            redirect_uri: application.spec.redirect_uris.iter().next().unwrap().to_string(),
            id: application.client_id,
            secret: secret.map(|secret| secret.expose().to_owned()),
        }
    }

    pub(crate) async fn web_app(&self) -> Client {
        self.register(spec(
            "https://app.example/cb",
            "read:posts write:posts read:userinfo",
        ))
        .await
    }

    pub(crate) async fn native_app(&self) -> Client {
        self.register(public(spec(
            "http://127.0.0.1/cb",
            "read:posts write:posts read:userinfo",
        )))
        .await
    }

    /// Changes the registered form.
    pub(crate) async fn edit(&self, client: &Client, spec: ApplicationSpec) {
        let update = ApplicationUpdate {
            spec,
            expected_revision: None,
            secret_if_missing: ClientSecret::generate(&*self.randomness),
        };
        self.store
            .update_application(&client.id, update, &Actor::operator(), self.now())
            .await
            .unwrap();
    }

    /// The integrator's activity entries, newest first.
    pub(crate) async fn activity(&self, client: &Client) -> Vec<NewActivity> {
        let query = ActivityQuery::of(&client.id);
        let entries = self.store.activity(&query, None, 100).await.unwrap();
        entries.into_iter().map(|entry| entry.event).collect()
    }

    /// The text of the newest activity entry.
    pub(crate) async fn last_words(&self, client: &Client) -> String {
        self.activity(client)
            .await
            .into_iter()
            .next()
            .map(|event| event.message)
            .unwrap_or_default()
    }

    pub(crate) async fn set_role(&self, person: &SignedIn, role: Role) -> Member {
        let changed = self
            .store
            .set_role(&person.member.email, role, &Actor::operator(), self.now())
            .await;
        changed.unwrap().done().unwrap()
    }

    /// The generation stored in the row of the token's grant.
    pub(crate) async fn generation(&self, access: &Access) -> u32 {
        let GrantId(id) = grant_of(access).id;
        self.store
            .grant(GrantId(id))
            .await
            .unwrap()
            .unwrap()
            .state
            .generation
    }
}

pub(crate) fn origin() -> RequestOrigin {
    RequestOrigin {
        address: Some("192.0.2.7".into()),
        request_id: Some("r-1".into()),
    }
}

pub(crate) fn pairs(pairs: &[(&str, &str)]) -> Pairs {
    pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

/// Runs all of `tasks` at once, on several threads.
pub(crate) async fn at_once<T: Send + 'static>(
    tasks: impl IntoIterator<Item = impl Future<Output = T> + Send + 'static>,
) -> Vec<T> {
    let handles: Vec<_> = tasks.into_iter().map(tokio::spawn).collect();
    let mut results = Vec::with_capacity(handles.len());
    for handle in handles {
        results.push(handle.await.unwrap());
    }
    results
}

pub(crate) const DAY: u64 = Duration::from_secs(86_400).as_secs();
