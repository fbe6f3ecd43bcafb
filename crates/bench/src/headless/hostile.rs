//! Hostile queries: how soon each is refused, and with which code.

use std::fmt::Write;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use super::api::Api;
use crate::Plan;
use crate::statistics::print_row;

/// The first request of `GraphiQL` and code generators.
const INTROSPECTION: &str = include_str!("../../../headless/tests/headless/introspection.graphql");

/// Measures and prints.
pub(super) async fn measure(plan: Plan, api: &Api) -> Result<()> {
    println!("\n## Hostile queries, until they are refused\n");
    println!("| query | status and code | p50 ms | p99 ms |\n|---|---|---|---|");
    for (what, body) in queries() {
        let mut taken = Vec::new();
        let mut outcome = String::new();
        for _ in 0..plan.rounds * 20 {
            // A server that refuses a large body may close the connection after its answer.
            let mut connection = api.connect().await?;
            let request = api.request(&body);
            let started = Instant::now();
            let answer = connection.send(request).await.with_context(|| what.to_owned())?;
            taken.push(started.elapsed());
            let text: Value = serde_json::from_slice(answer.body())?;
            // Parts of a batch that fit are answered.
            let last = text
                .as_array()
                .and_then(|answers| answers.last())
                .unwrap_or(&text);
            let code = last["errors"][0]["extensions"]["code"].as_str();
            outcome = format!(
                "{} {}",
                answer.status().as_u16(),
                code.with_context(|| format!("{what} was not refused"))?
            );
        }
        print_row(what, &outcome, &mut taken);
    }
    let (mut taken, data) = api.time(INTROSPECTION, &json!({}), plan.rounds * 20).await?;
    ensure!(
        data["__schema"]["queryType"]["name"] == "Query",
        "the introspection query does not work"
    );
    print_row("none: the introspection query", "200, the schema", &mut taken);
    Ok(())
}

fn queries() -> Vec<(&'static str, Value)> {
    let query = |text: String| json!({ "query": text });
    let repeated = |count: usize, one: &dyn Fn(usize) -> String| {
        (0..count).fold(String::new(), |mut all, number| {
            let _ = write!(all, " {}", one(number));
            all
        })
    };
    let bomb = repeated(60, &|n| {
        format!("fragment f{n} on Query {{ ...f{0} ...f{0} }}", n + 1)
    });
    let deep_types = (0..6).fold("name".to_owned(), |below, _| {
        format!("fields {{ type {{ {below} }} }}")
    });
    let page = json!({ "query": "{ network { posts(first: 50) { nodes { id title body createdAt updatedAt resourceId } } } }" });
    vec![
        (
            "deep: 14 fields",
            query("{ me { posts { nodes { author { name } space { posts(first: 1) { nodes { space { posts(first: 1) { nodes { \
                   space { posts(first: 1) { nodes { space { name } } } } } } } } } } } } } }".to_owned()),
        ),
        ("deep: 10,000 brackets", query("{a".repeat(10_000))),
        (
            "wide: 50 spaces with 25 posts each",
            query("{ network { spaces(first: 50) { nodes { posts(first: 25) { nodes { id title } } } } } }".to_owned()),
        ),
        (
            "1,000 aliases",
            query(format!("{{{} }}", repeated(1_000, &|n| format!("a{n}: me {{ name }}")))),
        ),
        (
            "60 searches by alias",
            query(format!(
                "{{{} }}",
                repeated(60, &|n| format!("a{n}: search(query: \"a\", first: 1) {{ totalCount }}"))
            )),
        ),
        (
            "fragments in a circle",
            query("{ ...a } fragment a on Query { me { id } ...b } fragment b on Query { ...a }".to_owned()),
        ),
        (
            "fragments that double 60 times",
            query(format!("{{ ...f0 }}{bomb} fragment f60 on Query {{ me {{ id }} }}")),
        ),
        ("a batch of 10: 4 are answered, 6 too much", json!(vec![page; 10])),
        ("a batch of 1,000", json!(vec![json!({ "query": "{ me { id } }" }); 1_000])),
        ("a body of 1 MB", query(format!("{{ {} }}", "a ".repeat(500_000)))),
        ("a body of 200 kB", query(format!("{{ {} }}", "a ".repeat(100_000)))),
        (
            "a list of 6,000 types as an argument",
            query(format!("{{ search(query: \"a\", types: [{}]) {{ totalCount }} }}", "POST ".repeat(6_000))),
        ),
        (
            "a list of 30,000 types as a variable",
            json!({
                "query": "query ($types: [SearchType!]) { search(query: \"a\", types: $types) { totalCount } }",
                "variables": { "types": vec!["POST"; 30_000] },
            }),
        ),
        (
            "1,500 directives on a field",
            query(format!("{{ me {{ id{} }} }}", " @skip(if: false)".repeat(1_500))),
        ),
        (
            "2,000 unknown directives",
            query(format!("{{ me {{ id{} }} }}", " @nothing".repeat(2_000))),
        ),
        (
            "fields of types within types",
            query(format!("{{ __schema {{ types {{ {deep_types} }} }} }}")),
        ),
        ("1,200 operations", query(repeated(1_200, &|n| format!("query q{n} {{ me {{ id }} }}")))),
    ]
}
