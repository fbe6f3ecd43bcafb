//! Reading events: a page of them, filtered and searched.

use latchkey_domain::limits::ACTIVITY_SEARCHED;
use latchkey_domain::{ClientId, MemberId};

use crate::{Columns, Param, Statements, params, rows};
use latchkey_storage::shared::searched;
use latchkey_storage::{
    ActivityClass, ActivityEntry, ActivityFilter, ActivityKind, ActivityOf, ActivityQuery, NewActivity,
    SentClientId, StoreError,
};

/// How many characters at the beginning or the end of two client ids are the same if one was meant for the other.
const SIMILAR: usize = 8;

/// Conditions, and the values that they compare with. What was typed is always a value.
#[derive(Default)]
struct Conditions {
    sql: Vec<String>,
    params: Vec<Param<'static>>,
}

impl Conditions {
    /// Adds a condition, in which `$` stands for `value`.
    fn add(&mut self, condition: &str, value: impl Into<Param<'static>>) {
        let condition = condition.replace('$', &self.value(value));
        self.sql.push(condition);
    }

    fn value(&mut self, value: impl Into<Param<'static>>) -> String {
        self.params.push(value.into());
        format!("?{}", self.params.len())
    }
}

/// What an index finds.
fn indexed(query: &ActivityQuery, before: i64) -> Conditions {
    let mut all = Conditions::default();
    all.add("f.id < $", before);
    match &query.of {
        ActivityOf::All => {}
        ActivityOf::Application(client_id) => all.add(
            "f.application_id = (SELECT id FROM applications WHERE client_id = $)",
            client_id.as_str().to_owned(),
        ),
        ActivityOf::Unmatched => all.sql.push("f.application_id IS NULL".to_owned()),
    }
    match query.filter {
        None => {}
        Some(ActivityFilter::Failed) => all.sql.push("f.succeeded = [[false|0]]".to_owned()),
        Some(ActivityFilter::Area(area)) => all.add("f.area = $", area.id()),
    }
    if let Some(request_id) = query.request_id() {
        let newest = all.value(ACTIVITY_SEARCHED);
        all.add(
            &format!(
                "f.id IN (SELECT id FROM activity WHERE request_id = $ AND succeeded = [[false|0]] \
                 UNION ALL SELECT activity_id FROM activity_requests WHERE request_id = $ \
                 UNION ALL SELECT id FROM (SELECT id, request_id FROM activity ORDER BY id DESC LIMIT {newest}) newest \
                 WHERE request_id = $)"
            ),
            request_id,
        );
    }
    all
}

/// What each row has to be compared with.
const SEARCH: &str = "([[strpos|instr]](lower(f.message), $) > 0 OR [[strpos|instr]](lower(f.client_id), $) > 0 \
     OR [[strpos|instr]](lower(f.address), $) > 0 OR [[strpos|instr]](lower(f.redirect_uri), $) > 0 \
     OR f.member_id IN (SELECT id FROM members WHERE [[strpos|instr]](search, $) > 0) \
     OR f.application_id IN (SELECT id FROM applications WHERE [[strpos|instr]](search, $) > 0))";

/// The newest `limit` entries before number `before`. Words are searched among the newest entries, so that a search
/// without a match reads no more than these.
pub(super) async fn page(
    db: &dyn Statements,
    query: &ActivityQuery,
    before: i64,
    limit: u32,
) -> Result<Vec<ActivityEntry>, StoreError> {
    let words = searched(&query.search);
    let is_searched = !words.is_empty() && query.request_id().is_none();
    let mut all = indexed(query, before);
    let conditions = all.sql.join(" AND ");
    let among = all.value(if is_searched { ACTIVITY_SEARCHED } else { limit });
    let matching = if is_searched {
        let words = all.value(words);
        format!("WHERE {}", SEARCH.replace('$', &words))
    } else {
        String::new()
    };
    let limit = all.value(limit);
    let sql = format!(
        "SELECT f.id, coalesce(a.client_id, f.client_id, ''), f.application_id IS NOT NULL, f.at, f.kind, f.succeeded, \
         f.class, f.reason, f.message, f.redirect_uri, f.scopes, f.member_id, f.address, f.request_id, f.times, f.unkept, \
         coalesce(f.last_at, f.at) FROM (SELECT f.* FROM activity f WHERE {conditions} ORDER BY f.id DESC LIMIT {among}) f \
         LEFT JOIN applications a ON a.id = f.application_id {matching} ORDER BY f.id DESC LIMIT {limit}"
    );
    rows::all(db, &sql, &all.params, read).await
}

fn read(columns: &mut Columns<'_>) -> Result<ActivityEntry, StoreError> {
    columns.table("activity");
    let id = columns.get("id")?;
    let client = SentClientId::new(&columns.get::<String>("client_id")?);
    let is_matched = columns.get("application_id")?;
    let at = columns.time("at")?;
    let kind = columns.parsed("kind", str::parse::<ActivityKind>)?;
    let succeeded = columns.get("succeeded")?;
    let class = columns.parsed("class", str::parse::<ActivityClass>)?;
    let reason: Option<String> = columns.get("reason")?;
    let event = NewActivity {
        client,
        at,
        kind,
        succeeded,
        is_alarm: class == ActivityClass::Alarm,
        authenticated: class == ActivityClass::Failure,
        reason: reason.and_then(|reason| reason.parse().ok()),
        message: columns.get("message")?,
        redirect_uri: columns.get("redirect_uri")?,
        missing_scopes: columns.optional("scopes", str::parse)?.unwrap_or_default(),
        member: columns.get::<Option<i64>>("member_id")?.map(MemberId),
        address: columns.get("address")?,
        request_id: columns.get("request_id")?,
    };
    Ok(ActivityEntry {
        id,
        event,
        is_matched,
        times: columns.get("times")?,
        unkept: columns.get("unkept")?,
        last_at: columns.time("last_at")?,
    })
}

/// Whether an application had this client id and was deleted.
pub(super) async fn was_deleted(db: &dyn Statements, client_id: &ClientId) -> Result<bool, StoreError> {
    let sql = "SELECT EXISTS (SELECT 1 FROM audit WHERE action = 'application_deleted' AND target = ?1)";
    rows::exists(db, sql, params![client_id.as_str()]).await
}

/// The application whose client id begins or ends as `sent` does.
pub(super) async fn similar_client(
    db: &dyn Statements,
    sent: &SentClientId,
) -> Result<Option<ClientId>, StoreError> {
    let characters: Vec<char> = sent.as_str().trim().to_ascii_lowercase().chars().collect();
    if characters.len() < SIMILAR {
        return Ok(None);
    }
    let begins: String = characters[..SIMILAR].iter().collect();
    let ends: String = characters[characters.len() - SIMILAR..].iter().collect();
    let sql = "SELECT client_id FROM applications WHERE lower(substr(client_id, 1, 8)) = ?1 \
               OR lower(substr(client_id, length(client_id) - 7)) = ?2 ORDER BY id DESC LIMIT 1";
    rows::first(db, sql, params![begins, ends], |columns| {
        columns
            .table("applications")
            .parsed("client_id", str::parse::<ClientId>)
    })
    .await
}
