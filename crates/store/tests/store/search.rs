//! Full-text search: what is found, in which order, by whom.

use latchkey_domain::content::{SpaceVisibility, Viewer};
use latchkey_store::content::{
    Community, Content, Hit, Item, ItemKind, NewCommunityPost, NewReply, PostChange, SearchRequest,
};

use crate::content::{add, space, title, viewer, words};
use crate::fixtures::{add_member, at, store};

fn post(space: &str, name: &str, body: &str, comments: &[&str]) -> NewCommunityPost {
    NewCommunityPost {
        space: space.parse().unwrap(),
        author: Some("ada@b.example".parse().unwrap()),
        title: title(name),
        body: words(body),
        created_at: Some(at(0)),
        comments: comments
            .iter()
            .map(|text| NewReply {
                author: None,
                body: words(text),
                created_at: None,
            })
            .collect(),
    }
}

fn request(query: &str) -> SearchRequest {
    SearchRequest {
        query: query.into(),
        kinds: ItemKind::ALL.to_vec(),
        after: None,
        limit: 50,
    }
}

async fn hits(store: &(impl Content + ?Sized), viewer: Viewer, query: &str) -> Vec<Hit> {
    let found = store.search(viewer, request(query)).await.unwrap().into_items();
    let count = store.count_hits(viewer, request(query)).await.unwrap();
    assert_eq!(count, found.len() as u64, "{query}");
    found
}

async fn titles(store: &(impl Content + ?Sized), viewer: Viewer, query: &str) -> Vec<String> {
    let hits = hits(store, viewer, query).await;
    hits.into_iter().map(|hit| hit.title).collect()
}

async fn bakery() -> (crate::fixtures::TestStore, Viewer, Viewer) {
    let store = store();
    let ada = add_member(&*store, "ada@b.example").await;
    let bob = add_member(&*store, "bob@b.example").await;
    let community = Community {
        spaces: vec![
            space("bakery", SpaceVisibility::Public, &[]),
            space("cellar", SpaceVisibility::Private, &["ada@b.example"]),
        ],
        posts: vec![
            post(
                "bakery",
                "Ovens",
                "A crust wants steam, and sourdough wants time",
                &["Mine is rye sourdough"],
            ),
            post(
                "bakery",
                "Sourdough for beginners",
                "Flour, water, patience. Crème brûlée comes later",
                &[],
            ),
            post("cellar", "Sourdough secrets", "Keep the jar in the cellar", &[]),
        ],
        ..Community::default()
    };
    add(&*store, community).await;
    (store, viewer(&ada), viewer(&bob))
}

#[tokio::test]
async fn titles_count_more_than_bodies_and_private_spaces_stay_private() {
    let (store, ada, bob) = bakery().await;
    assert_eq!(
        titles(&*store, bob, "sourdough ").await,
        ["Sourdough for beginners", "", "Ovens"]
    );
    let mut of_ada = titles(&*store, ada, "sourdough ").await;
    of_ada.truncate(2);
    of_ada.sort();
    assert_eq!(of_ada, ["Sourdough for beginners", "Sourdough secrets"]);
    assert!(
        titles(&*store, bob, "cellar").await.is_empty(),
        "neither the post nor the space"
    );
    assert_eq!(titles(&*store, ada, "cellar").await.len(), 2);
}

#[tokio::test]
async fn prefixes_accents_phrases_and_all_words() {
    let (store, _, bob) = bakery().await;
    assert_eq!(
        titles(&*store, bob, "sourd").await.len(),
        3,
        "the last word may be cut"
    );
    assert!(
        titles(&*store, bob, "sourd ").await.is_empty(),
        "a finished word may not"
    );
    assert_eq!(
        titles(&*store, bob, "creme brulee").await,
        ["Sourdough for beginners"]
    );
    assert_eq!(titles(&*store, bob, "steam sourdough").await, ["Ovens"]);
    assert_eq!(titles(&*store, bob, "\"wants time\"").await, ["Ovens"]);
    assert!(titles(&*store, bob, "\"time wants\"").await.is_empty());
    assert!(titles(&*store, bob, "…!").await.is_empty());
}

#[tokio::test]
async fn a_snippet_marks_the_words() {
    let (store, _, bob) = bakery().await;
    let hit = hits(&*store, bob, "steam").await.remove(0);
    let marked = format!("{}steam{}", Hit::OPEN, Hit::CLOSE);
    assert!(hit.snippet.contains(&marked), "{}", hit.snippet);
    assert!(hit.score > 0.0);
}

#[tokio::test]
async fn the_index_follows_what_is_written() {
    let (store, ada, _) = bakery().await;
    let hit = hits(&*store, ada, "steam").await.remove(0);
    let Item::Post(id) = hit.item else {
        panic!("{hit:?}")
    };
    let change = PostChange {
        title: None,
        body: Some(words("A crust wants fog")),
    };
    store.update_post(ada, id, change, at(1)).await.unwrap();
    assert!(hits(&*store, ada, "steam").await.is_empty());
    assert_eq!(hits(&*store, ada, "fog").await.len(), 1);
    assert_eq!(hits(&*store, ada, "rye").await.len(), 1);
    store.delete_post(ada, id).await.unwrap();
    assert!(hits(&*store, ada, "fog").await.is_empty());
    assert!(
        hits(&*store, ada, "rye").await.is_empty(),
        "the comment went with the post"
    );
}

#[tokio::test]
async fn hits_come_in_pages_and_only_of_the_kinds_asked_for() {
    let (store, ada, _) = bakery().await;
    let all = hits(&*store, ada, "sourdough").await;
    let mut paged = Vec::new();
    let mut one = SearchRequest {
        limit: 1,
        ..request("sourdough")
    };
    loop {
        let slice = store.search(ada, one.clone()).await.unwrap();
        one.after = slice.rows.last().map(|(position, _)| position.clone());
        let has_more = slice.has_more;
        paged.extend(slice.into_items());
        if !has_more {
            break;
        }
    }
    assert_eq!(paged, all);
    assert_eq!(all.len(), 4);
    let comments = SearchRequest {
        kinds: vec![ItemKind::Comment],
        ..request("sourdough")
    };
    let found = store.search(ada, comments).await.unwrap().into_items();
    assert!(
        matches!(
            found[..],
            [Hit {
                item: Item::Comment(_),
                ..
            }]
        ),
        "{found:?}"
    );
}
