//! Two secrets of one application, until the old one is retired.

use latchkey_domain::{ClientSecret, PageRequest, SecretId, SecretRecord};
use latchkey_storage::{AuditAction, SecretAdded, SecretRetired, Store};
use tokio::task::JoinSet;

use crate::fixtures::{add_application, at, new_application, operator, public_spec, secret, spec, store};

/// An application with a first secret and a second one, which was made after 10 seconds.
async fn moving(store: &dyn Store) -> (latchkey_domain::Application, ClientSecret, ClientSecret) {
    let (new, second) = (new_application(spec("App")), secret());
    let first = new.secret.clone().unwrap();
    let application = store.create_application(new, &operator(), at(0)).await.unwrap();
    let added = store
        .add_client_secret(&application.client_id, second.clone(), &operator(), at(10))
        .await
        .unwrap();
    assert!(matches!(added, SecretAdded::Added(_)), "{added:?}");
    (application, first, second)
}

async fn records(store: &dyn Store, application: &latchkey_domain::Application) -> Vec<SecretRecord> {
    let listing = store
        .application_listing(&application.client_id, latchkey_domain::Timestamp::from_millis(0))
        .await
        .unwrap();
    listing.unwrap().secrets
}

async fn retire(
    store: &dyn Store,
    application: &latchkey_domain::Application,
    id: SecretId,
) -> SecretRetired {
    store
        .retire_client_secret(&application.client_id, id, &operator(), at(99))
        .await
        .unwrap()
}

#[tokio::test]
async fn a_second_secret_is_valid_beside_the_first_and_stands_before_it() {
    let store = store();
    let (application, first, second) = moving(&*store).await;
    add_application(&*store, "Another").await;
    let client = store.client(&application.client_id).await.unwrap().unwrap();
    assert_eq!(client.application, application);
    let [newest, oldest] = &client.secrets[..] else {
        panic!("there are two")
    };
    assert!(newest.secret.is(second.expose()) && oldest.secret.is(first.expose()));
    assert_eq!(
        (newest.record.created_at, oldest.record.created_at),
        (at(10), at(0))
    );
    assert!(
        store
            .client_secret(&application.client_id)
            .await
            .unwrap()
            .unwrap()
            .is(second.expose())
    );
    // The list has what is known of them, and so has the single row; an edit that is open is still good.
    let listed = store
        .applications(
            &latchkey_domain::ListQuery {
                search: application.client_id.to_string(),
                ..latchkey_domain::ListQuery::default()
            },
            PageRequest::new(1, 20),
            latchkey_domain::Timestamp::from_millis(0),
        )
        .await
        .unwrap();
    assert_eq!(listed.items[0].secrets, [newest.record, oldest.record]);
    assert_eq!(
        records(&*store, &application).await,
        [newest.record, oldest.record]
    );
    assert_eq!(listed.items[0].application.revision, 1);
    let entry = &store.audit(2).await.unwrap()[1];
    assert_eq!(
        (entry.action, entry.target.as_str(), entry.detail.as_str()),
        (AuditAction::SecretAdded, application.client_id.as_str(), "“App”")
    );
}

#[tokio::test]
async fn there_is_no_third_and_none_where_there_can_be_none() {
    let store = store();
    let (application, ..) = moving(&*store).await;
    let add = async |client_id| {
        let added = store
            .add_client_secret(client_id, secret(), &operator(), at(20))
            .await;
        added.unwrap()
    };
    assert_eq!(add(&application.client_id).await, SecretAdded::TooMany);
    let public = store
        .create_application(new_application(public_spec("Native")), &operator(), at(0))
        .await
        .unwrap();
    assert_eq!(add(&public.client_id).await, SecretAdded::Public);
    assert_eq!(records(&*store, &public).await, []);
    store
        .delete_application(&application.client_id, &operator(), at(30))
        .await
        .unwrap();
    assert_eq!(add(&application.client_id).await, SecretAdded::NotFound);
}

#[tokio::test]
async fn a_retired_secret_is_gone_but_recognised() {
    let store = store();
    let (application, first, second) = moving(&*store).await;
    let old = records(&*store, &application).await[1];
    store.secret_used(old.id, at(20)).await.unwrap();
    assert_eq!(
        retire(&*store, &application, old.id).await,
        SecretRetired::Retired
    );
    let client = store.client(&application.client_id).await.unwrap().unwrap();
    assert_eq!(client.secrets.len(), 1);
    assert!(client.secrets[0].secret.is(second.expose()));
    let known = async |secret: &ClientSecret| {
        store
            .secret_retired_at(&application.client_id, secret)
            .await
            .unwrap()
    };
    assert_eq!(known(&first).await, Some(at(99)));
    assert_eq!((known(&second).await, known(&secret()).await), (None, None));
    let entry = &store.audit(1).await.unwrap()[0];
    assert_eq!(
        (entry.action, entry.detail.as_str()),
        (
            AuditAction::SecretRetired,
            "made 2023-11-14 22:13 UTC, last used 2023-11-14 22:13 UTC"
        )
    );
    // A use that was under way does not bring it back, nor does it come to the one that is left.
    store.secret_used(old.id, at(100)).await.unwrap();
    assert_eq!(records(&*store, &application).await[0].last_used_at, None);
    assert_eq!(
        retire(&*store, &application, old.id).await,
        SecretRetired::NotFound
    );
    // The only one stays.
    let last = records(&*store, &application).await[0].id;
    assert_eq!(retire(&*store, &application, last).await, SecretRetired::OnlyOne);
}

