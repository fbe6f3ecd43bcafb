//! Activity that is counted, filtered and searched.

use latchkey_domain::{Application, limits};
use latchkey_storage::{
    ActivityArea, ActivityClass, ActivityFilter, ActivityKind, ActivityOf, ActivityQuery, ActivityReason,
    NewActivity, SentClientId, Unkept,
};

use crate::activity::{entries, event, found, messages};
use crate::fixtures::{add_application, add_member, at, store};

fn request(number: u32) -> String {
    format!("{number:016x}")
}

#[tokio::test]
async fn equal_failures_are_counted_as_one_and_their_request_ids_lead_to_it() {
    let store = store();
    let application = add_application(&*store, "App").await;
    let other = add_application(&*store, "Other").await;
    let count = limits::ACTIVITY_REQUEST_IDS + 5;
    let failed = |number: u32| NewActivity {
        request_id: Some(request(number)),
        address: Some(format!("192.0.2.{}", number % 200)),
        ..event(&application, "the secret ends with white space")
    };
    store
        .record_activity((0..count).map(failed).collect())
        .await
        .unwrap();
    let listed = entries(&*store, &application).await;
    assert_eq!((listed.len(), listed[0].times), (1, count));
    assert_eq!(listed[0].event.request_id, Some(request(count - 1)));
    let search = async |number, of| {
        let query = ActivityQuery {
            of,
            filter: None,
            search: request(number),
        };
        found(&*store, &query).await.len()
    };
    let of_application = || ActivityOf::Application(application.client_id.clone());
    for number in [count - 1, count - 2, count - 1 - limits::ACTIVITY_REQUEST_IDS] {
        assert_eq!(search(number, of_application()).await, 1, "{number}");
        assert_eq!(search(number, ActivityOf::All).await, 1, "{number}");
    }
    let of_other = ActivityOf::Application(other.client_id.clone());
    assert_eq!(search(count - 1, of_other).await, 0);
    assert_eq!(search(0, of_application()).await, 0, "it is too long ago");
}

#[tokio::test]
async fn what_was_not_kept_is_counted_at_what_is_like_it() {
    let store = store();
    let application = add_application(&*store, "App").await;
    let unlike = NewActivity {
        reason: Some(ActivityReason::SecretWrong),
        ..event(&application, "another reason")
    };
    store
        .record_activity(vec![
            event(&application, "older"),
            event(&application, "newest"),
            unlike,
        ])
        .await
        .unwrap();
    let unkept = |client| Unkept {
        client,
        class: ActivityClass::Failure,
        kind: ActivityKind::CodeExchange,
        reason: Some(ActivityReason::ScopeUnregistered),
        count: 600,
        last_at: at(50),
    };
    for _ in 0..2 {
        let failures = vec![
            unkept((&application.client_id).into()),
            unkept(SentClientId::new("nobody's")),
        ];
        store.count_unkept(failures).await.unwrap();
    }
    let listed: Vec<_> = entries(&*store, &application)
        .await
        .into_iter()
        .map(|entry| (entry.event.message, entry.unkept, entry.last_at))
        .collect();
    assert_eq!(
        listed,
        [
            ("another reason".to_owned(), 0, at(1)),
            ("newest".to_owned(), 1_200, at(50)),
            ("older".to_owned(), 0, at(1)),
        ]
    );
}

#[tokio::test]
async fn entries_are_filtered_and_searched() {
    let store = store();
    let crm = add_application(&*store, "CRM").await;
    let shop = add_application(&*store, "Shop").await;
    let ada = add_member(&*store, "ada@example.com").await;
    let of = |application: &Application, kind, message: &str| NewActivity {
        kind,
        address: None,
        redirect_uri: None,
        ..event(application, message)
    };
    store
        .record_activity(vec![
            NewActivity {
                member: Some(ada.id),
                succeeded: true,
                ..of(&crm, ActivityKind::Authorization, "Authorized")
            },
            of(&crm, ActivityKind::Refresh, "the refresh token EXPIRED"),
            of(&shop, ActivityKind::ApiCall, "FORBIDDEN at `posts`"),
            NewActivity {
                member: None,
                ..NewActivity::failed(
                    SentClientId::new("Mistyped_Id"),
                    at(2),
                    ActivityKind::CodeExchange,
                    "no such application",
                )
            },
        ])
        .await
        .unwrap();
    let search = async |of: ActivityOf, filter, search: &str| {
        let query = ActivityQuery {
            of,
            filter,
            search: search.into(),
        };
        let entries = found(&*store, &query).await;
        messages(&entries)
            .iter()
            .map(|message| (*message).to_owned())
            .collect::<Vec<_>>()
    };
    let all = || ActivityOf::All;
    let (expired, forbidden, mistyped) = (
        "the refresh token EXPIRED",
        "FORBIDDEN at `posts`",
        "no such application",
    );
    assert_eq!(
        search(all(), None, "").await,
        [mistyped, forbidden, expired, "Authorized"]
    );
    for (filter, expected) in [
        (ActivityFilter::Failed, vec![mistyped, forbidden, expired]),
        (
            ActivityFilter::Area(ActivityArea::Authorizations),
            vec!["Authorized"],
        ),
        (
            ActivityFilter::Area(ActivityArea::Tokens),
            vec![mistyped, expired],
        ),
        (ActivityFilter::Area(ActivityArea::Api), vec![forbidden]),
    ] {
        assert_eq!(search(all(), Some(filter), "").await, expected, "{filter:?}");
    }
    for (words, expected) in [
        ("expired", vec![expired]),
        (" ADA@example ", vec!["Authorized"]),
        ("shop", vec![forbidden]),
        ("mistyped_id", vec![mistyped]),
        ("'; DROP TABLE activity", vec![]),
    ] {
        assert_eq!(search(all(), None, words).await, expected, "{words}");
    }
    let of_crm = || ActivityOf::Application(crm.client_id.clone());
    assert_eq!(
        search(of_crm(), Some(ActivityFilter::Failed), "").await,
        [expired]
    );
    assert!(search(of_crm(), None, "forbidden").await.is_empty());
    assert_eq!(search(ActivityOf::Unmatched, None, "").await, [mistyped]);
}

#[tokio::test]
async fn a_mistyped_client_id_is_recognized_by_its_beginning_or_its_end() {
    let store = store();
    let application = add_application(&*store, "App").await;
    let id = application.client_id.as_str();
    let similar = async |sent: &str| store.similar_client(&SentClientId::new(sent)).await.unwrap();
    for sent in [&id[1..], &id[..42], &format!(" {}\n", id.to_lowercase())] {
        assert_eq!(
            similar(sent).await.as_ref(),
            Some(&application.client_id),
            "{sent}"
        );
    }
    for sent in ["", "short", &"x".repeat(43)] {
        assert_eq!(similar(sent).await, None, "{sent}");
    }
}
