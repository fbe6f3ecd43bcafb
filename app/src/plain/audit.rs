//! `/admin/audit`: who did what, for hosts. Nothing here can be changed; it can be filtered and taken along as CSV.

use latchkey_domain::Timestamp;
use leptos::prelude::*;

use super::layout::{Frame, Section, Visitor};
use super::when::{iso, moment};

/// The address of the page.
pub(super) const ADDRESS: &str = "/admin/audit";

/// An entry, in words.
#[derive(Clone, Debug)]
pub struct AuditRow {
    /// When.
    pub at: Timestamp,
    /// Who: a name, or what stands for somebody who has none.
    pub who: String,
    /// Their email, if they are a member.
    pub email: Option<String>,
    /// From where.
    pub address: Option<String>,
    /// The id of the request.
    pub request_id: Option<String>,
    /// What was done.
    pub action: String,
    /// To what.
    pub target: String,
    /// What the target is called, if it has a name.
    pub name: Option<String>,
    /// What changed.
    pub detail: String,
}

/// What stands in the form, as it was typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditForm {
    /// Who.
    pub who: String,
    /// The id of an action, or nothing.
    pub action: String,
    /// Words in the target.
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
    /// What stands around it.
    pub frame: Frame,
    /// Who is signed in.
    pub visitor: Visitor,
    /// The entries.
    pub rows: Vec<AuditRow>,
    /// The actions there are: id and words.
    pub actions: Vec<(&'static str, &'static str)>,
    /// What was asked for.
    pub form: AuditForm,
    /// What of it could not be read.
    pub error: Option<String>,
    /// The query of the same filters, without a leading `?`.
    pub query: String,
    /// Where the next page goes on.
    pub older: Option<i64>,
    /// Whether it is the page with the newest entries.
    pub is_newest: bool,
}

