//! Tests every path of the schema, from every root to every object including payloads of mutations, with each scope
//! alone, each pair of member scopes, all scopes and none, for a host, a member and another member. Each object and
//! field must be open exactly where the tables in `expected.rs` say so, by any path.
//!
//! The paths are generated from the schema. A new type, field or argument fails the test until the tables expect it.

mod check;
mod content;
pub(crate) mod expected;
mod graph;
mod path;
mod walk;

use std::collections::BTreeSet;

use latchkey_domain::{Scope, ScopeSet};

use self::content::Content;
use self::graph::Graph;
use self::walk::Walk;
use crate::sdl;
use crate::world::{EVERYONE, HOST, World};

/// None, all, every scope alone, and every pair of member scopes: with one of a pair a token reaches an object, and the
/// other must not reveal more of it. Host scopes open everything to their holders.
fn scope_sets() -> Vec<ScopeSet> {
    let mut sets = vec![ScopeSet::EMPTY, ScopeSet::ALL];
    for (index, one) in Scope::ALL.iter().enumerate() {
        sets.push(ScopeSet::from_iter([*one]));
        let others = Scope::ALL[..index].iter().filter(|other| !other.is_host_only());
        sets.extend(others.map(|other| ScopeSet::from_iter([*one, *other])));
    }
    sets
}

#[tokio::test]
async fn whatever_the_path_a_token_opens_the_same() {
    let mut content = Content::new().await;
    let graph = Graph::read(&content.world.api.sdl());
    let network = {
        let token = content.world.token(HOST, "").await;
        let data = content.world.data(&token, "{ network { resourceId } }").await;
        data["network"]["resourceId"].as_str().unwrap().parse().unwrap()
    };
    let mut reached = BTreeSet::new();
    let mut asked = 0;
    for person in EVERYONE {
        let mut known = Vec::new();
        for scopes in scope_sets() {
            let token = content.world.token(person, &scopes.to_string()).await;
            // Only hosts hold host scopes, so many sets are the same for others.
            if known.contains(&token.scopes) {
                continue;
            }
            known.push(token.scopes);
            let mut walk = Walk {
                content: &mut content,
                graph: &graph,
                network,
                person,
                token,
                reached: &mut reached,
                asked: 0,
                wrong: vec![],
            };
            walk.run().await;
            assert!(walk.wrong.is_empty(), "{}", walk.wrong.join("\n\n"));
            asked += walk.asked;
        }
    }
    let missed: Vec<_> = graph.edges().difference(&reached).cloned().collect();
    assert!(missed.is_empty(), "nothing was ever found behind {missed:?}");
    assert!(asked > 5_000, "{asked}");
}

#[tokio::test]
async fn something_is_expected_of_every_field_and_the_schema_says_the_same() {
    let sdl = World::new().await.api.sdl();
    let graph = Graph::read(&sdl);
    for (object, fields) in graph.objects() {
        let mut there: Vec<_> = fields.iter().map(|field| field.name.as_str()).collect();
        let mut expected = expected::names(object);
        there.sort_unstable();
        expected.sort_unstable();
        assert_eq!(there, expected, "{object}");
    }
    for (object, _) in expected::types() {
        assert!(
            graph.objects().any(|(name, _)| name == object),
            "there is no {object}"
        );
    }
    for declared in sdl::fields(&sdl) {
        let expected = expected::requirement(&declared.object, &declared.field).unwrap_or_default();
        let declares: Vec<_> = declared.scopes.unwrap().into_iter().collect();
        assert_eq!(
            declares.join(" ").parse::<ScopeSet>().unwrap(),
            expected,
            "{}.{}",
            declared.object,
            declared.field
        );
    }
}

#[tokio::test]
async fn nobody_but_a_host_holds_host_scopes() {
    let world = World::new().await;
    let all = "host:read:network_members host:read:network_posts host:read:network_spaces";
    for (person, may) in EVERYONE.iter().zip([true, false, false]) {
        let token = world.token(person, all).await;
        let answer = world
            .ask(
                &token,
                "{ network { members { totalCount } posts { totalCount } } }",
            )
            .await;
        let errors = answer["errors"].as_array().map_or(&[][..], Vec::as_slice);
        let refused = errors
            .iter()
            .any(|error| error["extensions"]["code"] == "FORBIDDEN");
        assert_eq!(!refused, may, "{person}: {answer}");
    }
}
