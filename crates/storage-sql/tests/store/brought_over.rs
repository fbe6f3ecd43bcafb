//! What earlier versions stored is searched, sorted and compared as what this one stores. The rows are the same for both
//! databases; how they get there is each one's own.

use latchkey_domain::content::Viewer;
use latchkey_domain::{Email, PageRequest};
use latchkey_storage::content::{Direction, ItemKind, RosterSort, SearchRequest, SliceRequest};
use latchkey_storage::{AuditFilter, AuditWho, Store};

use crate::fixtures::{at, operator};

/// Members and entries of the trail as an earlier version wrote them.
pub(crate) const ROWS: &str = "
INSERT INTO members (id, email, name, name_folded, role, password_hash, joined_at) VALUES
    (1, 'host@b.example', 'Zed', 'zed', 'host', 'hash', 0),
    (2, 'ada@bücher.example', 'Åsa', 'åsa', 'member', 'hash', 0),
    (3, 'ju\u{308}rgen@example.com', 'Élodie', 'élodie', 'member', 'hash', 0),
    (4, 'twin@bücher.example', 'Twin', 'twin', 'member', 'hash', 0),
    (5, 'twin@xn--bcher-kva.example', 'Twin', 'twin', 'member', 'hash', 0),
    (6, 'bob@b.example', 'Bob', 'bob', 'member', 'hash', 0);
INSERT INTO audit (id, at, member_id, action, target, detail) VALUES
    (1, 0, 3, 'network_changed', 'river-club', 'name from “ÉCOLE” to “Straße”'),
    (2, 0, 6, 'network_changed', 'river-club', 'nothing'),
    (3, 0, 1, 'application_created', '1111111111111111111111111111111111111111111', 'by the host');
";

/// The titles and bodies of posts.
pub(crate) const POSTS: [(&str, &str); 3] = [
    ("新しい自転車", "とても速い"),
    ("Die Straße", "Ein Weg"),
    ("Plain ASCII", "with an ÉCOLE"),
];

/// Asks a store that was just opened, with [`ROWS`], [`POSTS`] in a public space, and an application `Straße`.
pub(crate) async fn assert_brought_over(store: &dyn Store) {
    are_sorted_and_searched(store).await;
    emails_are_compared(store).await;
    content_is_found(store).await;
    twins_can_be_removed(store).await;
}

fn email(text: &str) -> Email {
    text.parse().unwrap()
}

async fn are_sorted_and_searched(store: &dyn Store) {
    let everyone = SliceRequest {
        after: None,
        limit: 10,
        direction: Direction::Ascending,
        most_bytes: usize::MAX,
    };
    let roster = store.profiles(RosterSort::Name, everyone).await.unwrap();
    let ids: Vec<i64> = roster
        .into_items()
        .iter()
        .map(|profile| profile.member.id.0)
        .collect();
    assert_eq!(ids, [2, 6, 3, 4, 5, 1]);
    for (search, count) in [
        ("strasse", 1),
        ("STRASSE", 1),
        ("école", 0),
        ("A.example", 1),
        ("https://a.example/cb", 1),
        ("https", 0),
    ] {
        let page = store
            .applications(
                &latchkey_domain::ListQuery {
                    search: search.into(),
                    ..latchkey_domain::ListQuery::default()
                },
                PageRequest::new(1, 10),
                latchkey_domain::Timestamp::from_millis(0),
            )
            .await
            .unwrap();
        assert_eq!(page.total, count, "{search}");
        let by = page
            .items
            .first()
            .and_then(|listing| listing.application.created_by);
        assert_eq!(
            by.map(|member| member.0),
            page.items.first().map(|_| 1),
            "{search}"
        );
    }
    let target = AuditFilter {
        target: Some("école".into()),
        ..AuditFilter::default()
    };
    let who = |words: &str| AuditFilter {
        who: Some(AuditWho::Member(words.into())),
        ..AuditFilter::default()
    };
    for filter in [target, who("elodie"), who("jurgen"), who("JÜRGEN@")] {
        let found = store.audit_page(filter.clone(), None, 10).await.unwrap();
        assert_eq!(found.len(), 1, "{filter:?}");
        assert_eq!(found[0].id, 1);
    }
}

/// Each has its form, unless it was taken.
async fn emails_are_compared(store: &dyn Store) {
    for (typed, id) in [
        ("ada@bücher.example", 2),
        ("ada@xn--bcher-kva.example", 2),
        ("jürgen@example.com", 3),
        ("ju\u{308}rgen@example.com", 3),
        ("twin@bücher.example", 4),
        ("Twin@Bücher.Example", 4),
        ("twin@xn--bcher-kva.example", 5),
    ] {
        let (member, _) = store.credentials(&email(typed)).await.unwrap().unwrap();
        assert_eq!(member.id.0, id, "{typed}");
        let profile = store.profile_by_email(&email(typed)).await.unwrap().unwrap();
        assert_eq!(profile.member.id.0, id, "{typed}");
    }
    let twins = (
        Email::stored("twin@bücher.example").unwrap(),
        email("twin@xn--bcher-kva.example"),
    );
    assert_eq!(store.emails_in_another_form().await.unwrap(), [twins]);
}

async fn content_is_found(store: &dyn Store) {
    let host = store.member_by_email(&email("host@b.example")).await.unwrap();
    let viewer = Viewer::of(&host.unwrap());
    for (query, title) in [
        ("自転車", "新しい自転車"),
        ("STRASSE ", "Die Straße"),
        ("ascii", "Plain ASCII"),
        ("ecole ", "Plain ASCII"),
    ] {
        let request = SearchRequest {
            query: query.into(),
            kinds: vec![ItemKind::Post],
            after: None,
            limit: 10,
        };
        let hits = store.search(viewer, request).await.unwrap().into_items();
        let found: Vec<&str> = hits.iter().map(|hit| hit.title.as_str()).collect();
        assert_eq!(found, [title], "{query}");
    }
}

/// The one by its own spelling, and the other stays.
async fn twins_can_be_removed(store: &dyn Store) {
    let removed = store
        .remove_member(&email("twin@bücher.example"), &operator(), at(0))
        .await
        .unwrap();
    assert_eq!(removed.done().unwrap().id.0, 4);
    let left = store
        .member_by_email(&email("twin@bücher.example"))
        .await
        .unwrap();
    assert_eq!(left.unwrap().id.0, 5);
    assert_eq!(store.emails_in_another_form().await.unwrap(), []);
}
