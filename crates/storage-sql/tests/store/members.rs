use latchkey_domain::{Email, Member, MembersQuery, PageRequest, Role};
use latchkey_storage::{
    ActivityQuery, AuditAction, Claim, EmailChange, MailKind, MemberChange, NewSession, PasswordHash,
    RevocationReason, SessionKey, SetPassword, Store,
};

use crate::fixtures::{
    LONG_AGO, add_application, add_member, add_members, at, connect, new_grant, new_member, new_session,
    operator, store,
};

fn email(text: &str) -> Email {
    text.parse().unwrap()
}

async fn sign_in(store: &dyn Store, member: &Member, key: u8) {
    let session = new_session(member, key, at(9_999));
    store.open_session(session, at(0)).await.unwrap().unwrap();
}

async fn sign_in_with(store: &dyn Store, member: &Member, key: u8, hash: &str) {
    let session = NewSession {
        password: PasswordHash(hash.into()),
        ..new_session(member, key, at(9_999))
    };
    store.open_session(session, at(0)).await.unwrap().unwrap();
}

#[tokio::test]
async fn are_found_by_number_and_email() {
    let store = store();
    assert!(!store.has_host().await.unwrap());
    let ada = store
        .add_member(new_member("ada@b.example", Role::Host), &operator(), at(5))
        .await
        .unwrap()
        .unwrap();
    assert!(store.has_host().await.unwrap());
    assert_eq!(ada.joined_at, at(5));
    assert_eq!(store.member(ada.id).await.unwrap().as_ref(), Some(&ada));
    assert_eq!(
        store
            .member_by_email(&email("ADA@B.example"))
            .await
            .unwrap()
            .as_ref(),
        Some(&ada)
    );
    let (member, hash) = store.credentials(&ada.email).await.unwrap().unwrap();
    assert_eq!((member, hash.0.as_str()), (ada, "hash of ada@b.example"));
    assert!(
        store
            .credentials(&email("eve@b.example"))
            .await
            .unwrap()
            .is_none()
    );
}

#[tokio::test]
async fn an_email_has_one_form_however_it_is_typed() {
    let store = store();
    let ada = add_member(&*store, "ada@bücher.example").await;
    let jurgen = add_member(&*store, "ju\u{308}rgen@example.com").await;
    assert_eq!(ada.email.as_str(), "ada@xn--bcher-kva.example");
    for (text, id) in [
        ("Ada@xn--bcher-kva.example", ada.id),
        ("ada@BÜCHER.example", ada.id),
        ("ada@bu\u{308}cher.example", ada.id),
        ("JÜRGEN@example.com", jurgen.id),
    ] {
        let typed = email(text);
        let by_email = store.member_by_email(&typed).await.unwrap().unwrap();
        let (by_credentials, _) = store.credentials(&typed).await.unwrap().unwrap();
        let profile = store.profile_by_email(&typed).await.unwrap().unwrap();
        assert_eq!(
            [by_email.id, by_credentials.id, profile.member.id],
            [id; 3],
            "{text}"
        );
        let again = new_member(text, Role::Member);
        let again = store.add_member(again, &operator(), at(1)).await.unwrap();
        assert_eq!(again, None, "{text}");
        let changed = store
            .set_role(&typed, Role::Moderator, &operator(), at(1))
            .await
            .unwrap();
        assert_eq!(changed.done().unwrap().id, id);
    }
    // `а` is Cyrillic.
    add_member(&*store, "аda@bücher.example").await;
    assert_eq!(store.count_members().await.unwrap(), 3);
    assert_eq!(store.emails_in_another_form().await.unwrap(), []);
    let removed = store
        .remove_member(&email("ada@bücher.example"), &operator(), at(2))
        .await
        .unwrap();
    assert_eq!(removed.done().unwrap().id, ada.id);
    assert_eq!(store.member(ada.id).await.unwrap(), None);
}

#[tokio::test]
async fn an_email_is_taken_once() {
    let store = store();
    let ada = add_member(&*store, "ada@b.example").await;
    let again = store
        .add_member(new_member("Ada@B.Example", Role::Host), &operator(), at(1))
        .await
        .unwrap();
    assert!(again.is_none());
    assert_eq!(store.member_by_email(&ada.email).await.unwrap(), Some(ada));

    let many = ["ada@b.example", "bob@b.example", "bob@b.example", "cyd@b.example"]
        .map(|email| new_member(email, Role::Member));
    let added = store.add_members(many.into(), &operator(), at(2)).await.unwrap();
    assert_eq!(
        added
            .iter()
            .map(|member| member.email.as_str())
            .collect::<Vec<_>>(),
        ["bob@b.example", "cyd@b.example"]
    );
    assert_eq!(store.audit(10).await.unwrap().len(), 3);
}

