//! Posts, comments, spaces and courses: who may read what, and who may change it.

use latchkey_domain::content::{PostId, RichText, SpaceId, SpaceVisibility, Title, Viewer};
use latchkey_domain::{Member, Role};
use latchkey_storage::PasswordHash;
use latchkey_storage::content::{
    Added, Communities, Community, Content, Created, Direction, Edited, NewComment, NewCourse, NewEnrolment,
    NewLesson, NewPost, NewSpace, PostChange, Slice, SliceRequest,
};

use crate::fixtures::{add_member, at, new_member, operator, store};

pub(crate) fn viewer(member: &Member) -> Viewer {
    Viewer::of(member)
}

pub(crate) fn rich_text(text: &str) -> RichText {
    RichText::from_sanitized(format!("<p>{text}</p>"), text.to_owned()).unwrap()
}

pub(crate) fn title(text: &str) -> Title {
    Title::parse(text).unwrap()
}

pub(crate) fn first(limit: u32) -> SliceRequest {
    SliceRequest {
        after: None,
        limit,
        direction: Direction::Ascending,
        most_bytes: usize::MAX,
    }
}

pub(crate) fn space(slug: &str, visibility: SpaceVisibility, members: &[&str]) -> NewSpace {
    NewSpace {
        slug: slug.parse().unwrap(),
        name: title(slug),
        description: format!("All about {slug}"),
        visibility,
        created_at: Some(at(0)),
        members: members.iter().map(|email| email.parse().unwrap()).collect(),
    }
}

pub(crate) async fn add(store: &(impl Communities + ?Sized), community: Community) -> Added {
    let locked = PasswordHash("locked".into());
    store
        .add_community(community, locked, Box::new(|_| ()), &operator(), at(0))
        .await
        .unwrap()
        .unwrap()
}

/// A public space with a post.
pub(crate) async fn in_public_space(store: &(impl Content + ?Sized), name: &str) -> (SpaceId, PostId) {
    let slug = name.to_lowercase();
    add(
        store,
        Community {
            spaces: vec![space(&slug, SpaceVisibility::Public, &[])],
            posts: vec![latchkey_storage::content::NewCommunityPost {
                space: slug.parse().unwrap(),
                author: None,
                title: title(name),
                body: rich_text("Hello"),
                created_at: Some(at(0)),
                comments: vec![],
            }],
            ..Community::default()
        },
    )
    .await;
    let spaces = store.spaces(first(100)).await.unwrap().into_items();
    let space = spaces
        .iter()
        .find(|space| space.slug.as_str() == slug)
        .unwrap()
        .id;
    let slice = store
        .posts_of_spaces(vec![space], first(1))
        .await
        .unwrap()
        .remove(&space);
    let post = slice.unwrap().into_items().remove(0);
    (space, post.id)
}

fn ids(slice: &Slice<latchkey_domain::content::Post>) -> Vec<i64> {
    slice.rows.iter().map(|(_, post)| post.id.0).collect()
}

#[tokio::test]
async fn a_private_space_is_for_those_in_it_and_hosts() {
    let store = store();
    let ada = add_member(&*store, "ada@b.example").await;
    let bob = add_member(&*store, "bob@b.example").await;
    let host = store
        .add_member(new_member("host@b.example", Role::Host), &operator(), at(0))
        .await
        .unwrap()
        .unwrap();
    let community = Community {
        spaces: vec![space("inner", SpaceVisibility::Private, &["ada@b.example"])],
        ..Community::default()
    };
    add(&*store, community).await;
    let inner = store.spaces(first(1)).await.unwrap().into_items().remove(0).id;
    let new = || NewPost {
        space: inner,
        title: title("Secret"),
        body: rich_text("plans"),
    };
    assert_eq!(
        store.create_post(viewer(&bob), new(), at(1)).await.unwrap(),
        Created::NotFound
    );
    let post = store
        .create_post(viewer(&ada), new(), at(1))
        .await
        .unwrap()
        .done()
        .unwrap();
    for (member, may) in [(&ada, true), (&bob, false), (&host, true)] {
        let viewer = viewer(member);
        assert_eq!(
            store.readable_posts(viewer, vec![post.id]).await.unwrap().len(),
            usize::from(may)
        );
        assert_eq!(
            store.readable_spaces(viewer, vec![inner]).await.unwrap().len(),
            usize::from(may)
        );
        let comment = NewComment {
            post: post.id,
            body: rich_text("yes"),
        };
        let comment = store.create_comment(viewer, comment, at(2)).await.unwrap();
        assert_eq!(comment.done().is_some(), may, "{}", member.email);
    }
    assert_eq!(
        store.count_comments_of_posts(vec![post.id]).await.unwrap()[&post.id],
        2
    );
    assert_eq!(
        store.count_members_of_spaces(vec![inner]).await.unwrap()[&inner],
        1
    );
}

