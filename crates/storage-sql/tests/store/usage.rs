use std::time::Duration;

use latchkey_domain::{Application, Timestamp};
use latchkey_storage::{USAGE_KEPT, UsageCount};

use crate::fixtures::{add_application, at, operator, store};

const HOUR: Duration = Duration::from_secs(3_600);

fn hour(number: u32) -> Timestamp {
    at(0).start_of(HOUR).plus(HOUR * number)
}

fn count(application: &Application, number: u32, requests: u64, failures: u64) -> UsageCount {
    UsageCount {
        client_id: application.client_id.clone(),
        hour: hour(number),
        requests,
        failures,
    }
}

#[tokio::test]
async fn counts_add_up_by_the_hour() {
    let store = store();
    let one = add_application(&*store, "One").await;
    let other = add_application(&*store, "Other").await;
    store
        .add_usage(vec![
            count(&one, 0, 5, 1),
            count(&other, 0, 2, 0),
            count(&one, 1, 7, 0),
        ])
        .await
        .unwrap();
    store.add_usage(vec![count(&one, 0, 3, 2)]).await.unwrap();

    let all = store.usage(hour(0), hour(2)).await.unwrap();
    assert_eq!(
        all,
        [count(&one, 0, 8, 3), count(&other, 0, 2, 0), count(&one, 1, 7, 0)]
    );
    // The end does not count, the beginning does.
    assert_eq!(store.usage(hour(0), hour(1)).await.unwrap(), all[..2]);
    assert_eq!(store.usage(hour(1), hour(2)).await.unwrap(), all[2..]);
}

#[tokio::test]
async fn what_is_old_or_belongs_to_nobody_is_forgotten() {
    let store = store();
    let one = add_application(&*store, "One").await;
    let gone = add_application(&*store, "Gone").await;
    let hours = u32::try_from(USAGE_KEPT.as_secs() / HOUR.as_secs()).unwrap();
    let counts = vec![
        count(&one, 0, 1, 0),
        count(&one, 1, 1, 0),
        count(&gone, hours, 1, 0),
    ];
    store.add_usage(counts).await.unwrap();
    store.add_usage(vec![count(&one, hours + 1, 1, 0)]).await.unwrap();
    store
        .delete_application(&gone.client_id, &operator(), at(9))
        .await
        .unwrap();
    // A request that was still being served when it was deleted.
    store
        .add_usage(vec![count(&gone, hours + 1, 4, 0)])
        .await
        .unwrap();

    assert_eq!(
        store.usage(hour(0), hour(hours + 2)).await.unwrap(),
        [count(&one, 1, 1, 0), count(&one, hours + 1, 1, 0)]
    );
}
