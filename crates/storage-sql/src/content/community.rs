//! Adding a whole community in one transaction.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use latchkey_domain::content::{AvatarUrl, SpaceId};
use latchkey_domain::text::fold;
use latchkey_domain::{Actor, Email, MemberId, Slug, Timestamp};

use super::{comments, posts, searched};
use crate::{Database, Isolation, Param, SqlStore, Statements, audit, networks, params, rows};
use latchkey_storage::content::conflicts::{Names, conflicts};
use latchkey_storage::content::{
    Added, Communities, Community, Conflict, NewCommunityPost, NewCourse, NewEvent, NewMembershipPlan,
    NewProfile, NewSpace, ProgressReport, TellProgress,
};
use latchkey_storage::shared::searchable;
use latchkey_storage::{AuditAction, PasswordHash, StoreError};

/// After how many rows progress is reported.
const TELL_EVERY: usize = 1_000;

/// Writes rows, and remembers the numbers of those who are named by others.
struct Adding<'t> {
    db: &'t dyn Statements,
    at: Timestamp,
    members: HashMap<Email, i64>,
    spaces: HashMap<Slug, i64>,
}

fn missing(what: &str) -> StoreError {
    // It was checked in the same transaction.
    StoreError::Damaged(format!("{what} is gone while it was used"))
}

