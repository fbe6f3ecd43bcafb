//! Whether a community fits into what is there: names that are taken, and those that name nobody.

use std::collections::HashSet;

use latchkey_domain::{Email, Slug};

use crate::StoreError;
use crate::content::{Community, Conflict};
use crate::postgres::params::Param;
use crate::postgres::rows::{self, Statements};

/// What there is, or will be, of a kind.
struct Names {
    there: HashSet<String>,
    coming: HashSet<String>,
}

impl Names {
    /// Asks once for all names that the community mentions: `sql` gives those that are there.
    async fn new<'n>(
        db: &impl Statements,
        sql: &str,
        mentioned: impl Iterator<Item = &'n str> + Send,
    ) -> Result<Self, StoreError> {
        let mentioned: HashSet<&str> = mentioned.collect();
        let mentioned = Param::Texts(mentioned.into_iter().map(Some).collect());
        let there = rows::all(db, sql, &[mentioned], |columns| columns.get("name")).await?;
        Ok(Self {
            there: there.into_iter().collect(),
            coming: HashSet::new(),
        })
    }

    fn has(&self, name: &str) -> bool {
        self.coming.contains(name) || self.there.contains(name)
    }

    /// Adds a name; whether it was free.
    fn claim(&mut self, name: &str) -> bool {
        !self.there.contains(name) && self.coming.insert(name.to_owned())
    }

    fn lacks(&self, email: Option<&Email>) -> Option<Email> {
        email.filter(|email| !self.has(email.as_str())).cloned()
    }
}

/// The emails that the community mentions.
fn emails(community: &Community) -> impl Iterator<Item = &str> + Send {
    let members = community.members.iter().map(|member| &member.email);
    let of_spaces = community.spaces.iter().flat_map(|space| &space.members);
    let organizers = community
        .events
        .iter()
        .filter_map(|event| event.organizer.as_ref());
    let authors = community.posts.iter().flat_map(|post| {
        let of_comments = post.comments.iter().filter_map(|comment| comment.author.as_ref());
        post.author.iter().chain(of_comments)
    });
    let learners = community
        .courses
        .iter()
        .flat_map(|course| course.enrolments.iter().map(|enrolment| &enrolment.member));
    members
        .chain(of_spaces)
        .chain(organizers)
        .chain(authors)
        .chain(learners)
        .map(Email::as_str)
}

/// The slugs of spaces that the community mentions.
fn spaces(community: &Community) -> impl Iterator<Item = &str> + Send {
    let spaces = community.spaces.iter().map(|space| &space.slug);
    let of_events = community.events.iter().filter_map(|event| event.space.as_ref());
    let of_posts = community.posts.iter().map(|post| &post.space);
    spaces.chain(of_events).chain(of_posts).map(Slug::as_str)
}

/// All that keeps `community` from being added, in its order.
pub(super) async fn conflicts(
    db: &impl Statements,
    community: &Community,
) -> Result<Vec<Conflict>, StoreError> {
    let mut found = Vec::new();
    let mut members = Names::new(
        db,
        "SELECT email FROM members WHERE email = ANY($1)",
        emails(community),
    )
    .await?;
    for (index, member) in community.members.iter().enumerate() {
        if !members.claim(member.email.as_str()) {
            found.push(Conflict::EmailTaken(index, member.email.clone()));
        }
    }
    let mut spaces = Names::new(
        db,
        "SELECT slug FROM spaces WHERE slug = ANY($1)",
        spaces(community),
    )
    .await?;
    for (index, space) in community.spaces.iter().enumerate() {
        if !spaces.claim(space.slug.as_str()) {
            found.push(Conflict::SpaceTaken(index, space.slug.clone()));
        }
        for email in &space.members {
            let missing = members.lacks(Some(email));
            found.extend(missing.map(|email| Conflict::SpaceNeedsMember(index, email)));
        }
    }
    let mut plans = Names::new(
        db,
        "SELECT name FROM membership_plans WHERE name = ANY($1)",
        community.plans.iter().map(|plan| plan.name.as_str()),
    )
    .await?;
    for (index, plan) in community.plans.iter().enumerate() {
        if !plans.claim(plan.name.as_str()) {
            found.push(Conflict::PlanTaken(index, plan.name.clone()));
        }
    }
    for (index, event) in community.events.iter().enumerate() {
        if let Some(slug) = &event.space
            && !spaces.has(slug.as_str())
        {
            found.push(Conflict::EventNeedsSpace(index, slug.clone()));
        }
        let missing = members.lacks(event.organizer.as_ref());
        found.extend(missing.map(|email| Conflict::EventNeedsMember(index, email)));
    }
    posts(community, &members, &spaces, &mut found);
    let mut courses = Names::new(
        db,
        "SELECT slug FROM courses WHERE slug = ANY($1)",
        community.courses.iter().map(|course| course.slug.as_str()),
    )
    .await?;
    for (index, course) in community.courses.iter().enumerate() {
        if !courses.claim(course.slug.as_str()) {
            found.push(Conflict::CourseTaken(index, course.slug.clone()));
        }
        for enrolment in &course.enrolments {
            let missing = members.lacks(Some(&enrolment.member));
            found.extend(missing.map(|email| Conflict::CourseNeedsMember(index, email)));
        }
    }
    Ok(found)
}

fn posts(community: &Community, members: &Names, spaces: &Names, found: &mut Vec<Conflict>) {
    for (index, post) in community.posts.iter().enumerate() {
        if !spaces.has(post.space.as_str()) {
            found.push(Conflict::PostNeedsSpace(index, post.space.clone()));
        }
        let missing = members.lacks(post.author.as_ref());
        found.extend(missing.map(|email| Conflict::PostNeedsMember(index, None, email)));
        for (place, comment) in post.comments.iter().enumerate() {
            let missing = members.lacks(comment.author.as_ref());
            found.extend(missing.map(|email| Conflict::PostNeedsMember(index, Some(place), email)));
        }
    }
}
