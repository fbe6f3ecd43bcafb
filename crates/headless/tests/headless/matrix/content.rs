//! The network that the matrix explores, and facts about it, taken only from the store.

use std::collections::HashMap;

use latchkey_domain::content::{
    Comment, CommentId, Post, PostId, RichText, SpaceId, SpaceVisibility, Viewer,
};
use latchkey_domain::{Member, MemberId};
use latchkey_headless::Budget;
use latchkey_storage::content::{Comments, NewComment, NewCourse, NewEnrolment, NewLesson, NewPost, Posts};

use super::expected::Extent;
use crate::world::{ADA, BOB, EVERYONE, HOST, World, at, community, email, post, rich_text, title};

/// The public space, and the private one that only Ada belongs to.
const GARDEN: SpaceId = SpaceId(1);
const CELLAR: SpaceId = SpaceId(2);
/// The course that everyone takes, and the one that only Ada takes.
const KNOTS: i64 = 1;
const SAILS: i64 = 2;

/// The network and its content.
pub(crate) struct Content {
    pub(crate) world: World,
    people: HashMap<&'static str, Member>,
    posts: HashMap<i64, Post>,
    comments: HashMap<i64, Comment>,
    /// A comment of each person.
    own_comment: HashMap<&'static str, CommentId>,
}

impl Content {
    /// Everyone has posts, and comments under each other's posts too. Bob has a post in the private space, which he
    /// does not belong to.
    pub(crate) async fn new() -> Self {
        let mut all = community();
        all.posts
            .push(post("cellar", BOB, "Old beans", "From when Bob belonged to it"));
        all.courses.push(NewCourse {
            slug: "sails".parse().unwrap(),
            title: title("Sails"),
            description: "Not for beans".into(),
            created_at: None,
            lessons: vec![NewLesson {
                title: title("Jib"),
                body: rich_text("In front"),
                minutes: 3,
            }],
            enrolments: vec![NewEnrolment {
                member: email(ADA),
                enrolled_at: None,
                completed: vec![],
            }],
        });
        let world = World::with_budget(all, Budget::new(0).unwrap()).await;
        let mut people = HashMap::new();
        for person in EVERYONE {
            people.insert(person, world.member(person).await);
        }
        let mut content = Self {
            world,
            people,
            posts: HashMap::new(),
            comments: HashMap::new(),
            own_comment: HashMap::new(),
        };
        content.learn().await;
        for number in 1..=4 {
            for person in EVERYONE {
                let (viewer, body) = (content.viewer(person), rich_text("Beans again"));
                let new = NewComment {
                    post: PostId(number),
                    body,
                };
                let written = content
                    .world
                    .store
                    .create_comment(viewer, new, at(20))
                    .await
                    .unwrap();
                // Bob cannot see content in the cellar.
                if let Some(comment) = written.done() {
                    content.own_comment.insert(person, comment.id);
                }
            }
        }
        content.learn().await;
        content
    }

    pub(crate) fn viewer(&self, person: &str) -> Viewer {
        Viewer::of(&self.people[person])
    }

    fn id(&self, person: &str) -> MemberId {
        self.people[person].id
    }

    /// Reads the posts and comments that were written since the last call.
    pub(crate) async fn learn(&mut self) {
        let host = self.viewer(HOST);
        loop {
            let next = self.posts.keys().max().map_or(1, |last| last + 1);
            let ids = (next..next + 10).map(PostId).collect();
            let posts = self.world.store.readable_posts(host, ids).await.unwrap();
            let done = posts.is_empty();
            self.posts.extend(posts.into_iter().map(|post| (post.id.0, post)));
            if done {
                break;
            }
        }
        loop {
            let next = self.comments.keys().max().map_or(1, |last| last + 1);
            let ids = (next..next + 10).map(CommentId).collect();
            let comments = self.world.store.readable_comments(host, ids).await.unwrap();
            let done = comments.is_empty();
            self.comments
                .extend(comments.into_iter().map(|comment| (comment.id.0, comment)));
            if done {
                break;
            }
        }
    }

    /// A post of `person` to delete.
    pub(crate) async fn fresh_post(&mut self, person: &str) -> i64 {
        let new = NewPost {
            space: GARDEN,
            title: title("Short-lived"),
            body: rich_text("x"),
        };
        let post = self
            .world
            .store
            .create_post(self.viewer(person), new, at(30))
            .await
            .unwrap();
        self.learn().await;
        post.done().unwrap().id.0
    }

