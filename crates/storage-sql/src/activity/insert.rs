//! Keeping events: each is added, or counted with a recent one that is equal.

use latchkey_domain::ClientId;
use latchkey_domain::limits::{ACTIVITY_COLLAPSE, ACTIVITY_COLLAPSE_AMONG, ACTIVITY_REQUEST_IDS};

use crate::{Param, Statements, params, rows};
use latchkey_storage::{ActivityClass, NewActivity, SentClientId, StoreError, Unkept};

/// Whose entries: an application's, or those that belong to none.
#[derive(Clone, Copy)]
enum Owner {
    Application(i64),
    Nobody,
}

impl Owner {
    /// The condition for its rows. An application's is a parameter.
    fn condition(self, params: &mut Vec<Param<'_>>) -> String {
        match self {
            Self::Application(id) => {
                params.push(id.into());
                format!("application_id = ?{}", params.len())
            }
            Self::Nobody => "application_id IS NULL".to_owned(),
        }
    }

    const fn id(self) -> Option<i64> {
        match self {
            Self::Application(id) => Some(id),
            Self::Nobody => None,
        }
    }
}

/// The application with this client id. It cannot be deleted until the transaction ends.
async fn owner(db: &dyn Statements, client: &SentClientId) -> Result<Owner, StoreError> {
    let sql = "SELECT id FROM applications WHERE client_id = ?1 [[FOR KEY SHARE|]]";
    let id = rows::first(db, sql, params![client.as_str()], |columns| {
        columns.table("applications").get::<i64>("id")
    })
    .await?;
    Ok(id.map_or(Owner::Nobody, Owner::Application))
}

/// Adds an event, or counts it with a recent one that is equal. Two that do so at once may both add one, and may both
/// delete the same old rows, which is no harm.
pub(crate) async fn insert(db: &dyn Statements, event: &NewActivity) -> Result<(), StoreError> {
    let owner = owner(db, &event.client).await?;
    if count_with_equal(db, event, owner).await? {
        return Ok(());
    }
    add(db, event, owner).await?;
    prune(db, owner, event.class()).await
}

/// Adds events, one after the other.
pub(super) async fn all(db: &dyn Statements, events: &[NewActivity]) -> Result<(), StoreError> {
    for event in events {
        insert(db, event).await?;
    }
    Ok(())
}

/// An entry with which an event is counted.
struct Equal {
    id: i64,
    times: i64,
    request_id: Option<String>,
}

/// Counts an event with a recent one that is equal, if there is one; whether there was. The request id that the entry
/// had stays findable, if it is a failure's: its client shows it, and the integrator looks for it.
async fn count_with_equal(
    db: &dyn Statements,
    event: &NewActivity,
    owner: Owner,
) -> Result<bool, StoreError> {
    let Some(equal) = find_equal(db, event, owner).await? else {
        return Ok(false);
    };
    db.execute(
        "UPDATE activity SET times = times + 1, last_at = [[greatest|max]](?2, coalesce(last_at, at)), \
         request_id = ?3, address = ?4 WHERE id = ?1",
        params![equal.id, event.at, &event.request_id, &event.address],
    )
    .await?;
    let Some(request_id) = equal.request_id.filter(|_| !event.succeeded) else {
        return Ok(true);
    };
    db.execute(
        "INSERT INTO activity_requests (activity_id, number, request_id) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
        params![equal.id, equal.times, request_id],
    )
    .await?;
    let oldest = equal.times - i64::from(ACTIVITY_REQUEST_IDS);
    if oldest > 0 {
        let sql = "DELETE FROM activity_requests WHERE activity_id = ?1 AND number <= ?2";
        db.execute(sql, params![equal.id, oldest]).await?;
    }
    Ok(true)
}

