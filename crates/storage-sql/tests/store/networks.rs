use latchkey_domain::{NetworkName, Plan, Role, WebLink};
use latchkey_storage::{AuditAction, NetworkChange, NewNetwork, Setting};

use crate::fixtures::{at, new_member, operator, store};

fn cats() -> NewNetwork {
    NewNetwork {
        name: NetworkName::parse("Cats").unwrap(),
        slug: "cats".parse().unwrap(),
        plan: Plan::Growth,
    }
}

#[tokio::test]
async fn a_new_database_has_a_network() {
    let store = store();
    let network = store.network().await.unwrap();
    assert_eq!(
        (network.name.as_str(), network.slug.as_str(), network.plan),
        ("My Community", "my-community", Plan::Scale)
    );
    assert!((100_000..10_000_000).contains(&network.id));
    assert_eq!(store.setup_salt().await.unwrap().len(), 16);
    store.ping().await.unwrap();
}

#[tokio::test]
async fn changes_are_kept_and_told() {
    let store = store();
    let change = NetworkChange {
        plan: Some(Plan::Launch),
        ..NetworkChange::default()
    };
    let changed = store
        .change_network(change.clone(), &operator(), at(1))
        .await
        .unwrap();
    assert_eq!(
        (changed.name.as_str(), changed.plan),
        ("My Community", Plan::Launch)
    );
    assert_eq!(store.network().await.unwrap(), changed);
    store.change_network(change, &operator(), at(2)).await.unwrap();
    let trail = store.audit(10).await.unwrap();
    assert_eq!(trail.len(), 1, "the second changed nothing");
    assert_eq!(trail[0].action, AuditAction::NetworkChanged);
    assert_eq!(trail[0].detail, "plan from scale to launch");
}

#[tokio::test]
async fn what_it_looks_like_is_kept_until_it_is_removed() {
    let store = store();
    let link = WebLink::parse("https://cats.example/terms").unwrap();
    let change = NetworkChange {
        color: Setting::Set("#1f6feb".parse().unwrap()),
        terms: Setting::Set(link.clone()),
        privacy_policy: Setting::Set(link.clone()),
        ..NetworkChange::default()
    };
    let changed = store.change_network(change, &operator(), at(1)).await.unwrap();
    assert_eq!(store.network().await.unwrap(), changed);
    assert_eq!(changed.color.unwrap().to_string(), "#1f6feb");
    assert_eq!(changed.terms.as_ref(), Some(&link));
    let logo = "ab".repeat(16).parse().ok();
    store
        .set_network_logo(logo.clone().map(|id| (id, vec![1, 2])), &operator(), at(2))
        .await
        .unwrap();
    let change = NetworkChange {
        color: Setting::Remove,
        terms: Setting::Remove,
        ..NetworkChange::default()
    };
    store.change_network(change, &operator(), at(3)).await.unwrap();
    let network = store.network().await.unwrap();
    assert_eq!((network.color, &network.terms), (None, &None));
    assert_eq!((network.privacy_policy, network.logo), (Some(link), logo));
    assert_eq!(store.count_connected_members().await.unwrap(), 0);
}

#[tokio::test]
async fn is_founded_once() {
    let store = store();
    let id = store.network().await.unwrap().id;
    let host = store
        .found_network(
            cats(),
            new_member("ada@b.example", Role::Member),
            &operator(),
            at(1),
        )
        .await
        .unwrap();
    assert_eq!(
        host.unwrap().role,
        Role::Host,
        "the founder is a host, whatever was asked for"
    );
    let network = store.network().await.unwrap();
    assert_eq!(
        (network.id, network.slug.as_str(), network.plan),
        (id, "cats", Plan::Growth)
    );

    let again = NewNetwork {
        slug: "dogs".parse().unwrap(),
        ..cats()
    };
    let second = store
        .found_network(again, new_member("eve@b.example", Role::Host), &operator(), at(2))
        .await
        .unwrap();
    assert!(second.is_none());
    assert_eq!(store.network().await.unwrap(), network);
    assert!(
        store
            .member_by_email(&"eve@b.example".parse().unwrap())
            .await
            .unwrap()
            .is_none()
    );
}

#[tokio::test]
async fn is_not_founded_with_an_email_that_is_taken() {
    let store = store();
    let before = store.network().await.unwrap();
    store
        .add_member(new_member("ada@b.example", Role::Member), &operator(), at(0))
        .await
        .unwrap()
        .unwrap();
    let host = store
        .found_network(
            cats(),
            new_member("ada@b.example", Role::Host),
            &operator(),
            at(1),
        )
        .await
        .unwrap();
    assert!(host.is_none());
    assert_eq!(store.network().await.unwrap(), before);
    assert!(!store.has_host().await.unwrap());
}

#[tokio::test]
async fn is_a_demonstration_once_marked() {
    let store = store();
    assert!(!store.is_demo().await.unwrap());
    store.mark_demo().await.unwrap();
    store.mark_demo().await.unwrap();
    assert!(store.is_demo().await.unwrap());
}

#[tokio::test]
async fn remembers_the_longest_lifetime_of_refresh_tokens() {
    let store = store();
    assert_eq!(store.longest_refresh_lifetime().await.unwrap(), None);
    let days = |count: u64| std::time::Duration::from_secs(count * 86_400);
    for (noted, longest) in [(90, 90), (5, 90), (365, 365), (90, 365)] {
        store.note_refresh_lifetime(days(noted)).await.unwrap();
        assert_eq!(
            store.longest_refresh_lifetime().await.unwrap(),
            Some(days(longest))
        );
    }
}
