use latchkey_domain::{Application, MemberId, limits};
use latchkey_storage::{ActivityEntry, ActivityKind, NewActivity, Store};

use crate::fixtures::{add_application, at, operator, store};

fn event(application: &Application, message: &str) -> NewActivity {
    NewActivity {
        client_id: application.client_id.clone(),
        at: at(1),
        kind: ActivityKind::CodeExchange,
        succeeded: false,
        is_alarm: false,
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
    assert_eq!((rest[0].times, rest[0].last_at), (1, at(1)));
    let NewActivity {
        client_id,
        at: when,
        kind,
        succeeded,
        is_alarm,
        message,
        redirect_uri,
        member,
        address,
        request_id,
    } = rest[0].event.clone();
    assert_eq!(
        (client_id, when, kind, succeeded, is_alarm),
        (
            application.client_id,
            at(1),
            ActivityKind::CodeExchange,
            false,
            false
        )
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

fn success(application: &Application, message: &str, second: u64) -> NewActivity {
    NewActivity {
        at: at(second),
        succeeded: true,
        redirect_uri: None,
        request_id: Some(format!("r{second}")),
        ..event(application, message)
    }
}

async fn entries(store: &dyn Store, application: &Application) -> Vec<ActivityEntry> {
    store.activity(&application.client_id, None, 5_000).await.unwrap()
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
async fn failures_of_requests_are_listed_one_by_one() {
    let store = store();
    let application = add_application(&*store, "App").await;
    for _ in 0..3 {
        store
            .record_activity(vec![event(&application, "the secret is wrong")])
            .await
            .unwrap();
    }
    // Their clients have a request id each, by which the integrator looks for them; what no request caused is counted.
    for _ in 0..3 {
        let unasked = NewActivity {
            request_id: None,
            ..event(&application, "not exchanged")
        };
        store.record_activity(vec![unasked]).await.unwrap();
    }
    let times: Vec<u32> = entries(&*store, &application)
        .await
        .iter()
        .map(|entry| entry.times)
        .collect();
    assert_eq!(times, [3, 1, 1, 1]);
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
