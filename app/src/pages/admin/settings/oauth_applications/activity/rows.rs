//! The entries of a list of activity: each is a row that opens to all that is known.

use latchkey_domain::Timestamp;
use latchkey_registration::{ActivityKind, ActivityLine};
use leptos::prelude::*;

use super::filters::grouped;
use super::fix::Fix;
use crate::components::empty_state::empty_state;
use crate::pages::admin::settings::oauth_applications::address::activity;
use crate::time::exact_time;

/// Which entries are open from the start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Opened {
    /// The first that failed, or else the first from which something was left out.
    FirstFailure,
    All,
}

/// The entries. `with_applications`: whether each says which application it is about.
pub(crate) fn rows(lines: Vec<ActivityLine>, with_applications: bool, opened: Opened) -> impl IntoView {
    let first_failure = lines
        .iter()
        .find(|line| !line.entry.event.succeeded)
        .or_else(|| lines.iter().find(|line| has_fix(line)))
        .map(|line| line.entry.id);
    let rows = lines
        .into_iter()
        .map(|line| {
            let is_open = opened == Opened::All || first_failure == Some(line.entry.id);
            row(line, with_applications, is_open)
        })
        .collect_view();
    view! { <ol class="entries">{rows}</ol> }
}

/// Shown in place of an empty list.
pub(crate) fn nothing(is_newest: bool, is_filtered: bool) -> AnyView {
    let (title, text) = match (is_newest, is_filtered) {
        (true, true) => (
            "Nothing matches",
            "Remove the filter, or search for something else.",
        ),
        (true, false) => (
            "Nothing has happened yet",
            "Entries appear here when someone authorizes an application or a request fails.",
        ),
        (false, _) => (
            "There is nothing older",
            "Older entries were removed to make room for newer ones.",
        ),
    };
    empty_state(title, text).into_any()
}

/// Whether there is something to do about an entry.
fn has_fix(line: &ActivityLine) -> bool {
    !line.entry.event.succeeded || !line.addable_scopes().is_empty()
}

fn row(line: ActivityLine, with_application: bool, is_open: bool) -> impl IntoView + use<> {
    let fix = has_fix(&line).then(|| Fix::of(&line).view());
    let (application, short) = about(&line, with_application);
    let ActivityLine { entry, member, .. } = line;
    let event = entry.event;
    let member = match (event.member, member) {
        (_, Some(member)) => Some(view! { {member.name.to_string()} " (" <span translate="no">{member.email.to_string()}</span> ")" }.into_any()),
        (Some(_), None) => Some("a member who was removed".into_any()),
        (None, None) => None,
    };
    let failed = (!event.succeeded).then(|| view! { <span class="badge badge-failed">"Failed"</span> });
    let class = if event.succeeded {
        "entry"
    } else {
        "entry entry-failed"
    };
    let times = (entry.times > 1).then(|| {
        view! {
            <span class="entry-times">
                {grouped(entry.times.into())} " times, last " {exact_time(entry.last_at)}
            </span>
        }
    });
    let unkept = (entry.unkept > 0).then(|| {
        let count = grouped(entry.unkept.into());
        view! {
            <p class="muted">
                "Not kept: " {count} " more like it. At most 10 of one kind are kept a minute."
            </p>
        }
    });
    view! {
        <li class=class id=format!("entry-{}", entry.id)>
            <details open=is_open>
                <summary>
                    <span class="entry-kind">{kind(event.kind)}</span>
                    {failed}
                    {short}
                    <span class="entry-message">{message(&event.message)}</span>
                    {times}
                    <span class="entry-time">{exact_time(event.at)}</span>
                </summary>
                <div class="entry-body">
                    {fix}
                    {unkept}
                    <dl class="entry-facts">
                        {application.map(|application| fact("Application", application))}
                        {member.map(|member| fact("Member", member))}
                        {event.address.map(|address| fact("Address", mono(address)))}
                        {event.request_id.map(|id| fact("Request id", mono(id)))}
                        {(entry.times > 1).then(|| fact("First", time(event.at)))}
                        {event.reason.map(|reason| fact("Reason", mono(reason.id().to_owned())))}
                    </dl>
                </div>
            </details>
        </li>
    }
}

/// The application of an entry: for its facts, and for its row if the list is about several.
fn about(line: &ActivityLine, with_application: bool) -> (Option<AnyView>, Option<AnyView>) {
    if !with_application {
        return (None, None);
    }
    match &line.application {
        Some(application) if line.entry.is_matched => {
            let name = application.spec.name.to_string();
            let address = activity(application.client_id.as_str());
            let short = view! { <strong class="entry-application">{name.clone()}</strong> };
            let anchor = view! { <a href=address>{name}</a> };
            (Some(anchor.into_any()), Some(short.into_any()))
        }
        _ => {
            let sent = line.entry.event.client.as_str().to_owned();
            let text = if sent.is_empty() {
                "none was named".into_any()
            } else {
                view! { "not matched: " {mono(sent)} }.into_any()
            };
            let short = view! { <span class="entry-application muted">"Not matched"</span> };
            (Some(text), Some(short.into_any()))
        }
    }
}

fn fact(label: &'static str, value: AnyView) -> impl IntoView {
    view! {
        <div>
            <dt>{label}</dt>
            <dd>{value}</dd>
        </div>
    }
}

fn mono(text: String) -> AnyView {
    view! { <span class="mono" translate="no">{text}</span> }.into_any()
}

fn time(at: Timestamp) -> AnyView {
    exact_time(at).into_any()
}

/// The message of an entry, with text between backticks as code. A closed row shows as much of it as fits.
fn message(text: &str) -> impl IntoView + use<> {
    text.split('`')
        .enumerate()
        .map(|(index, part)| {
            let part = part.to_owned();
            if index % 2 == 1 {
                view! { <code class="mono" translate="no">{part}</code> }.into_any()
            } else {
                part.into_any()
            }
        })
        .collect_view()
}

const fn kind(kind: ActivityKind) -> &'static str {
    match kind {
        ActivityKind::Authorization => "Authorization",
        ActivityKind::CodeExchange => "Token exchange",
        ActivityKind::Refresh => "Refresh",
        ActivityKind::SignOut => "Sign-out",
        ActivityKind::ProviderSignIn => "Sign-in at a provider",
        ActivityKind::Revocation => "Revocation",
        ActivityKind::TokenUse => "Use of a token",
        ActivityKind::ApiCall => "API call",
    }
}
