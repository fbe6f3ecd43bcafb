//! Logos: each is kept once, and goes with its last use.

use latchkey_domain::LogoId;
use latchkey_storage::{AuditAction, Store};

use crate::fixtures::{add_application, add_applications, at, operator, store};

fn id(letter: &str) -> LogoId {
    letter.repeat(LogoId::LENGTH).parse().unwrap()
}

// As the store takes it: `None` removes a logo.
#[allow(clippy::unnecessary_wraps)]
fn logo(letter: &str) -> Option<(LogoId, Vec<u8>)> {
    Some((id(letter), letter.as_bytes().to_vec()))
}

async fn is_kept(store: &dyn Store, letter: &str) -> bool {
    match store.logo(&id(letter)).await.unwrap() {
        Some(image) => {
            assert_eq!(image, letter.as_bytes());
            true
        }
        None => false,
    }
}

#[tokio::test]
async fn a_logo_stays_as_long_as_someone_has_it() {
    let store = store();
    let [one, two] = add_applications(&*store, ["One", "Two"]).await;
    let set = async |client_id, logo| {
        let set = store
            .set_application_logo(client_id, logo, &operator(), at(1))
            .await;
        set.unwrap().unwrap()
    };
    let changed = set(&one.client_id, logo("a")).await;
    assert_eq!((changed.logo.clone(), changed.revision), (Some(id("a")), 1));
    assert_eq!(store.application(&one.client_id).await.unwrap(), Some(changed));
    set(&two.client_id, logo("a")).await;
    store
        .set_network_logo(logo("a"), &operator(), at(2))
        .await
        .unwrap();
    assert!(is_kept(&*store, "a").await);

    set(&one.client_id, logo("b")).await;
    store.set_network_logo(None, &operator(), at(3)).await.unwrap();
    assert!(is_kept(&*store, "a").await && is_kept(&*store, "b").await);
    store
        .delete_application(&two.client_id, &operator(), at(4))
        .await
        .unwrap()
        .unwrap();
    assert!(!is_kept(&*store, "a").await && is_kept(&*store, "b").await);
    set(&one.client_id, None).await;
    assert!(!is_kept(&*store, "b").await);
    assert_eq!(
        store.application(&one.client_id).await.unwrap().unwrap().logo,
        None
    );
}

#[tokio::test]
async fn each_change_of_a_logo_is_noted_once() {
    let store = store();
    let one = add_application(&*store, "One").await;
    for logo in [logo("a"), logo("a"), logo("b"), None, None] {
        store
            .set_application_logo(&one.client_id, logo.clone(), &operator(), at(1))
            .await
            .unwrap();
        store.set_network_logo(logo, &operator(), at(1)).await.unwrap();
    }
    let trail = store.audit(10).await.unwrap();
    let noted: Vec<_> = trail
        .iter()
        .map(|entry| (entry.action, entry.detail.as_str()))
        .collect();
    let (edited, network) = (AuditAction::ApplicationUpdated, AuditAction::NetworkChanged);
    assert_eq!(
        noted[..6],
        [
            (network, "logo removed"),
            (edited, "logo removed"),
            (network, "logo"),
            (edited, "logo"),
            (network, "logo"),
            (edited, "logo"),
        ]
    );
    assert_eq!(noted.len(), 7, "and that the application was registered");
    let unknown = crate::fixtures::client_id();
    let set = store
        .set_application_logo(&unknown, logo("c"), &operator(), at(2))
        .await
        .unwrap();
    assert!(set.is_none() && !is_kept(&*store, "c").await);
}