#[tokio::test]
async fn are_listed_by_name_in_pages() {
    let store = store();
    for name in ["zoe", "Ärwin", "ben", "Anna", "ÄNNE"] {
        let mut member = new_member("x@b.example", Role::Member);
        member.name = latchkey_domain::MemberName::parse(name).unwrap();
        member.email = format!("{}@b.example", name.len() * 100 + usize::from(name.as_bytes()[1]))
            .parse()
            .unwrap();
        store
            .add_member(member, &operator(), at(0))
            .await
            .unwrap()
            .unwrap();
    }
    let page = store
        .members(MembersQuery::default(), PageRequest::new(1, 3), at(0))
        .await
        .unwrap();
    assert_eq!(
        page.items
            .iter()
            .map(|listed| listed.member.name.as_str())
            .collect::<Vec<_>>(),
        ["Anna", "ÄNNE", "Ärwin"]
    );
    assert_eq!((page.number, page.total, page.pages()), (1, 5, 2));
    let last = store
        .members(MembersQuery::default(), PageRequest::new(7, 3), at(0))
        .await
        .unwrap();
    assert_eq!(last.number, 2);
    assert_eq!(
        last.items
            .iter()
            .map(|listed| listed.member.name.as_str())
            .collect::<Vec<_>>(),
        ["ben", "zoe"]
    );
}

#[tokio::test]
async fn a_role_is_changed() {
    let store = store();
    let ada = add_member(&*store, "ada@b.example").await;
    let host = store
        .set_role(&ada.email, Role::Host, &operator(), at(1))
        .await
        .unwrap()
        .done()
        .unwrap();
    assert_eq!(host.role, Role::Host);
    assert_eq!(store.member(ada.id).await.unwrap(), Some(host));
    assert_eq!(store.audit(1).await.unwrap()[0].detail, "from member to host");
    for role in [Role::Host, Role::Member] {
        let nobody = store
            .set_role(&email("eve@b.example"), role, &operator(), at(1))
            .await;
        assert_eq!(nobody.unwrap(), MemberChange::Unknown);
    }
}

#[tokio::test]
async fn a_name_and_an_email_are_changed_and_found() {
    let store = store();
    let [ada, bob] = add_members(&*store, ["ada@b.example", "bob@b.example"]).await;
    let name = latchkey_domain::MemberName::parse("Äda").unwrap();
    let renamed = store
        .set_name(ada.id, name.clone(), &operator(), at(1))
        .await
        .unwrap()
        .unwrap();
    assert_eq!((renamed.name.as_str(), renamed.id), ("Äda", ada.id));
    // The same name is no change.
    let entries = store.audit(99).await.unwrap().len();
    store
        .set_name(ada.id, name.clone(), &operator(), at(2))
        .await
        .unwrap();
    assert_eq!(store.audit(99).await.unwrap().len(), entries);
    let nobody = latchkey_domain::MemberId(999);
    assert_eq!(
        store.set_name(nobody, name, &operator(), at(2)).await.unwrap(),
        None
    );

    let set = async |old: &str, new: &str| {
        store
            .set_email(&email(old), &email(new), &operator(), at(3))
            .await
            .unwrap()
    };
    assert_eq!(set("ada@b.example", "BOB@b.example").await, EmailChange::Taken);
    assert_eq!(set("eve@b.example", "eve@c.example").await, EmailChange::Unknown);
    let EmailChange::Done(after, before) = set("ada@b.example", "ada@bücher.example").await else {
        panic!("it is free");
    };
    assert_eq!(
        (after.email.as_str(), before.as_str()),
        ("ada@xn--bcher-kva.example", "ada@b.example")
    );
    assert_eq!(
        store
            .member_by_email(&email("ada@bücher.example"))
            .await
            .unwrap()
            .unwrap()
            .id,
        ada.id
    );
    assert_eq!(
        store.member_by_email(&email("ada@b.example")).await.unwrap(),
        None
    );
    for search in ["äda", "bücher"] {
        let query = MembersQuery {
            search: search.into(),
            ..MembersQuery::default()
        };
        let page = store.members(query, PageRequest::new(1, 9), at(4)).await.unwrap();
        assert_eq!(page.items.len(), 1, "{search}");
        assert_eq!(page.items[0].member.id, ada.id);
    }
    // A mail to the old email waits.
    let mail = store
        .claim_mail(Claim([1; 16]), at(5), at(9))
        .await
        .unwrap()
        .unwrap();
    assert_eq!((mail.kind, mail.address), (MailKind::EmailChanged, Some(before)));
    assert_ne!(bob.id, ada.id);
}

