//! Two networks, of which one signs members of the other in.

use latchkey_domain::provider::ProviderSpec;
use latchkey_domain::{Actor, ApplicationDraft, Role};
use latchkey_storage::providers::{ProviderChange, SecretChange};
use latchkey_storage::{ActivityOf, ActivityQuery};
use latchkey_testing::provider_spec;

use super::oauth::{Client, web_app};
use super::{Answer, Browser, TestApp};

/// Where a sign-in at the guild begins.
pub(crate) const START: &str = "/sign-in/with/guild?return_to=/account/sessions";

/// The network that people sign in at, and one where they do so with it.
pub(crate) struct World {
    pub(crate) guild: TestApp,
    pub(crate) club: TestApp,
    /// The club, as the guild knows it.
    pub(crate) client: Client,
}

/// The guild as a provider of the club.
pub(crate) fn spec(world: &World) -> ProviderSpec {
    ProviderSpec {
        client_id: world.client.id.clone().try_into().unwrap(),
        scopes: "openid profile email".to_owned().try_into().unwrap(),
        verifies_emails: true,
        ..provider_spec("guild", &world.guild.issuer())
    }
}

impl World {
    /// Both, which do not know of each other yet.
    pub(crate) async fn bare() -> Self {
        let guild = Box::pin(TestApp::new()).await;
        let club = Box::pin(TestApp::new()).await;
        let draft = ApplicationDraft {
            name: "Club".into(),
            redirect_uris: format!("{}/sign-in/callback/guild", club.issuer()),
            scopes: ["openid", "profile", "email"].map(str::to_owned).into(),
            skip_consent: true,
            ..web_app()
        };
        let client = guild.register(draft).await;
        Self { guild, club, client }
    }

    /// Both, and the guild signs members of the club in.
    pub(crate) async fn new() -> Self {
        let world = Self::bare().await;
        world.add(spec(&world)).await;
        world
    }

    /// Adds a provider to the club.
    pub(crate) async fn add(&self, spec: ProviderSpec) {
        let secret = self.client.secret.clone().map(Into::into);
        let (store, now) = (&self.club.instance.store, self.club.instance.clock.now());
        let added = store.add_provider(spec, secret, &Actor::operator(), now).await;
        assert!(matches!(added, Ok(ProviderChange::Done(_))), "{added:?}");
    }

    /// Changes a provider of the club.
    pub(crate) async fn change(&self, spec: ProviderSpec) {
        let (store, now) = (&self.club.instance.store, self.club.instance.clock.now());
        let change = store
            .change_provider(spec, SecretChange::Keep, &Actor::operator(), now)
            .await;
        assert!(matches!(change, Ok(ProviderChange::Done(_))), "{change:?}");
    }

    /// Somebody who is signed in at the guild.
    pub(crate) async fn at_guild(&self, email: &str) -> Browser {
        self.guild.member(email, Role::Member).await;
        self.guild.signed_in(email).await
    }

    /// From the club to the guild: the path of the callback that it answers with.
    pub(crate) async fn to_guild(&self, at_club: &Browser, at_guild: &Browser, start: &str) -> String {
        let there = at_club.get(start).await;
        there.assert_status(303);
        let there = path_at(&self.guild, there.header("location"));
        let back = at_guild.get(&there).await;
        assert!(back.status.is_redirection(), "{} {}", back.status, back.text);
        path_at(&self.club, back.header("location"))
    }

    /// All the way from the sign-in page and back.
    pub(crate) async fn walk(&self, at_club: &Browser, at_guild: &Browser, start: &str) -> Answer {
        let back = self.to_guild(at_club, at_guild, start).await;
        at_club.get(&back).await
    }

    /// What Activity says of the last sign-ins at providers that failed.
    pub(crate) async fn activity(&self) -> Vec<String> {
        let query = ActivityQuery {
            of: ActivityOf::All,
            ..ActivityQuery::of(&self.client.id.parse().unwrap())
        };
        let entries = self
            .club
            .instance
            .store
            .activity(&query, None, 100)
            .await
            .unwrap();
        entries.into_iter().map(|entry| entry.event.message).collect()
    }
}

/// The path of an address of this server.
pub(crate) fn path_at(app: &TestApp, address: &str) -> String {
    let origin = app.issuer();
    let path = address.strip_prefix(&origin);
    path.unwrap_or_else(|| panic!("{address} is not at {origin}"))
        .to_owned()
}