    /// A comment of `person` to delete.
    pub(crate) async fn fresh_comment(&mut self, person: &str) -> i64 {
        let body: RichText = rich_text("Short-lived");
        let new = NewComment {
            post: PostId(1),
            body,
        };
        let comment = self
            .world
            .store
            .create_comment(self.viewer(person), new, at(30))
            .await
            .unwrap();
        self.learn().await;
        comment.done().unwrap().id.0
    }

    /// The post of a comment.
    pub(crate) fn post_of(&self, comment: i64) -> i64 {
        self.comments[&comment].post.0
    }

    /// A comment of `person`.
    pub(crate) fn comment_of(&self, person: &str) -> i64 {
        self.own_comment[person].0
    }

    /// The oldest post of `person`.
    pub(crate) fn post_by(&self, person: &str) -> i64 {
        let own = |post: &&Post| post.author == Some(self.id(person));
        self.posts
            .values()
            .filter(own)
            .map(|post| post.id.0)
            .min()
            .unwrap()
    }

    /// Some objects of a type, with each kind of relation among them.
    pub(crate) fn examples(object: &str) -> Vec<i64> {
        match object {
            // The network's number is not 1.
            "Network" => vec![],
            "Member" => (1..=3).collect(),
            "Space" | "Event" => vec![1, 2],
            "Plan" => vec![1],
            "Post" => (1..=5).collect(),
            "Comment" => (1..=5).chain([6, 7, 8]).collect(),
            "Course" | "Lesson" => vec![KNOTS, SAILS],
            _ => panic!("there is no example of a {object}: add some"),
        }
    }

    /// Whether an event is in a space: the first is for the whole network, the second in the cellar.
    pub(crate) fn is_in_space(event: i64) -> bool {
        event == 2
    }

    fn reads_in(person: &str, space: SpaceId) -> bool {
        person == HOST || space != CELLAR || person == ADA
    }

    fn wrote(&self, person: &str, post: i64) -> bool {
        self.posts[&post].author == Some(self.id(person))
    }

    /// Whether `person` may read an object.
    pub(crate) fn may_read(&self, person: &str, object: &str, number: i64) -> bool {
        match object {
            "Network" | "Member" | "Plan" => true,
            "Space" => Self::reads_in(person, SpaceId(number)),
            "Event" => !Self::is_in_space(number) || Self::reads_in(person, CELLAR),
            "Post" => self.wrote(person, number) || Self::reads_in(person, self.posts[&number].space),
            "Comment" => {
                let comment = &self.comments[&number];
                comment.author == Some(self.id(person)) || self.may_read(person, "Post", comment.post.0)
            }
            "Course" | "Lesson" => self.is_own(person, object, number),
            _ => panic!("who may read a {object}? Say it here"),
        }
    }

    /// Whether an object is the person's own, as scopes define it.
    pub(crate) fn is_own(&self, person: &str, object: &str, number: i64) -> bool {
        match object {
            "Post" => self.wrote(person, number),
            "Comment" => self.wrote(person, self.post_of(number)),
            "Course" | "Lesson" => number == KNOTS || person == ADA,
            _ => panic!("whose own is a {object}? Say it here"),
        }
    }

    /// Whether a scope with this extent opens an object to `person`.
    pub(crate) fn covers(&self, extent: Extent, person: &str, thing: (&str, i64), written: bool) -> bool {
        match extent {
            Extent::All => true,
            Extent::Readable => self.may_read(person, thing.0, thing.1),
            Extent::Own => self.is_own(person, thing.0, thing.1),
            Extent::Written => written,
        }
    }
}

/// The constants above match the store.
#[tokio::test]
async fn the_network_is_as_it_is_described() {
    use latchkey_storage::content::Spaces;

    let content = Content::new().await;
    let spaces = content
        .world
        .store
        .spaces_by_id(vec![GARDEN, CELLAR])
        .await
        .unwrap();
    assert_eq!(
        spaces.iter().map(|space| space.visibility).collect::<Vec<_>>(),
        [SpaceVisibility::Public, SpaceVisibility::Private]
    );
    assert_eq!(content.posts.len(), 5);
    assert!(content.comments.len() >= 15);
    assert_eq!(content.own_comment.len(), 3);
    assert!(content.wrote(BOB, 5) && !content.may_read(BOB, "Space", 2) && content.may_read(BOB, "Post", 5));
}
