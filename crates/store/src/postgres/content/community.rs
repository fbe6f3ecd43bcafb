//! Adding a whole community in one transaction.

use std::collections::HashMap;
use std::sync::Mutex;

use async_trait::async_trait;
use latchkey_domain::content::AvatarUrl;
use latchkey_domain::text::fold;
use latchkey_domain::{Actor, Email, Slug, Timestamp};

use super::community_check::conflicts;
use crate::content::words;
use crate::content::{
    Added, Communities, Community, Conflict, NewCommunityPost, NewCourse, NewEvent, NewMembershipPlan,
    NewProfile, NewSpace, ProgressReport, TellProgress,
};
use crate::postgres::params::params;
use crate::postgres::transaction::{Transaction, transact};
use crate::postgres::watch::named;
use crate::postgres::{PostgresStore, audit, rows};
use crate::shared::searchable;
use crate::{AuditAction, PasswordHash, StoreError};

/// After how many rows progress is told.
const TELL_EVERY: usize = 1_000;

/// Writes rows, and remembers the numbers of those who are named by others.
struct Adding<'t> {
    tx: &'t Transaction,
    at: Timestamp,
    members: HashMap<Email, i64>,
    spaces: HashMap<Slug, i64>,
}

fn missing(what: &str) -> StoreError {
    // It was checked in the same transaction.
    StoreError::Damaged(format!("{what} is gone while it was used"))
}

