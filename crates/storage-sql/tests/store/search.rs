//! Full-text search: what is found, in which order, by whom.

use latchkey_domain::content::{SpaceVisibility, Viewer};
use latchkey_storage::content::{
    Community, Content, Hit, Item, ItemKind, NewCommunityPost, NewReply, PostChange, SearchRequest,
};

use crate::content::{add, rich_text, space, title, viewer};
use crate::fixtures::{add_member, at, store};

fn post(space: &str, name: &str, body: &str, comments: &[&str]) -> NewCommunityPost {
    NewCommunityPost {
        space: space.parse().unwrap(),
        author: Some("ada@b.example".parse().unwrap()),
        title: title(name),
        body: rich_text(body),
        created_at: Some(at(0)),
        comments: comments
            .iter()
            .map(|text| NewReply {
                author: None,
                body: rich_text(text),
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

async fn of_posts(posts: Vec<NewCommunityPost>) -> (crate::fixtures::TestStore, Viewer) {
    let store = store();
    let ada = add_member(&*store, "ada@b.example").await;
    let community = Community {
        spaces: vec![space("bakery", SpaceVisibility::Public, &[])],
        posts,
        ..Community::default()
    };
    add(&*store, community).await;
    (store, viewer(&ada))
}

#[tokio::test]
async fn case_accents_and_spellings_are_alike_in_every_script() {
    let (store, ada) = of_posts(vec![
        post(
            "bakery",
            "Die Straße",
            "Ein Ärger in Ǻrhus",
            &["ÉCOLE supérieure"],
        ),
        post("bakery", "İstanbul", "ΟΔΥΣΣΕΎΣ και Łódź", &[]),
        post("bakery", "می\u{200C}خواهم", "Ёлка; हिन्दी में लिखा", &[]),
        post("bakery", "ﬁne ｆｕｌｌ", "cafe\u{301} so\u{AD}ft", &[]),
    ])
    .await;
    for (query, found) in [
        ("STRASSE ", "Die Straße"),
        ("straße ", "Die Straße"),
        ("strasse ", "Die Straße"),
        ("arger arhus ", "Die Straße"),
        ("école ", ""),
        ("e\u{301}cole superieure ", ""),
        ("istanbul ", "İstanbul"),
        ("ISTANBUL ", "İstanbul"),
        ("Οδυσσεύς ", "İstanbul"),
        ("lodz ", "İstanbul"),
        ("میخواهم ", "می\u{200C}خواهم"),
        ("елка ", "می\u{200C}خواهم"),
        ("हिन्दी ", "می\u{200C}خواهم"),
        ("FINE full ", "ﬁne ｆｕｌｌ"),
        ("café soft ", "ﬁne ｆｕｌｌ"),
    ] {
        assert_eq!(titles(&*store, ada, query).await, [found], "{query}");
    }
    for query in ["हिन्द ", "arg ", "stras "] {
        assert!(titles(&*store, ada, query).await.is_empty(), "{query}");
    }
}

#[tokio::test]
async fn scripts_without_spaces_are_found_within_a_run() {
    let (store, ada) = of_posts(vec![
        post(
            "bakery",
            "新しい自転車を買いました",
            "とても速いです",
            &["赤い車"],
        ),
        post("bakery", "我喜欢骑自行车", "ภาษาไทยไม่มีเว้นวรรค", &[]),
        post("bakery", "새자전거를 샀다", "Rye 2023年", &[]),
    ])
    .await;
    let (bicycle, chinese, korean) = ("新しい自転車を買いました", "我喜欢骑自行车", "새자전거를 샀다");
    for (query, found) in [
        ("自転車", vec![bicycle]),
        ("自転車 ", vec![bicycle]),
        ("\"自転車を買い\"", vec![bicycle]),
        ("転車", vec![bicycle]),
        ("自転車 速い", vec![bicycle]),
        ("自行车", vec![chinese]),
        ("ไม่มี", vec![chinese]),
        ("자전거 ", vec![korean]),
        ("年 rye ", vec![korean]),
        ("自車 ", vec![]),
        ("転自 ", vec![]),
    ] {
        assert_eq!(titles(&*store, ada, query).await, found, "{query}");
    }
    let mut with_one_character = titles(&*store, ada, "車 ").await;
    with_one_character.sort();
    assert_eq!(with_one_character, ["", bicycle]);
    let hit = hits(&*store, ada, "転車 ").await.remove(0);
    let marked = format!("新しい自{}転車{}を買いました", Hit::OPEN, Hit::CLOSE);
    assert_eq!(hit.snippet, marked);
}

/// `PostgreSQL` has places for 16,383 words of a text.
#[tokio::test]
async fn the_end_of_a_long_text_is_found() {
    let long = format!("{}終端の自転車屋", "あいうえおかきくけこ".repeat(2_000));
    let (store, ada) = of_posts(vec![post("bakery", "Long", &long, &[])]).await;
    for query in ["終端の自転車", "自転車屋", "端の"] {
        assert_eq!(titles(&*store, ada, query).await, ["Long"], "{query}");
    }
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
        body: Some(rich_text("A crust wants fog")),
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
