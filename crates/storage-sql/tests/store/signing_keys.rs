//! Keys that sign ID tokens, and the sign-in that an ID token tells of.

use latchkey_storage::{GrantedSignIn, NewGrant, Proof, SigningKey};

use crate::fixtures::{add_application, add_member, at, new_grant, store};

fn key(id: i64, private: &str) -> SigningKey {
    SigningKey {
        id,
        private: private.to_owned().into(),
        signs_from: at(10),
    }
}

#[tokio::test]
async fn of_two_with_one_number_the_first_is_kept() {
    let store = store();
    assert!(store.signing_keys().await.unwrap().keys.is_empty());
    assert!(store.add_signing_key(key(1, "first"), at(1)).await.unwrap());
    assert!(!store.add_signing_key(key(1, "second"), at(2)).await.unwrap());
    assert!(store.add_signing_key(key(2, "next"), at(3)).await.unwrap());
    let kept = store.signing_keys().await.unwrap();
    let read: Vec<_> = kept
        .keys
        .iter()
        .map(|key| (key.id, key.private.as_str()))
        .collect();
    assert_eq!(read, [(2, "next"), (1, "first")]);
    assert_eq!(kept.keys[0].signs_from, at(10));
    assert!(!kept.is_next_due);
    assert_eq!(store.delete_signing_keys_before(2).await.unwrap(), 1);
    assert_eq!(store.signing_keys().await.unwrap().keys.len(), 1);
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
