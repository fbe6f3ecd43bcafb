//! Bringing in a community: all of it, or nothing.

use latchkey_domain::content::SpaceVisibility;
use latchkey_domain::{MemberName, Role};
use latchkey_storage::content::{Community, Conflict, NewCommunityPost, NewProfile, NewReply};
use latchkey_storage::{AuditAction, PasswordHash};

use crate::content::{rich_text, space, title};
use crate::fixtures::{add_member, at, operator, store};

fn profile(email: &str) -> NewProfile {
    NewProfile {
        email: email.parse().unwrap(),
        name: MemberName::parse("Some One").unwrap(),
        role: Role::Member,
        joined_at: Some(at(5)),
        last_active_at: Some(at(6)),
        avatar_url: None,
        password: None,
    }
}

fn community() -> Community {
    Community {
        members: vec![profile("new@b.example")],
        spaces: vec![space(
            "garden",
            SpaceVisibility::Private,
            &["new@b.example", "ada@b.example"],
        )],
        posts: vec![NewCommunityPost {
            space: "garden".parse().unwrap(),
            author: Some("new@b.example".parse().unwrap()),
            title: title("Beans"),
            body: rich_text("grow"),
            created_at: None,
            comments: vec![NewReply {
                author: Some("ada@b.example".parse().unwrap()),
                body: rich_text("they do"),
                created_at: None,
            }],
        }],
        ..Community::default()
    }
}

#[tokio::test]
async fn newcomers_and_those_who_are_there_can_be_named() {
    let store = store();
    add_member(&*store, "ada@b.example").await;
    let added = crate::content::add(&*store, community()).await;
    assert_eq!(
        (added.members, added.spaces, added.posts, added.comments),
        (1, 1, 1, 1)
    );
    let new = store
        .profile_by_email(&"new@b.example".parse().unwrap())
        .await
        .unwrap()
        .unwrap();
    assert_eq!((new.member.joined_at, new.last_active_at), (at(5), Some(at(6))));
    let (_, hash) = store.credentials(&new.member.email).await.unwrap().unwrap();
    assert_eq!(hash.0, "locked");
    let entry = store.audit(1).await.unwrap().remove(0);
    assert_eq!(entry.action, AuditAction::CommunityAdded);
    assert!(entry.detail.starts_with("1 member, 1 space,"), "{}", entry.detail);
}

#[tokio::test]
async fn what_does_not_fit_is_named_and_nothing_is_added() {
    let store = store();
    add_member(&*store, "new@b.example").await;
    let mut wrong = community();
    wrong.posts[0].space = "attic".parse().unwrap();
    wrong.members.push(profile("twice@b.example"));
    wrong.members.push(profile("twice@b.example"));
    let expected = vec![
        Conflict::EmailTaken(0, "new@b.example".parse().unwrap()),
        Conflict::EmailTaken(2, "twice@b.example".parse().unwrap()),
        Conflict::SpaceNeedsMember(0, "ada@b.example".parse().unwrap()),
        Conflict::PostNeedsSpace(0, "attic".parse().unwrap()),
        Conflict::PostNeedsMember(0, Some(0), "ada@b.example".parse().unwrap()),
    ];
    let (_, found) = store.check_community(wrong.clone()).await.unwrap();
    assert_eq!(found, expected);
    let locked = PasswordHash("locked".into());
    let refused = store
        .add_community(wrong, locked, Box::new(|_| ()), &operator(), at(0))
        .await
        .unwrap();
    assert_eq!(refused, Err(expected));
    assert_eq!(
        (
            store.count_members().await.unwrap(),
            store.count_spaces().await.unwrap(),
            store.count_posts().await.unwrap()
        ),
        (1, 0, 0)
    );
}
