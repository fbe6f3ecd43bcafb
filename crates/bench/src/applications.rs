//! The admin's list page with ten applications and with ten thousand.

use std::time::Instant;

use anyhow::{Result, ensure};
use serde_json::json;

use crate::Plan;
use crate::person::Person;
use crate::process::Server;
use crate::statistics::percentile;

const PATH: &str = "/admin/settings/oauth-applications";

/// Measures and prints.
pub(crate) async fn measure(plan: Plan) -> Result<()> {
    println!("\n## The OAuth Applications page, one request after the other, in milliseconds\n");
    println!("| applications | what | p50 | p99 |\n|---|---|---|---|");
    for count in [10, 10_000] {
        let data = tempfile::tempdir()?;
        let server = Server::latchkey(data.path()).await?;
        let mut host = Person::host(server.address).await?;
        for number in 0..count {
            host.register(&format!("Application {number:05}")).await?;
        }
        measure_with(count, &mut host, plan).await?;
    }
    Ok(())
}

async fn measure_with(count: usize, host: &mut Person, plan: Plan) -> Result<()> {
    let requests = plan.rounds * 200;
    let search = format!("Application {:05}", count - 1);
    let page = host.call("applications/list", &json!({ "search": "", "page": 1 }));
    let one = host.call("applications/list", &json!({ "search": search, "page": 1 }));
    let many = host.call("applications/list", &json!({ "search": "cation 0", "page": 1 }));
    let none = host.call(
        "applications/list",
        &json!({ "search": "no such name", "page": 1 }),
    );
    let last = host.call("applications/list", &json!({ "search": "", "page": count / 20 }));
    for (what, request) in [
        ("first page, as JSON", page),
        ("last page, as JSON", last),
        ("search that finds one", one),
        ("search that finds all", many),
        ("search that finds none", none),
    ] {
        let mut times = Vec::with_capacity(requests);
        for _ in 0..requests {
            let started = Instant::now();
            let answer = host.send(request.clone()).await?;
            times.push(started.elapsed());
            ensure!(answer.status().is_success(), "{what}: {}", answer.status());
        }
        print_row(count, what, &mut times);
    }
    let mut times = Vec::with_capacity(requests);
    for _ in 0..requests {
        let started = Instant::now();
        let answer = host.open(PATH).await?;
        times.push(started.elapsed());
        ensure!(answer.status().is_success(), "{PATH}: {}", answer.status());
    }
    print_row(count, "the whole document, rendered", &mut times);
    Ok(())
}

fn print_row(count: usize, what: &str, times: &mut [std::time::Duration]) {
    println!(
        "| {count} | {what} | {:.2} | {:.2} |",
        percentile(times, 50),
        percentile(times, 99)
    );
}
