//! Keys that sign ID tokens, and the sign-in that an ID token tells of.

use latchkey_domain::IdTokenAlgorithm::{self, Es256, Rs256};
use latchkey_storage::{GrantedSignIn, NewGrant, Proof, SigningKey};

use crate::fixtures::{add_application, add_member, at, new_grant, store};

fn key(id: i64, algorithm: IdTokenAlgorithm, private: &str) -> SigningKey {
    SigningKey {
        id,
        algorithm,
        private: private.to_owned().into(),
        signs_from: at(10),
    }
}

#[tokio::test]
async fn of_two_with_one_number_the_first_is_kept() {
    let store = store();
    assert!(store.signing_keys().await.unwrap().keys.is_empty());
    assert!(
        store
            .add_signing_key(key(1, Rs256, "first"), at(1))
            .await
            .unwrap()
    );
    assert!(
        !store
            .add_signing_key(key(1, Rs256, "second"), at(2))
            .await
            .unwrap()
    );
    assert!(store.add_signing_key(key(2, Rs256, "next"), at(3)).await.unwrap());
    let kept = store.signing_keys().await.unwrap();
    let read: Vec<_> = kept
        .keys
        .iter()
        .map(|key| (key.id, key.private.as_str()))
        .collect();
    assert_eq!(read, [(2, "next"), (1, "first")]);
    assert_eq!(kept.keys[0].signs_from, at(10));
    assert!(kept.due.is_empty());
    assert_eq!(store.delete_signing_keys_before(Rs256, 2).await.unwrap(), 1);
    assert_eq!(store.signing_keys().await.unwrap().keys.len(), 1);
}

#[tokio::test]
async fn each_algorithm_has_keys_of_its_own() {
    let store = store();
    for key in [key(1, Rs256, "rsa"), key(2, Es256, "p256"), key(3, Rs256, "next")] {
        assert!(store.add_signing_key(key, at(1)).await.unwrap());
    }
    // The numbers are one sequence.
    assert!(!store.add_signing_key(key(3, Es256, "next"), at(1)).await.unwrap());
    let ids = async || {
        let kept = store.signing_keys().await.unwrap().keys;
        kept.iter().map(|key| (key.id, key.algorithm)).collect::<Vec<_>>()
    };
    assert_eq!(ids().await, [(3, Rs256), (2, Es256), (1, Rs256)]);
    assert_eq!(store.delete_signing_keys_before(Rs256, 3).await.unwrap(), 1);
    assert_eq!(ids().await, [(3, Rs256), (2, Es256)]);
    assert_eq!(store.delete_signing_keys_before(Es256, 2).await.unwrap(), 0);
}

#[tokio::test]
async fn a_grant_remembers_its_sign_in() {
    let store = store();
    let ada = add_member(&*store, "ada@b.example").await;
    let application = add_application(&*store, "App").await;
    let nonce = |nonce: &str| Some(nonce.to_owned());
    for sign_in in [
        None,
        Some(GrantedSignIn {
            at: at(3),
            proof: None,
            nonce: None,
        }),
        Some(GrantedSignIn {
            at: at(4),
            proof: Some(Proof::PasswordAndCode),
            nonce: nonce("“n” 1"),
        }),
    ] {
        let grant = NewGrant {
            sign_in: sign_in.clone(),
            ..new_grant(&application, &ada, "read:posts")
        };
        let id = store.create_grant(grant, at(5)).await.unwrap().unwrap();
        assert_eq!(store.grant(id).await.unwrap().unwrap().sign_in, sign_in);
    }
}
