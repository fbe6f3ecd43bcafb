//! Bringing in a whole community at once: the demonstration, imports.

use async_trait::async_trait;
use latchkey_domain::content::{AvatarUrl, BillingInterval, Currency, RichText, SpaceVisibility, Title};
use latchkey_domain::{Actor, Email, MemberName, Role, Slug, Timestamp, counted};

use crate::{PasswordHash, StoreError};

/// What is to be added. Members are named by their emails, spaces by their slugs, whether they come along or are there
/// already.
#[derive(Clone, Debug, Default)]
pub struct Community {
    pub members: Vec<NewProfile>,
    pub spaces: Vec<NewSpace>,
    pub events: Vec<NewEvent>,
    pub plans: Vec<NewMembershipPlan>,
    /// Posts with their comments.
    pub posts: Vec<NewCommunityPost>,
    /// Courses with their lessons and who takes them.
    pub courses: Vec<NewCourse>,
}

/// A member.
#[derive(Clone, Debug)]
pub struct NewProfile {
    /// With what the member signs in.
    pub email: Email,
    /// What others see.
    pub name: MemberName,
    /// What the member may do.
    pub role: Role,
    /// Since when; `None`: now.
    pub joined_at: Option<Timestamp>,
    /// When the member was last here.
    pub last_active_at: Option<Timestamp>,
    /// The picture.
    pub avatar_url: Option<AvatarUrl>,
    /// With what the member signs in; `None`: with nothing until a password is set.
    pub password: Option<PasswordHash>,
}

#[derive(Clone, Debug)]
pub struct NewSpace {
    /// The name in addresses.
    pub slug: Slug,
    /// What it is called.
    pub name: Title,
    /// What it is for.
    pub description: String,
    /// Who may read in it.
    pub visibility: SpaceVisibility,
    /// Since when; `None`: now.
    pub created_at: Option<Timestamp>,
    /// Who belongs to it.
    pub members: Vec<Email>,
}

#[derive(Clone, Debug)]
pub struct NewEvent {
    /// The space that it belongs to.
    pub space: Option<Slug>,
    /// The member who holds it.
    pub organizer: Option<Email>,
    /// What it is called.
    pub title: Title,
    /// What it is about.
    pub description: RichText,
    /// Where.
    pub location: Option<String>,
    /// When it begins.
    pub starts_at: Timestamp,
    /// When it ends.
    pub ends_at: Timestamp,
    /// When it was announced; `None`: now.
    pub created_at: Option<Timestamp>,
}

#[derive(Clone, Debug)]
pub struct NewMembershipPlan {
    /// What it is called.
    pub name: Title,
    /// What it includes.
    pub description: String,
    /// The price in hundredths.
    pub price_cents: u32,
    /// The currency of the price.
    pub currency: Currency,
    /// How often it is due.
    pub interval: BillingInterval,
    /// Since when; `None`: now.
    pub created_at: Option<Timestamp>,
}

#[derive(Clone, Debug)]
pub struct NewCommunityPost {
    /// Its position.
    pub space: Slug,
    /// Who wrote it.
    pub author: Option<Email>,
    /// What it is called.
    pub title: Title,
    /// What it says.
    pub body: RichText,
    /// When it was written; `None`: now.
    pub created_at: Option<Timestamp>,
    /// The comments under it.
    pub comments: Vec<NewReply>,
}

/// A comment under a [`NewCommunityPost`].
#[derive(Clone, Debug)]
pub struct NewReply {
    /// Who wrote it.
    pub author: Option<Email>,
    /// What it says.
    pub body: RichText,
    /// When it was written; `None`: now.
    pub created_at: Option<Timestamp>,
}

#[derive(Clone, Debug)]
pub struct NewCourse {
    /// The name in addresses.
    pub slug: Slug,
    /// What it is called.
    pub title: Title,
    /// What it teaches.
    pub description: String,
    /// Since when; `None`: now.
    pub created_at: Option<Timestamp>,
    /// The lessons, in order.
    pub lessons: Vec<NewLesson>,
    /// Who takes it.
    pub enrolments: Vec<NewEnrolment>,
}

/// A lesson of a [`NewCourse`].
#[derive(Clone, Debug)]
pub struct NewLesson {
    /// What it is called.
    pub title: Title,
    /// What it says.
    pub body: RichText,
    /// How long it takes, in minutes.
    pub minutes: u32,
}

/// Who takes a [`NewCourse`].
#[derive(Clone, Debug)]
pub struct NewEnrolment {
    /// Who.
    pub member: Email,
    /// Since when; `None`: now.
    pub enrolled_at: Option<Timestamp>,
    /// When each of the first lessons was completed, in their order.
    pub completed: Vec<Timestamp>,
}

/// Why something cannot be added: the number is its place in its list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Conflict {
    /// The email of a member is taken.
    EmailTaken(usize, Email),
    /// The slug of a space is taken.
    SpaceTaken(usize, Slug),
    /// The name of a plan is taken.
    PlanTaken(usize, Title),
    /// The slug of a course is taken.
    CourseTaken(usize, Slug),
    /// A space names a member that does not exist.
    SpaceNeedsMember(usize, Email),
    /// An event names a space that does not exist.
    EventNeedsSpace(usize, Slug),
    /// An event names a member that does not exist.
    EventNeedsMember(usize, Email),
    /// A post names a space that does not exist.
    PostNeedsSpace(usize, Slug),
    /// A post, or the comment of that place under it, names a member that does not exist.
    PostNeedsMember(usize, Option<usize>, Email),
    /// A course names a member that does not exist.
    CourseNeedsMember(usize, Email),
}

/// How much was added.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Added {
    pub members: usize,
    pub spaces: usize,
    pub events: usize,
    pub plans: usize,
    pub posts: usize,
    pub comments: usize,
    pub courses: usize,
}

impl Added {
    /// How many there are in `community`.
    pub fn of(community: &Community) -> Self {
        Self {
            members: community.members.len(),
            spaces: community.spaces.len(),
            plans: community.plans.len(),
            events: community.events.len(),
            posts: community.posts.len(),
            comments: community.posts.iter().map(|post| post.comments.len()).sum(),
            courses: community.courses.len(),
        }
    }

    /// The detail of the audit entry.
    pub fn detail(&self) -> String {
        [
            (self.members, "member"),
            (self.spaces, "space"),
            (self.events, "event"),
            (self.plans, "plan"),
            (self.posts, "post"),
            (self.comments, "comment"),
            (self.courses, "course"),
        ]
        .map(|(count, what)| counted(count, what))
        .join(", ")
    }
}

/// How far adding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProgressReport {
    /// What is being added, in the plural.
    pub what: &'static str,
    /// How many are added.
    pub done: usize,
    pub of: usize,
}

/// Called with the progress of adding. It is called on the thread that writes, so it has to be quick.
pub type TellProgress = Box<dyn Fn(ProgressReport) + Send>;

/// Adding communities.
#[async_trait]
pub trait Communities: Send + Sync {
    /// The part of `community` that could not be added, and the community.
    async fn check_community(&self, community: Community) -> Result<(Community, Vec<Conflict>), StoreError>;

    /// Adds all of `community`, or nothing if something of it cannot be added. `locked` is the hash of those who have
    /// no password yet.
    async fn add_community(
        &self,
        community: Community,
        locked: PasswordHash,
        tell: TellProgress,
        by: &Actor,
        at: Timestamp,
    ) -> Result<Result<Added, Vec<Conflict>>, StoreError>;
}