impl Adding<'_> {
    fn time(&self, given: Option<Timestamp>) -> i64 {
        given.unwrap_or(self.at).as_millis()
    }

    async fn member(&mut self, email: &Email) -> Result<i64, StoreError> {
        if let Some(id) = self.members.get(email) {
            return Ok(*id);
        }
        let sql = "SELECT id FROM members WHERE email = $1";
        let id = rows::first(self.tx, sql, params![email.as_str()], |columns| columns.get("id"))
            .await?
            .ok_or_else(|| missing("a member"))?;
        self.members.insert(email.clone(), id);
        Ok(id)
    }

    async fn member_if_any(&mut self, email: Option<&Email>) -> Result<Option<i64>, StoreError> {
        match email {
            Some(email) => self.member(email).await.map(Some),
            None => Ok(None),
        }
    }

    async fn space(&mut self, slug: &Slug) -> Result<i64, StoreError> {
        if let Some(id) = self.spaces.get(slug) {
            return Ok(*id);
        }
        let sql = "SELECT id FROM spaces WHERE slug = $1";
        let id = rows::first(self.tx, sql, params![slug.as_str()], |columns| columns.get("id"))
            .await?
            .ok_or_else(|| missing("a space"))?;
        self.spaces.insert(slug.clone(), id);
        Ok(id)
    }

    async fn add_member(&mut self, member: &NewProfile, locked: &PasswordHash) -> Result<(), StoreError> {
        let id = rows::insert(
            self.tx,
            "INSERT INTO members (email, name, name_folded, search, role, password_hash, joined_at, last_active_at, \
             avatar_url) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING id",
            params![
                member.email.as_str(),
                member.name.as_str(),
                fold(member.name.as_str()),
                searchable(&[member.name.as_str(), member.email.as_str()]),
                member.role.id(),
                &member.password.as_ref().unwrap_or(locked).0,
                self.time(member.joined_at),
                member.last_active_at.map_or(0, Timestamp::as_millis),
                member.avatar_url.as_ref().map(AvatarUrl::as_str)
            ],
        ).await?;
        self.members.insert(member.email.clone(), id);
        Ok(())
    }

    async fn add_space(&mut self, space: &NewSpace) -> Result<(), StoreError> {
        let created_at = self.time(space.created_at);
        let id = rows::insert(
            self.tx,
            "INSERT INTO spaces (slug, name, description, visibility, created_at, words) \
             VALUES ($1, $2, $3, $4, $5, $6::tsvector) RETURNING id",
            params![
                space.slug.as_str(),
                space.name.as_str(),
                &space.description,
                space.visibility.id(),
                created_at,
                words::vector(space.name.as_str(), &space.description)
            ],
        )
        .await?;
        self.spaces.insert(space.slug.clone(), id);
        for email in &space.members {
            let member = self.member(email).await?;
            // A list may name somebody twice, which changes nothing.
            let sql = "INSERT INTO space_members (space_id, member_id, joined_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
            rows::execute(self.tx, sql, params![id, member, created_at]).await?;
        }
        Ok(())
    }

    async fn add_plan(&self, plan: &NewMembershipPlan) -> Result<(), StoreError> {
        rows::insert(
            self.tx,
            "INSERT INTO membership_plans (name, description, price_cents, currency, billing, created_at) \
             VALUES ($1, $2, $3, $4, $5, $6) RETURNING id",
            params![
                plan.name.as_str(),
                &plan.description,
                plan.price_cents,
                plan.currency.as_str(),
                plan.interval.id(),
                self.time(plan.created_at)
            ],
        )
        .await
        .map(|_| ())
    }

    async fn add_event(&mut self, event: &NewEvent) -> Result<(), StoreError> {
        let space = match &event.space {
            Some(slug) => Some(self.space(slug).await?),
            None => None,
        };
        let organizer = self.member_if_any(event.organizer.as_ref()).await?;
        rows::insert(
            self.tx,
            "INSERT INTO events (space_id, organizer_id, title, description, description_text, location, starts_at, \
             ends_at, created_at, words) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10::tsvector) RETURNING id",
            params![
                space,
                organizer,
                event.title.as_str(),
                event.description.html(),
                event.description.text(),
                &event.location,
                event.starts_at.as_millis(),
                event.ends_at.as_millis(),
                self.time(event.created_at),
                words::vector(event.title.as_str(), event.description.text())
            ],
        ).await
        .map(|_| ())
    }

    async fn add_post(&mut self, post: &NewCommunityPost) -> Result<(), StoreError> {
        let space = self.space(&post.space).await?;
        let author = self.member_if_any(post.author.as_ref()).await?;
        let id = rows::insert(
            self.tx,
            "INSERT INTO posts (space_id, author_id, title, body, body_text, created_at, updated_at, words) \
             VALUES ($1, $2, $3, $4, $5, $6, $6, $7::tsvector) RETURNING id",
            params![
                space,
                author,
                post.title.as_str(),
                post.body.html(),
                post.body.text(),
                self.time(post.created_at),
                words::vector(post.title.as_str(), post.body.text())
            ],
        )
        .await?;
        for comment in &post.comments {
            let author = self.member_if_any(comment.author.as_ref()).await?;
            rows::insert(
                self.tx,
                "INSERT INTO comments (post_id, author_id, body, body_text, created_at, updated_at, words) \
                 VALUES ($1, $2, $3, $4, $5, $5, $6::tsvector) RETURNING id",
                params![
                    id,
                    author,
                    comment.body.html(),
                    comment.body.text(),
                    self.time(comment.created_at),
                    words::vector("", comment.body.text())
                ],
            )
            .await?;
        }
        Ok(())
    }

    async fn add_course(&mut self, course: &NewCourse) -> Result<(), StoreError> {
        let id = rows::insert(
            self.tx,
            "INSERT INTO courses (slug, title, description, created_at, words) VALUES ($1, $2, $3, $4, $5::tsvector) RETURNING id",
            params![
                course.slug.as_str(),
                course.title.as_str(),
                &course.description,
                self.time(course.created_at),
                words::vector(course.title.as_str(), &course.description)
            ],
        ).await?;
        let mut lessons = Vec::with_capacity(course.lessons.len());
        for (lesson, position) in course.lessons.iter().zip(1_u32..) {
            lessons.push(
                rows::insert(
                    self.tx,
                    "INSERT INTO lessons (course_id, position, title, body, body_text, minutes) \
                 VALUES ($1, $2, $3, $4, $5, $6) RETURNING id",
                    params![
                        id,
                        position,
                        lesson.title.as_str(),
                        lesson.body.html(),
                        lesson.body.text(),
                        lesson.minutes
                    ],
                )
                .await?,
            );
        }
        for enrolment in &course.enrolments {
            let member = self.member(&enrolment.member).await?;
            let sql = "INSERT INTO enrolments (member_id, course_id, enrolled_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
            rows::execute(
                self.tx,
                sql,
                params![member, id, self.time(enrolment.enrolled_at)],
            )
            .await?;
            for (lesson, completed_at) in lessons.iter().zip(&enrolment.completed) {
                let sql = "INSERT INTO completions (member_id, lesson_id, completed_at) VALUES ($1, $2, $3) \
                           ON CONFLICT DO NOTHING";
                rows::execute(self.tx, sql, params![member, *lesson, completed_at.as_millis()]).await?;
            }
        }
        Ok(())
    }
}

