//! Adding a whole community in one transaction.

use std::collections::HashMap;

use async_trait::async_trait;
use latchkey_domain::content::AvatarUrl;
use latchkey_domain::text::fold;
use latchkey_domain::{Actor, Email, Slug, Timestamp};
use rusqlite::{Connection, Params, params};

use super::community_check::conflicts;
use crate::content::{
    Added, Communities, Community, Conflict, NewCommunityPost, NewCourse, NewEvent, NewMembershipPlan,
    NewProfile, NewSpace, ProgressReport, TellProgress,
};
use crate::shared::searchable;
use crate::sqlite::{SqliteStore, audit, rows};
use crate::{AuditAction, PasswordHash, StoreError};

/// After how many rows progress is told.
const TELL_EVERY: usize = 1_000;

/// Writes rows, and remembers the numbers of those who are named by others.
struct Adding<'c> {
    connection: &'c Connection,
    at: Timestamp,
    members: HashMap<Email, i64>,
    spaces: HashMap<Slug, i64>,
}

/// Inserts a row; its number.
fn insert(connection: &Connection, sql: &str, row: impl Params) -> Result<i64, StoreError> {
    rows::execute(connection, sql, row)?;
    Ok(connection.last_insert_rowid())
}

fn missing(what: &str) -> StoreError {
    // It was checked in the same transaction.
    StoreError::Damaged(format!("{what} is gone while it was used"))
}

impl Adding<'_> {
    fn time(&self, given: Option<Timestamp>) -> i64 {
        given.unwrap_or(self.at).as_millis()
    }

    fn member(&mut self, email: &Email) -> Result<i64, StoreError> {
        if let Some(id) = self.members.get(email) {
            return Ok(*id);
        }
        let sql = "SELECT id FROM members WHERE email = ?1";
        let id = rows::first(self.connection, sql, [email.as_str()], |columns| {
            columns.get("id")
        })?
        .ok_or_else(|| missing("a member"))?;
        self.members.insert(email.clone(), id);
        Ok(id)
    }

    fn member_if_any(&mut self, email: Option<&Email>) -> Result<Option<i64>, StoreError> {
        email.map(|email| self.member(email)).transpose()
    }

    fn space(&mut self, slug: &Slug) -> Result<i64, StoreError> {
        if let Some(id) = self.spaces.get(slug) {
            return Ok(*id);
        }
        let sql = "SELECT id FROM spaces WHERE slug = ?1";
        let id = rows::first(self.connection, sql, [slug.as_str()], |columns| columns.get("id"))?
            .ok_or_else(|| missing("a space"))?;
        self.spaces.insert(slug.clone(), id);
        Ok(id)
    }

    fn add_member(&mut self, member: &NewProfile, locked: &PasswordHash) -> Result<(), StoreError> {
        let id = insert(
            self.connection,
            "INSERT INTO members (email, name, name_folded, search, role, password_hash, joined_at, last_active_at, \
             avatar_url) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            params![
                member.email.as_str(),
                member.name.as_str(),
                fold(member.name.as_str()),
                searchable(&[member.name.as_str(), member.email.as_str()]),
                member.role.id(),
                member.password.as_ref().unwrap_or(locked).0,
                self.time(member.joined_at),
                member.last_active_at.map_or(0, Timestamp::as_millis),
                member.avatar_url.as_ref().map(AvatarUrl::as_str)
            ],
        )?;
        self.members.insert(member.email.clone(), id);
        Ok(())
    }

    fn add_space(&mut self, space: &NewSpace) -> Result<(), StoreError> {
        let created_at = self.time(space.created_at);
        let id = insert(
            self.connection,
            "INSERT INTO spaces (slug, name, description, visibility, created_at) VALUES (?1, ?2, ?3, ?4, ?5)",
            params![
                space.slug.as_str(),
                space.name.as_str(),
                space.description,
                space.visibility.id(),
                created_at
            ],
        )?;
        self.spaces.insert(space.slug.clone(), id);
        for email in &space.members {
            let member = self.member(email)?;
            // A list may name somebody twice, which changes nothing.
            let sql = "INSERT INTO space_members (space_id, member_id, joined_at) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING";
            rows::execute(self.connection, sql, params![id, member, created_at])?;
        }
        Ok(())
    }

    fn add_plan(&self, plan: &NewMembershipPlan) -> Result<(), StoreError> {
        insert(
            self.connection,
            "INSERT INTO membership_plans (name, description, price_cents, currency, billing, created_at) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            params![
                plan.name.as_str(),
                plan.description,
                plan.price_cents,
                plan.currency.as_str(),
                plan.interval.id(),
                self.time(plan.created_at)
            ],
        )
        .map(|_| ())
    }

    fn add_event(&mut self, event: &NewEvent) -> Result<(), StoreError> {
        let space = event.space.as_ref().map(|slug| self.space(slug)).transpose()?;
        let organizer = self.member_if_any(event.organizer.as_ref())?;
        insert(
            self.connection,
            "INSERT INTO events (space_id, organizer_id, title, description, description_text, location, starts_at, \
             ends_at, created_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            params![
                space,
                organizer,
                event.title.as_str(),
                event.description.html(),
                event.description.text(),
                event.location,
                event.starts_at.as_millis(),
                event.ends_at.as_millis(),
                self.time(event.created_at)
            ],
        )
        .map(|_| ())
    }

    fn add_post(&mut self, post: &NewCommunityPost) -> Result<(), StoreError> {
        let space = self.space(&post.space)?;
        let author = self.member_if_any(post.author.as_ref())?;
        let id = insert(
            self.connection,
            "INSERT INTO posts (space_id, author_id, title, body, body_text, created_at, updated_at) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6)",
            params![
                space,
                author,
                post.title.as_str(),
                post.body.html(),
                post.body.text(),
                self.time(post.created_at)
            ],
        )?;
        for comment in &post.comments {
            let author = self.member_if_any(comment.author.as_ref())?;
            insert(
                self.connection,
                "INSERT INTO comments (post_id, author_id, body, body_text, created_at, updated_at) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?5)",
                params![
                    id,
                    author,
                    comment.body.html(),
                    comment.body.text(),
                    self.time(comment.created_at)
                ],
            )?;
        }
        Ok(())
    }

    fn add_course(&mut self, course: &NewCourse) -> Result<(), StoreError> {
        let id = insert(
            self.connection,
            "INSERT INTO courses (slug, title, description, created_at) VALUES (?1, ?2, ?3, ?4)",
            params![
                course.slug.as_str(),
                course.title.as_str(),
                course.description,
                self.time(course.created_at)
            ],
        )?;
        let mut lessons = Vec::with_capacity(course.lessons.len());
        for (lesson, position) in course.lessons.iter().zip(1_u32..) {
            lessons.push(insert(
                self.connection,
                "INSERT INTO lessons (course_id, position, title, body, body_text, minutes) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                params![
                    id,
                    position,
                    lesson.title.as_str(),
                    lesson.body.html(),
                    lesson.body.text(),
                    lesson.minutes
                ],
            )?);
        }
        for enrolment in &course.enrolments {
            let member = self.member(&enrolment.member)?;
            let sql = "INSERT INTO enrolments (member_id, course_id, enrolled_at) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING";
            rows::execute(
                self.connection,
                sql,
                params![member, id, self.time(enrolment.enrolled_at)],
            )?;
            for (lesson, completed_at) in lessons.iter().zip(&enrolment.completed) {
                let sql = "INSERT INTO completions (member_id, lesson_id, completed_at) VALUES (?1, ?2, ?3) \
                           ON CONFLICT DO NOTHING";
                rows::execute(
                    self.connection,
                    sql,
                    params![member, lesson, completed_at.as_millis()],
                )?;
            }
        }
        Ok(())
    }
}