#[tokio::test]
async fn the_last_host_stays_one() {
    let store = store();
    let ada = new_member("ada@b.example", Role::Host);
    let ada = store.add_member(ada, &operator(), at(0)).await.unwrap().unwrap();
    let bob = add_member(&*store, "bob@b.example").await;
    let entries = store.audit(100).await.unwrap().len();
    for role in [Role::Member, Role::Moderator] {
        let change = store
            .set_role(&ada.email, role, &operator(), at(1))
            .await
            .unwrap();
        assert_eq!(change, MemberChange::LastHost);
    }
    assert_eq!(
        store.remove_member(&ada.email, &operator(), at(1)).await.unwrap(),
        MemberChange::LastHost
    );
    assert_eq!(store.member(ada.id).await.unwrap(), Some(ada.clone()));
    assert_eq!(store.audit(100).await.unwrap().len(), entries, "nothing happened");

    store
        .set_role(&bob.email, Role::Host, &operator(), at(2))
        .await
        .unwrap();
    let removed = store.remove_member(&ada.email, &operator(), at(3)).await.unwrap();
    assert_eq!(removed, MemberChange::Done(ada));
    assert!(store.has_host().await.unwrap());
}

#[tokio::test]
async fn a_new_password_ends_the_sessions() {
    let store = store();
    let [ada, bob] = add_members(&*store, ["ada@b.example", "bob@b.example"]).await;
    sign_in(&*store, &ada, 1).await;
    sign_in(&*store, &bob, 2).await;
    let new = PasswordHash("new".into());
    store
        .set_password(&ada.email, SetPassword::of(new), &operator(), at(1))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(store.credentials(&ada.email).await.unwrap().unwrap().1.0, "new");
    assert!(store.session(SessionKey([1; 32]), at(2)).await.unwrap().is_none());
    assert!(store.session(SessionKey([2; 32]), at(2)).await.unwrap().is_some());
    let nobody = store
        .set_password(
            &email("eve@b.example"),
            SetPassword::of(PasswordHash("x".into())),
            &operator(),
            at(1),
        )
        .await;
    assert!(nobody.unwrap().is_none());
}

#[tokio::test]
async fn a_password_that_was_checked_is_replaced_only_while_it_holds() {
    let store = store();
    let ada = add_member(&*store, "ada@b.example").await;
    let replace = async |old: &str, new: &str| {
        let password = SetPassword {
            replaces: Some(PasswordHash(old.into())),
            ..SetPassword::of(PasswordHash(new.into()))
        };
        let set = store.set_password(&ada.email, password, &operator(), at(1)).await;
        set.unwrap().is_some()
    };
    let before = "hash of ada@b.example";
    // Of two that replace the same one, one does.
    let (one, other) = tokio::join!(replace(before, "one"), replace(before, "other"));
    assert_ne!(one, other);
    let now = if one { "one" } else { "other" };
    sign_in_with(&*store, &ada, 1, now).await;
    let entries = store.audit(9).await.unwrap().len();
    assert!(!replace(before, "late").await);
    assert_eq!(store.credentials(&ada.email).await.unwrap().unwrap().1.0, now);
    assert!(store.session(SessionKey([1; 32]), at(2)).await.unwrap().is_some());
    assert_eq!(store.audit(9).await.unwrap().len(), entries, "nothing happened");
    assert!(replace(now, "last").await);
}

