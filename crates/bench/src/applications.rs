//! The admin's list page with ten applications and with ten thousand.

use anyhow::Result;
use serde_json::json;

use crate::Plan;
use crate::client::{ensure_ok, get};
use crate::person::{Person, call};
use crate::process::{Server, Setup};
use crate::statistics::print_row;

/// Measures and prints.
pub(crate) async fn measure(plan: Plan) -> Result<()> {
    println!("\n## The OAuth Applications page, one request after the other, in milliseconds\n");
    println!("| applications | what | p50 | p99 |\n|---|---|---|---|");
    for count in [10, 10_000] {
        let data = tempfile::tempdir()?;
        let server = Server::start(&Setup::on(data.path())).await?;
        let mut host = Person::host(server.address).await?;
        for number in 0..count {
            host.register(&format!("Application {number:05}")).await?;
        }
        measure_with(count, &mut host, plan).await?;
    }
    Ok(())
}

async fn measure_with(count: usize, host: &mut Person, plan: Plan) -> Result<()> {
    let list = |search: &str, page: usize| {
        let arguments = json!({ "query": { "search": search, "sort": "newest" }, "page": page });
        call(&host.cookie, "applications/list", &arguments)
    };
    let document = get("/admin/settings/oauth-applications", &[("cookie", &host.cookie)]);
    for (what, request) in [
        ("first page, as JSON", list("", 1)),
        ("last page, as JSON", list("", count / 20)),
        (
            "search that finds one",
            list(&format!("Application {:05}", count - 1), 1),
        ),
        ("search that finds all", list("cation 0", 1)),
        ("search that finds none", list("no such name", 1)),
        ("the whole document, rendered", document),
    ] {
        let check = |answer: &_| ensure_ok(what, answer);
        let mut times = host.connection.time(&request, plan.rounds * 200, check).await?;
        print_row(&count.to_string(), what, &mut times);
    }
    Ok(())
}
