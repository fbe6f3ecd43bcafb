//! The profile of an application, who registered it, and the client id that it brings along.

use latchkey_domain::{Actor, ApplicationDraft, ClientSecret, Role};
use latchkey_storage::{ApplicationUpdate, NewApplication, StoreError, UpdateOutcome};

use crate::fixtures::{add_application, at, new_application, new_member, operator, secret, spec, store};

#[tokio::test]
async fn what_people_are_told_is_kept_and_an_edit_of_it_is_noted() {
    let store = store();
    let told = ApplicationDraft {
        description: "Counts “courses”".into(),
        es256: true,
        website: "https://example.com".into(),
        ..ApplicationDraft::from_spec(&spec("App"))
    };
    let made = store
        .create_application(new_application(told.validate().unwrap()), &operator(), at(0))
        .await
        .unwrap();
    let read = store.application(&made.client_id).await.unwrap();
    assert_eq!(read.as_ref(), Some(&made));
    assert_eq!(ApplicationDraft::from_spec(&made.spec), told);

    let edited = ApplicationDraft {
        description: String::new(),
        privacy_policy: "https://example.com/privacy".into(),
        es256: false,
        ..told
    };
    let update = ApplicationUpdate {
        spec: edited.validate().unwrap(),
        expected_revision: Some(1),
        secret_if_missing: secret(),
    };
    let outcome = store
        .update_application(&made.client_id, update, &operator(), at(1))
        .await
        .unwrap();
    let UpdateOutcome::Updated { application, .. } = outcome else {
        panic!("{outcome:?}")
    };
    let read = store.application(&made.client_id).await.unwrap().unwrap();
    assert_eq!(read, application);
    assert_eq!(ApplicationDraft::from_spec(&read.spec), edited);
    let trail = store.audit(1).await.unwrap();
    assert_eq!(
        trail[0].detail,
        "description, privacy policy, signature of ID tokens"
    );
}

#[tokio::test]
async fn who_registered_an_application_is_known_while_there() {
    let store = store();
    let ada = new_member("ada@b.example", Role::Host);
    let ada = store.add_member(ada, &operator(), at(0)).await.unwrap().unwrap();
    let actor = Actor {
        member: Some(ada.id),
        ..operator()
    };
    let made = store
        .create_application(new_application(spec("Hers")), &actor, at(1))
        .await
        .unwrap();
    let by = async || {
        let application = store.application(&made.client_id).await.unwrap().unwrap();
        application.created_by
    };
    assert_eq!((made.created_by, by().await), (Some(ada.id), Some(ada.id)));
    let other = new_member("bob@b.example", Role::Host);
    store
        .add_member(other, &operator(), at(2))
        .await
        .unwrap()
        .unwrap();
    store
        .remove_member(&ada.email, &operator(), at(3))
        .await
        .unwrap()
        .done()
        .unwrap();
    assert_eq!(by().await, None);
    assert_eq!(add_application(&*store, "The operator’s").await.created_by, None);
}

#[tokio::test]
async fn a_client_id_from_elsewhere_is_kept_and_belongs_to_one() {
    let store = store();
    let brought = |id: &str| NewApplication {
        client_id: id.parse().unwrap(),
        secret: ClientSecret::brought("a+b/c=0123456789~!$"),
        ..new_application(spec("Moved"))
    };
    for id in [
        "12345678",
        "3f2504e0-4f89-11d3-9a0c-0305e82c3301",
        &"z.~-_9".repeat(21),
    ] {
        let made = store
            .create_application(brought(id), &operator(), at(0))
            .await
            .unwrap();
        let client = store.client(&made.client_id).await.unwrap().unwrap();
        assert_eq!(client.application.client_id.as_str(), id);
        assert!(client.secrets[0].secret.is("a+b/c=0123456789~!$"));
    }
    let noted = store.audit(10).await.unwrap().len();
    let again = store
        .create_application(brought("12345678"), &operator(), at(1))
        .await;
    assert!(matches!(again, Err(StoreError::ClientIdTaken)), "{again:?}");
    assert_eq!(store.audit(10).await.unwrap().len(), noted, "nothing was done");
}
