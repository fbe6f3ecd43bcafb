//! The demonstration is consistent: connections agree with usage and with the recorded activity.

use std::collections::BTreeSet;

use latchkey_domain::{ApplicationDraft, Timestamp};
use latchkey_registration::{ActivityLine, ApplicationListing, Caller, Candidate, Period};
use latchkey_server::demo::{self, HOST, MEMBER};
use latchkey_storage::{ActivityQuery, AuditAction};

use crate::support::TestApp;

/// The demonstration and its applications.
async fn filled() -> (TestApp, Vec<ApplicationListing>) {
    let app = TestApp::empty().await;
    demo::fill(&app.instance).await.unwrap();
    let listings = listings(&app).await;
    (app, listings)
}

async fn listings(app: &TestApp) -> Vec<ApplicationListing> {
    let page = app
        .instance
        .registrar
        .list(&Caller::operator(), &latchkey_domain::ListQuery::default(), 1)
        .await;
    page.unwrap().items
}

fn name(listing: &ApplicationListing) -> &str {
    listing.application.spec.name.as_str()
}

async fn activity(app: &TestApp, listing: &ApplicationListing) -> Vec<ActivityLine> {
    let query = ActivityQuery::of(&listing.application.client_id);
    let registrar = &app.instance.registrar;
    let (mut lines, mut before) = (Vec::new(), None);
    loop {
        let report = registrar
            .activity(&Caller::operator(), &query, before)
            .await
            .unwrap();
        lines.extend(report.lines);
        before = report.older;
        if before.is_none() {
            return lines;
        }
    }
}

#[tokio::test]
async fn every_application_is_connected_and_was_used() {
    let (app, listings) = filled().await;
    assert_eq!(listings.len(), 6);
    let now = app.instance.clock.now();
    for listing in &listings {
        let last_used = listing.application.last_used_at.unwrap();
        assert!(
            listing.connected_members > 0 && last_used < now,
            "{}",
            name(listing)
        );
        assert!(listing.application.created_at < last_used, "{}", name(listing));
    }
    let those = |is: &dyn Fn(&&ApplicationListing) -> bool| -> Vec<_> {
        listings.iter().filter(is).map(name).collect()
    };
    assert_eq!(
        those(&|listing| listing.application.is_paused()),
        ["Event Calendar"]
    );
    assert_eq!(those(&|listing| listing.secrets.len() == 2), ["CRM Integration"]);
    let crm = listings
        .iter()
        .find(|listing| listing.secrets.len() == 2)
        .unwrap();
    let (new, old) = (&crm.secrets[0], &crm.secrets[1]);
    assert!(
        old.last_used_at < new.first_used_at,
        "the old secret can be retired"
    );
}

#[tokio::test]
async fn the_headless_api_was_used_by_connected_applications_as_long_as_they_could() {
    let (app, listings) = filled().await;
    for period in Period::ALL {
        let report = app
            .instance
            .registrar
            .usage(&Caller::operator(), period)
            .await
            .unwrap();
        assert!(!report.applications.is_empty());
        for usage in &report.applications {
            let id = &usage.application.client_id;
            let listing = listings
                .iter()
                .find(|listing| listing.application.client_id == *id)
                .unwrap();
            assert!(listing.connected_members > 0 && listing.application.last_used_at.is_some());
            // Nothing before it was connected, nothing after it was paused.
            let first = activity(&app, listing)
                .await
                .into_iter()
                .map(|line| line.entry.event.at)
                .min()
                .unwrap();
            let until = listing.application.paused_at.unwrap_or(app.instance.clock.now());
            let mut step = report.from;
            for count in &usage.steps {
                let overlaps = step.plus(period.step()) > first && step < until;
                assert!(count.requests == 0 || overlaps, "{} at {step:?}", name(listing));
                step = step.plus(period.step());
            }
        }
    }
}