#[tokio::test]
#[allow(clippy::too_many_lines)] // One story.
async fn a_new_password_ends_what_was_granted() {
    let store = store();
    let [ada, bob] = add_members(&*store, ["ada@b.example", "bob@b.example"]).await;
    let mut apps = Vec::new();
    for name in [
        "Used",
        "Twice",
        "Only remembered",
        "Never redeemed",
        "Ended before",
    ] {
        apps.push(add_application(&*store, name).await);
    }
    let [used, twice, remembered, unredeemed, before] = &apps[..] else {
        unreachable!()
    };
    let code = async |application, remember, second| {
        let mut new = new_grant(application, &ada, "read:posts");
        new.remember = remember;
        store.create_grant(new, at(second)).await.unwrap().unwrap()
    };
    let mut ended = vec![
        connect(&*store, used, &ada, at(1)).await,
        connect(&*store, twice, &ada, at(2)).await,
        connect(&*store, twice, &ada, at(3)).await,
        code(remembered, Some(LONG_AGO), 4).await,
        code(unredeemed, None, 5).await,
    ];
    let earlier = connect(&*store, before, &ada, at(1)).await;
    store.disconnect(ada.id, &before.client_id, at(6)).await.unwrap();
    let of_bob = connect(&*store, used, &bob, at(7)).await;

    let set = async |password: &str, keep_apps, second| {
        let password = SetPassword {
            keep_apps,
            ..SetPassword::of(PasswordHash(password.into()))
        };
        let set = store
            .set_password(&ada.email, password, &operator(), at(second))
            .await;
        set.unwrap().unwrap()
    };
    sign_in(&*store, &ada, 1).await;
    let kept = set("kept", true, 8).await;
    assert_eq!((kept.sessions, kept.applications), (1, 0));
    for id in &ended {
        assert_eq!(store.grant(*id).await.unwrap().unwrap().state.revoked, None);
    }
    assert_eq!(store.connected_apps_of(ada.id, LONG_AGO).await.unwrap().len(), 3);

    let done = set("ended", false, 9).await;
    assert_eq!((done.sessions, done.applications), (0, 3));
    assert_eq!(done.member, ada);
    for id in ended.drain(..) {
        assert_eq!(
            store.grant(id).await.unwrap().unwrap().state.revoked,
            Some((at(9), RevocationReason::PasswordChanged))
        );
    }
    let revoked = async |id| store.grant(id).await.unwrap().unwrap().state.revoked;
    assert_eq!(revoked(earlier).await, Some((at(6), RevocationReason::Member)));
    assert_eq!(revoked(of_bob).await, None);
    assert!(
        store
            .connected_apps_of(ada.id, LONG_AGO)
            .await
            .unwrap()
            .is_empty()
    );
    assert_eq!(store.connected_apps_of(bob.id, LONG_AGO).await.unwrap().len(), 1);
    for application in &apps {
        let consent = store.remembered_consent(ada.id, &application.client_id, LONG_AGO);
        assert!(consent.await.unwrap().is_empty());
    }

    // The answer says why.
    let entries = store.audit(2).await.unwrap();
    assert_eq!(entries[0].action, AuditAction::MemberPasswordChanged);
    assert_eq!(entries[0].detail, "0 sessions ended, 3 applications disconnected");
    assert_eq!(entries[1].detail, "1 session ended, connected applications kept");
    for (application, told) in [
        (used, 1),
        (twice, 1),
        (remembered, 1),
        (unredeemed, 0),
        (before, 0),
    ] {
        let activity = store
            .activity(&ActivityQuery::of(&application.client_id), None, 10)
            .await
            .unwrap();
        let of_password = |entry: &&latchkey_storage::ActivityEntry| {
            entry.event.message.contains("password was changed") && entry.event.member == Some(ada.id)
        };
        let count = activity.iter().filter(of_password).count();
        assert_eq!(count, told, "{}", application.spec.name);
    }
    let names = async || {
        let disconnected = store.disconnected_by_password(ada.id).await.unwrap();
        disconnected
            .into_iter()
            .map(|one| (one.application.to_string(), one.at))
            .collect::<Vec<_>>()
    };
    assert_eq!(names().await, [("Twice".into(), at(9)), ("Used".into(), at(9))]);
    connect(&*store, twice, &ada, at(10)).await;
    assert_eq!(names().await, [("Used".into(), at(9))]);
    assert!(store.disconnected_by_password(bob.id).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_member_who_is_removed_takes_sessions_and_grants_along() {
    let store = store();
    let [ada, bob] = add_members(&*store, ["ada@b.example", "bob@b.example"]).await;
    let application = add_application(&*store, "App").await;
    let grant = connect(&*store, &application, &ada, at(1)).await;
    connect(&*store, &application, &bob, at(1)).await;
    sign_in(&*store, &ada, 1).await;

    assert_eq!(
        store.remove_member(&ada.email, &operator(), at(2)).await.unwrap(),
        MemberChange::Done(ada.clone())
    );
    assert!(store.member(ada.id).await.unwrap().is_none());
    assert!(store.grant(grant).await.unwrap().is_none());
    assert!(store.session(SessionKey([1; 32]), at(2)).await.unwrap().is_none());
    assert!(
        store
            .remembered_consent(ada.id, &application.client_id, LONG_AGO)
            .await
            .unwrap()
            .is_empty()
    );
    let listing = store
        .application_listing(&application.client_id, latchkey_domain::Timestamp::from_millis(0))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(listing.connected_members, 1);
    assert!(
        store
            .create_grant(new_grant(&application, &ada, "read:posts"), at(3))
            .await
            .unwrap()
            .is_none()
    );
    assert_eq!(
        store.remove_member(&ada.email, &operator(), at(3)).await.unwrap(),
        MemberChange::Unknown
    );

    let again = add_member(&*store, "ada@b.example").await;
    assert!(again.id > bob.id, "a number is never given again");
}
