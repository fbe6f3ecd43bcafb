//! Expired records are deleted, in steps, and nothing else.

use std::time::Duration;

use latchkey_domain::Timestamp;
use latchkey_storage::{
    ActivityKind, ActivityQuery, Expiring, GrantChange, NewActivity, NewGrant, RevocationReason, Stride,
};

use crate::fixtures::{LONG_AGO, add_application, add_member, at, connect, new_grant, new_session, store};

const DAY: u64 = 86_400;

/// Sweeps from the beginning to the end, `rows` at a time; how many were deleted, and in how many steps.
async fn sweep(store: &dyn latchkey_storage::Store, expiring: Expiring, rows: u32) -> (u64, u32) {
    let (mut deleted, mut steps, mut after) = (0, 0, 0);
    loop {
        let stride = Stride {
            look: rows,
            purge: rows,
        };
        let swept = store.sweep(expiring, after, stride).await.unwrap();
        assert!(swept.deleted <= u64::from(rows));
        deleted += swept.deleted;
        steps += 1;
        match swept.next {
            Some(next) => after = next,
            None => return (deleted, steps),
        }
    }
}

fn grants_at(now: Timestamp) -> Expiring {
    Expiring::Grants {
        codes: now.minus(Duration::from_secs(DAY)),
        tokens: now.minus(Duration::from_secs(91 * DAY)),
        granted: now.minus(Duration::from_secs(366 * DAY)),
        explorer_logins: now.minus(Duration::from_secs(DAY + 3_600)),
    }
}

#[tokio::test]
async fn grants_go_when_nothing_of_them_can_be_presented() {
    let store = store();
    let application = add_application(&*store, "App").await;
    let ada = add_member(&*store, "ada@b.example").await;
    let used = connect(&*store, &application, &ada, at(0)).await;
    let unredeemed = store
        .create_grant(new_grant(&application, &ada, "read:posts"), at(0))
        .await
        .unwrap()
        .unwrap();
    let replayed = connect(&*store, &application, &ada, at(0)).await;
    let revoke = |grant: &latchkey_storage::Grant| {
        let mut state = grant.state.clone();
        state.revoked = Some((at(60), RevocationReason::CodeReplayed));
        GrantChange::Set(state)
    };
    store.change_grant(replayed, Box::new(revoke)).await.unwrap();

    assert_eq!(sweep(&*store, grants_at(at(DAY)), 10).await, (0, 1));
    assert_eq!(
        sweep(&*store, grants_at(at(DAY + 121)), 10).await.0,
        1,
        "the code"
    );
    assert_eq!(store.grant(unredeemed).await.unwrap(), None);
    // Replayed, it is recognised for as long as a refresh token could be presented.
    assert_eq!(sweep(&*store, grants_at(at(91 * DAY)), 10).await.0, 0);
    assert!(
        store
            .grant(replayed)
            .await
            .unwrap()
            .unwrap()
            .state
            .revoked
            .is_some()
    );
    assert_eq!(sweep(&*store, grants_at(at(91 * DAY + 1)), 10).await.0, 2);
    assert_eq!(store.grant(replayed).await.unwrap(), None);
    assert_eq!(store.grant(used).await.unwrap(), None);
    // Only the member revokes the consent.
    assert!(
        !store
            .remembered_consent(ada.id, &application.client_id, LONG_AGO)
            .await
            .unwrap()
            .is_empty()
    );
}

#[tokio::test]
async fn a_grant_that_was_refreshed_stays() {
    let store = store();
    let application = add_application(&*store, "App").await;
    let ada = add_member(&*store, "ada@b.example").await;
    let grant = connect(&*store, &application, &ada, at(0)).await;
    crate::fixtures::rotate(&*store, grant, at(90 * DAY)).await;
    assert_eq!(sweep(&*store, grants_at(at(100 * DAY)), 10).await.0, 0);
    assert!(store.grant(grant).await.unwrap().is_some());
}

#[tokio::test]
async fn a_grant_goes_when_it_has_lasted_however_often_it_was_refreshed() {
    let store = store();
    let application = add_application(&*store, "App").await;
    let ada = add_member(&*store, "ada@b.example").await;
    let grant = connect(&*store, &application, &ada, at(0)).await;
    let login = NewGrant {
        is_explorer_login: true,
        ..new_grant(&application, &ada, "read:posts")
    };
    let login = store.create_grant(login, at(0)).await.unwrap().unwrap();
    crate::fixtures::rotate(&*store, login, at(10)).await;
    assert_eq!(sweep(&*store, grants_at(at(DAY + 3_600)), 10).await.0, 0);
    assert_eq!(sweep(&*store, grants_at(at(DAY + 3_601)), 10).await.0, 1);
    assert_eq!(store.grant(login).await.unwrap(), None);
    crate::fixtures::rotate(&*store, grant, at(366 * DAY)).await;
    assert_eq!(sweep(&*store, grants_at(at(366 * DAY)), 10).await.0, 0);
    assert_eq!(sweep(&*store, grants_at(at(366 * DAY + 1)), 10).await.0, 1);
    assert_eq!(store.grant(grant).await.unwrap(), None);
}

#[tokio::test]
async fn goes_in_bounded_steps_over_everything() {
    let store = store();
    let application = add_application(&*store, "App").await;
    let ada = add_member(&*store, "ada@b.example").await;
    for second in 0..25 {
        connect(&*store, &application, &ada, at(second)).await;
    }
    assert_eq!(sweep(&*store, grants_at(at(91 * DAY + 10)), 10).await, (10, 3));
    // Looking far and deleting little goes over everything, too.
    let (mut deleted, mut after) = (0, 0);
    loop {
        let stride = Stride { look: 100, purge: 4 };
        let swept = store
            .sweep(grants_at(at(200 * DAY)), after, stride)
            .await
            .unwrap();
        assert!(swept.deleted <= 4);
        deleted += swept.deleted;
        match swept.next {
            Some(next) => after = next,
            None => break,
        }
    }
    assert_eq!(deleted, 15);
}

#[tokio::test]
async fn sessions_go_when_they_have_ended() {
    let store = store();
    let ada = add_member(&*store, "ada@b.example").await;
    let bob = add_member(&*store, "bob@b.example").await;
    for (number, (member, ends)) in [(&ada, 10), (&bob, 20)].into_iter().enumerate() {
        let session = new_session(member, u8::try_from(number).unwrap(), at(ends));
        store.open_session(session, at(0)).await.unwrap().unwrap();
    }
    assert_eq!(sweep(&*store, Expiring::Sessions(at(10)), 10).await.0, 0);
    assert_eq!(sweep(&*store, Expiring::Sessions(at(11)), 10).await.0, 1);
    assert_eq!(store.sessions_of(bob.id, at(15)).await.unwrap().len(), 1);
}

#[tokio::test]
async fn activity_goes_by_age_and_the_audit_trail_never() {
    let store = store();
    let application = add_application(&*store, "App").await;
    let event = |second: u64| {
        NewActivity::succeeded(
            &application.client_id,
            at(second),
            ActivityKind::Refresh,
            second.to_string(),
        )
    };
    store.record_activity((0..10).map(event).collect()).await.unwrap();
    assert_eq!(sweep(&*store, Expiring::Activity(at(4)), 3).await.0, 4);
    let left = store
        .activity(&ActivityQuery::of(&application.client_id), None, 100)
        .await
        .unwrap();
    assert_eq!(left.len(), 6);
    assert_eq!(store.audit(100).await.unwrap().len(), 1);
}
