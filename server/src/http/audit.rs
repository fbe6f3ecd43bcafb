//! `/admin/audit`: who did what, for hosts, as a page and as CSV.

use std::collections::VecDeque;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{Query, State};
use axum::response::{Html, IntoResponse, Response};
use futures_util::stream;
use http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use latchkey_app::pages::{AuditForm, AuditPage, AuditRow};
use latchkey_domain::Timestamp;
use latchkey_storage::{AuditAction, AuditEntry, AuditFilter, AuditRecord, AuditWho, StoreError};
use serde::Deserialize;

use super::audit_text::{application_name, target, who};
use super::failure::Failure;
use super::pages::{frame, visitor};
use super::signed_in_host::SignedInHost;
use super::state::AppState;
use crate::spreadsheet::line;

/// Entries per page.
const PAGE: u32 = 50;

/// Entries of an export that are in memory at a time.
const CHUNK: u32 = 500;

/// The maximum length of a filter.
const LONGEST: usize = 200;

/// The filters in the URL.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Wanted {
    who: String,
    action: String,
    target: String,
    from: String,
    to: String,
    before: Option<i64>,
}

impl Wanted {
    /// The filters, or a message about what could not be read.
    fn filter(&self) -> Result<AuditFilter, String> {
        let text = |text: &str| {
            let text: String = text.trim().chars().take(LONGEST).collect();
            (!text.is_empty()).then_some(text)
        };
        let action = match self.action.as_str() {
            "" => None,
            id => Some(
                id.parse()
                    .map_err(|_| "That is no action; choose one of the list.")?,
            ),
        };
        Ok(AuditFilter {
            who: text(&self.who).map(|who| {
                if who.eq_ignore_ascii_case("operator") {
                    AuditWho::Operator
                } else {
                    AuditWho::Member(who)
                }
            }),
            action,
            target: text(&self.target),
            from: day(&self.from)?,
            until: day(&self.to)?.map(|day| day.plus(DAY)),
        })
    }

    fn form(&self) -> AuditForm {
        AuditForm {
            who: self.who.clone(),
            action: self.action.clone(),
            target: self.target.clone(),
            from: self.from.clone(),
            to: self.to.clone(),
        }
    }

    /// The same filters as a query, without the page.
    fn query(&self) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        for (name, value) in [
            ("who", &self.who),
            ("action", &self.action),
            ("target", &self.target),
            ("from", &self.from),
            ("to", &self.to),
        ] {
            if !value.is_empty() {
                query.append_pair(name, value);
            }
        }
        query.finish()
    }
}

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// The start of a day, if there is one.
fn day(text: &str) -> Result<Option<Timestamp>, String> {
    match text.trim() {
        "" => Ok(None),
        text => match Timestamp::parse_day(text) {
            Some(day) => Ok(Some(day)),
            None => Err("That is no day; write it like 2027-01-15.".to_owned()),
        },
    }
}