async fn find_equal(
    db: &dyn Statements,
    event: &NewActivity,
    owner: Owner,
) -> Result<Option<Equal>, StoreError> {
    let mut params: Vec<Param<'_>> = vec![
        event.class().id().into(),
        ACTIVITY_COLLAPSE_AMONG.into(),
        event.kind.id().into(),
        event.kept_message().into(),
        event.member.map(|member| member.0).into(),
        event.kept_redirect_uri().into(),
        event.at.minus(ACTIVITY_COLLAPSE).into(),
    ];
    let of_owner = owner.condition(&mut params);
    let same_client = match owner {
        Owner::Application(_) => String::new(),
        Owner::Nobody => {
            params.push(event.client.as_str().into());
            format!(" AND client_id = ?{}", params.len())
        }
    };
    let same_address = if event.is_equal_from_anywhere() {
        String::new()
    } else {
        params.push((&event.address).into());
        format!(" AND address IS NOT DISTINCT FROM ?{}", params.len())
    };
    let sql = format!(
        "SELECT id, times, request_id FROM activity WHERE id = (SELECT id FROM (SELECT id, at, kind, message, member_id, \
         address, redirect_uri, client_id FROM activity WHERE {of_owner} AND class = ?1 ORDER BY id DESC LIMIT ?2) recent \
         WHERE kind = ?3 AND message = ?4 AND member_id IS NOT DISTINCT FROM ?5 \
         AND redirect_uri IS NOT DISTINCT FROM ?6 AND at > ?7{same_client}{same_address} ORDER BY id DESC LIMIT 1) [[FOR UPDATE|]]"
    );
    rows::first(db, &sql, &params, |columns| {
        columns.table("activity");
        Ok(Equal {
            id: columns.get("id")?,
            times: columns.get("times")?,
            request_id: columns.get("request_id")?,
        })
    })
    .await
}

async fn add(db: &dyn Statements, event: &NewActivity, owner: Owner) -> Result<(), StoreError> {
    let client_id = match owner {
        Owner::Application(_) => None,
        Owner::Nobody => Some(event.client.as_str()),
    };
    let scopes = (!event.missing_scopes.is_empty()).then(|| event.missing_scopes.to_string());
    db.execute(
        "INSERT INTO activity (application_id, client_id, at, kind, area, succeeded, message, redirect_uri, member_id, \
         address, request_id, class, reason, scopes) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
        params![
            owner.id(),
            client_id,
            event.at,
            event.kind.id(),
            event.kind.area().id(),
            event.succeeded,
            event.kept_message(),
            event.kept_redirect_uri(),
            event.member.map(|member| member.0),
            &event.address,
            &event.request_id,
            event.class().id(),
            event.reason.map(latchkey_storage::ActivityReason::id),
            &scopes,
        ],
    )
    .await
    .map(|_| ())
}

/// Deletes what is more than the newest of a class.
async fn prune(db: &dyn Statements, owner: Owner, class: ActivityClass) -> Result<(), StoreError> {
    let mut params: Vec<Param<'_>> = vec![class.id().into(), class.most().into()];
    let of_owner = owner.condition(&mut params);
    let sql = format!(
        "DELETE FROM activity WHERE {of_owner} AND class = ?1 AND id <= \
         (SELECT id FROM activity WHERE {of_owner} AND class = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)"
    );
    db.execute(&sql, &params).await.map(|_| ())
}

/// Adds failures that were not kept to the newest entry that is like them.
pub(super) async fn unkept(db: &dyn Statements, failures: &[Unkept]) -> Result<(), StoreError> {
    for failure in failures {
        let owner = owner(db, &failure.client).await?;
        let mut params: Vec<Param<'_>> = vec![
            failure.count.into(),
            failure.last_at.into(),
            failure.class.id().into(),
            failure.kind.id().into(),
            failure
                .reason
                .map_or("", latchkey_storage::ActivityReason::id)
                .into(),
        ];
        let of_owner = owner.condition(&mut params);
        let sql = format!(
            "UPDATE activity SET unkept = unkept + ?1, last_at = [[greatest|max]](?2, coalesce(last_at, at)) \
             WHERE id = (SELECT id FROM activity WHERE {of_owner} AND class = ?3 AND kind = ?4 \
             AND coalesce(reason, '') = ?5 ORDER BY id DESC LIMIT 1)"
        );
        db.execute(&sql, &params).await?;
    }
    Ok(())
}

/// Keeps the failures of an application that is about to be deleted, as entries that belong to none.
pub(crate) async fn release(db: &dyn Statements, client_id: &ClientId) -> Result<(), StoreError> {
    let sql = "UPDATE activity SET application_id = NULL, client_id = ?1 WHERE class <> 'success' \
               AND application_id = (SELECT id FROM applications WHERE client_id = ?1)";
    db.execute(sql, params![client_id.as_str()]).await?;
    for class in [
        ActivityClass::Failure,
        ActivityClass::Stranger,
        ActivityClass::Alarm,
    ] {
        prune(db, Owner::Nobody, class).await?;
    }
    Ok(())
}
