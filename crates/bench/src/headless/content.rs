//! Searching and listing many posts.

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::api::{Api, data_in};
use super::files::{self, ALSO_COMMON, COMMON, RARE};
use crate::Plan;
use crate::process::Setup;
use crate::statistics::print_row;

const SEARCH: &str = "query ($words: String!) { search(query: $words, first: 25) { \
    nodes { id type title snippet score } pageInfo { hasNextPage endCursor } } }";
const COUNT: &str = "query ($words: String!) { search(query: $words, first: 1) { totalCount } }";
const MINE: &str = "query ($after: String) { me { posts(first: 50, after: $after) { \
    nodes { id title createdAt space { name } } pageInfo { hasNextPage endCursor } } } }";
const ALL: &str = "query ($after: String) { network { posts(first: 50, after: $after) { \
    nodes { id title body createdAt author { name } space { name } } pageInfo { hasNextPage endCursor } } } }";

/// Measures and prints.
pub(super) async fn measure(plan: Plan, setup: &Setup, host: &Api, member: &Api) -> Result<()> {
    println!("\n## {} posts", plan.posts);
    let file = files::network(&setup.data, plan.posts)?;
    let size = std::fs::metadata(&file)?.len();
    super::import(setup, &file)?;
    println!("The file has {:.0} MB.", crate::memory::megabytes(size));
    let times = plan.rounds * 40;

    println!("\n| search, first 25, one connection | hits | p50 ms | p99 ms |\n|---|---|---|---|");
    let (frequent, prefix) = (format!("{} ", files::spelled(0)), "qu*".to_owned());
    for (what, words) in [
        ("a rare word", format!("{RARE} ")),
        ("a common word", format!("{COMMON} ")),
        ("a prefix of few words", prefix),
        ("a prefix of a common word", COMMON[..4].to_owned()),
        ("two common words", format!("{COMMON} {ALSO_COMMON} ")),
        (
            "three words",
            format!("{COMMON} {ALSO_COMMON} {} ", files::spelled(300)),
        ),
        ("a phrase", format!("\"{} {COMMON}\"", files::spelled(0))),
        ("a word of nearly every post", frequent),
        ("a word of none", "xylophone ".to_owned()),
    ] {
        for (who, api) in [("the host", host), ("a member", member)] {
            let variables = json!({ "words": words });
            let (_, count) = api.time(COUNT, &variables, 1).await?;
            let (mut taken, _) = api.time(SEARCH, &variables, times).await?;
            let count = count["search"]["totalCount"].to_string();
            print_row(&format!("{what} (`{}`), {who}", words.trim()), &count, &mut taken);
        }
    }

    println!("\n| posts, 50 at a time | page | p50 ms | p99 ms |\n|---|---|---|---|");
    for (what, api, query, list) in [
        ("one's own (`me { posts }`)", member, MINE, "/me/posts"),
        ("all (`network { posts }`)", host, ALL, "/network/posts"),
    ] {
        let (mut taken, _) = api.time(query, &json!({}), times).await?;
        print_row(what, "first", &mut taken);
        let (cursor, page) = deep(api, query, list).await?;
        let (mut taken, _) = api.time(query, &json!({ "after": cursor }), times).await?;
        print_row(what, &page.to_string(), &mut taken);
    }
    Ok(())
}

/// Reads pages until shortly before the end. Returns the cursor of the last page but one, and the number of the next
/// page.
async fn deep(api: &Api, query: &str, list: &str) -> Result<(Value, usize)> {
    let mut connection = api.connect().await?;
    let (mut before, mut after) = (Value::Null, Value::Null);
    let mut pages = 0;
    loop {
        let answer = connection
            .send(api.query(query, &json!({ "after": after })))
            .await?;
        let mut data = data_in(&answer)?;
        pages += 1;
        let info = data
            .pointer_mut(list)
            .map(|list| list["pageInfo"].take())
            .context("no list")?;
        if info["hasNextPage"] != true {
            return Ok((before, pages.max(2) - 1));
        }
        before = std::mem::replace(&mut after, info["endCursor"].clone());
    }
}
