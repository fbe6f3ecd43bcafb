use latchkey_domain::{Actor, MemberName, Role};
use latchkey_storage::{Audit, AuditAction, AuditEntry, AuditFilter, AuditWho, StoreError};
use latchkey_storage_sql::sqlite::{DATABASE_FILE, SqliteStore};

use crate::fixtures::{add_application, add_members, at, new_application, new_member, operator, spec, store};

#[tokio::test]
async fn says_who_did_what_from_where() {
    let store = store();
    let host = new_member("ada@b.example", Role::Host);
    let ada = store
        .add_member(host, &Actor::operator(), at(0))
        .await
        .unwrap()
        .unwrap();
    let by = Actor {
        member: Some(ada.id),
        address: Some("192.0.2.1".into()),
        request_id: Some("r1".into()),
    };
    let application = store
        .create_application(new_application(spec("App")), &by, at(1))
        .await
        .unwrap();
    store
        .reveal_client_secret(&application.client_id, None, &by, at(2))
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
        store.audit(2).await.unwrap(),
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

#[tokio::test]
async fn pages_through_what_a_filter_lets_pass() {
    let store = store();
    let host = new_member("ada@b.example", Role::Host);
    let ada = store
        .add_member(host, &Actor::operator(), at(0))
        .await
        .unwrap()
        .unwrap();
    let by_ada = Actor {
        member: Some(ada.id),
        address: Some("192.0.2.1".into()),
        request_id: None,
    };
    let mut apps = Vec::new();
    for (second, name) in [(1, "Alpha 100%"), (2, "Beta"), (3, "Gamma")] {
        let new = new_application(spec(name));
        apps.push(store.create_application(new, &by_ada, at(second)).await.unwrap());
    }
    let page = async |filter: AuditFilter| {
        let records = store.audit_page(filter, None, 10).await.unwrap();
        records
            .into_iter()
            .map(|record| record.entry.detail)
            .collect::<Vec<_>>()
    };
    let all = AuditFilter::default;
    assert_eq!(
        page(all()).await,
        ["“Gamma”", "“Beta”", "“Alpha 100%”", "role host"]
    );
    let who = |who| AuditFilter {
        who: Some(who),
        ..all()
    };
    assert_eq!(page(who(AuditWho::Operator)).await, ["role host"]);
    assert_eq!(page(who(AuditWho::Member("ADA@".into()))).await.len(), 3);
    assert_eq!(page(who(AuditWho::Member("a_a".into()))).await.len(), 0);
    let target = |words: &str| AuditFilter {
        target: Some(words.into()),
        ..all()
    };
    assert_eq!(page(target("beta")).await, ["“Beta”"]);
    assert_eq!(page(target("100%")).await, ["“Alpha 100%”"]);
    assert_eq!(page(target("%")).await.len(), 1);
    assert_eq!(page(target(apps[2].client_id.as_str())).await, ["“Gamma”"]);
    let action = AuditFilter {
        action: Some(AuditAction::MemberAdded),
        ..all()
    };
    assert_eq!(page(action).await, ["role host"]);
    let between = AuditFilter {
        from: Some(at(1)),
        until: Some(at(2)),
        ..all()
    };
    assert_eq!(page(between).await, ["“Alpha 100%”"]);
    let everything_at_once = AuditFilter {
        who: Some(AuditWho::Member("ada".into())),
        action: Some(AuditAction::ApplicationCreated),
        target: Some("amma".into()),
        from: Some(at(3)),
        until: Some(at(4)),
    };
    assert_eq!(page(everything_at_once).await, ["“Gamma”"]);

    let first = store.audit_page(all(), None, 2).await.unwrap();
    let second = store.audit_page(all(), Some(first[1].id), 2).await.unwrap();
    assert_eq!(second[0].entry.detail, "“Alpha 100%”");
    assert_eq!(second[0].application.as_deref(), Some("Alpha 100%"));
    let (name, email) = second[0].member.clone().unwrap();
    assert_eq!((name.as_str(), email.as_str()), ("ada", "ada@b.example"));
    assert!(
        store
            .audit_page(all(), Some(second[1].id), 2)
            .await
            .unwrap()
            .is_empty()
    );
}

#[tokio::test]
async fn is_searched_without_regard_to_case_and_accents() {
    let store = store();
    let mut new = new_member("jürgen@bücher.example", Role::Host);
    new.name = MemberName::parse("Élodie Straße").unwrap();
    let host = store
        .add_member(new, &Actor::operator(), at(0))
        .await
        .unwrap()
        .unwrap();
    let by = Actor {
        member: Some(host.id),
        ..Actor::operator()
    };
    let application = new_application(spec("ÉCOLE 自転車屋"));
    store.create_application(application, &by, at(1)).await.unwrap();
    let found = async |filter: AuditFilter| store.audit_page(filter, None, 10).await.unwrap().len();
    for words in ["école", "ECOLE", "E\u{301}cole", "自転車", "“ÉCOLE"] {
        let filter = AuditFilter {
            target: Some(words.into()),
            ..AuditFilter::default()
        };
        assert_eq!(found(filter).await, 1, "{words}");
    }
    for words in [
        "elodie",
        "ÉLODIE",
        "STRASSE",
        "jürgen",
        "Jurgen@",
        "bücher.example",
        "xn--bcher",
    ] {
        let filter = AuditFilter {
            who: Some(AuditWho::Member(words.into())),
            ..AuditFilter::default()
        };
        assert_eq!(found(filter).await, 1, "{words}");
    }
    // The entry of the member itself, by the address in its own letters.
    let filter = AuditFilter {
        target: Some("jürgen@bücher.example".into()),
        ..AuditFilter::default()
    };
    assert_eq!(found(filter).await, 1);
}

#[tokio::test]
async fn failed_sign_ins_do_not_fill_it() {
    let store = store();
    let failure = |target: &str, second| AuditEntry {
        at: at(second),
        actor: Actor::operator(),
        action: AuditAction::SignInFailed,
        target: target.into(),
        detail: String::new(),
    };
    let details = async |target: &str| {
        let filter = AuditFilter {
            target: Some(target.into()),
            ..AuditFilter::default()
        };
        let records = store.audit_page(filter, None, 100).await.unwrap();
        records
            .into_iter()
            .map(|record| record.entry.detail)
            .collect::<Vec<_>>()
    };
    for second in 0..30 {
        store.note(failure("ada@b.example", second)).await.unwrap();
    }
    assert_eq!(details("ada@b.example").await, [""]);
    store.note(failure("bob@b.example", 31)).await.unwrap();
    store.note(failure("ada@b.example", 3_599)).await.unwrap();
    store.note(failure("ada@b.example", 3_600)).await.unwrap();
    assert_eq!(
        details("ada@b.example").await,
        ["30 more since the entry before", ""]
    );
    assert_eq!(details("bob@b.example").await, [""]);
    store.note(failure("bob@b.example", 10_000)).await.unwrap();
    assert_eq!(details("bob@b.example").await, ["", ""]);
    // A clock that was set back hides nothing.
    store.note(failure("bob@b.example", 5_000)).await.unwrap();
    store.note(failure("bob@b.example", 5_001)).await.unwrap();
    assert_eq!(details("bob@b.example").await.len(), 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn failed_sign_ins_at_the_same_time_are_all_counted() {
    let store = store();
    let failure = |second| AuditEntry {
        at: at(second),
        actor: operator(),
        action: AuditAction::SignInFailed,
        target: "ada@b.example".into(),
        detail: String::new(),
    };
    let mut guesses = tokio::task::JoinSet::new();
    for _ in 0..40 {
        let (store, entry) = (store.share(), failure(1));
        guesses.spawn(async move { store.note(entry).await.unwrap() });
    }
    guesses.join_all().await;
    store.note(failure(5_000)).await.unwrap();
    let entries = store.audit(100).await.unwrap();
    assert_eq!(entries.len(), 2);
    assert_eq!(entries[0].detail, "39 more since the entry before");
}

/// What only hosts can do is refused and undone if the role was taken away since it was checked.
#[tokio::test]
async fn who_is_not_a_host_any_more_changes_nothing() {
    let store = store();
    let [ada, bob] = add_members(&*store, ["ada@b.example", "bob@b.example"]).await;
    let application = add_application(&*store, "App").await;
    let by = Actor {
        member: Some(ada.id),
        address: Some("192.0.2.1".into()),
        request_id: None,
    };
    let before = store.audit(100).await.unwrap();
    let client_id = &application.client_id;
    let new = new_application(spec("Other"));
    let refused = [
        store.create_application(new, &by, at(1)).await.err(),
        store.set_paused(client_id, true, &by, at(1)).await.err(),
        store.disconnect_everyone(client_id, &by, at(1)).await.err(),
        store
            .reveal_client_secret(client_id, None, &by, at(1))
            .await
            .err(),
        store.delete_application(client_id, &by, at(1)).await.err(),
        store.set_role(&bob.email, Role::Host, &by, at(1)).await.err(),
        store.remove_member(&bob.email, &by, at(1)).await.err(),
    ];
    for error in refused {
        assert!(matches!(error, Some(StoreError::NotAHost)), "{error:?}");
    }
    assert_eq!(store.audit(100).await.unwrap(), before);
    assert_eq!(
        store.application(client_id).await.unwrap(),
        Some(application.clone())
    );
    assert_eq!(store.member(bob.id).await.unwrap(), Some(bob));
}

/// A host may give up the role, and may leave.
/// However the two meet: what a host did is in the trail before the loss of the role, or was refused.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_host_who_is_demoted_at_the_same_time_acts_before_or_not_at_all() {
    let store = store();
    let first = new_member("first@b.example", Role::Host);
    store.add_member(first, &operator(), at(0)).await.unwrap();
    for round in 0..50 {
        let host = new_member(&format!("ada{round}@b.example"), Role::Host);
        let ada = store.add_member(host, &operator(), at(0)).await.unwrap().unwrap();
        let by = Actor {
            member: Some(ada.id),
            address: None,
            request_id: None,
        };
        let acting = store.share();
        let act = tokio::spawn(async move {
            let new = new_application(spec("App"));
            acting.create_application(new, &by, at(1)).await
        });
        let (demoting, email) = (store.share(), ada.email.clone());
        let demote = tokio::spawn(async move {
            let demoted = demoting.set_role(&email, Role::Member, &operator(), at(1)).await;
            demoted.unwrap().done().unwrap()
        });
        let acted = act.await.unwrap();
        demote.await.unwrap();
        let last = store.audit(2).await.unwrap();
        let created = last
            .iter()
            .position(|entry| entry.action == AuditAction::ApplicationCreated);
        match acted {
            Ok(_) => assert_eq!(created, Some(1), "round {round}: {last:?}"),
            Err(StoreError::NotAHost) => assert_eq!(created, None, "round {round}: {last:?}"),
            Err(error) => panic!("{error}"),
        }
    }
}

#[tokio::test]
async fn nobody_changes_or_deletes_an_entry() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open_folder(folder.path()).unwrap();
    add_application(&store, "App").await;
    let hand = rusqlite::Connection::open(folder.path().join(DATABASE_FILE)).unwrap();
    for sql in [
        "UPDATE audit SET member_id = 1",
        "DELETE FROM audit",
        "INSERT OR REPLACE INTO audit (id, at, action, target, detail) VALUES (1, 0, 'secret_revealed', '', '')",
    ] {
        let error = hand.execute(sql, []).unwrap_err().to_string();
        assert!(error.contains("can only be added to"), "{sql}: {error}");
    }
    assert_eq!(
        store.audit(10).await.unwrap()[0].action,
        AuditAction::ApplicationCreated
    );
}