#[tokio::test]
async fn activity_explains_what_went_wrong() {
    let (app, listings) = filled().await;
    let now = app.instance.clock.now();
    let mut failures = Vec::new();
    let mut addable = 0;
    for listing in &listings {
        let lines = activity(&app, listing).await;
        assert!(
            lines.iter().any(|line| line.entry.event.succeeded),
            "{}",
            name(listing)
        );
        assert!(lines.is_sorted_by_key(|line| std::cmp::Reverse(line.entry.event.at)));
        assert!(lines.iter().all(|line| line.entry.event.at <= now));
        addable += lines
            .iter()
            .filter(|line| line.candidate == Candidate::Addable)
            .count();
        failures.extend(
            lines
                .into_iter()
                .map(|line| line.entry.event)
                .filter(|event| !event.succeeded),
        );
    }
    for words in [
        "trailing slash",
        "43 expected",
        "`code_challenge`",
        "`code_verifier` does not match",
        "expired 9 minutes ago",
        "only a host of the network can grant",
        "declined on the consent page",
        "a copy of it may be in other hands",
        "the access token expired",
        "paused this application",
        "the member disconnected the application",
        "`write:everything` is not a scope",
    ] {
        assert!(
            failures.iter().any(|event| event.message.contains(words)),
            "{words}: {failures:#?}"
        );
    }
    assert_eq!(addable, 1, "a redirect URI can be added from there");
}

#[tokio::test]
async fn the_audit_trail_says_who_did_it() {
    let (app, _) = filled().await;
    let entries = app.instance.store.audit(100).await.unwrap();
    let times: Vec<Timestamp> = entries.iter().map(|entry| entry.at).collect();
    assert!(
        times.is_sorted_by(|later, earlier| later >= earlier),
        "{entries:#?}"
    );
    let host = app
        .instance
        .store
        .member_by_email(&HOST.parse().unwrap())
        .await
        .unwrap()
        .unwrap();
    for action in [
        AuditAction::ApplicationCreated,
        AuditAction::ApplicationUpdated,
        AuditAction::ApplicationPaused,
        AuditAction::SecretAdded,
        AuditAction::SecretRevealed,
    ] {
        let entry = entries.iter().find(|entry| entry.action == action).unwrap();
        assert_eq!(entry.actor.member, Some(host.id), "{action:?}");
    }
}

#[tokio::test]
async fn the_two_who_anyone_may_sign_in_as_have_connected_apps() {
    let app = TestApp::empty().await;
    demo::fill(&app.instance).await.unwrap();
    for (email, applications) in [
        (
            MEMBER,
            &["Mobile App", "Course Companion", "Harbor Street Website"][..],
        ),
        (HOST, &["Member Directory", "CRM Integration"][..]),
    ] {
        let person = app.browser();
        person.sign_in(email, demo::PASSWORD).await.assert_redirect("/");
        let page = person.get("/account/connected-apps").await;
        for application in applications {
            page.assert_text(application);
        }
        page.assert_text("Last used ");
    }
}

#[tokio::test]
async fn it_is_the_same_each_time_and_told_once() {
    let told = async |app: &TestApp| {
        let mut story = BTreeSet::new();
        for listing in listings(app).await {
            story.extend(activity(app, &listing).await.into_iter().map(|line| {
                let event = line.entry.event;
                (
                    name(&listing).to_owned(),
                    app.instance.clock.now().since(event.at),
                    event.message,
                    event.address,
                )
            }));
        }
        story
    };
    let (first, listed) = filled().await;
    let (second, _) = filled().await;
    let story = told(&first).await;
    assert!(story.len() > 80);
    assert_eq!(story, told(&second).await);

    demo::fill(&first.instance).await.unwrap();
    let again = listings(&first).await;
    let ids = |listings: &[ApplicationListing]| -> Vec<_> {
        listings
            .iter()
            .map(|listing| listing.application.client_id.clone())
            .collect()
    };
    assert_eq!(ids(&listed), ids(&again));
    assert_eq!(story, told(&first).await);
}

#[tokio::test]
async fn what_was_interrupted_is_told_from_its_beginning() {
    let app = TestApp::empty().await;
    app.instance.store.mark_demo().await.unwrap();
    let draft = ApplicationDraft {
        name: "Mobile App".into(),
        redirect_uris: "https://left.example/over".into(),
        scopes: vec!["read:posts".into()],
        ..ApplicationDraft::default()
    };
    app.instance
        .registrar
        .create(&Caller::operator(), &draft)
        .await
        .unwrap();
    demo::fill(&app.instance).await.unwrap();
    let listings = listings(&app).await;
    assert_eq!(listings.len(), 6);
    assert!(listings.iter().all(|listing| listing.connected_members > 0));
    let members = app.instance.store.count_members().await.unwrap();
    assert_eq!(members, 200);
}