impl Adding<'_> {
    fn time(&self, given: Option<Timestamp>) -> Timestamp {
        given.unwrap_or(self.at)
    }

    async fn member(&mut self, email: &Email) -> Result<i64, StoreError> {
        if let Some(id) = self.members.get(email) {
            return Ok(*id);
        }
        let sql = "SELECT id FROM members WHERE email = ?1";
        let id = rows::first(self.db, sql, params![email.as_str()], |columns| columns.get("id"))
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
        let sql = "SELECT id FROM spaces WHERE slug = ?1";
        let id = rows::first(self.db, sql, params![slug.as_str()], |columns| columns.get("id"))
            .await?
            .ok_or_else(|| missing("a space"))?;
        self.spaces.insert(slug.clone(), id);
        Ok(id)
    }

    async fn add_member(&mut self, member: &NewProfile, locked: &PasswordHash) -> Result<(), StoreError> {
        let id = rows::insert(
            self.db,
            "INSERT INTO members (email, name, name_folded, search, role, password_hash, joined_at, last_active_at, \
             avatar_url, can_sign_in, has_password) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?10) RETURNING id",
            params![
                member.email.as_str(),
                member.name.as_str(),
                fold(member.name.as_str()),
                searchable(&[member.name.as_str(), member.email.as_str()]),
                member.role.id(),
                &member.password.as_ref().unwrap_or(locked).0,
                self.time(member.joined_at),
                member.last_active_at.map_or(0, Timestamp::as_millis),
                member.avatar_url.as_ref().map(AvatarUrl::as_str),
                member.password.is_some()
            ],
        ).await?;
        self.members.insert(member.email.clone(), id);
        Ok(())
    }

    async fn add_space(&mut self, space: &NewSpace) -> Result<(), StoreError> {
        let created_at = self.time(space.created_at);
        let (slug, name) = (space.slug.as_str(), space.name.as_str());
        let (description, visibility) = (&space.description, space.visibility.id());
        let sql = "INSERT INTO spaces (slug, name, description, visibility, created_at[[, words|]]) \
                   VALUES (?1, ?2, ?3, ?4, ?5[[, ?6::tsvector|]]) RETURNING id";
        let row = searched!(
            self.db,
            (name, description),
            [slug, name, description, visibility, created_at]
        );
        let id = rows::insert(self.db, sql, &row).await?;
        self.spaces.insert(space.slug.clone(), id);
        for email in &space.members {
            let member = self.member(email).await?;
            // A list may name a member twice, which changes nothing.
            let sql = "INSERT INTO space_members (space_id, member_id, joined_at) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING";
            rows::execute(self.db, sql, params![id, member, created_at]).await?;
        }
        Ok(())
    }

    async fn add_plan(&self, plan: &NewMembershipPlan) -> Result<(), StoreError> {
        rows::execute(
            self.db,
            "INSERT INTO membership_plans (name, description, price_cents, currency, billing, created_at) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
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
        let (title, html, text) = (
            event.title.as_str(),
            event.description.html(),
            event.description.text(),
        );
        let sql = "INSERT INTO events (space_id, organizer_id, title, description, description_text, location, \
                   starts_at, ends_at, created_at[[, words|]]) \
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9[[, ?10::tsvector|]])";
        let row = searched!(
            self.db,
            (title, text),
            [
                space,
                organizer,
                title,
                html,
                text,
                &event.location,
                event.starts_at,
                event.ends_at,
                self.time(event.created_at)
            ]
        );
        rows::execute(self.db, sql, &row).await.map(|_| ())
    }

    async fn add_post(&mut self, post: &NewCommunityPost) -> Result<(), StoreError> {
        let space = SpaceId(self.space(&post.space).await?);
        let author = self.member_if_any(post.author.as_ref()).await?.map(MemberId);
        let created_at = self.time(post.created_at);
        let id = posts::insert(self.db, (space, author), &post.title, &post.body, created_at).await?;
        for comment in &post.comments {
            let author = self.member_if_any(comment.author.as_ref()).await?.map(MemberId);
            let created_at = self.time(comment.created_at);
            comments::insert(self.db, id, author, &comment.body, created_at).await?;
        }
        Ok(())
    }

    async fn add_course(&mut self, course: &NewCourse) -> Result<(), StoreError> {
        let (slug, title, description) = (course.slug.as_str(), course.title.as_str(), &course.description);
        let sql = "INSERT INTO courses (slug, title, description, created_at[[, words|]]) \
                   VALUES (?1, ?2, ?3, ?4[[, ?5::tsvector|]]) RETURNING id";
        let row = searched!(
            self.db,
            (title, description),
            [slug, title, description, self.time(course.created_at)]
        );
        let id = rows::insert(self.db, sql, &row).await?;
        let mut lessons = Vec::with_capacity(course.lessons.len());
        for (lesson, position) in course.lessons.iter().zip(1_u32..) {
            lessons.push(
                rows::insert(
                    self.db,
                    "INSERT INTO lessons (course_id, position, title, body, body_text, minutes) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6) RETURNING id",
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
            let sql = "INSERT INTO enrolments (member_id, course_id, enrolled_at) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING";
            rows::execute(
                self.db,
                sql,
                params![member, id, self.time(enrolment.enrolled_at)],
            )
            .await?;
            for (lesson, completed_at) in lessons.iter().zip(&enrolment.completed) {
                let sql = "INSERT INTO completions (member_id, lesson_id, completed_at) VALUES (?1, ?2, ?3) \
                           ON CONFLICT DO NOTHING";
                rows::execute(self.db, sql, params![member, *lesson, *completed_at]).await?;
            }
        }
        Ok(())
    }
}

/// Gives each of `items`, and tells how many are done when the next is asked for.
fn each<'c, T>(
    what: &'static str,
    items: &'c [T],
    tell: &'c Mutex<TellProgress>,
) -> impl Iterator<Item = &'c T> + Send
where
    T: Sync,
{
    let of = items.len();
    (0..=of).filter_map(move |done| {
        if done > 0 && (done % TELL_EVERY == 0 || done == of) {
            let tell = tell.lock().unwrap_or_else(PoisonError::into_inner);
            tell(ProgressReport { what, done, of });
        }
        items.get(done)
    })
}

/// Those of `names` that `sql` finds.
async fn existing(
    db: &dyn Statements,
    sql: &str,
    names: &HashSet<String>,
) -> Result<HashSet<String>, StoreError> {
    let names = Param::Texts(names.iter().map(|name| Some(name.as_str())).collect());
    let existing = rows::all(db, sql, &[names], |columns| columns.get("name")).await?;
    Ok(existing.into_iter().collect())
}

/// Asks once for all names of a kind.
async fn existing_names(db: &dyn Statements, names: &Names) -> Result<Names, StoreError> {
    let members = "SELECT email FROM members WHERE email = ANY(?1)";
    let spaces = "SELECT slug FROM spaces WHERE slug = ANY(?1)";
    let plans = "SELECT name FROM membership_plans WHERE name = ANY(?1)";
    let courses = "SELECT slug FROM courses WHERE slug = ANY(?1)";
    Ok(Names {
        emails: existing(db, members, &names.emails).await?,
        spaces: existing(db, spaces, &names.spaces).await?,
        plans: existing(db, plans, &names.plans).await?,
        courses: existing(db, courses, &names.courses).await?,
    })
}

async fn add(
    db: &dyn Statements,
    community: &Community,
    locked: &PasswordHash,
    tell: &Mutex<TellProgress>,
    (by, at): (&Actor, Timestamp),
) -> Result<Result<Added, Vec<Conflict>>, StoreError> {
    let existing = existing_names(db, &Names::of(community)).await?;
    let conflicts = conflicts(community, existing);
    if !conflicts.is_empty() {
        return Ok(Err(conflicts));
    }
    let mut adding = Adding {
        db,
        at,
        members: HashMap::new(),
        spaces: HashMap::new(),
    };
    for member in each("members", &community.members, tell) {
        adding.add_member(member, locked).await?;
    }
    for space in each("spaces", &community.spaces, tell) {
        adding.add_space(space).await?;
    }
    for plan in each("plans", &community.plans, tell) {
        adding.add_plan(plan).await?;
    }
    for event in each("events", &community.events, tell) {
        adding.add_event(event).await?;
    }
    for post in each("posts", &community.posts, tell) {
        adding.add_post(post).await?;
    }
    for course in each("courses", &community.courses, tell) {
        adding.add_course(course).await?;
    }
    let added = Added::of(community);
    let slug = networks::read(db).await?.slug;
    let action = AuditAction::CommunityAdded;
    audit::write_if_allowed(db, (by, at), action, slug.as_str(), &added.detail()).await?;
    Ok(Ok(added))
}

#[async_trait]
impl<D: Database> Communities for SqlStore<D> {
    async fn check_community(&self, community: Community) -> Result<(Community, Vec<Conflict>), StoreError> {
        let existing = self
            .snapshot(Names::of(&community), |db, names| {
                Box::pin(existing_names(db, names))
            })
            .await?;
        let conflicts = conflicts(&community, existing);
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
        // Several transactions may be tried, but one is reported at a time.
        let args = (community, locked, Mutex::new(tell), by.clone(), at);
        // What is free or there when it is looked up has to be so until the end, and no lock can hold what is not there.
        self.write(Isolation::Serializable, args, |db, args| {
            let (community, locked, tell, by, at) = args;
            Box::pin(add(db, community, locked, tell, (by, *at)))
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[test]
    fn progress_is_told_when_it_is_made() {
        let told = Arc::new(Mutex::new(Vec::new()));
        let tell: TellProgress = Box::new({
            let told = Arc::clone(&told);
            move |report: ProgressReport| told.lock().unwrap().push((report.done, report.of))
        });
        let tell = Mutex::new(tell);
        for item in each("things", &[0; 1_001], &tell) {
            assert_eq!(*item, 0);
        }
        assert_eq!(*told.lock().unwrap(), [(1_000, 1_001), (1_001, 1_001)]);
        assert_eq!(each("none", &[0; 0], &tell).count(), 0);
        assert_eq!(told.lock().unwrap().len(), 2);
    }
}
