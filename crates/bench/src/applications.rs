//! The admin's pages with ten applications and with ten thousand, with a million entries of activity, and with twenty
//! thousand members.

use std::path::Path;
use std::rc::Rc;

use anyhow::{Result, ensure};
use serde_json::json;

use crate::application::register;
use crate::client::{HttpRequest, ensure_ok, get};
use crate::endure::database::{Database, Kind};
use crate::endure::postgres::Cluster;
use crate::person::{Person, call};
use crate::process::{Server, Setup};
use crate::statistics::print_row;

/// How many applications there are.
const COUNTS: [usize; 2] = [10, 10_000];
/// How many of them a page of the list has.
const PAGE: usize = 50;
/// How many members there are in the end.
const MEMBERS: usize = 20_000;

/// What to measure.
#[derive(clap::Args)]
pub(crate) struct Pages {
    #[arg(long, default_value = "sqlite")]
    database: Kind,
    /// 1,000,000, or 20,000 in a quick run
    #[arg(long)]
    entries: Option<usize>,
}

impl Default for Pages {
    fn default() -> Self {
        Self {
            database: Kind::Sqlite,
            entries: None,
        }
    }
}

/// Measures and prints.
pub(crate) async fn measure(pages: Pages, quick: bool, rounds: usize) -> Result<()> {
    let entries = pages.entries.unwrap_or(if quick { 20_000 } else { 1_000_000 });
    let cluster = pages.database.cluster()?;
    println!(
        "\n## The admin's pages on {}, one request after the other, in milliseconds\n",
        pages.database
    );
    println!("| applications | what | p50 | p99 |\n|---|---|---|---|");
    for count in COUNTS {
        let data = tempfile::tempdir()?;
        let (setup, database) = begin(data.path(), cluster.as_ref(), count).await?;
        let mut at = At {
            label: count.to_string(),
            host: None,
            repeats: rounds * 40,
        };
        let server = Server::start(&setup).await?;
        at.list(&server, count).await?;
        server.stop();
        if count == COUNTS[1] {
            fill(&database, entries)?;
            database.settle()?;
            at.label = format!("{count}, {entries} entries");
            let server = Server::start(&setup).await?;
            at.activity(&server, &database).await?;
            at.list(&server, count).await?;
            server.stop();
            fill_members(&database)?;
            database.settle()?;
            at.label = format!("{MEMBERS} members");
            let server = Server::start(&setup).await?;
            at.members(&server).await?;
        }
    }
    Ok(())
}

/// A network with so many applications.
async fn begin(data: &Path, cluster: Option<&Rc<Cluster>>, count: usize) -> Result<(Setup, Database)> {
    let (database, url) = Database::create(data, cluster, &format!("pages_{count}"))?;
    let setup = Setup {
        database: url,
        ..Setup::on(data)
    };
    let server = Server::start(&setup).await?;
    let mut host = Person::host(server.address).await?;
    for number in 0..count {
        let request = register(&host.cookie, &format!("Application {number:05}"), false);
        ensure_ok(
            "registering an application",
            &host.connection.send(request).await?,
        )?;
    }
    server.stop();
    Ok((setup, database))
}

/// Adds entries of every area to all applications in turn, each third a failure.
fn fill(database: &Database, entries: usize) -> Result<()> {
    let [first, last] = database.numbers("SELECT min(id), max(id) FROM applications")?;
    let applications = last - first + 1;
    database.execute(&format!(
        "INSERT INTO activity (application_id, at, kind, succeeded, message, request_id, class, area, reason)
         WITH RECURSIVE numbers (number) AS
             (SELECT 1 UNION ALL SELECT number + 1 FROM numbers WHERE number < {entries})
         SELECT {first} + number % {applications}, 1790000000000 + number * 1000,
             CASE number % 5 WHEN 0 THEN 'authorization' WHEN 1 THEN 'api_call' ELSE 'refresh' END,
             CASE WHEN number % 3 = 0 THEN {no} ELSE {yes} END,
             CASE WHEN number % 3 = 0 THEN 'the refresh token expired on day ' || number ELSE 'new tokens were issued' END,
             'request-' || number,
             CASE WHEN number % 3 = 0 THEN 'failure' ELSE 'success' END,
             CASE number % 5 WHEN 0 THEN 'authorizations' WHEN 1 THEN 'api' ELSE 'tokens' END,
             CASE WHEN number % 3 = 0 THEN 'refresh-expired' END
         FROM numbers",
        no = database.boolean(false),
        yes = database.boolean(true),
    ))
}