#[tokio::test]
async fn only_the_author_changes_a_post_even_before_a_host() {
    let store = store();
    let ada = add_member(&*store, "ada@b.example").await;
    let host = store
        .add_member(new_member("host@b.example", Role::Host), &operator(), at(0))
        .await
        .unwrap()
        .unwrap();
    let (space, _) = in_public_space(&*store, "Garden").await;
    let new = NewPost {
        space,
        title: title("Beans"),
        body: rich_text("grow"),
    };
    let post = store
        .create_post(viewer(&ada), new, at(1))
        .await
        .unwrap()
        .done()
        .unwrap();
    let change = || PostChange {
        title: Some(title("Peas")),
        body: None,
    };
    let by_host = store
        .update_post(viewer(&host), post.id, change(), at(2))
        .await
        .unwrap();
    assert_eq!(by_host, Edited::NotYours);
    assert_eq!(
        store.delete_post(viewer(&host), post.id).await.unwrap(),
        Edited::NotYours
    );
    let nobody = store.delete_post(viewer(&ada), PostId(9_999)).await.unwrap();
    assert_eq!(nobody, Edited::NotFound);
    let Edited::Done(changed) = store
        .update_post(viewer(&ada), post.id, change(), at(2))
        .await
        .unwrap()
    else {
        panic!("not changed")
    };
    assert_eq!(
        (changed.title.as_str(), changed.body.text(), changed.updated_at),
        ("Peas", "grow", at(2))
    );
    assert_eq!(
        store.readable_posts(viewer(&ada), vec![post.id]).await.unwrap(),
        std::slice::from_ref(&changed)
    );
    assert_eq!(
        store.delete_post(viewer(&ada), post.id).await.unwrap(),
        Edited::Done(changed)
    );
    assert!(
        store
            .readable_posts(viewer(&ada), vec![post.id])
            .await
            .unwrap()
            .is_empty()
    );
}

#[tokio::test]
async fn posts_below_many_spaces_are_cut_for_each() {
    let store = store();
    let ada = add_member(&*store, "ada@b.example").await;
    let mut spaces = Vec::new();
    for name in ["One", "Two", "Three"] {
        let (space, _) = in_public_space(&*store, name).await;
        spaces.push(space);
        for n in 1..5 {
            let new = NewPost {
                space,
                title: title(&format!("{name} {n}")),
                body: rich_text("x"),
            };
            store
                .create_post(viewer(&ada), new, at(n))
                .await
                .unwrap()
                .done()
                .unwrap();
        }
    }
    let newest_two = SliceRequest {
        direction: Direction::Descending,
        ..first(2)
    };
    let found = store
        .posts_of_spaces(spaces.clone(), newest_two.clone())
        .await
        .unwrap();
    for space in &spaces {
        let alone = store
            .posts_of_spaces(vec![*space], newest_two.clone())
            .await
            .unwrap();
        assert_eq!(found[space], alone[space]);
        assert_eq!(found[space].rows.len(), 2);
        assert!(found[space].has_more);
        assert!(found[space].rows.iter().all(|(_, post)| post.space == *space));
    }
    // The other three of the first space follow its second newest.
    let after = found[&spaces[0]].rows[1].0.clone();
    let rest = SliceRequest {
        after: Some(after),
        ..newest_two
    };
    let rest = SliceRequest { limit: 10, ..rest };
    let slice = &store.posts_of_spaces(vec![spaces[0]], rest).await.unwrap()[&spaces[0]];
    assert_eq!((slice.rows.len(), slice.has_more), (3, false));
    let all = store.posts_of(ada.id, first(100)).await.unwrap();
    assert_eq!(ids(&all).len(), 12);
    assert_eq!(store.count_posts_of(ada.id).await.unwrap(), 12);
}

#[tokio::test]
async fn courses_are_for_those_who_take_them() {
    let store = store();
    let ada = add_member(&*store, "ada@b.example").await;
    let bob = add_member(&*store, "bob@b.example").await;
    let lesson = |name: &str| NewLesson {
        title: title(name),
        body: rich_text("learn"),
        minutes: 5,
    };
    let course = NewCourse {
        slug: "knots".parse().unwrap(),
        title: title("Knots"),
        description: "Tying".into(),
        created_at: None,
        lessons: vec![lesson("Bowline"), lesson("Reef"), lesson("Splice")],
        enrolments: vec![NewEnrolment {
            member: ada.email.clone(),
            enrolled_at: Some(at(1)),
            completed: vec![at(2), at(3)],
        }],
    };
    let community = Community {
        courses: vec![course],
        ..Community::default()
    };
    add(&*store, community).await;
    let taken = store.courses_of(ada.id, first(10)).await.unwrap().into_items();
    assert_eq!(
        (taken[0].progress.percent(), taken[0].progress.completed_at),
        (66, None)
    );
    let course = taken[0].course.id;
    let lessons = store
        .lessons_of_courses(ada.id, vec![course], first(10))
        .await
        .unwrap();
    let completed: Vec<_> = lessons[&course]
        .rows
        .iter()
        .map(|(_, lesson)| lesson.completed_at)
        .collect();
    assert_eq!(completed, [Some(at(2)), Some(at(3)), None]);
    assert!(store.courses_of(bob.id, first(10)).await.unwrap().rows.is_empty());
    assert!(
        store
            .courses_of_by_id(bob.id, vec![course])
            .await
            .unwrap()
            .is_empty()
    );
    assert!(
        store
            .lessons_of_courses(bob.id, vec![course], first(10))
            .await
            .unwrap()
            .is_empty()
    );
}

#[tokio::test]
async fn what_someone_wrote_stays_when_they_are_removed() {
    let store = store();
    let ada = add_member(&*store, "ada@b.example").await;
    let bob = add_member(&*store, "bob@b.example").await;
    let (space, _) = in_public_space(&*store, "Garden").await;
    let new = NewPost {
        space,
        title: title("Beans"),
        body: rich_text("grow"),
    };
    let post = store
        .create_post(viewer(&ada), new, at(1))
        .await
        .unwrap()
        .done()
        .unwrap();
    store.remove_member(&ada.email, &operator(), at(2)).await.unwrap();
    let left = store.readable_posts(viewer(&bob), vec![post.id]).await.unwrap();
    assert_eq!((left.len(), left[0].author), (1, None));
}
