//! A fresh server with a network, an application that attacks with a member's token, and honest applications.

use std::rc::Rc;

use anyhow::{Context, Result};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::attack::Attack;
use super::honest::Client;
use crate::application::Application;
use crate::client::graphql;
use crate::endure::database::Database;
use crate::endure::postgres::Cluster;
use crate::endure::worker::SCOPES;
use crate::headless::data_in;
use crate::person::{PASSWORD, Person};
use crate::process::{Server, Setup};

/// How many honest clients there are.
const CLIENTS: usize = 4;
/// The scopes of the attacking application.
const HOSTILE: &str = "read:userinfo read:posts read:search write:posts write:comments";
/// A member with only what an attack needs.
const MEMBER: &str = "attacker@bench.example";
/// The longest text of a post, in characters, with its tags.
pub(super) const TEXT: usize = 99_000;

/// The server under attack.
pub(super) struct Stage {
    pub(super) server: Server,
    database: Database,
    /// The path of the Headless API.
    pub(super) graphql: String,
    /// The attacking application, and the member who authorized it.
    pub(super) hostile: Application,
    pub(super) member: Person,
    pub(super) token: String,
    setup: Setup,
    _folder: TempDir,
}

impl Stage {
    /// A server with everything that this attack needs.
    pub(super) async fn new(attack: Attack, cluster: Option<&Rc<Cluster>>) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let data = folder.path().join("data");
        std::fs::create_dir(&data)?;
        let name = format!("attack-{}", attack.texts()[0]);
        let (database, url) = Database::create(&data, cluster, &name)?;
        let mut setup = Setup {
            database: url,
            // The default value: it is what is measured here.
            settings: vec![("LATCHKEY_API_BUDGET", "600000")],
            ..Setup::on(&data)
        };
        if let Some(most) = attack.open_files() {
            setup.start_through(["prlimit", &format!("--nofile={most}")]);
        }
        let server = Server::start(&setup).await?;
        let member = [
            "member", "add", "--email", MEMBER, "--name", "Attacker", "--role", "member",
        ];
        setup.run(&member, &format!("{PASSWORD}\n"))?;
        let posts = folder.path().join("network.json");
        std::fs::write(&posts, content(attack.posts()).to_string())?;
        setup.run(&["import", &posts.to_string_lossy()], "")?;
        let graphql = setup.graphql_path()?;
        let hostile = Application::register(&setup, HOSTILE)?;
        let mut member = Person::sign_in(server.address, MEMBER).await?;
        let token = hostile.tokens_of(&mut member, HOSTILE).await?.access;
        Ok(Self {
            graphql,
            server,
            database,
            hostile,
            member,
            token,
            setup,
            _folder: folder,
        })
    }

    /// The size of the database's rows and indexes in bytes, with the log, without free space.
    pub(super) fn size(&self) -> Result<u64> {
        let query = match &self.database {
            Database::Sqlite(_) => {
                "SELECT (page_count - freelist_count) * page_size \
                 FROM pragma_page_count, pragma_freelist_count, pragma_page_size"
            }
            Database::Postgres(cluster, name) => {
                cluster.sql(name, "VACUUM FULL")?;
                "SELECT sum(pg_total_relation_size(oid)) FROM pg_class \
                 WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
            }
        };
        let [bytes] = self.database.numbers(query)?;
        Ok(u64::try_from(bytes)?)
    }

    /// Honest clients with tokens of the host.
    pub(super) async fn honest(&self) -> Result<Vec<Client>> {
        let application = Application::register(&self.setup, SCOPES)?;
        let mut host = Person::host(self.server.address).await?;
        let mut clients = Vec::new();
        for _ in 0..CLIENTS {
            clients.push(Client {
                tokens: application.tokens_of(&mut host, SCOPES).await?,
                application: application.clone(),
            });
        }
        Ok(clients)
    }

    /// The space that the member writes in.
    pub(super) async fn space(&self) -> Result<String> {
        const SCOPE: &str = "host:read:network_spaces";
        let application = Application::register(&self.setup, SCOPE)?;
        let mut host = Person::host(self.server.address).await?;
        let token = application.tokens_of(&mut host, SCOPE).await?.access;
        let query = "{ network { spaces(first: 50) { nodes { id slug } } } }";
        let data = self.query(&mut host, &token, query, json!({})).await?;
        let spaces = data["network"]["spaces"]["nodes"].as_array();
        spaces
            .into_iter()
            .flatten()
            .find(|space| space["slug"] == "attack")
            .and_then(|space| space["id"].as_str())
            .map(str::to_owned)
            .context("the space is not there")
    }

    /// A post of the member.
    pub(super) async fn post_id(&mut self) -> Result<String> {
        let query = "mutation($input: CreatePostInput!) { createPost(input: $input) { post { id } errors } }";
        let input = json!({ "spaceId": self.space().await?, "title": "A post", "body": "<p>Short</p>" });
        let mut person = Person::sign_in(self.server.address, MEMBER).await?;
        let data = self
            .query(&mut person, &self.token, query, json!({ "input": input }))
            .await?;
        data["createPost"]["post"]["id"]
            .as_str()
            .map(str::to_owned)
            .with_context(|| format!("no post: {data}"))
    }

    async fn query(&self, person: &mut Person, token: &str, query: &str, variables: Value) -> Result<Value> {
        let body = json!({ "query": query, "variables": variables });
        let answer = person
            .connection
            .send(graphql(&self.graphql, token, &body))
            .await?;
        data_in(&answer).with_context(|| query.to_owned())
    }
}

/// A space with `posts` posts of the member, each as large as possible.
fn content(posts: usize) -> Value {
    let text = format!("<p>{}</p>", "lorem ipsum ".repeat(TEXT / 12 - 1));
    let posts: Vec<_> = (0..posts)
        .map(|number| {
            json!({
                "space": "attack",
                "author": MEMBER,
                "title": format!("Post {number}"),
                "body": text,
                "created_at": format!("2025-01-01T00:00:{number:02}Z"),
            })
        })
        .collect();
    json!({
        "spaces": [{ "slug": "attack", "name": "Attack", "visibility": "public", "members": [MEMBER] }],
        "posts": posts,
    })
}
