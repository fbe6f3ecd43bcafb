//! `/admin/audit`: who did what, for hosts. They can filter and export it as CSV, but not change it.

use latchkey_domain::Timestamp;
use leptos::prelude::*;

use crate::components::empty_state::empty_state;
use crate::components::form::any_or_one_of;
use crate::components::frame::Frame;
use crate::components::navigation::{AdminSection, Level, Visitor, audit_of};
use crate::components::notice::error_notice;
use crate::components::pager::pager;
use crate::components::request_facts::request_facts;
use crate::time::exact_time;

const PATH: &str = AdminSection::AuditTrail.path();

/// An entry, as text.
#[derive(Clone, Debug)]
pub struct AuditRow {
    pub at: Timestamp,
    /// The name of a member, or `The operator, on the command line`.
    pub who: String,
    /// Their email, if they are a member.
    pub email: Option<String>,
    /// The client's IP address.
    pub address: Option<String>,
    /// The id of the request.
    pub request_id: Option<String>,
    /// The action.
    pub action: String,
    /// Its target.
    pub target: AuditTarget,
    /// What changed.
    pub detail: String,
}

/// What an entry is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AuditTarget {
    /// An email, a slug, a file.
    Text(String),
    /// An application, with its name.
    Application { client_id: String, name: String },
    /// An application that was deleted since, with its name if the entry quotes it.
    DeletedApplication { client_id: String, name: Option<String> },
}

/// The filters, as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditForm {
    /// The member or the operator.
    pub who: String,
    /// The id of an action; empty for all.
    pub action: String,
    /// Text in the target.
    pub target: String,
    /// The first day.
    pub from: String,
    /// The last day.
    pub to: String,
}

