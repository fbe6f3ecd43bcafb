use std::time::Duration;

use super::*;
use crate::testing::{PASSWORD, World, new_password};

fn attempt(email: &str, password: &str) -> SignInRequest {
    attempt_from(1, email, password)
}

fn attempt_from(last: u8, email: &str, password: &str) -> SignInRequest {
    SignInRequest {
        email: email.into(),
        password: Zeroizing::new(password.into()),
        address: Some(IpAddr::from([192, 0, 2, last])),
        user_agent: Some("Firefox".into()),
        request_id: Some("r1".into()),
    }
}

impl World {
    async fn attempt(&self, email: &str, password: &str) -> Result<Attempt, AccountError> {
        self.attempt_from(1, email, password).await
    }

    async fn attempt_from(&self, last: u8, email: &str, password: &str) -> Result<Attempt, AccountError> {
        self.sign_in.attempt(attempt_from(last, email, password)).await
    }
}

impl Attempt {
    /// The session, where a password is enough.
    fn done(self) -> SignedIn {
        match self {
            Self::SignedIn(signed_in) => *signed_in,
            Self::NeedsCode(_) | Self::NeedsSecondFactor(_) => panic!("it needs more than a password"),
        }
    }
}

#[tokio::test]
async fn the_right_password_opens_a_session() {
    let world = World::new().await;
    let ada = world.member("ada@example.com").await;
    let signed_in = world.attempt(" Ada@Example.com", PASSWORD).await.unwrap().done();
    assert_eq!(signed_in.member, ada);
    let (session, member) = world
        .sessions
        .find(&signed_in.opened.token)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(member, ada);
    assert_eq!(session.address.as_deref(), Some("192.0.2.1"));
    assert_eq!(session.user_agent.as_deref(), Some("Firefox"));
}

#[tokio::test]
async fn every_sign_in_has_a_session_of_its_own() {
    let world = World::new().await;
    world.member("ada@example.com").await;
    let one = world.attempt("ada@example.com", PASSWORD).await.unwrap().done();
    let two = world.attempt("ada@example.com", PASSWORD).await.unwrap().done();
    assert_ne!(one.opened.token.expose(), two.opened.token.expose());
}

#[tokio::test]
async fn unknown_wrong_and_malformed_are_answered_alike() {
    let world = World::new().await;
    world.member("ada@example.com").await;
    for (email, password) in [
        ("ada@example.com", "wrong"),
        ("ada@example.com", ""),
        ("bob@example.com", PASSWORD),
        ("no email", PASSWORD),
        ("", ""),
    ] {
        let Err(error) = world.attempt(email, password).await else {
            panic!("{email}")
        };
        assert_eq!(error.to_string(), "the email or the password is wrong");
    }
}

/// Counts instead of measuring time: every attempt takes one place in the queue for hashing, and its comparison costs
/// the same for every account.
#[tokio::test]
async fn an_unknown_email_is_as_much_work_as_a_known_one() {
    let world = World::new().await;
    world.member("ada@example.com").await;
    let held = world.passwords.hold().await;
    let mut attempts = tokio::task::JoinSet::new();
    let typed = ["ada@example.com", "bob@example.com", "no email", ""];
    for (before, email) in typed.into_iter().enumerate() {
        let sign_in = world.sign_in.clone();
        attempts.spawn(async move { sign_in.attempt(attempt(email, "wrong")).await.err() });
        while world.passwords.in_line() <= before {
            assert!(attempts.try_join_next().is_none(), "{email} took no work");
            tokio::task::yield_now().await;
        }
        assert_eq!(world.passwords.in_line(), before + 1, "{email}");
    }
    drop(held);
    for error in attempts.join_all().await {
        assert!(matches!(error, Some(AccountError::WrongCredentials)));
    }
    let known = world.store.credentials(&"ada@example.com".parse().unwrap()).await;
    let (_, known) = known.unwrap().unwrap();
    let cost = |hash: &PasswordHash| hash.0.split('$').take(4).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(cost(world.passwords.nobody()), cost(&known));
}

