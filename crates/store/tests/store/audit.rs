use latchkey_domain::{Actor, MemberId, MemberName, Role};
use latchkey_store::sqlite::{DATABASE_FILE, SqliteStore};
use latchkey_store::{Audit, AuditAction, AuditEntry, AuditFilter, AuditWho};

use crate::fixtures::{add_application, add_member, at, new_application, new_member, spec, store};

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

#[tokio::test]
async fn pages_through_what_a_filter_lets_pass() {
    let store = store();
    let ada = add_member(&*store, "ada@b.example").await;
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
        ["“Gamma”", "“Beta”", "“Alpha 100%”", "role member"]
    );
    let who = |who| AuditFilter {
        who: Some(who),
        ..all()
    };
    assert_eq!(page(who(AuditWho::Operator)).await, ["role member"]);
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
    assert_eq!(page(action).await, ["role member"]);
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
    for second in 0..30 {
        store.note(failure("ada@b.example", second)).await.unwrap();
    }
    assert_eq!(store.audit(100).await.unwrap().len(), 20);
    store.note(failure("bob@b.example", 31)).await.unwrap();
    store.note(failure("ada@b.example", 4_000)).await.unwrap();
    assert_eq!(store.audit(100).await.unwrap().len(), 22);
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