#[tokio::test]
async fn either_can_be_retired_and_another_application_s_cannot() {
    let store = store();
    let (application, first, _) = moving(&*store).await;
    let (other, ..) = moving(&*store).await;
    let newest = records(&*store, &application).await[0].id;
    assert_eq!(retire(&*store, &other, newest).await, SecretRetired::NotFound);
    assert_eq!(
        retire(&*store, &application, newest).await,
        SecretRetired::Retired
    );
    let left = store
        .client_secret(&application.client_id)
        .await
        .unwrap()
        .unwrap();
    assert!(left.is(first.expose()));
    // The next one has a number of its own.
    store
        .add_client_secret(&application.client_id, secret(), &operator(), at(100))
        .await
        .unwrap();
    assert_ne!(records(&*store, &application).await[0].id, newest);
}

#[tokio::test]
async fn use_is_remembered_from_the_first_to_the_last() {
    let store = store();
    let (application, ..) = moving(&*store).await;
    let id = records(&*store, &application).await[0].id;
    for seconds in [50, 40, 70] {
        store.secret_used(id, at(seconds)).await.unwrap();
    }
    let record = records(&*store, &application).await[0];
    assert_eq!(
        (record.first_used_at, record.last_used_at),
        (Some(at(50)), Some(at(70)))
    );
}

#[tokio::test]
async fn a_person_can_see_either() {
    let store = store();
    let (application, first, second) = moving(&*store).await;
    let ids: Vec<_> = records(&*store, &application)
        .await
        .iter()
        .map(|record| Some(record.id))
        .collect();
    for (id, expected) in [(None, &second), (ids[0], &second), (ids[1], &first)] {
        let seen = store
            .reveal_client_secret(&application.client_id, id, &operator(), at(20))
            .await
            .unwrap();
        assert!(seen.unwrap().is(expected.expose()));
        assert_eq!(
            store.audit(1).await.unwrap()[0].action,
            AuditAction::SecretRevealed
        );
    }
    let entries = store.audit(100).await.unwrap().len();
    let none = store
        .reveal_client_secret(
            &application.client_id,
            Some(SecretId(i64::MAX)),
            &operator(),
            at(20),
        )
        .await
        .unwrap();
    assert!(none.is_none());
    assert_eq!(store.audit(100).await.unwrap().len(), entries);
}

#[tokio::test]
async fn of_retired_ones_only_the_last_few_are_recognised() {
    let store = store();
    let (application, first, _) = moving(&*store).await;
    let mut last = first.clone();
    for round in 0..9 {
        let oldest = records(&*store, &application).await[1].id;
        let client = store.client(&application.client_id).await.unwrap().unwrap();
        last = client.secrets[1].secret.clone();
        store
            .retire_client_secret(&application.client_id, oldest, &operator(), at(100 + round))
            .await
            .unwrap();
        store
            .add_client_secret(&application.client_id, secret(), &operator(), at(100 + round))
            .await
            .unwrap();
    }
    let known = async |secret| {
        let known = store.secret_retired_at(&application.client_id, secret).await;
        known.unwrap()
    };
    assert_eq!((known(&first).await, known(&last).await), (None, Some(at(108))));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_who_retire_at_once_nobody_takes_the_last_secret() {
    let store = store();
    let (application, ..) = moving(&*store).await;
    let mut retiring = JoinSet::new();
    for record in records(&*store, &application).await {
        for _ in 0..8 {
            let (store, client_id) = (store.share(), application.client_id.clone());
            retiring.spawn(async move {
                store
                    .retire_client_secret(&client_id, record.id, &operator(), at(99))
                    .await
                    .unwrap()
            });
        }
    }
    let outcomes = retiring.join_all().await;
    let retired = outcomes
        .iter()
        .filter(|outcome| **outcome == SecretRetired::Retired);
    assert_eq!(retired.count(), 1);
    assert_eq!(records(&*store, &application).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_who_add_at_once_one_does() {
    let store = store();
    let application = add_application(&*store, "App").await;
    let mut adding = JoinSet::new();
    for _ in 0..12 {
        let (store, client_id) = (store.share(), application.client_id.clone());
        adding.spawn(async move {
            store
                .add_client_secret(&client_id, secret(), &operator(), at(9))
                .await
                .unwrap()
        });
    }
    let outcomes = adding.join_all().await;
    let added = outcomes
        .iter()
        .filter(|outcome| matches!(outcome, SecretAdded::Added(_)));
    assert_eq!(added.count(), 1);
    assert_eq!(records(&*store, &application).await.len(), 2);
}
