//! Providers, their secrets, and sign-ins that are on their way.

use latchkey_domain::provider::Provider;
use latchkey_domain::{MemberState, MembersQuery, Role, Slug};
use latchkey_storage::providers::{
    Followed, Linking, NewLinkedAccount, ProviderChange, SecretChange, Unlinking, WaitingKey, WaitingSignIn,
};
use latchkey_storage::{AuditAction, Expiring, Store, Stride};

use crate::fixtures::{add_member, at, new_member, operator, provider_spec, store};

fn slug(text: &str) -> Slug {
    text.parse().unwrap()
}

async fn added(store: &dyn Store, name: &str) -> Provider {
    let secret = Some("secret at the guild".to_owned().into());
    match store
        .add_provider(provider_spec(name), secret, &operator(), at(1))
        .await
    {
        Ok(ProviderChange::Done(provider)) => provider,
        other => panic!("{other:?}"),
    }
}

fn account(provider: &Provider, subject: &str) -> NewLinkedAccount {
    NewLinkedAccount {
        provider: provider.id,
        subject: subject.to_owned().try_into().unwrap(),
        label: format!("{subject}@guild.example"),
    }
}

#[tokio::test]
async fn a_secret_is_kept_changed_and_removed() {
    let store = store();
    let guild = added(&*store, "guild").await;
    let secret = async || {
        let secret = store.provider_secret(guild.id).await.unwrap();
        secret.map(|secret| secret.as_str().to_owned())
    };
    assert_eq!(secret().await.as_deref(), Some("secret at the guild"));
    let change = async |change| {
        let spec = provider_spec("guild");
        store
            .change_provider(spec, change, &operator(), at(2))
            .await
            .unwrap()
    };
    change(SecretChange::Keep).await;
    assert_eq!(secret().await.as_deref(), Some("secret at the guild"));
    change(SecretChange::Set("xyzzy".to_owned().into())).await;
    assert_eq!(secret().await.as_deref(), Some("xyzzy"));
    let ProviderChange::Done(provider) = change(SecretChange::Remove).await else {
        panic!("it is there");
    };
    assert!(!provider.has_secret && secret().await.is_none());
    let again = store
        .add_provider(provider_spec("guild"), None, &operator(), at(3))
        .await;
    assert_eq!(again.unwrap(), ProviderChange::SlugTaken);
    let audit = store.audit(10).await.unwrap();
    assert!(audit.iter().all(|entry| !entry.detail.contains("xyzzy")));
    assert_eq!(audit[0].action, AuditAction::ProviderChanged);
    let deleted = store
        .delete_provider(&slug("guild"), &operator(), at(4))
        .await
        .unwrap();
    assert!(matches!(deleted, ProviderChange::Done(_)));
    let gone = store
        .delete_provider(&slug("guild"), &operator(), at(5))
        .await
        .unwrap();
    assert_eq!(gone, ProviderChange::Unknown);
}

#[tokio::test]
async fn an_account_is_one_members_and_goes_with_its_provider() {
    let store = store();
    let guild = added(&*store, "guild").await;
    let ada = add_member(&*store, "ada@b.example").await;
    let without = latchkey_storage::AddMember {
        can_sign_in: false,
        ..new_member("bob@b.example", Role::Member)
    };
    let (by, eight) = (operator(), account(&guild, "8"));
    let add = store.add_member_of_provider(without, true, eight, &by, at(2));
    let bob = add.await.unwrap().unwrap();
    assert!(bob.email_verified);
    let link = async |subject: &str| {
        let account = account(&guild, subject);
        store
            .link_account(ada.id, account, &operator(), at(3))
            .await
            .unwrap()
    };
    assert_eq!(link("8").await, Linking::Taken);
    assert_eq!(link("7").await, Linking::Done);
    assert_eq!(link("9").await, Linking::Taken, "one account of each provider");
    let found = async |subject: &str| {
        let subject = subject.to_owned().try_into().unwrap();
        let found = store.member_of_account(guild.id, &subject).await.unwrap();
        found.map(|(member, _)| member.id)
    };
    assert_eq!(found("7").await, Some(ada.id));
    // What differs in one character is another account.
    for other in ["7 ", "07", "９"] {
        assert_eq!(found(other).await, None, "{other}");
    }
    let used = store.note_account_used(ada.id, account(&guild, "7"), Followed::default(), at(9));
    used.await.unwrap();
    let [linked] = &store.linked_accounts(ada.id).await.unwrap()[..] else {
        panic!("one account");
    };
    assert_eq!((linked.linked_at, linked.last_used_at), (at(3), at(9)));
    assert_eq!(store.providers().await.unwrap()[0].members, 2);

    // Bob has no other way in: he stays linked, until the provider goes.
    let unlink = store
        .unlink_account(bob.id, &slug("guild"), &operator(), at(4))
        .await;
    assert_eq!(unlink.unwrap(), Unlinking::Last);
    let not_invited = async || {
        let query = MembersQuery {
            state: Some(MemberState::NotInvited),
            ..MembersQuery::default()
        };
        let page = store
            .members(query, latchkey_domain::PageRequest::new(1, 10), at(5))
            .await;
        page.unwrap().total
    };
    assert_eq!(not_invited().await, 0);
    store
        .delete_provider(&slug("guild"), &operator(), at(5))
        .await
        .unwrap();
    assert_eq!(not_invited().await, 1);
    assert_eq!(found("7").await, None);
}

#[tokio::test]
async fn a_sign_in_on_its_way_is_taken_once_and_expires() {
    let store = store();
    let guild = added(&*store, "guild").await;
    let begin = async |number: u8, until| {
        let waiting = WaitingSignIn {
            provider: guild.id,
            content: format!("{{\"n\":{number}}}"),
            expires_at: until,
        };
        let key = WaitingKey([number; 32]);
        store
            .begin_provider_sign_in(key, waiting, 10, at(1))
            .await
            .unwrap();
    };
    begin(1, at(100)).await;
    // The first one stays.
    begin(1, at(20)).await;
    begin(2, at(10)).await;
    let take = async |number: u8| {
        let key = WaitingKey([number; 32]);
        store.take_provider_sign_in(key, at(50)).await.unwrap()
    };
    let (one, two) = tokio::join!(take(1), take(1));
    assert_ne!(one.is_some(), two.is_some());
    assert_eq!(take(2).await, None, "too late");
    begin(3, at(10)).await;
    let stride = Stride { look: 10, purge: 10 };
    let swept = store
        .sweep(Expiring::ProviderSignIns(at(50)), 0, stride)
        .await
        .unwrap();
    assert_eq!(swept.deleted, 1);
}

#[tokio::test]
async fn of_more_sign_ins_than_are_kept_the_oldest_are_gone() {
    let store = store();
    let guild = added(&*store, "guild").await;
    // The fourth is over when the fifth begins, and takes no place of the others.
    for number in 1..=5 {
        let waiting = WaitingSignIn {
            provider: guild.id,
            content: "{}".into(),
            expires_at: at(if number == 4 { 10 } else { 600 }),
        };
        let (key, now) = (WaitingKey([number; 32]), at(if number > 4 { 10 } else { 1 }));
        store.begin_provider_sign_in(key, waiting, 3, now).await.unwrap();
    }
    let mut left = Vec::new();
    for number in 1..=5 {
        let key = WaitingKey([number; 32]);
        if store.take_provider_sign_in(key, at(1)).await.unwrap().is_some() {
            left.push(number);
        }
    }
    assert_eq!(left, [2, 3, 5]);
}
