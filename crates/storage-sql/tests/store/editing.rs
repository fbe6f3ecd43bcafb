//! What hosts do to applications.

use latchkey_domain::{Application, ApplicationSpec, ClientSecret};
use latchkey_storage::{ApplicationUpdate, AuditAction, RevocationReason, Store, UpdateOutcome};

use crate::fixtures::{
    LONG_AGO, add_application, add_applications, add_members, at, connect, count_applications,
    new_application, new_grant, operator, public_spec, secret, spec, store,
};

async fn edit(store: &dyn Store, application: &Application, spec: ApplicationSpec) -> UpdateOutcome {
    edit_with(store, application, spec, Some(application.revision), secret()).await
}

async fn edit_with(
    store: &dyn Store,
    application: &Application,
    spec: ApplicationSpec,
    expected_revision: Option<u32>,
    secret_if_missing: ClientSecret,
) -> UpdateOutcome {
    let update = ApplicationUpdate {
        spec,
        expected_revision,
        secret_if_missing,
    };
    store
        .update_application(&application.client_id, update, &operator(), at(9))
        .await
        .unwrap()
}

#[tokio::test]
async fn an_edit_is_kept_and_says_what_changed() {
    let store = store();
    let application = add_application(&*store, "Before").await;
    let before = store
        .client_secret(&application.client_id)
        .await
        .unwrap()
        .unwrap();
    let mut after = spec("After");
    after.redirect_uris = "https://new.example/cb"
        .parse()
        .map(|uri| vec![uri])
        .unwrap()
        .try_into()
        .unwrap();
    after.skip_consent = true;
    let UpdateOutcome::Updated {
        application: edited,
        new_secret,
    } = edit(&*store, &application, after.clone()).await
    else {
        panic!("it was not stale")
    };
    assert!(new_secret.is_none());
    assert_eq!((&edited.spec, edited.revision), (&after, 2));
    assert_eq!(
        store.application(&application.client_id).await.unwrap(),
        Some(edited)
    );
    assert!(
        store
            .client_secret(&application.client_id)
            .await
            .unwrap()
            .unwrap()
            .is(before.expose()),
        "the secret stays"
    );
    let entry = &store.audit(1).await.unwrap()[0];
    assert_eq!(
        (entry.action, entry.detail.as_str()),
        (
            AuditAction::ApplicationUpdated,
            "name, redirect URIs, consent screen"
        )
    );
    // The search knows the new name.
    let page = store
        .applications(
            &latchkey_domain::ListQuery {
                search: "after".into(),
                ..latchkey_domain::ListQuery::default()
            },
            latchkey_domain::PageRequest::new(1, 20),
            latchkey_domain::Timestamp::from_millis(0),
        )
        .await
        .unwrap();
    assert_eq!(page.total, 1);
}

