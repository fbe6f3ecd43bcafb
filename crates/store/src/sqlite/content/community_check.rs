//! Whether a community fits into what is there: names that are taken, and those that name nobody.

use std::collections::HashSet;

use latchkey_domain::Email;
use rusqlite::Connection;

use crate::StoreError;
use crate::content::{Community, Conflict};
use crate::sqlite::rows;

/// What there is, or will be, of a kind: first in the database, then what comes along.
struct Names<'c> {
    connection: &'c Connection,
    sql: &'static str,
    coming: HashSet<String>,
}

impl<'c> Names<'c> {
    fn new(connection: &'c Connection, sql: &'static str) -> Self {
        Self {
            connection,
            sql,
            coming: HashSet::new(),
        }
    }

    fn has(&self, name: &str) -> Result<bool, StoreError> {
        Ok(self.coming.contains(name) || rows::count(self.connection, self.sql, [name])? > 0)
    }

    /// Adds a name; whether it was free.
    fn claim(&mut self, name: &str) -> Result<bool, StoreError> {
        Ok(rows::count(self.connection, self.sql, [name])? == 0 && self.coming.insert(name.to_owned()))
    }

    fn lacks(&self, email: Option<&Email>) -> Result<Option<Email>, StoreError> {
        match email {
            Some(email) if !self.has(email.as_str())? => Ok(Some(email.clone())),
            _ => Ok(None),
        }
    }
}

/// All that keeps `community` from being added, in its order.
pub(super) fn conflicts(connection: &Connection, community: &Community) -> Result<Vec<Conflict>, StoreError> {
    let mut found = Vec::new();
    let mut members = Names::new(connection, "SELECT count(*) FROM members WHERE email = ?1");
    for (index, member) in community.members.iter().enumerate() {
        if !members.claim(member.email.as_str())? {
            found.push(Conflict::EmailTaken(index, member.email.clone()));
        }
    }
    let mut spaces = Names::new(connection, "SELECT count(*) FROM spaces WHERE slug = ?1");
    for (index, space) in community.spaces.iter().enumerate() {
        if !spaces.claim(space.slug.as_str())? {
            found.push(Conflict::SpaceTaken(index, space.slug.clone()));
        }
        for email in &space.members {
            let missing = members.lacks(Some(email))?;
            found.extend(missing.map(|email| Conflict::SpaceNeedsMember(index, email)));
        }
    }
    let mut plans = Names::new(
        connection,
        "SELECT count(*) FROM membership_plans WHERE name = ?1",
    );
    for (index, plan) in community.plans.iter().enumerate() {
        if !plans.claim(plan.name.as_str())? {
            found.push(Conflict::PlanTaken(index, plan.name.clone()));
        }
    }
    for (index, event) in community.events.iter().enumerate() {
        if let Some(slug) = &event.space
            && !spaces.has(slug.as_str())?
        {
            found.push(Conflict::EventNeedsSpace(index, slug.clone()));
        }
        let missing = members.lacks(event.organizer.as_ref())?;
        found.extend(missing.map(|email| Conflict::EventNeedsMember(index, email)));
    }
    posts(community, &members, &spaces, &mut found)?;
    let mut courses = Names::new(connection, "SELECT count(*) FROM courses WHERE slug = ?1");
    for (index, course) in community.courses.iter().enumerate() {
        if !courses.claim(course.slug.as_str())? {
            found.push(Conflict::CourseTaken(index, course.slug.clone()));
        }
        for enrolment in &course.enrolments {
            let missing = members.lacks(Some(&enrolment.member))?;
            found.extend(missing.map(|email| Conflict::CourseNeedsMember(index, email)));
        }
    }
    Ok(found)
}

fn posts(
    community: &Community,
    members: &Names<'_>,
    spaces: &Names<'_>,
    found: &mut Vec<Conflict>,
) -> Result<(), StoreError> {
    for (index, post) in community.posts.iter().enumerate() {
        if !spaces.has(post.space.as_str())? {
            found.push(Conflict::PostNeedsSpace(index, post.space.clone()));
        }
        let missing = members.lacks(post.author.as_ref())?;
        found.extend(missing.map(|email| Conflict::PostNeedsMember(index, None, email)));
        for (place, comment) in post.comments.iter().enumerate() {
            let missing = members.lacks(comment.author.as_ref())?;
            found.extend(missing.map(|email| Conflict::PostNeedsMember(index, Some(place), email)));
        }
    }
    Ok(())
}