#[tokio::test]
async fn guessing_waits_and_the_member_elsewhere_does_not() {
    let world = World::new().await;
    world.member("ada@example.com").await;
    for _ in 0..5 {
        let error = world.attempt("ada@example.com", "guess").await.err().unwrap();
        assert!(matches!(error, AccountError::WrongCredentials));
    }
    let error = world.attempt("ada@example.com", PASSWORD).await.err().unwrap();
    assert_eq!(
        error.to_string(),
        "too many attempts to sign in: try again in 2 seconds"
    );
    assert!(world.attempt_from(2, "ada@example.com", PASSWORD).await.is_ok());
    world.clock.advance(Duration::from_secs(2));
    assert!(world.attempt("ada@example.com", PASSWORD).await.is_ok());
}

/// During any attack, the member can sign in at once from a network used before, and within a minute from any other.
#[tokio::test]
async fn no_attack_locks_a_member_out_for_good() {
    let world = World::new().await;
    world.member("ada@example.com").await;
    let ada = async |last| {
        let signed_in = world.attempt_from(last, "ada@example.com", PASSWORD).await;
        signed_in.map(|_| ())
    };
    ada(201).await.unwrap();
    for round in 0..500_u64 {
        world.clock.advance(Duration::from_secs(1));
        let from = u8::try_from(round % 100).unwrap();
        let _ = world.attempt_from(from, "ada@example.com", "guess").await;
    }
    ada(201).await.unwrap();
    let Err(AccountError::TryLater { wait }) = ada(200).await else {
        panic!("no pace")
    };
    assert!(wait <= Duration::from_secs(60), "{wait:?}");
    for round in 0..60_u64 {
        world.clock.advance(Duration::from_secs(1));
        let from = u8::try_from(round).unwrap();
        let _ = world.attempt_from(from, "ada@example.com", "guess").await;
    }
    ada(200).await.unwrap();
    ada(200).await.unwrap();
    world.clock.advance(Duration::from_secs(60));
    ada(7).await.unwrap();
}

#[tokio::test]
async fn guesses_from_120_addresses_are_slowed_whoever_they_are_about() {
    let world = World::new().await;
    world.member("ada@example.com").await;
    let mut seen = Vec::new();
    for email in ["ada@example.com", "nobody@example.com", "no email"] {
        let mut outcomes = Vec::new();
        for last in 0..120 {
            let outcome = world.attempt_from(last, email, "guess").await;
            outcomes.push(outcome.err().unwrap().to_string());
        }
        let tried = outcomes
            .iter()
            .filter(|outcome| outcome.contains("wrong"))
            .count();
        assert_eq!(tried, 10, "{email}");
        assert!(
            outcomes[119].ends_with("try again in 1 minute"),
            "{}",
            outcomes[119]
        );
        seen.push(outcomes);
    }
    seen.dedup();
    assert_eq!(seen.len(), 1, "all are answered alike");
}

#[tokio::test]
async fn an_email_is_one_account_however_it_is_typed() {
    let world = World::new().await;
    for email in [
        "ada@example.com",
        "ADA@example.com",
        " Ada@Example.com ",
        "ada@EXAMPLE.com",
        "ada@example.com",
    ] {
        let error = world.attempt(email, "guess").await.err().unwrap();
        assert!(matches!(error, AccountError::WrongCredentials));
    }
    let error = world.attempt("aDa@example.com", "guess").await;
    assert!(matches!(error.err().unwrap(), AccountError::TryLater { .. }));
}

/// Lets attempts wait, each from its own address, runs `happens`, and lets them continue. Returns which got a
/// session.
async fn while_attempts_wait<F: Future<Output = ()>>(
    world: &World,
    email: &str,
    passwords: &[&str],
    happens: F,
) -> Vec<Result<SignedIn, AccountError>> {
    let held = world.passwords.hold().await;
    let mut attempts = tokio::task::JoinSet::new();
    for (n, password) in passwords.iter().enumerate() {
        let sign_in = world.sign_in.clone();
        let attempt = attempt_from(u8::try_from(n).unwrap(), email, password);
        attempts.spawn(async move { sign_in.attempt(attempt).await });
    }
    while world.passwords.in_line() < passwords.len() {
        tokio::task::yield_now().await;
    }
    happens.await;
    drop(held);
    let done = attempts.join_all().await.into_iter();
    done.map(|attempt| attempt.map(Attempt::done)).collect()
}

const ANOTHER: &str = "another-demo";
const COMPOSED: &str = "caf\u{e9} cr\u{e8}me";
const DECOMPOSED: &str = "cafe\u{301} cre\u{300}me";

