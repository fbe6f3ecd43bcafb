//! How much a member may write, and how much a list may read.

use std::time::Duration;

use latchkey_domain::content::RichText;
use latchkey_domain::limits::{MAX_CONTENT_BYTES_PER_PERIOD, MAX_TEXT_BYTES};
use latchkey_storage::StoreError;
use latchkey_storage::content::{Created, Direction, Edited, NewComment, NewPost, PostChange, SliceRequest};

use crate::content::{first, in_public_space, rich_text, title, viewer};
use crate::fixtures::{add_member, at, store};

#[tokio::test]
async fn a_member_writes_so_much_in_an_hour_and_what_is_deleted_counts() {
    let store = store();
    let ada = add_member(&*store, "ada@b.example").await;
    let bob = add_member(&*store, "bob@b.example").await;
    let (space, _) = in_public_space(&*store, "Garden").await;
    let new = || NewPost {
        space,
        title: title("Long"),
        body: RichText::from_sanitized("x".repeat(MAX_TEXT_BYTES - 4), "x".to_owned()).unwrap(),
    };
    let each = i64::try_from(MAX_TEXT_BYTES).unwrap();
    let mut last = None;
    for n in 0..MAX_CONTENT_BYTES_PER_PERIOD / each {
        let at = at(u64::try_from(n).unwrap());
        last = store.create_post(viewer(&ada), new(), at).await.unwrap().done();
        assert!(last.is_some());
    }
    let post = last.unwrap();
    let wait = Duration::from_secs(3_600 - 200);
    let refused = store.create_post(viewer(&ada), new(), at(200)).await.unwrap();
    assert_eq!(refused, Created::OverQuota(wait));
    let comment = || NewComment {
        post: post.id,
        body: new().body,
    };
    let refused = store
        .create_comment(viewer(&ada), comment(), at(200))
        .await
        .unwrap();
    assert_eq!(refused, Created::OverQuota(wait));
    let change = || PostChange {
        title: None,
        body: Some(new().body),
    };
    let refused = store
        .update_post(viewer(&ada), post.id, change(), at(200))
        .await
        .unwrap();
    assert_eq!(refused, Edited::OverQuota(wait));
    assert_eq!(
        store
            .count_comments_of_posts(vec![post.id])
            .await
            .unwrap()
            .get(&post.id),
        None,
        "nothing of it was written"
    );
    // Others are not held up, and what is deleted was written.
    let by_bob = store
        .create_comment(viewer(&bob), comment(), at(200))
        .await
        .unwrap();
    assert!(matches!(by_bob, Created::Done(_)));
    assert!(matches!(
        store.delete_post(viewer(&ada), post.id).await.unwrap(),
        Edited::Done(_)
    ));
    let refused = store.create_post(viewer(&ada), new(), at(200)).await.unwrap();
    assert_eq!(refused, Created::OverQuota(wait));
    let later = store.create_post(viewer(&ada), new(), at(3_600)).await.unwrap();
    assert!(matches!(later, Created::Done(_)));
}

#[tokio::test]
async fn lists_are_read_up_to_so_many_bytes() {
    let store = store();
    let ada = add_member(&*store, "ada@b.example").await;
    let mut spaces = Vec::new();
    let mut post = None;
    for name in ["One", "Two"] {
        let (space, _) = in_public_space(&*store, name).await;
        spaces.push(space);
        for n in 0..3 {
            let new = NewPost {
                space,
                title: title("Long"),
                body: RichText::from_sanitized("x".repeat(10_000), "y".repeat(10_000)).unwrap(),
            };
            post = store
                .create_post(viewer(&ada), new, at(10 + n))
                .await
                .unwrap()
                .done();
        }
    }
    let part = |limit, most_bytes| SliceRequest {
        direction: Direction::Descending,
        most_bytes,
        ..first(limit)
    };
    let found = store.posts(part(4, 150_000)).await.unwrap();
    assert!(
        found.rows.len() == 4 && (100_000..110_000).contains(&found.bytes),
        "{}",
        found.bytes
    );
    let refused = store.posts(part(4, 90_000)).await;
    assert!(
        matches!(refused, Err(StoreError::TooLarge(90_000))),
        "{refused:?}"
    );
    let refused = store.posts_of(ada.id, part(6, 90_000)).await;
    assert!(matches!(refused, Err(StoreError::TooLarge(_))));
    let refused = store.posts_of_spaces(spaces.clone(), part(3, 90_000)).await;
    assert!(matches!(refused, Err(StoreError::TooLarge(_))));
    let found = store
        .posts_of_spaces(spaces.clone(), part(3, 150_000))
        .await
        .unwrap();
    assert!(
        found
            .values()
            .all(|slice| slice.rows.len() == 3 && slice.bytes > 60_000)
    );
    // The store goes on as before.
    for n in 0..50 {
        assert!(store.posts(part(6, 1_000)).await.is_err());
        let comment = NewComment {
            post: post.as_ref().unwrap().id,
            body: rich_text("short"),
        };
        let written = store
            .create_comment(viewer(&ada), comment, at(20 + n))
            .await
            .unwrap();
        assert!(matches!(written, Created::Done(_)));
    }
    let id = post.unwrap().id;
    let found = store.comments_of_posts(vec![id], part(25, 10_000)).await.unwrap();
    assert_eq!(found[&id].rows.len(), 25);
}
