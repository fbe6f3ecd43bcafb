//! The number of database queries: one per level of a query, regardless of the number of rows.

use latchkey_domain::Role;
use latchkey_storage::content::{Community, NewSpace};

use crate::world::{ADA, BOB, HOST, World, email, post, profile, title};

async fn world(spaces: usize, posts: usize) -> World {
    let space = |n: usize| NewSpace {
        slug: format!("space-{n}").parse().unwrap(),
        name: title("Space"),
        description: String::new(),
        visibility: "public".parse().unwrap(),
        created_at: None,
        members: vec![email(ADA)],
    };
    World::with(Community {
        members: vec![
            profile(HOST, "Robin Hale", Role::Host),
            profile(ADA, "Ada Lovelace", Role::Member),
            profile(BOB, "Bob", Role::Member),
        ],
        spaces: (0..spaces).map(space).collect(),
        posts: (0..spaces * posts)
            .map(|n| {
                post(
                    &format!("space-{}", n % spaces),
                    if n % 2 == 0 { ADA } else { BOB },
                    "Beans",
                    "x",
                )
            })
            .collect(),
        ..Community::default()
    })
    .await
}

async fn reads(world: &World, query: &str) -> u64 {
    let scopes = "host:read:network_spaces host:read:network_posts host:read:network_members";
    let token = world.token(HOST, scopes).await;
    let before = world.store.reads();
    world.data(&token, query).await;
    world.store.reads() - before
}

#[tokio::test]
async fn a_nested_query_asks_once_a_level() {
    let query = "{ network { spaces(first: 5) { nodes { memberCount posts(first: 3) { totalCount nodes \
                 { author { name email } comments(first: 2) { totalCount nodes { author { name } } } } } } } } }";
    let small = reads(&world(1, 1).await, query).await;
    let large = reads(&world(5, 10).await, query).await;
    assert_eq!(small, large, "the number of rows makes no difference");
    // The network, spaces, counts of members, posts and their counts, authors, comments and their counts, authors.
    assert!(large <= 9, "{large}");
}

#[tokio::test]
async fn fifty_posts_ask_for_their_authors_and_spaces_once() {
    let world = world(10, 10).await;
    let query = "{ network { posts(first: 50) { nodes { title author { name } space { name } } } } }";
    // The network, posts, authors, spaces.
    assert_eq!(reads(&world, query).await, 4);
}

#[tokio::test]
async fn me_asks_for_nothing() {
    let world = world(1, 1).await;
    assert_eq!(
        reads(&world, "{ me { id name firstName lastName role joinedAt } }").await,
        0
    );
}