/// Adds each of `$items`, and tells how far it is.
macro_rules! each {
    ($what:literal, $items:expr, $tell:expr, |$item:ident| $add:expr) => {{
        let of = $items.len();
        for ($item, done) in $items.iter().zip(1..) {
            $add.await?;
            if done % TELL_EVERY == 0 || done == of {
                let report = ProgressReport {
                    what: $what,
                    done,
                    of,
                };
                ($tell.lock().unwrap_or_else(std::sync::PoisonError::into_inner))(report);
            }
        }
        of
    }};
}

async fn add(
    tx: &Transaction,
    community: &Community,
    locked: &PasswordHash,
    tell: &Mutex<TellProgress>,
    (by, at): (&Actor, Timestamp),
) -> Result<Result<Added, Vec<Conflict>>, StoreError> {
    let conflicts = conflicts(tx, community).await?;
    if !conflicts.is_empty() {
        return Ok(Err(conflicts));
    }
    let mut adding = Adding {
        tx,
        at,
        members: HashMap::new(),
        spaces: HashMap::new(),
    };
    let added = Added {
        members: each!("members", community.members, tell, |member| adding
            .add_member(member, locked)),
        spaces: each!("spaces", community.spaces, tell, |space| adding.add_space(space)),
        plans: each!("plans", community.plans, tell, |plan| adding.add_plan(plan)),
        events: each!("events", community.events, tell, |event| adding.add_event(event)),
        posts: each!("posts", community.posts, tell, |post| adding.add_post(post)),
        comments: community.posts.iter().map(|post| post.comments.len()).sum(),
        courses: each!("courses", community.courses, tell, |course| adding
            .add_course(course)),
    };
    let detail = format!(
        "{} members, {} spaces, {} events, {} plans, {} posts, {} comments, {} courses",
        added.members, added.spaces, added.events, added.plans, added.posts, added.comments, added.courses
    );
    let slug = crate::postgres::networks::read(tx).await?.slug;
    audit::write(tx, (by, at), AuditAction::CommunityAdded, slug.as_str(), &detail).await?;
    Ok(Ok(added))
}

#[async_trait]
impl Communities for PostgresStore {
    async fn check_community(&self, community: Community) -> Result<(Community, Vec<Conflict>), StoreError> {
        let conflicts = conflicts(&named!(self), &community).await?;
        Ok((community, conflicts))
    }

    async fn add_community(
        &self,
        community: Community,
        locked: PasswordHash,
        tell: TellProgress,
        by: &Actor,
        at: Timestamp,
    ) -> Result<Result<Added, Vec<Conflict>>, StoreError> {
        // Several transactions may be tried, but one is told of at a time.
        let tell = Mutex::new(tell);
        // What is free or there when it is looked up has to be so until the end, and no lock can hold what is not there.
        transact!(self, Serializable, |tx| add(
            tx,
            &community,
            &locked,
            &tell,
            (by, at)
        ))
    }
}