#[tokio::test]
async fn an_edit_that_changes_nothing_is_none() {
    let store = store();
    let application = add_application(&*store, "App").await;
    let outcome = edit(&*store, &application, application.spec.clone()).await;
    assert!(matches!(outcome, UpdateOutcome::Updated { application, .. } if application.revision == 1));
    assert_eq!(store.audit(10).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_stale_edit_is_refused_and_shows_what_is() {
    let store = store();
    let application = add_application(&*store, "App").await;
    edit(&*store, &application, spec("First")).await;
    let UpdateOutcome::Stale { current } = edit(&*store, &application, spec("Second")).await else {
        panic!("it was stale")
    };
    assert_eq!((current.spec.name.as_str(), current.revision), ("First", 2));
    assert_eq!(
        store.application(&application.client_id).await.unwrap(),
        Some(current)
    );
    let forced = edit_with(&*store, &application, spec("Third"), None, secret()).await;
    assert!(matches!(forced, UpdateOutcome::Updated { application, .. } if application.revision == 3));
}

#[tokio::test]
async fn an_edit_of_nothing_is_not_found() {
    let store = store();
    let application = add_application(&*store, "App").await;
    store
        .delete_application(&application.client_id, &operator(), at(1))
        .await
        .unwrap()
        .unwrap();
    assert!(matches!(
        edit(&*store, &application, spec("New")).await,
        UpdateOutcome::NotFound
    ));
}

#[tokio::test]
async fn becoming_public_destroys_the_secret_and_becoming_confidential_makes_one() {
    let store = store();
    let application = add_application(&*store, "App").await;
    let old = store
        .client_secret(&application.client_id)
        .await
        .unwrap()
        .unwrap();

    let UpdateOutcome::Updated {
        application: public,
        new_secret,
    } = edit(&*store, &application, public_spec("App")).await
    else {
        panic!("it was not stale")
    };
    assert!(new_secret.is_none());
    assert!(store.client_secret(&public.client_id).await.unwrap().is_none());
    assert_eq!(store.audit(1).await.unwrap()[0].detail, "client type");

    let made = secret();
    let outcome = edit_with(&*store, &public, spec("App"), Some(2), made.clone()).await;
    let UpdateOutcome::Updated {
        new_secret: Some(new_secret),
        ..
    } = outcome
    else {
        panic!("a secret was made")
    };
    assert!(new_secret.is(made.expose()) && !new_secret.is(old.expose()));
    let kept = store
        .reveal_client_secret(&public.client_id, None, &operator(), at(10))
        .await
        .unwrap()
        .unwrap();
    assert!(kept.is(made.expose()));
    let trail = store.audit(1).await.unwrap();
    assert_eq!(trail[0].action, AuditAction::SecretRevealed);
    assert!(!trail[0].detail.contains(made.expose()));
}

#[tokio::test]
async fn pausing_is_done_once_and_is_no_edit() {
    let store = store();
    let application = add_application(&*store, "App").await;
    let pause = async |paused, seconds| {
        store
            .set_paused(&application.client_id, paused, &operator(), at(seconds))
            .await
            .unwrap()
            .unwrap()
    };
    assert_eq!(pause(true, 1).await.paused_at, Some(at(1)));
    assert_eq!(pause(true, 2).await.paused_at, Some(at(1)));
    assert!(
        store
            .application(&application.client_id)
            .await
            .unwrap()
            .unwrap()
            .is_paused()
    );
    assert!(!pause(false, 3).await.is_paused());
    assert_eq!(pause(false, 4).await.revision, 1);
    let actions: Vec<AuditAction> = store
        .audit(10)
        .await
        .unwrap()
        .into_iter()
        .map(|entry| entry.action)
        .collect();
    assert_eq!(
        actions,
        [
            AuditAction::ApplicationResumed,
            AuditAction::ApplicationPaused,
            AuditAction::ApplicationCreated
        ]
    );
}

#[tokio::test]
async fn deleting_takes_everything_along_and_nothing_else() {
    let store = store();
    let [application, other] = add_applications(&*store, ["App", "Other"]).await;
    let [ada, bob] = add_members(&*store, ["ada@b.example", "bob@b.example"]).await;
    let grant = connect(&*store, &application, &ada, at(1)).await;
    connect(&*store, &application, &bob, at(1)).await;
    let kept = connect(&*store, &other, &ada, at(1)).await;

    let deleted = store
        .delete_application(&application.client_id, &operator(), at(2))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (deleted.application.client_id, deleted.connected_members),
        (application.client_id.clone(), 2)
    );
    assert!(store.application(&application.client_id).await.unwrap().is_none());
    assert!(store.grant(grant).await.unwrap().is_none());
    assert!(
        store
            .client_secret(&application.client_id)
            .await
            .unwrap()
            .is_none()
    );
    assert!(
        store
            .remembered_consent(ada.id, &application.client_id, LONG_AGO)
            .await
            .unwrap()
            .is_empty()
    );
    assert!(
        store
            .create_grant(new_grant(&application, &ada, "read:posts"), at(3))
            .await
            .unwrap()
            .is_none()
    );
    assert!(store.grant(kept).await.unwrap().is_some());
    assert_eq!(store.connected_apps_of(ada.id, LONG_AGO).await.unwrap().len(), 1);
    assert_eq!(
        store.audit(1).await.unwrap()[0].detail,
        "“App”, connected members: 2"
    );
}

#[tokio::test]
async fn disconnecting_everyone_stops_grants_codes_and_consents_at_once() {
    let store = store();
    let [application, other] = add_applications(&*store, ["App", "Other"]).await;
    let [ada, bob] = add_members(&*store, ["ada@b.example", "bob@b.example"]).await;
    let connected = connect(&*store, &application, &ada, at(1)).await;
    let code = store
        .create_grant(new_grant(&application, &bob, "read:posts"), at(1))
        .await
        .unwrap()
        .unwrap();
    let kept = connect(&*store, &other, &ada, at(1)).await;

    assert_eq!(
        store
            .disconnect_everyone(&application.client_id, &operator(), at(2))
            .await
            .unwrap(),
        Some(2)
    );
    for id in [connected, code] {
        let grant = store.grant(id).await.unwrap().unwrap();
        assert_eq!(grant.state.revoked, Some((at(2), RevocationReason::Host)));
    }
    assert!(
        store
            .remembered_consent(bob.id, &application.client_id, LONG_AGO)
            .await
            .unwrap()
            .is_empty()
    );
    assert!(store.grant(kept).await.unwrap().unwrap().state.revoked.is_none());
    assert_eq!(
        store
            .disconnect_everyone(&application.client_id, &operator(), at(3))
            .await
            .unwrap(),
        Some(0)
    );
}

#[tokio::test]
async fn many_are_registered_together_or_not_at_all() {
    let store = store();
    let taken = new_application(spec("One"));
    let many = vec![new_application(spec("Zero")), taken.clone(), taken];
    assert!(store.create_applications(many, &operator(), at(0)).await.is_err());
    assert_eq!(count_applications(&*store).await, 0);
}