impl AuditForm {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// A page of the audit trail.
#[derive(Clone, Debug)]
pub struct AuditPage {
    pub frame: Frame,
    pub visitor: Visitor,
    /// The entries.
    pub rows: Vec<AuditRow>,
    /// All actions: id and label.
    pub actions: Vec<(&'static str, &'static str)>,
    /// The requested filters.
    pub form: AuditForm,
    /// What is wrong with the filters.
    pub error: Option<String>,
    /// The query of these filters, without a leading `?`.
    pub query: String,
    /// Where the next page starts.
    pub older: Option<i64>,
    /// Whether this page has the newest entries.
    pub is_newest: bool,
}

impl AuditPage {
    pub fn to_html(self) -> String {
        let Self {
            frame,
            visitor,
            rows,
            actions,
            form,
            error,
            query,
            older,
            is_newest,
        } = self;
        let is_filtered = !form.is_empty();
        let entries = if rows.is_empty() {
            nothing(is_filtered, is_newest)
        } else {
            let rows = rows.into_iter().map(audit_entry).collect_view();
            view! { <ol class="activity">{rows}</ol> }.into_any()
        };
        let export = with_query("/admin/audit.csv", &query, None);
        frame.admin(
            "Audit trail",
            visitor,
            AdminSection::AuditTrail,
            Level::Section,
            view! {
                <header class="page-header">
                    <div>
                        <h1 class="page-title">"Audit trail"</h1>
                        <p class="page-lead">
                            "Who did what, newest first. Entries are kept permanently. Nobody can change or delete them."
                        </p>
                    </div>
                    <a class="button" href=export download>
                        "Export CSV"
                    </a>
                </header>
                {filters(form, actions, error)}
                {entries}
                {pager(
                    "Pages of the audit trail",
                    (!is_newest).then(|| with_query(PATH, &query, None)),
                    older.map(|before| with_query(PATH, &query, Some(before))),
                )}
            },
        )
    }
}

fn filters(
    form: AuditForm,
    actions: Vec<(&'static str, &'static str)>,
    error: Option<String>,
) -> impl IntoView {
    let is_filtered = !form.is_empty();
    view! {
        <form class="audit-filters" method="get" action=PATH role="search" aria-label="Filter the audit trail">
            {field("who", "Who", "search", form.who, Some("Name, email, operator"))}
            {any_or_one_of("action", "Action", actions, &form.action)}
            {field("target", "Target or detail", "search", form.target, None)}
            {field("from", "From (UTC)", "date", form.from, None)}
            {field("to", "To (UTC)", "date", form.to, None)}
            <div class="audit-buttons">
                <button class="button button-primary" type="submit">
                    "Filter"
                </button>
                {is_filtered
                    .then(|| {
                        view! {
                            <a class="button" href=PATH>
                                "Clear"
                            </a>
                        }
                    })}
            </div>
        </form>
        {error.map(error_notice)}
    }
}

fn field(
    name: &'static str,
    label: &'static str,
    kind: &'static str,
    value: String,
    placeholder: Option<&'static str>,
) -> impl IntoView {
    view! {
        <div class="field">
            <label class="field-label" for=name>
                {label}
            </label>
            <input class="input" id=name name=name type=kind value=value placeholder=placeholder />
        </div>
    }
}

fn nothing(is_filtered: bool, is_newest: bool) -> AnyView {
    let (title, text) = match (is_filtered, is_newest) {
        (_, false) => ("There is nothing older", "The audit trail begins here."),
        (true, true) => ("Nothing matches", "Remove a filter or change the dates."),
        (false, true) => (
            "Nothing has happened yet",
            "Entries appear here when someone registers an application or changes a member.",
        ),
    };
    empty_state(title, text).into_any()
}

/// An entry in a list of them.
pub(super) fn audit_entry(row: AuditRow) -> impl IntoView {
    let AuditRow {
        at,
        who,
        email,
        address,
        request_id,
        action,
        target,
        detail,
    } = row;
    let detail =
        (!detail.is_empty()).then(|| view! { <p class="activity-message muted" translate="no">{detail}</p> });
    view! {
        <li class="activity-row">
            <p class="activity-head">
                <strong>{action}</strong>
                <span class="muted">{exact_time(at)}</span>
            </p>
            <p class="audit-target">{what(target)}</p>
            {detail}
            <p class="muted activity-facts">
                <span>{who}</span>
                {email.map(|email| view! { <span translate="no">{email}</span> })}
                {request_facts(address, request_id)}
            </p>
        </li>
    }
}

/// An application leads to its page. One that was deleted has none: its id leads to all that the trail says about it.
fn what(target: AuditTarget) -> AnyView {
    let id = |id: String| view! { <code class="mono" translate="no">{id}</code> };
    match target {
        AuditTarget::Text(text) => id(text).into_any(),
        AuditTarget::Application { client_id, name } => {
            let page = format!("{}/{client_id}", AdminSection::OauthApplications.path());
            view! {
                <a href=page>{name}</a>
                {id(client_id)}
            }
            .into_any()
        }
        AuditTarget::DeletedApplication { client_id, name } => {
            let entries = audit_of(&client_id);
            view! {
                {name.map(|name| view! { <span>{name}</span> })}
                <span class="badge">"Deleted"</span>
                <a href=entries>{id(client_id)}</a>
            }
            .into_any()
        }
    }
}

fn with_query(address: &str, query: &str, before: Option<i64>) -> String {
    let before = before.map(|before| format!("before={before}"));
    let parts: Vec<&str> = [query, before.as_deref().unwrap_or("")]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect();
    if parts.is_empty() {
        address.to_owned()
    } else {
        format!("{address}?{}", parts.join("&"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{assert_sound, frame, visitor};

    fn page(rows: Vec<AuditRow>, form: AuditForm, query: &str) -> AuditPage {
        AuditPage {
            frame: frame(),
            visitor: visitor(true),
            rows,
            actions: vec![("secret_revealed", "Secret revealed")],
            form,
            error: None,
            query: query.into(),
            older: None,
            is_newest: true,
        }
    }

    fn application(name: &str) -> AuditTarget {
        AuditTarget::Application {
            client_id: "A".repeat(43),
            name: name.to_owned(),
        }
    }

    fn deleted(name: Option<&str>) -> AuditTarget {
        AuditTarget::DeletedApplication {
            client_id: "A".repeat(43),
            name: name.map(str::to_owned),
        }
    }

    fn entry() -> AuditRow {
        AuditRow {
            at: Timestamp::from_millis(1_800_000_000_000),
            who: "Ada <b>".into(),
            email: Some("ada@example.com".into()),
            address: Some("192.0.2.1".into()),
            request_id: Some("0123456789abcdef".into()),
            action: "Secret revealed".into(),
            target: application("Mobile App"),
            detail: "<script>".into(),
        }
    }

    #[test]
    fn each_entry_says_who_what_when_and_from_where() {
        let html = page(vec![entry()], AuditForm::default(), "").to_html();
        assert_sound(&html);
        for text in [
            "Ada &lt;b&gt;",
            "ada@example.com",
            "192.0.2.1",
            "0123456789abcdef",
            "datetime=\"2027-01-15T08:00:00Z\"",
            "Mobile App",
            "&lt;script&gt;",
            "href=\"/admin/audit.csv\"",
            "href=\"/admin/audit\" aria-current=\"page\"",
        ] {
            assert!(html.contains(text), "{text} in {html}");
        }
        assert!(!html.contains("Older") && !html.contains("Clear"));
    }

    #[test]
    fn an_application_leads_to_its_page_and_a_deleted_one_to_its_entries() {
        let id = "A".repeat(43);
        let page_of_it = format!("href=\"/admin/settings/oauth-applications/{id}\"");
        let entries = format!("href=\"/admin/audit?target={id}\"");
        for (target, has_name, expected, missing) in [
            (application("Mobile <App>"), true, &page_of_it, &entries),
            (deleted(Some("Mobile <App>")), true, &entries, &page_of_it),
            (deleted(None), false, &entries, &page_of_it),
        ] {
            let html = page(vec![AuditRow { target, ..entry() }], AuditForm::default(), "").to_html();
            assert_sound(&html);
            assert!(html.contains(expected) && !html.contains(missing), "{html}");
            assert_eq!(html.contains("Mobile &lt;App&gt;"), has_name, "{html}");
        }
        let target = AuditTarget::Text("river-club".into());
        let html = page(vec![AuditRow { target, ..entry() }], AuditForm::default(), "").to_html();
        assert!(html.contains(">river-club</code>") && !html.contains(&page_of_it));
    }

    #[test]
    fn filters_stay_on_every_page_and_in_the_export() {
        let form = AuditForm {
            who: "\"ada\"".into(),
            action: "secret_revealed".into(),
            ..AuditForm::default()
        };
        let mut filtered = page(vec![entry()], form, "who=ada&action=secret_revealed");
        (filtered.older, filtered.is_newest) = (Some(7), false);
        filtered.error = Some("That is no day.".into());
        let html = filtered.to_html();
        assert_sound(&html);
        for text in [
            "href=\"/admin/audit?who=ada&amp;action=secret_revealed&amp;before=7\"",
            "href=\"/admin/audit.csv?who=ada&amp;action=secret_revealed\"",
            "value=\"&quot;ada&quot;\"",
            "<option value=\"secret_revealed\" selected>",
            "role=\"alert\"",
            "Clear",
        ] {
            assert!(html.contains(text), "{text} in {html}");
        }
    }

    #[test]
    fn an_empty_list_says_why() {
        let form = AuditForm {
            target: "x".into(),
            ..AuditForm::default()
        };
        let mut beyond = page(vec![], AuditForm::default(), "");
        beyond.is_newest = false;
        for (page, text) in [
            (page(vec![], AuditForm::default(), ""), "Nothing has happened yet"),
            (page(vec![], form, "target=x"), "Nothing matches"),
            (beyond, "There is nothing older"),
        ] {
            let html = page.to_html();
            assert_sound(&html);
            assert!(html.contains(text));
        }
    }
}
