//! What programs that sign people in learn of a member.

use async_trait::async_trait;
use latchkey_domain::content::{AvatarUrl, Picture};
use latchkey_domain::{Actor, MemberId, MemberName, Slug, Timestamp, Username};
use latchkey_storage::sign_in_profiles::{MOST_SPACES, SignInProfile, SignInProfiles};
use latchkey_storage::{Logo, StoreError};

use crate::Isolation::RowLocked;
use crate::{Database, SqlStore, Statements, members, params, rows};

/// The profile without spaces, if the member has a username already.
async fn named(db: &dyn Statements, id: MemberId) -> Result<Option<SignInProfile>, StoreError> {
    let sql = "SELECT u.username, m.picture, m.avatar_url, coalesce(m.profile_changed_at, m.joined_at) \
               FROM members m JOIN usernames u ON u.member_id = m.id WHERE m.id = ?1";
    rows::first(db, sql, params![id.0], |columns| {
        let username = columns.table("usernames").parsed("username", Username::parse)?;
        columns.table("members");
        Ok(SignInProfile {
            username,
            picture: Picture {
                uploaded: columns.optional("picture", str::parse)?,
                elsewhere: columns.optional("avatar_url", AvatarUrl::parse)?,
            },
            changed_at: columns.time("profile_changed_at")?,
            spaces: Vec::new(),
        })
    })
    .await
}

async fn find(db: &dyn Statements, id: MemberId) -> Result<Option<SignInProfile>, StoreError> {
    let Some(profile) = named(db, id).await? else {
        return Ok(None);
    };
    let sql = "SELECT s.slug FROM space_members x JOIN spaces s ON s.id = x.space_id WHERE x.member_id = ?1 \
               ORDER BY s.slug LIMIT ?2";
    let spaces = rows::all(db, sql, params![id.0, MOST_SPACES], |columns| {
        columns.table("spaces").parsed("slug", str::parse::<Slug>)
    })
    .await?;
    Ok(Some(SignInProfile { spaces, ..profile }))
}

/// Gives the member the first username that nobody has or had, unless the member has one.
async fn name(db: &dyn Statements, id: MemberId) -> Result<(), StoreError> {
    // Locked: of two requests for one member, one makes the username.
    let sql = "SELECT name FROM members WHERE id = ?1 [[FOR NO KEY UPDATE|]]";
    let name = rows::first(db, sql, params![id.0], |columns| {
        columns.table("members").parsed("name", MemberName::parse)
    })
    .await?;
    let Some(name) = name else {
        return Ok(());
    };
    let sql = "SELECT EXISTS (SELECT 1 FROM usernames WHERE member_id = ?1)";
    if rows::exists(db, sql, params![id.0]).await? {
        return Ok(());
    }
    for username in Username::candidates(&name, id) {
        let sql =
            "INSERT INTO usernames (username, member_id) VALUES (?1, ?2) ON CONFLICT (username) DO NOTHING";
        if rows::execute(db, sql, params![username.as_str(), id.0]).await? > 0 {
            break;
        }
    }
    Ok(())
}

#[async_trait]
impl<D: Database> SignInProfiles for SqlStore<D> {
    async fn sign_in_profile(&self, member: MemberId) -> Result<Option<SignInProfile>, StoreError> {
        // Short, and of no matter if a space is joined in between: not worth a snapshot.
        let found = self.look_up(member, |db, id| Box::pin(find(db, *id))).await?;
        if found.is_some() {
            return Ok(found);
        }
        self.write(RowLocked, member, |db, id| Box::pin(name(db, *id)))
            .await?;
        self.look_up(member, |db, id| Box::pin(find(db, *id))).await
    }

    async fn set_picture(
        &self,
        member: MemberId,
        picture: Option<Logo>,
        by: &Actor,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        let args = (member, picture, by.clone(), at);
        self.write(RowLocked, args, |db, (member, picture, by, at)| {
            Box::pin(members::set_picture(db, *member, picture.as_ref(), (by, *at)))
        })
        .await
    }
}
