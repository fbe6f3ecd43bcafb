use super::*;
use crate::testing::{activity_line, application};

fn line(reason: Reason) -> ActivityLine {
    let mut line = activity_line(7, Candidate::Addable);
    line.entry.event.reason = Some(reason);
    line.entry.event.missing_scopes = ScopeSet::from_iter([Scope::WritePosts]);
    line.application = Some(application("CRM"));
    line
}

fn label(fix: &Fix) -> &str {
    match &fix.action {
        Some(Action::Open { label, .. }) => label,
        Some(Action::Press { label, .. }) => label,
        None => "",
    }
}

#[test]
fn every_reason_has_a_sentence_and_something_to_press() {
    for reason in Reason::ALL {
        for is_matched in [true, false] {
            let mut line = line(reason);
            line.entry.is_matched = is_matched;
            if !is_matched {
                line.application = None;
            }
            let fix = Fix::of(&line);
            assert!(fix.text.ends_with('.'), "{reason:?}: {}", fix.text);
            assert!(fix.action.is_some(), "{reason:?}");
        }
    }
}

#[test]
fn a_scope_is_added_by_name_and_once() {
    let fix = Fix::of(&line(Reason::ScopeUnregistered));
    assert_eq!(label(&fix), "Add write:posts");
    let mut registered = line(Reason::ApiScope);
    registered.entry.event.missing_scopes = ScopeSet::from_iter([Scope::ReadPosts]);
    assert_eq!(label(&Fix::of(&registered)), "Show how");
}

#[test]
fn a_paused_application_is_resumed_with_one_press() {
    let mut line = line(Reason::Paused);
    assert_eq!(label(&Fix::of(&line)), "Show how", "it was resumed already");
    if let Some(application) = &mut line.application {
        application.paused_at = Some(latchkey_domain::Timestamp::from_millis(1));
    }
    assert_eq!(label(&Fix::of(&line)), "Resume");
}

#[test]
fn a_mistyped_client_id_leads_to_the_right_one() {
    let mut line = line(Reason::ClientUnknown);
    line.entry.is_matched = false;
    assert_eq!(label(&Fix::of(&line)), "Show the credentials of CRM");
}
