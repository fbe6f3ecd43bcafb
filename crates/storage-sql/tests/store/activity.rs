use latchkey_domain::{Application, MemberId, limits};
use latchkey_storage::{
    ActivityEntry, ActivityKind, ActivityOf, ActivityQuery, ActivityReason, NewActivity, SentClientId, Store,
};

use crate::fixtures::{add_application, at, operator, store};

pub(crate) fn event(application: &Application, message: &str) -> NewActivity {
    NewActivity {
        reason: Some(ActivityReason::ScopeUnregistered),
        redirect_uri: Some("https://elsewhere.example/cb".into()),
        missing_scopes: "write:posts".parse().unwrap(),
        member: Some(MemberId(7)),
        address: Some("192.0.2.1".into()),
        request_id: Some("r1".into()),
        ..NewActivity::failed(&application.client_id, at(1), ActivityKind::CodeExchange, message)
    }
}

pub(crate) fn messages(entries: &[ActivityEntry]) -> Vec<&str> {
    entries.iter().map(|entry| entry.event.message.as_str()).collect()
}

pub(crate) async fn found(store: &dyn Store, query: &ActivityQuery) -> Vec<ActivityEntry> {
    store.activity(query, None, 5_000).await.unwrap()
}

/// What belongs to no application.
async fn unmatched(store: &dyn Store) -> Vec<ActivityEntry> {
    let query = ActivityQuery {
        of: ActivityOf::Unmatched,
        ..ActivityQuery::default()
    };
    found(store, &query).await
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

    let query = ActivityQuery::of(&application.client_id);
    let newest = store.activity(&query, None, 2).await.unwrap();
    assert_eq!(messages(&newest), ["three", "two"]);
    let rest = store.activity(&query, Some(newest[1].id), 2).await.unwrap();
    assert_eq!(rest.len(), 1);
    let entry = &rest[0];
    assert_eq!(
        (entry.times, entry.last_at, entry.unkept, entry.is_matched),
        (1, at(1), 0, true)
    );
    let read = &entry.event;
    assert_eq!(read.client, SentClientId::from(&application.client_id));
    assert_eq!(
        (read.at, read.kind, read.succeeded, read.is_alarm),
        (at(1), ActivityKind::CodeExchange, false, false)
    );
    assert_eq!(
        (read.reason, read.missing_scopes.to_string().as_str()),
        (Some(ActivityReason::ScopeUnregistered), "write:posts")
    );
    assert_eq!(
        (read.message.as_str(), read.redirect_uri.as_deref()),
        ("one", Some("https://elsewhere.example/cb"))
    );
    assert_eq!(
        (read.member, read.address.as_deref(), read.request_id.as_deref()),
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
    let kept = entries(&*store, &application).await;
    assert_eq!(
        (
            kept.len(),
            kept[0].event.message.as_str(),
            kept[499].event.message.as_str()
        ),
        (500, "599", "100")
    );
    assert_eq!(entries(&*store, &other).await.len(), 1);
}

#[tokio::test]
async fn long_messages_are_cut() {
    let store = store();
    let application = add_application(&*store, "App").await;
    store
        .record_activity(vec![event(&application, &"é".repeat(2_000))])
        .await
        .unwrap();
    let kept = entries(&*store, &application).await;
    assert_eq!(kept[0].event.message, "é".repeat(1_000));
}

#[tokio::test]
async fn the_failures_of_a_deleted_application_stay_and_more_are_added() {
    let store = store();
    let deleted = add_application(&*store, "Deleted").await;
    assert!(!store.was_deleted(&deleted.client_id).await.unwrap());
    store
        .record_activity(vec![event(&deleted, "before"), success(&deleted, "worked", 2)])
        .await
        .unwrap();
    store
        .delete_application(&deleted.client_id, &operator(), at(3))
        .await
        .unwrap()
        .unwrap();
    assert!(store.was_deleted(&deleted.client_id).await.unwrap());
    store
        .record_activity(vec![event(&deleted, "after")])
        .await
        .unwrap();
    let kept = unmatched(&*store).await;
    assert_eq!(messages(&kept), ["after", "before"]);
    for entry in &kept {
        assert_eq!(entry.event.client, SentClientId::from(&deleted.client_id));
        assert!(!entry.is_matched);
    }
    assert!(entries(&*store, &deleted).await.is_empty());
}

#[tokio::test]
async fn what_belongs_to_no_application_is_bounded_and_pushes_out_nothing_else() {
    let store = store();
    let application = add_application(&*store, "App").await;
    let deleted = add_application(&*store, "Deleted").await;
    store
        .delete_application(&deleted.client_id, &operator(), at(1))
        .await
        .unwrap()
        .unwrap();
    store
        .record_activity(vec![
            event(&application, "an application's"),
            NewActivity {
                member: None,
                reason: Some(ActivityReason::ClientDeleted),
                ..event(&deleted, "deleted")
            },
        ])
        .await
        .unwrap();
    let made_up = |number: u32| {
        let client = SentClientId::new(&format!("made up {number}"));
        NewActivity {
            reason: Some(ActivityReason::ClientUnknown),
            ..NewActivity::failed(client, at(2), ActivityKind::Authorization, "unknown")
        }
    };
    let most = limits::ACTIVITY_FAILURES_OF_STRANGERS;
    store
        .record_activity((0..most + 10).map(made_up).collect())
        .await
        .unwrap();
    let kept = unmatched(&*store).await;
    assert_eq!(kept.len(), usize::try_from(most).unwrap() + 1);
    assert_eq!(kept.last().unwrap().event.message, "deleted");
    assert_eq!(entries(&*store, &application).await.len(), 1);
    // The same client id again is counted.
    store.record_activity(vec![made_up(most + 9)]).await.unwrap();
    assert_eq!(unmatched(&*store).await[0].times, 2);
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
    let kept = entries(&*store, &application).await;
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

fn success(application: &Application, message: &str, second: u64) -> NewActivity {
    NewActivity {
        at: at(second),
        succeeded: true,
        redirect_uri: None,
        request_id: Some(format!("r{second}")),
        ..event(application, message)
    }
}

pub(crate) async fn entries(store: &dyn Store, application: &Application) -> Vec<ActivityEntry> {
    found(store, &ActivityQuery::of(&application.client_id)).await
}

#[tokio::test]
async fn equal_successes_within_an_hour_are_counted_as_one() {
    let store = store();
    let application = add_application(&*store, "App").await;
    let other = add_application(&*store, "Other").await;
    // As when a member authorizes and the client exchanges, over and over.
    for second in [10, 20, 30] {
        for message in ["authorized", "exchanged"] {
            let events = vec![success(&application, message, second)];
            store.record_activity(events).await.unwrap();
        }
    }
    let listed = entries(&*store, &application).await;
    assert_eq!(listed.len(), 2);
    for entry in &listed {
        assert_eq!((entry.event.at, entry.times, entry.last_at), (at(10), 3, at(30)));
        assert_eq!(entry.event.request_id.as_deref(), Some("r30"), "the last one's");
    }
    // What differs in anything but the time is an entry of its own.
    let like = success(&application, "authorized", 31);
    for different in [
        success(&other, "authorized", 31),
        NewActivity {
            member: Some(MemberId(8)),
            ..like.clone()
        },
        NewActivity {
            member: None,
            ..like.clone()
        },
        NewActivity {
            address: None,
            ..like.clone()
        },
        NewActivity {
            kind: ActivityKind::Refresh,
            ..like.clone()
        },
    ] {
        store.record_activity(vec![different]).await.unwrap();
    }
    assert_eq!(entries(&*store, &application).await.len(), 6);
    assert_eq!(entries(&*store, &other).await.len(), 1);
    // An hour after the first it begins anew.
    for (second, count) in [(3_609, 6), (3_610, 7)] {
        store
            .record_activity(vec![success(&application, "authorized", second)])
            .await
            .unwrap();
        assert_eq!(entries(&*store, &application).await.len(), count, "{second}");
    }
}

#[tokio::test]
async fn an_alarm_is_pushed_out_by_alarms_alone() {
    let store = store();
    let application = add_application(&*store, "App").await;
    let alarm = |message: &str| NewActivity {
        is_alarm: true,
        ..event(&application, message)
    };
    store.record_activity(vec![alarm("theft")]).await.unwrap();
    store.record_activity(vec![alarm("theft")]).await.unwrap();
    let most = limits::ACTIVITY_SUCCESSES.max(limits::ACTIVITY_FAILURES) + 5;
    for number in 0..most {
        let message = number.to_string();
        let stranger = NewActivity {
            member: None,
            ..event(&application, &message)
        };
        let flood = vec![
            success(&application, &message, number.into()),
            event(&application, &message),
            stranger,
        ];
        store.record_activity(flood).await.unwrap();
    }
    let listed = entries(&*store, &application).await;
    let count = |matches: &dyn Fn(&NewActivity) -> bool| {
        u32::try_from(listed.iter().filter(|entry| matches(&entry.event)).count()).unwrap()
    };
    assert_eq!(count(&|event| event.succeeded), limits::ACTIVITY_SUCCESSES);
    assert_eq!(
        count(&|event| !event.succeeded && !event.is_alarm && event.member.is_some()),
        limits::ACTIVITY_FAILURES
    );
    assert_eq!(
        count(&|event| event.member.is_none()),
        limits::ACTIVITY_FAILURES_OF_STRANGERS
    );
    let alarms: Vec<_> = listed.iter().filter(|entry| entry.event.is_alarm).collect();
    assert_eq!((alarms.len(), alarms[0].times), (1, 2), "equal ones are counted");

    for number in 0..limits::ACTIVITY_ALARMS {
        store
            .record_activity(vec![alarm(&number.to_string())])
            .await
            .unwrap();
    }
    let listed = entries(&*store, &application).await;
    assert!(!listed.iter().any(|entry| entry.event.message == "theft"));
}
