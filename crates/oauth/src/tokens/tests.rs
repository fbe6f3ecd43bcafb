use latchkey_domain::Timestamp;
use latchkey_storage::GrantId;
use proptest::prelude::*;

use super::*;

const SALT: [u8; 16] = [7; 16];

fn key() -> TokenKey {
    TokenKey::new(&[42; 32])
}

fn claims() -> Claims {
    Claims {
        grant: GrantId(1_234),
        generation: 3,
        issued_at: Timestamp::from_millis(1_700_000_000_123),
        limit: ScopeLimit::NONE,
    }
}

fn any_claims() -> impl Strategy<Value = Claims> {
    (any::<i64>(), any::<u32>(), any::<i64>()).prop_map(|(grant, generation, issued_at)| Claims {
        grant: GrantId(grant),
        generation,
        issued_at: Timestamp::from_millis(issued_at),
        limit: ScopeLimit::NONE,
    })
}

fn any_kind() -> impl Strategy<Value = TokenKind> {
    proptest::sample::select(TokenKind::ALL.to_vec())
}

#[test]
fn a_token_has_a_prefix_and_a_form_that_does_not_change() {
    // A change here would disconnect every application of every network at the upgrade.
    let token = key().make(TokenKind::Access, &claims(), &SALT);
    assert_eq!(
        token.expose(),
        "lk_at_AAAAAAAABNIAAAADAAABi8_laHv_____AJ43sxkhYRGeSfCUBTRpcgSyz6h5SkGoY2N3MXwU4x8"
    );
    assert_eq!(token.expose().len(), 81);
    assert_eq!(
        token.expose(),
        key().make(TokenKind::Access, &claims(), &SALT).expose()
    );
}

#[test]
fn a_token_does_not_print() {
    let token = key().make(TokenKind::Access, &claims(), &SALT);
    assert_eq!(format!("{token:?}"), "Token(…)");
    let presented = key().read(TokenKind::Access, token.expose()).unwrap();
    let mac = format!("{:?}", presented.inner);
    assert!(!format!("{presented:?}").contains(&mac));
}

#[test]
fn the_kinds_are_told_apart() {
    let refresh = key().make(TokenKind::Refresh, &claims(), &SALT);
    let error = key().read(TokenKind::Access, refresh.expose()).unwrap_err();
    assert_eq!(error.to_string(), "it is a refresh token, not an access token");
}

#[test]
fn neither_the_key_nor_the_salt_alone_makes_a_token() {
    let with_wrong_salt = key().make(TokenKind::Access, &claims(), &[8; 16]);
    let presented = key()
        .read(TokenKind::Access, with_wrong_salt.expose())
        .expect("the outer MAC is right");
    assert!(!key().is_inner(
        TokenKind::Access,
        &SALT,
        &presented.claims.to_bytes(),
        &presented.inner
    ));

    let with_wrong_key = TokenKey::new(&[43; 32]).make(TokenKind::Access, &claims(), &SALT);
    assert_eq!(
        key().read(TokenKind::Access, with_wrong_key.expose()),
        Err(Unreadable::NotOurs)
    );
}

proptest! {
    #[test]
    fn a_token_reads_back_as_made(claims in any_claims(), kind in any_kind(), salt: [u8; 16]) {
        let token = key().make(kind, &claims, &salt);
        let presented = key().read(kind, token.expose()).unwrap();
        prop_assert_eq!(presented.claims, claims);
        prop_assert!(key().is_inner(kind, &salt, &claims.to_bytes(), &presented.inner));
    }

    #[test]
    fn a_token_with_any_character_changed_is_refused(
        claims in any_claims(), kind in any_kind(), at in 0_usize..81, other in "[A-Za-z0-9_=+/ -]"
    ) {
        let token = key().make(kind, &claims, &SALT);
        let mut mangled = token.expose().to_owned();
        mangled.replace_range(at..=at, &other);
        prop_assume!(mangled != token.expose());
        prop_assert_eq!(key().read_any(&mangled), Err(Unreadable::NotOurs));
    }

    #[test]
    fn a_token_cut_off_or_with_more_behind_is_refused(kind in any_kind(), length in 0_usize..81, more in ".{1,20}") {
        let token = key().make(kind, &claims(), &SALT);
        prop_assert_eq!(key().read_any(&token.expose()[..length]), Err(Unreadable::NotOurs));
        prop_assert_eq!(key().read_any(&format!("{}{more}", token.expose())), Err(Unreadable::NotOurs));
    }

    #[test]
    fn a_token_under_the_prefix_of_another_kind_is_refused(from in any_kind(), to in any_kind()) {
        prop_assume!(from != to);
        let token = key().make(from, &claims(), &SALT);
        let renamed = token.expose().replacen(from.prefix(), to.prefix(), 1);
        prop_assert_eq!(key().read_any(&renamed), Err(Unreadable::NotOurs));
    }

    #[test]
    fn any_text_is_refused(text in "(?s)(lk_(ac|at|rt)_)?.{0,120}") {
        prop_assert_eq!(key().read_any(&text), Err(Unreadable::NotOurs));
    }
}

#[test]
fn what_a_replaced_key_made_stays_good_and_the_next_is_made_with_the_new_one() {
    let keys = TokenKeys::new(&[42; 32], &[]);
    let before = keys.now().make(TokenKind::Refresh, &claims(), &SALT);
    keys.replace(&[43; 32], &[[42; 32]]);
    let presented = keys.now().read(TokenKind::Refresh, before.expose()).unwrap();
    assert!(
        keys.now()
            .is_inner(TokenKind::Refresh, &SALT, &claims().to_bytes(), &presented.inner)
    );
    let after = keys.now().make(TokenKind::Refresh, &claims(), &SALT);
    assert_ne!(before.expose(), after.expose());
    assert!(
        TokenKey::new(&[43; 32])
            .read(TokenKind::Refresh, after.expose())
            .is_ok()
    );
    // Once a key is gone, its tokens are too.
    keys.replace(&[43; 32], &[]);
    assert_eq!(
        keys.now().read(TokenKind::Refresh, before.expose()),
        Err(Unreadable::NotOurs)
    );
}
