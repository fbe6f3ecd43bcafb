use latchkey_domain::{Application, MemberId};
use latchkey_store::{ActivityKind, NewActivity};

use crate::fixtures::{add_application, at, operator, store};

fn event(application: &Application, message: &str) -> NewActivity {
    NewActivity {
        client_id: application.client_id.clone(),
        at: at(1),
        kind: ActivityKind::CodeExchange,
        succeeded: false,
        message: message.into(),
        redirect_uri: Some("https://elsewhere.example/cb".into()),
        member: Some(MemberId(7)),
        address: Some("192.0.2.1".into()),
        request_id: Some("r1".into()),
    }
}

#[tokio::test]
async fn reads_back_the_newest_first_and_goes_on() {
    let store = store();
    let application = add_application(&*store, "App").await;
    let other = add_application(&*store, "Other").await;
    let events = ["one", "two", "three"].map(|message| event(&application, message));
    store.record_activity(events.into()).await.unwrap();
    store
        .record_activity(vec![event(&other, "another's")])
        .await
        .unwrap();

    let newest = store.activity(&application.client_id, None, 2).await.unwrap();
    assert_eq!(
        newest
            .iter()
            .map(|entry| entry.event.message.as_str())
            .collect::<Vec<_>>(),
        ["three", "two"]
    );
    let rest = store
        .activity(&application.client_id, Some(newest[1].id), 2)
        .await
        .unwrap();
    assert_eq!(rest.len(), 1);
    let NewActivity {
        client_id,
        at: when,
        kind,
        succeeded,
        message,
        redirect_uri,
        member,
        address,
        request_id,
    } = rest[0].event.clone();
    assert_eq!(
        (client_id, when, kind, succeeded),
        (application.client_id, at(1), ActivityKind::CodeExchange, false)
    );
    assert_eq!(
        (message.as_str(), redirect_uri.as_deref()),
        ("one", Some("https://elsewhere.example/cb"))
    );
    assert_eq!(
        (member, address.as_deref(), request_id.as_deref()),
        (Some(MemberId(7)), Some("192.0.2.1"), Some("r1"))
    );
}

#[tokio::test]
async fn only_the_newest_five_hundred_stay() {
    let store = store();
    let application = add_application(&*store, "App").await;
    let other = add_application(&*store, "Other").await;
    store.record_activity(vec![event(&other, "kept")]).await.unwrap();
    for batch in 0..6 {
        let events = (0..100)
            .map(|n| event(&application, &format!("{}", batch * 100 + n)))
            .collect();
        store.record_activity(events).await.unwrap();
    }
    let kept = store.activity(&application.client_id, None, 1_000).await.unwrap();
    assert_eq!(
        (
            kept.len(),
            kept[0].event.message.as_str(),
            kept[499].event.message.as_str()
        ),
        (500, "599", "100")
    );
    assert_eq!(store.activity(&other.client_id, None, 10).await.unwrap().len(), 1);
}

#[tokio::test]
async fn long_messages_are_cut_and_deleted_applications_passed_over() {
    let store = store();
    let application = add_application(&*store, "App").await;
    let deleted = add_application(&*store, "Deleted").await;
    store
        .delete_application(&deleted.client_id, &operator(), at(1))
        .await
        .unwrap()
        .unwrap();
    let events = vec![
        event(&deleted, "nobody reads this"),
        event(&application, &"é".repeat(2_000)),
    ];
    store.record_activity(events).await.unwrap();
    let kept = store.activity(&application.client_id, None, 10).await.unwrap();
    assert_eq!(kept[0].event.message, "é".repeat(1_000));
    assert!(
        store
            .activity(&deleted.client_id, None, 10)
            .await
            .unwrap()
            .is_empty()
    );
}

#[tokio::test]
async fn failures_of_strangers_do_not_push_out_what_happened_to_members() {
    let store = store();
    let application = add_application(&*store, "App").await;
    store
        .record_activity(vec![event(&application, "a member's failure")])
        .await
        .unwrap();
    for n in 0..150 {
        let flood = NewActivity {
            member: None,
            ..event(&application, &n.to_string())
        };
        store.record_activity(vec![flood]).await.unwrap();
    }
    let kept = store.activity(&application.client_id, None, 1_000).await.unwrap();
    assert_eq!(
        (
            kept.len(),
            kept[0].event.message.as_str(),
            kept[99].event.message.as_str(),
            kept[100].event.message.as_str()
        ),
        (101, "149", "50", "a member's failure")
    );
}