#[tokio::test]
async fn no_session_is_opened_with_a_password_that_was_changed_meanwhile() {
    for world in World::of_each_kind().await {
        for round in 0..50 {
            let email = format!("ada{round}@example.com");
            let ada = world.member(&email).await;
            // Hash it before the queue for hashing is blocked.
            let hash = world.passwords.hash(&new_password(ANOTHER)).await.unwrap();
            let change = world.set_password(&ada, hash);
            let typed = [PASSWORD; 4];
            for outcome in while_attempts_wait(&world, &email, &typed, change).await {
                let error = outcome.err().expect("no session");
                assert!(matches!(error, AccountError::WrongCredentials), "{error}");
            }
            assert!(world.sessions.list(ada.id).await.unwrap().is_empty(), "{round}");
            let new = world.attempt_from(200, &email, ANOTHER).await;
            new.map(|_| ()).unwrap();
            // The bucket of an address refills with time.
            world.clock.advance(Duration::from_secs(60));
        }
    }
}

#[tokio::test]
async fn nobody_is_let_in_who_was_removed_meanwhile() {
    for world in World::of_each_kind().await {
        let ada = world.member("ada@example.com").await;
        let removal = async {
            world.roster.remove(&ada.email, &Actor::operator()).await.unwrap();
        };
        for outcome in while_attempts_wait(&world, "ada@example.com", &[PASSWORD; 4], removal).await {
            assert!(matches!(outcome.err().unwrap(), AccountError::WrongCredentials));
        }
    }
}

/// If several sign-ins find an old hash at once, one replaces it and all succeed.
#[tokio::test]
async fn a_hash_that_is_made_anew_meanwhile_turns_nobody_away() {
    for world in World::of_each_kind().await {
        let ada = world.member("ada@example.com").await;
        let old = world.passwords.hash_as_typed(DECOMPOSED);
        world.set_password(&ada, old.clone()).await;
        let outcomes = while_attempts_wait(&world, "ada@example.com", &[DECOMPOSED; 8], async {});
        for outcome in outcomes.await {
            outcome.map(|_| ()).unwrap();
        }
        let (_, hash) = world.store.credentials(&ada.email).await.unwrap().unwrap();
        assert!(hash != old);
        let now = world.attempt("ada@example.com", COMPOSED).await;
        now.map(|_| ()).unwrap();
    }
}

/// A rehash while the password changes does not restore the old password.
#[tokio::test]
async fn a_hash_that_is_made_anew_is_not_stored_over_a_new_password() {
    for world in World::of_each_kind().await {
        let ada = world.member("ada@example.com").await;
        let old = world.passwords.hash_as_typed(DECOMPOSED);
        world.set_password(&ada, old).await;
        let new = world.passwords.hash(&new_password(ANOTHER)).await.unwrap();
        let change = world.set_password(&ada, new.clone());
        let outcomes = while_attempts_wait(&world, "ada@example.com", &[DECOMPOSED; 3], change).await;
        assert!(outcomes.iter().all(Result::is_err));
        let (_, hash) = world.store.credentials(&ada.email).await.unwrap().unwrap();
        assert!(hash == new);
    }
}

/// Both stores keep the counts for the pace and know the member's networks.
#[tokio::test]
async fn a_pace_holds_on_both_stores_and_spares_the_members_networks() {
    for world in World::of_each_kind().await {
        world.member("ada@example.com").await;
        let ada = async |last, password| {
            let signed_in = world.attempt_from(last, "ada@example.com", password).await;
            signed_in.map(|_| ())
        };
        ada(200, PASSWORD).await.unwrap();
        let mut tried = 0;
        for last in 0..120 {
            let error = ada(last, "guess").await.unwrap_err();
            tried += u32::from(matches!(error, AccountError::WrongCredentials));
        }
        assert_eq!(tried, 10);
        ada(200, PASSWORD).await.unwrap();
        assert!(matches!(
            ada(201, PASSWORD).await,
            Err(AccountError::TryLater { .. })
        ));
        world.clock.advance(Duration::from_secs(60));
        ada(201, PASSWORD).await.unwrap();
        ada(201, PASSWORD).await.unwrap();
    }
}

#[tokio::test]
async fn an_unknown_account_is_held_up_like_a_known_one() {
    let world = World::new().await;
    for _ in 0..5 {
        world.attempt("nobody@example.com", "guess").await.err().unwrap();
    }
    let error = world.attempt("nobody@example.com", "guess").await.err().unwrap();
    assert!(matches!(error, AccountError::TryLater { .. }));
}