/// Adds members: each third has never signed in, and each tenth of those has a link. Some are suspended.
fn fill_members(database: &Database) -> Result<()> {
    database.execute(&format!(
        "INSERT INTO members (email, name, name_folded, search, role, password_hash, joined_at, can_sign_in, suspended_at)
         WITH RECURSIVE numbers (number) AS
             (SELECT 1 UNION ALL SELECT number + 1 FROM numbers WHERE number < {MEMBERS})
         SELECT 'person' || number || '@example.org', 'Person ' || number, 'person ' || number,
             'person ' || number || '\nperson' || number || '@example.org',
             CASE WHEN number % 50 = 0 THEN 'moderator' ELSE 'member' END, 'none', 1790000000000 + number,
             CASE WHEN number % 3 = 0 THEN {no} ELSE {yes} END, CASE WHEN number % 100 = 0 THEN 1790000000000 END
         FROM numbers",
        no = database.boolean(false),
        yes = database.boolean(true),
    ))?;
    let key = match database.boolean(true).as_str() {
        "1" => "randomblob(32)",
        _ => "decode(md5(id::text) || md5((id + 1)::text), 'hex')",
    };
    database.execute(&format!(
        "INSERT INTO sign_in_links (key, member_id, created_at, expires_at, purpose)
         SELECT {key}, id, 1790000000000, 4000000000000, 'by_hand' FROM members
         WHERE NOT can_sign_in AND id % 10 = 0"
    ))
}

/// What is measured, and as whom.
struct At {
    label: String,
    host: Option<Person>,
    repeats: usize,
}

impl At {
    async fn time(&mut self, server: &Server, requests: Vec<(&str, HttpRequest)>) -> Result<()> {
        let mut host = match self.host.take() {
            Some(host) => host,
            None => Person::host(server.address).await?,
        };
        for (what, mut request) in requests {
            request.headers_mut().insert("cookie", host.cookie.parse()?);
            let check = |answer: &_| ensure_ok(what, answer);
            let mut times = host.connection.time(&request, self.repeats, check).await?;
            print_row(&self.label, what, &mut times);
        }
        Ok(())
    }

    async fn list(&mut self, server: &Server, count: usize) -> Result<()> {
        let list = |query: serde_json::Value, page: usize| {
            call("", "applications/list", &json!({ "query": query, "page": page }))
        };
        let newest = |search: &str, page| list(json!({ "search": search, "sort": "newest" }), page);
        let filter = |filter: &str| list(json!({ "search": "", "sort": "name", "filter": filter }), 1);
        let requests = vec![
            (
                "the whole document, rendered",
                get("/admin/settings/oauth-applications", &[]),
            ),
            ("first page, as JSON", newest("", 1)),
            ("last page, as JSON", newest("", count.div_ceil(PAGE))),
            (
                "search that finds one",
                newest(&format!("Application {:05}", count - 1), 1),
            ),
            ("search that finds all", newest("cation 0", 1)),
            ("search that finds none", newest("no such name", 1)),
            ("by name", list(json!({ "search": "", "sort": "name" }), 1)),
            (
                "last used first",
                list(json!({ "search": "", "sort": "last_used" }), 1),
            ),
            ("Failing", filter("failing")),
            ("Paused", filter("paused")),
            ("Never used", filter("never_used")),
        ];
        self.time(server, requests).await
    }

    async fn members(&mut self, server: &Server) -> Result<()> {
        let page = |query: &str| get(&format!("/admin/members{query}"), &[]);
        let requests = vec![
            ("members, first page", page("")),
            ("members, last page", page("?page=400")),
            ("members, search that finds one", page("?search=person19999%40")),
            ("members, search that finds all", page("?search=example.org")),
            ("members, search that finds none", page("?search=nonsense")),
            ("members, not invited yet", page("?state=not-invited")),
            ("members, invited", page("?state=invited")),
            (
                "members, suspended moderators",
                page("?state=suspended&role=moderator"),
            ),
            ("a member", page("/1000")),
        ];
        self.time(server, requests).await
    }

    async fn activity(&mut self, server: &Server, database: &Database) -> Result<()> {
        let [count] = database.numbers("SELECT count(*) FROM activity")?;
        ensure!(count > 0, "there is no activity");
        let client_id = database.text("SELECT client_id FROM applications ORDER BY id LIMIT 1")?;
        let page = |query: &str| get(&format!("/admin/activity{query}"), &[]);
        let own = |query: &str| {
            get(
                &format!("/admin/settings/oauth-applications/{client_id}/activity{query}"),
                &[],
            )
        };
        let requests = vec![
            ("activity, newest", page("")),
            ("activity, failed", page("?filter=failed")),
            ("activity, authorizations", page("?filter=authorizations")),
            ("activity, in the middle", page(&format!("?before={}", count / 2))),
            ("activity, request id", page(&format!("?q=request-{}", count / 2))),
            ("activity, words found", page("?q=expired")),
            ("activity, words not found", page("?q=nonsense")),
            ("activity of one, newest", own("")),
            ("activity of one, failed", own("?filter=failed")),
            ("activity of one, words not found", own("?q=nonsense")),
            ("Home", get("/", &[])),
        ];
        self.time(server, requests).await
    }
}