/// Adds each of `items`, and tells how far it is.
fn each<T>(
    what: &'static str,
    items: &[T],
    tell: &TellProgress,
    mut add: impl FnMut(&T) -> Result<(), StoreError>,
) -> Result<usize, StoreError> {
    let of = items.len();
    for (item, done) in items.iter().zip(1..) {
        add(item)?;
        if done % TELL_EVERY == 0 || done == of {
            tell(ProgressReport { what, done, of });
        }
    }
    Ok(of)
}

fn add(
    connection: &Connection,
    community: &Community,
    locked: &PasswordHash,
    tell: &TellProgress,
    (by, at): (&Actor, Timestamp),
) -> Result<Result<Added, Vec<Conflict>>, StoreError> {
    let conflicts = conflicts(connection, community)?;
    if !conflicts.is_empty() {
        return Ok(Err(conflicts));
    }
    let mut adding = Adding {
        connection,
        at,
        members: HashMap::new(),
        spaces: HashMap::new(),
    };
    let added = Added {
        members: each("members", &community.members, tell, |member| {
            adding.add_member(member, locked)
        })?,
        spaces: each("spaces", &community.spaces, tell, |space| adding.add_space(space))?,
        plans: each("plans", &community.plans, tell, |plan| adding.add_plan(plan))?,
        events: each("events", &community.events, tell, |event| adding.add_event(event))?,
        posts: each("posts", &community.posts, tell, |post| adding.add_post(post))?,
        comments: community.posts.iter().map(|post| post.comments.len()).sum(),
        courses: each("courses", &community.courses, tell, |course| {
            adding.add_course(course)
        })?,
    };
    let detail = format!(
        "{} members, {} spaces, {} events, {} plans, {} posts, {} comments, {} courses",
        added.members, added.spaces, added.events, added.plans, added.posts, added.comments, added.courses
    );
    let slug = crate::sqlite::networks::read(connection)?.slug;
    audit::write(
        connection,
        (by, at),
        AuditAction::CommunityAdded,
        slug.as_str(),
        &detail,
    )?;
    Ok(Ok(added))
}

#[async_trait]
impl Communities for SqliteStore {
    async fn check_community(&self, community: Community) -> Result<(Community, Vec<Conflict>), StoreError> {
        self.scan(move |connection| {
            let conflicts = conflicts(connection, &community)?;
            Ok((community, conflicts))
        })
        .await
    }

    async fn add_community(
        &self,
        community: Community,
        locked: PasswordHash,
        tell: TellProgress,
        by: &Actor,
        at: Timestamp,
    ) -> Result<Result<Added, Vec<Conflict>>, StoreError> {
        let by = by.clone();
        self.write(move |connection| add(connection, &community, &locked, &tell, (&by, at)))
            .await
    }
}