/// A page of the audit trail.
pub(super) async fn show(
    State(state): State<AppState>,
    SignedInHost { host, .. }: SignedInHost,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Failure> {
    let (mut records, error) = match wanted.filter() {
        Ok(filter) => {
            let audit = &state.instance.store;
            (audit.audit_page(filter, wanted.before, PAGE + 1).await?, None)
        }
        Err(error) => (Vec::new(), Some(error)),
    };
    let has_more = records.len() > PAGE as usize;
    records.truncate(PAGE as usize);
    let older = records.last().filter(|_| has_more).map(|record| record.id);
    let page = AuditPage {
        frame: frame(&state).await?,
        visitor: visitor(&host),
        rows: records.into_iter().map(row).collect(),
        actions: AuditAction::ALL
            .map(|action| (action.id(), action.label()))
            .into(),
        form: wanted.form(),
        error,
        query: wanted.query(),
        older,
        is_newest: wanted.before.is_none(),
    };
    Ok(Html(page.to_html()).into_response())
}

/// An entry as the pages show it.
pub(super) fn row(record: AuditRecord) -> AuditRow {
    AuditRow {
        who: who(&record),
        target: target(&record),
        email: record.member.map(|(_, email)| email.to_string()),
        at: record.entry.at,
        address: record.entry.actor.address,
        request_id: record.entry.actor.request_id,
        action: record.entry.action.label().to_owned(),
        detail: record.entry.detail,
    }
}

/// Exports all matching entries, newest first. It reads a chunk at a time while sending, and adds an audit entry.
pub(super) async fn export(
    State(state): State<AppState>,
    SignedInHost { by, .. }: SignedInHost,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Failure> {
    let filter = wanted.filter().map_err(|_| Failure::BadRequest)?;
    let entry = AuditEntry {
        at: state.instance.clock.now(),
        actor: by,
        action: AuditAction::AuditExported,
        target: "audit.csv".to_owned(),
        detail: wanted.query(),
    };
    state.instance.store.note(entry).await?;
    let headers = [
        (CONTENT_TYPE, "text/csv; charset=utf-8"),
        (CONTENT_DISPOSITION, "attachment; filename=\"audit.csv\""),
        (CACHE_CONTROL, "no-store"),
    ];
    Ok((headers, Body::from_stream(rows_of(state, filter))).into_response())
}

/// The state of an export.
struct Export {
    state: AppState,
    filter: AuditFilter,
    before: Option<i64>,
    ready: VecDeque<String>,
    is_over: bool,
}

fn rows_of(
    state: AppState,
    filter: AuditFilter,
) -> impl stream::Stream<Item = Result<String, StoreError>> + Send {
    let header = line(&[
        "number",
        "at",
        "who",
        "email",
        "address",
        "request_id",
        "action",
        "target",
        "name",
        "detail",
    ]);
    let export = Export {
        state,
        filter,
        before: None,
        ready: VecDeque::from([header]),
        is_over: false,
    };
    stream::try_unfold(export, async |mut export| {
        if export.ready.is_empty() && !export.is_over {
            export.read().await?;
        }
        Ok(export.ready.pop_front().map(|text| (text, export)))
    })
}

impl Export {
    /// Prepares the next chunk.
    async fn read(&mut self) -> Result<(), StoreError> {
        let store = &self.state.instance.store;
        let records = store.audit_page(self.filter.clone(), self.before, CHUNK).await?;
        self.is_over = records.len() < CHUNK as usize;
        self.before = records.last().map(|record| record.id);
        if !records.is_empty() {
            self.ready.push_back(records.into_iter().map(csv_row).collect());
        }
        Ok(())
    }
}

fn csv_row(record: AuditRecord) -> String {
    let number = record.id.to_string();
    let (target, name) = (
        record.entry.target.clone(),
        application_name(&record).map(str::to_owned),
    );
    let row = row(record);
    let at = row.at.iso();
    line(&[
        &number,
        &at,
        &row.who,
        row.email.as_deref().unwrap_or(""),
        row.address.as_deref().unwrap_or(""),
        row.request_id.as_deref().unwrap_or(""),
        &row.action,
        &target,
        name.as_deref().unwrap_or(""),
        &row.detail,
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_whole_and_in_utc() {
        let wanted = Wanted {
            from: "2027-01-15".into(),
            to: "2027-01-15".into(),
            ..Wanted::default()
        };
        let filter = wanted.filter().unwrap();
        let (from, until) = (filter.from.unwrap(), filter.until.unwrap());
        assert_eq!(from.as_secs(), 1_799_971_200);
        assert_eq!(until.since(from).as_secs(), 86_400);
    }

    #[test]
    fn what_cannot_be_read_is_said() {
        for (from, action) in [("soon", ""), ("2027-02-30", ""), ("", "king_crowned")] {
            let wanted = Wanted {
                from: from.into(),
                action: action.into(),
                ..Wanted::default()
            };
            assert!(wanted.filter().is_err(), "{from}{action}");
        }
    }
}
