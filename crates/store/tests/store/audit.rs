use latchkey_domain::{Actor, MemberId};
use latchkey_store::{AuditAction, AuditEntry};

use crate::fixtures::{add_application, at, new_application, spec, store};

#[tokio::test]
async fn says_who_did_what_from_where() {
    let store = store();
    let by = Actor {
        member: Some(MemberId(3)),
        address: Some("192.0.2.1".into()),
        request_id: Some("r1".into()),
    };
    let application = store
        .create_application(new_application(spec("App")), &by, at(1))
        .await
        .unwrap();
    store
        .reveal_client_secret(&application.client_id, &by, at(2))
        .await
        .unwrap()
        .unwrap();
    let entry = |at, action, detail: &str| AuditEntry {
        at,
        actor: by.clone(),
        action,
        target: application.client_id.to_string(),
        detail: detail.into(),
    };
    assert_eq!(
        store.audit(10).await.unwrap(),
        [
            entry(at(2), AuditAction::SecretRevealed, ""),
            entry(at(1), AuditAction::ApplicationCreated, "“App”")
        ]
    );
    assert_eq!(store.audit(1).await.unwrap().len(), 1);
}

#[tokio::test]
async fn what_fails_leaves_no_entry() {
    let store = store();
    let application = add_application(&*store, "App").await;
    let mut twice = new_application(spec("Twin"));
    twice.client_id = application.client_id;
    assert!(
        store
            .create_application(twice, &Actor::operator(), at(1))
            .await
            .is_err()
    );
    assert_eq!(store.audit(10).await.unwrap().len(), 1);
}
