//! What the unit tests share: a network in its own folder, with a clock that tests move and seeded randomness.

use std::sync::Arc;

use latchkey_domain::member::NewPassword;
use latchkey_domain::{Actor, Clock, Member, MemberName, Role, Timestamp};
use latchkey_storage::{PasswordHash, Proof, SetPassword, Store};
use latchkey_storage_sql::keys::ServerKey;
use latchkey_storage_sql::postgres::PostgresStore;
use latchkey_storage_sql::sqlite::SqliteStore;
use latchkey_testing::hand::{HandClock, SeededRandomness};
use tempfile::TempDir;

use crate::{
    Cost, NewMember, Opened, Passwords, ProviderSignIn, Roster, SecondFactor, SessionKeeper, Setup, SignIn,
    SignInLinks,
};

pub(crate) const PASSWORD: &str = "latchkey-demo";

pub(crate) fn new_password(text: &str) -> NewPassword {
    NewPassword::new(text.to_owned()).unwrap()
}

pub(crate) struct World {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) clock: Arc<HandClock>,
    pub(crate) sessions: SessionKeeper,
    pub(crate) sign_in: SignIn,
    pub(crate) setup: Setup,
    pub(crate) roster: Roster,
    pub(crate) links: SignInLinks,
    pub(crate) second_factor: SecondFactor,
    pub(crate) passwords: Passwords,
    pub(crate) providers: ProviderSignIn,
    _folder: Option<TempDir>,
}

impl World {
    // Async, to match the tests that call it.
    #[allow(clippy::unused_async)]
    pub(crate) async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Arc::new(SqliteStore::open_folder(folder.path()).unwrap());
        Self::over(store.shared(), Some(folder))
    }

    /// A world in a new database on a private `PostgreSQL`.
    pub(crate) async fn on_postgres() -> Self {
        let url = latchkey_testing::postgres::database().parse().unwrap();
        let store = PostgresStore::open(&url, ServerKey::from_bytes([7; 32])).await;
        Self::over(Arc::new(store.unwrap()).shared(), None)
    }

    /// One world on each store.
    pub(crate) async fn of_each_kind() -> [Self; 2] {
        [Self::new().await, Self::on_postgres().await]
    }

    fn over(store: Arc<dyn Store>, folder: Option<TempDir>) -> Self {
        let clock = Arc::new(HandClock::at(Timestamp::from_millis(1_800_000_000_000)));
        let randomness = Arc::new(SeededRandomness::default());
        let passwords = Passwords::new(Cost::TRIFLING, randomness.clone());
        let sessions = SessionKeeper::new(store.clone(), clock.clone(), randomness.clone());
        let sign_in = SignIn::new(
            store.clone(),
            clock.clone(),
            passwords.clone(),
            sessions.clone(),
            [8; 32],
            [9; 32],
        );
        Self {
            second_factor: SecondFactor::new(
                store.clone(),
                clock.clone(),
                randomness.clone(),
                sign_in.clone(),
            ),
            providers: ProviderSignIn::new(
                store.clone(),
                clock.clone(),
                randomness.clone(),
                passwords.clone(),
                sign_in.clone(),
            ),
            sign_in,
            setup: Setup::new(store.clone(), clock.clone(), passwords.clone(), [7; 32]),
            roster: Roster::new(store.clone(), clock.clone(), passwords.clone()),
            links: SignInLinks::new(store.clone(), clock.clone(), randomness, passwords.clone()),
            sessions,
            store,
            clock,
            passwords,
            _folder: folder,
        }
    }

    pub(crate) fn setup_with_key(&self, key: [u8; 32]) -> Setup {
        Setup::new(
            self.store.clone(),
            self.clock.clone(),
            self.passwords.clone(),
            key,
        )
    }

    /// Sets a password from its hash.
    pub(crate) async fn set_password(&self, member: &Member, hash: PasswordHash) {
        let (by, at) = (Actor::operator(), self.clock.now());
        let set = self
            .store
            .set_password(&member.email, SetPassword::of(hash), &by, at);
        set.await.unwrap().unwrap();
    }

    /// A session of `member`.
    pub(crate) async fn open(&self, member: &Member) -> Opened {
        let (_, hash) = self.store.credentials(&member.email).await.unwrap().unwrap();
        let address = Some([192, 0, 2, 1].into());
        let opened = self
            .sign_in
            .open(member, (hash, Proof::Password), address, None)
            .await;
        opened.unwrap().unwrap()
    }

    /// A member whose password is [`PASSWORD`].
    pub(crate) async fn member(&self, email: &str) -> Member {
        let new = NewMember {
            email: email.parse().unwrap(),
            name: MemberName::parse("Ada Lovelace").unwrap(),
            role: Role::Member,
            password: Some(new_password(PASSWORD)),
        };
        self.roster.add(new, &Actor::operator()).await.unwrap()
    }
}