#[tokio::test]
async fn many_guesses_at_once_are_no_way_around() {
    let world = World::new().await;
    world.member("ada@example.com").await;
    let mut guesses = tokio::task::JoinSet::new();
    for _ in 0..50 {
        let sign_in = world.sign_in.clone();
        guesses.spawn(async move {
            sign_in
                .attempt(attempt("ada@example.com", "guess"))
                .await
                .err()
                .unwrap()
        });
    }
    let errors = guesses.join_all().await;
    let tried = errors
        .iter()
        .filter(|error| matches!(error, AccountError::WrongCredentials))
        .count();
    assert_eq!(tried, 5);
}

/// The code that the member's app shows now.
async fn code(world: &World, member: &Member) -> String {
    let found = world.store.authenticator(member.id).await.unwrap().unwrap();
    let secret = totp_rs::Secret::try_from_base32(found.secret.as_str()).unwrap();
    let seconds = u64::try_from(world.clock.now().as_secs()).unwrap();
    totp_rs::Builder::new()
        .with_secret(secret)
        .build()
        .unwrap()
        .generate(seconds)
        .to_string()
}

#[tokio::test]
async fn a_second_factor_stands_between_the_password_and_the_session() {
    for world in World::of_each_kind().await {
        let (ada, by) = (world.member("ada@example.com").await, Actor::operator());
        let network = world.store.network().await.unwrap().name;
        world.second_factor.begin(&ada, &network).await.unwrap().unwrap();
        // Half set up is not in use.
        world.attempt("ada@example.com", PASSWORD).await.unwrap().done();
        let first = code(&world, &ada).await;
        world
            .second_factor
            .confirm(&ada, &first, None, &by)
            .await
            .unwrap()
            .unwrap();
        world.clock.advance(Duration::from_secs(60));
        let Attempt::NeedsCode(half_way) = world.attempt("ada@example.com", PASSWORD).await.unwrap() else {
            panic!("the password is not enough");
        };
        let (member, hash, proof) = world.sign_in.of_half_way(&half_way).await.unwrap().unwrap();
        let now = code(&world, &ada).await;
        world.second_factor.check(&member, &now, None, &by).await.unwrap();
        let done = world
            .sign_in
            .finish(member, (hash, proof.and_code()), &by, (None, None))
            .await
            .unwrap()
            .unwrap();
        assert!(world.sessions.find(&done.opened.token).await.unwrap().is_some());

        // A password that is chosen with a link strips no factor, and ends what was half way.
        let members = world
            .roster
            .find_all(std::slice::from_ref(&ada.email))
            .await
            .unwrap();
        let link = world.links.invite(members, &by).await.unwrap().remove(0).token;
        let password = crate::testing::new_password("a river in the hills");
        let (member, hash) = world.links.choose_password(&link, &password, &by).await.unwrap();
        assert!(world.sign_in.of_half_way(&half_way).await.unwrap().is_none());
        let after = world
            .sign_in
            .after_password(&member, hash, None, None)
            .await
            .unwrap()
            .unwrap();
        let Attempt::NeedsCode(half_way) = after else {
            panic!("the link is not enough");
        };
        world.clock.advance(Duration::from_secs(10 * 60));
        assert!(world.sign_in.of_half_way(&half_way).await.unwrap().is_none());
    }
}

#[tokio::test]
async fn a_host_is_led_through_it_where_hosts_need_it() {
    for world in World::of_each_kind().await {
        let (ada, by) = (world.member("ada@example.com").await, Actor::operator());
        world
            .roster
            .set_role(&ada.email, latchkey_domain::Role::Host, &by)
            .await
            .unwrap();
        let before = world.attempt("ada@example.com", PASSWORD).await.unwrap().done();
        let change = latchkey_storage::NetworkChange {
            hosts_second_factor: Some(true),
            ..latchkey_storage::NetworkChange::default()
        };
        world
            .store
            .change_network(change, &by, world.clock.now())
            .await
            .unwrap();
        // Who is signed in stays so.
        assert!(world.sessions.find(&before.opened.token).await.unwrap().is_some());
        let next = world.attempt("ada@example.com", PASSWORD).await.unwrap();
        assert!(matches!(next, Attempt::NeedsSecondFactor(_)));
        // Nobody else has to.
        world.member("bob@example.com").await;
        world.attempt("bob@example.com", PASSWORD).await.unwrap().done();
    }
}