impl AuditPage {
    /// The document.
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
            let rows = rows.into_iter().map(row).collect_view();
            view! { <ol class="activity">{rows}</ol> }.into_any()
        };
        let export = with_query("/admin/audit.csv", &query, None);
        frame.admin(
            "Audit trail",
            visitor,
            Section::AuditTrail,
            view! {
                <header class="page-header">
                    <div>
                        <h1 class="page-title">"Audit trail"</h1>
                        <p class="page-lead">
                            "Who did what, the newest first. Entries are kept for good; nobody can change or delete one."
                        </p>
                    </div>
                    <a class="button" href=export download>
                        "Export CSV"
                    </a>
                </header>
                {filters(form, actions, error)}
                {entries}
                {pager(&query, is_newest, older)}
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
    let chosen = form.action;
    let options = actions
        .into_iter()
        .map(|(id, words)| {
            let is_chosen = id == chosen;
            view! {
                <option value=id selected=is_chosen>
                    {words}
                </option>
            }
        })
        .collect_view();
    view! {
        <form class="audit-filters" method="get" action=ADDRESS role="search" aria-label="Filter the audit trail">
            <div class="field">
                <label class="field-label" for="who">
                    "Who"
                </label>
                <input class="input" id="who" name="who" type="search" value=form.who placeholder="Name, email or operator" />
            </div>
            <div class="field">
                <label class="field-label" for="action">
                    "Action"
                </label>
                <select class="input" id="action" name="action">
                    <option value="">"Any"</option>
                    {options}
                </select>
            </div>
            <div class="field">
                <label class="field-label" for="target">
                    "Target or detail"
                </label>
                <input class="input" id="target" name="target" type="search" value=form.target />
            </div>
            <div class="field">
                <label class="field-label" for="from">
                    "From (UTC)"
                </label>
                <input class="input" id="from" name="from" type="date" value=form.from />
            </div>
            <div class="field">
                <label class="field-label" for="to">
                    "To (UTC)"
                </label>
                <input class="input" id="to" name="to" type="date" value=form.to />
            </div>
            <div class="audit-buttons">
                <button class="button button-primary" type="submit">
                    "Filter"
                </button>
                {is_filtered
                    .then(|| {
                        view! {
                            <a class="button" href=ADDRESS>
                                "Clear"
                            </a>
                        }
                    })}
            </div>
        </form>
        {error
            .map(|words| {
                view! {
                    <p class="notice notice-error" role="alert">
                        {words}
                    </p>
                }
            })}
    }
}

fn nothing(is_filtered: bool, is_newest: bool) -> AnyView {
    let (title, words) = match (is_filtered, is_newest) {
        (_, false) => ("There is nothing older", "This is where the trail begins."),
        (true, true) => ("Nothing matches", "Take a filter away, or choose other days."),
        (false, true) => (
            "Nothing has happened yet",
            "As soon as somebody registers an application or changes a member, it stands here.",
        ),
    };
    view! {
        <div class="empty">
            <h2>{title}</h2>
            <p class="muted">{words}</p>
        </div>
    }
    .into_any()
}

fn row(row: AuditRow) -> impl IntoView {
    let AuditRow {
        at,
        who,
        email,
        address,
        request_id,
        action,
        target,
        name,
        detail,
    } = row;
    let target = match name {
        Some(name) => view! { {name} " " <code class="mono" translate="no">{target}</code> }.into_any(),
        None => view! { <code class="mono" translate="no">{target}</code> }.into_any(),
    };
    let detail =
        (!detail.is_empty()).then(|| view! { <p class="activity-message muted" translate="no">{detail}</p> });
    view! {
        <li class="activity-row">
            <p class="activity-head">
                <strong>{action}</strong>
                <time class="muted" datetime=iso(at)>
                    {moment(at)}
                </time>
            </p>
            <p class="activity-message">{target}</p>
            {detail}
            <p class="muted activity-facts">
                <span>{who}</span>
                {email.map(|email| view! { <span translate="no">{email}</span> })}
                {address.map(|address| view! { <span class="mono" translate="no">{address}</span> })}
                {request_id
                    .map(|id| {
                        view! {
                            <span>
                                "Request id " <span class="mono" translate="no">{id}</span>
                            </span>
                        }
                    })}
            </p>
        </li>
    }
}

fn pager(query: &str, is_newest: bool, older: Option<i64>) -> Option<impl IntoView + use<>> {
    let newest = (!is_newest).then(|| {
        view! {
            <a class="button" href=with_query(ADDRESS, query, None)>
                "Newest"
            </a>
        }
    });
    let next = older.map(|before| {
        view! {
            <a class="button" href=with_query(ADDRESS, query, Some(before)) rel="next">
                "Older"
            </a>
        }
    });
    (newest.is_some() || next.is_some()).then(|| {
        view! {
            <nav class="pager" aria-label="Pages of the audit trail">
                {newest}
                {next}
            </nav>
        }
    })
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
    use super::super::layout::tests::{assert_sound, frame, visitor};
    use super::*;

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

    fn entry() -> AuditRow {
        AuditRow {
            at: Timestamp::from_millis(1_800_000_000_000),
            who: "Ada <b>".into(),
            email: Some("ada@example.com".into()),
            address: Some("192.0.2.1".into()),
            request_id: Some("0123456789abcdef".into()),
            action: "Secret revealed".into(),
            target: "A".repeat(43),
            name: Some("Mobile App".into()),
            detail: "<script>".into(),
        }
    }

    #[test]
    fn each_entry_says_who_what_when_and_from_where() {
        let html = page(vec![entry()], AuditForm::default(), "").to_html();
        assert_sound(&html);
        for words in [
            "Ada &lt;b&gt;",
            "ada@example.com",
            "192.0.2.1",
            "0123456789abcdef",
            "datetime=\"2027-01-15T08:00:00Z\"",
            "Mobile App",
            "&lt;script&gt;",
            "href=\"/admin/audit.csv\"",
            "href=\"/admin/audit\" aria-current=\"true\"",
        ] {
            assert!(html.contains(words), "{words} in {html}");
        }
        assert!(!html.contains("Older") && !html.contains("Clear"));
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
        for words in [
            "href=\"/admin/audit?who=ada&amp;action=secret_revealed&amp;before=7\"",
            "href=\"/admin/audit.csv?who=ada&amp;action=secret_revealed\"",
            "value=\"&quot;ada&quot;\"",
            "<option value=\"secret_revealed\" selected>",
            "role=\"alert\"",
            "Clear",
        ] {
            assert!(html.contains(words), "{words} in {html}");
        }
    }

    #[test]
    fn nothing_is_said_in_words() {
        let form = AuditForm {
            target: "x".into(),
            ..AuditForm::default()
        };
        let mut beyond = page(vec![], AuditForm::default(), "");
        beyond.is_newest = false;
        for (page, words) in [
            (page(vec![], AuditForm::default(), ""), "Nothing has happened yet"),
            (page(vec![], form, "target=x"), "Nothing matches"),
            (beyond, "There is nothing older"),
        ] {
            let html = page.to_html();
            assert_sound(&html);
            assert!(html.contains(words));
        }
    }
}
