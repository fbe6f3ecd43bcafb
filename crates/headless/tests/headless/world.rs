//! A small network: a host, Ada and Bob, a public space and a private one that only Ada belongs to.

use std::sync::Arc;
use std::time::Duration;

use latchkey_domain::content::{RichText, SpaceVisibility, Title};
use latchkey_domain::{Actor, Clock, Email, Member, MemberName, Role, ScopeSet, Timestamp};
use latchkey_headless::{Answer, Budget, Caller, HeadlessApi};
use latchkey_storage::content::{
    Communities, Community, NewCommunityPost, NewCourse, NewEnrolment, NewEvent, NewLesson,
    NewMembershipPlan, NewProfile, NewReply, NewSpace,
};
use latchkey_storage::{Members, PasswordHash};
use latchkey_storage_sql::keys::ServerKey;
use latchkey_storage_sql::sqlite::SqliteStore;
use serde_json::{Value, json};
use tempfile::TempDir;

pub(crate) const HOST: &str = "host@b.example";
pub(crate) const ADA: &str = "ada@b.example";
pub(crate) const BOB: &str = "bob@b.example";
pub(crate) const EVERYONE: [&str; 3] = [HOST, ADA, BOB];

/// The network's public URL.
pub(crate) const URL: &str = "https://net.example";

pub(crate) struct World {
    pub(crate) store: Arc<SqliteStore>,
    pub(crate) api: HeadlessApi,
    _folder: TempDir,
}

struct Noon;

impl Clock for Noon {
    fn now(&self) -> Timestamp {
        at(1_000_000)
    }
}

pub(crate) fn at(seconds: u64) -> Timestamp {
    Timestamp::from_millis(1_700_000_000_000).plus(Duration::from_secs(seconds))
}

pub(crate) fn email(text: &str) -> Email {
    text.parse().unwrap()
}

pub(crate) fn rich_text(text: &str) -> RichText {
    RichText::from_sanitized(format!("<p>{text}</p>"), text.to_owned()).unwrap()
}

pub(crate) fn title(text: &str) -> Title {
    Title::parse(text).unwrap()
}

pub(crate) fn profile(address: &str, name: &str, role: Role) -> NewProfile {
    NewProfile {
        email: email(address),
        name: MemberName::parse(name).unwrap(),
        role,
        joined_at: Some(at(0)),
        last_active_at: None,
        avatar_url: None,
        password: None,
    }
}

pub(crate) fn post(space: &str, author: &str, name: &str, body: &str) -> NewCommunityPost {
    NewCommunityPost {
        space: space.parse().unwrap(),
        author: Some(email(author)),
        title: title(name),
        body: rich_text(body),
        created_at: Some(at(10)),
        comments: vec![NewReply {
            author: Some(email(BOB)),
            body: rich_text("Well said about beans"),
            created_at: Some(at(11)),
        }],
    }
}

fn space(slug: &str, visibility: SpaceVisibility, members: &[&str]) -> NewSpace {
    NewSpace {
        slug: slug.parse().unwrap(),
        name: title(slug),
        description: format!("The {slug}"),
        visibility,
        created_at: Some(at(1)),
        members: members.iter().map(|address| email(address)).collect(),
    }
}

fn event(space: Option<&str>, name: &str) -> NewEvent {
    NewEvent {
        space: space.map(|slug| slug.parse().unwrap()),
        organizer: Some(email(ADA)),
        title: title(name),
        description: rich_text("Bring beans"),
        location: None,
        starts_at: at(100),
        ends_at: at(200),
        created_at: None,
    }
}

pub(crate) fn community() -> Community {
    Community {
        members: vec![
            profile(HOST, "Robin Hale", Role::Host),
            profile(ADA, "Ada Lovelace", Role::Member),
            profile(BOB, "Bob", Role::Member),
        ],
        spaces: vec![
            space("garden", SpaceVisibility::Public, &[]),
            space("cellar", SpaceVisibility::Private, &[ADA]),
        ],
        events: vec![event(None, "Feast"), event(Some("cellar"), "Tasting")],
        plans: vec![NewMembershipPlan {
            name: title("Maker"),
            description: "All".into(),
            price_cents: 100,
            currency: "EUR".parse().unwrap(),
            interval: "month".parse().unwrap(),
            created_at: None,
        }],
        posts: vec![
            post("garden", HOST, "Host beans", "From the host"),
            post("garden", ADA, "Beans", "How to grow"),
            post("garden", BOB, "Bob beans", "How not to"),
            post("cellar", ADA, "Secret beans", "In the cellar"),
        ],
        courses: vec![NewCourse {
            slug: "knots".parse().unwrap(),
            title: title("Knots"),
            description: "Beans on strings".into(),
            created_at: None,
            lessons: vec![NewLesson {
                title: title("Bowline"),
                body: rich_text("Round the tree"),
                minutes: 5,
            }],
            enrolments: [HOST, ADA, BOB]
                .map(|address| NewEnrolment {
                    member: email(address),
                    enrolled_at: None,
                    completed: vec![],
                })
                .into(),
        }],
    }
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::with(community()).await
    }

    pub(crate) async fn with(community: Community) -> Self {
        Self::with_budget(community, Budget::default()).await
    }

    pub(crate) async fn with_budget(community: Community, budget: Budget) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let key = ServerKey::from_bytes([7; 32]);
        let store = Arc::new(SqliteStore::open(&folder.path().join("latchkey.db"), key).unwrap());
        let api = HeadlessApi::new(store.shared(), Arc::new(Noon), budget).at(URL);
        let world = Self {
            store,
            api,
            _folder: folder,
        };
        world.add(community).await;
        world
    }

    pub(crate) async fn add(&self, community: Community) {
        let locked = PasswordHash("x".into());
        let by = Actor::operator();
        let added = self
            .store
            .add_community(community, locked, Box::new(|_| ()), &by, at(5));
        added.await.unwrap().unwrap();
    }

    pub(crate) async fn member(&self, address: &str) -> Member {
        self.store
            .member_by_email(&email(address))
            .await
            .unwrap()
            .unwrap()
    }

    /// A token of `address` with these scopes, limited by the role.
    pub(crate) async fn token(&self, address: &str, scopes: &str) -> Caller {
        let member = self.member(address).await;
        let scopes: ScopeSet = scopes.parse().unwrap();
        Caller {
            application: "A".repeat(43).parse().unwrap(),
            scopes: scopes.intersection(member.role.grantable_scopes()),
            member,
        }
    }

    pub(crate) async fn send(&self, caller: &Caller, body: &Value) -> Value {
        match self
            .api
            .answer(caller, "application/json", body.to_string().as_bytes())
            .await
        {
            Answer::Done { body: text, .. } | Answer::Malformed(text) => serde_json::from_str(&text).unwrap(),
        }
    }

    pub(crate) async fn ask(&self, caller: &Caller, query: &str) -> Value {
        self.send(caller, &json!({ "query": query })).await
    }

    /// The data of an answer that has no errors.
    pub(crate) async fn data(&self, caller: &Caller, query: &str) -> Value {
        let mut answer = self.ask(caller, query).await;
        assert_eq!(answer.get("errors"), None, "{query}: {answer}");
        answer["data"].take()
    }
}

/// The code of the only error.
#[track_caller]
pub(crate) fn code(answer: &Value) -> &str {
    let errors = answer["errors"].as_array().unwrap_or_else(|| panic!("{answer}"));
    assert_eq!(errors.len(), 1, "{answer}");
    errors[0]["extensions"]["code"].as_str().unwrap()
}
