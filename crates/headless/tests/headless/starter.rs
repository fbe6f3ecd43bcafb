//! The explorer's initial query works with every token.

use latchkey_domain::{Scope, ScopeSet};
use latchkey_headless::starter_query;

use crate::world::{HOST, World};

#[tokio::test]
async fn the_starter_query_is_answered_whatever_the_token_opens() {
    let world = World::new().await;
    let mut sets: Vec<ScopeSet> = Scope::ALL
        .iter()
        .map(|scope| [*scope].into_iter().collect())
        .collect();
    sets.push(ScopeSet::EMPTY);
    sets.push(Scope::ALL.iter().copied().collect());
    for scopes in sets {
        let caller = world.token(HOST, &scopes.to_string()).await;
        assert_eq!(caller.scopes, scopes);
        let data = world.data(&caller, &starter_query(scopes)).await;
        assert!(data["me"]["name"].is_string(), "{data}");
    }
}

#[test]
fn what_a_scope_opens_is_in_it() {
    let all: ScopeSet = Scope::ALL.iter().copied().collect();
    let none = starter_query(ScopeSet::EMPTY);
    for words in [
        "email", "posts(", "courses(", "members(", "spaces(", "events(", "plans(", "search(",
    ] {
        assert!(starter_query(all).contains(words), "{words}");
        assert!(!none.contains(words), "{words}");
    }
}
