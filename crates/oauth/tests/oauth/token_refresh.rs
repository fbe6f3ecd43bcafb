//! `POST /oauth/token` with a refresh token (RFC 6749 section 6, RFC 9700 section 4.14).

use crate::world::{DAY, Pair, World, refreshes, refusal};

#[tokio::test]
async fn each_refresh_gives_a_new_pair() {
    let world = World::new();
    let (ada, app) = (world.ada().await, world.web_app().await);
    let mut tokens = world.connect(&app, &ada).await;
    for _ in 0..5 {
        world.use_token(tokens.access()).await.unwrap();
        let next = world.after(1_800).refresh(&app, tokens.refresh()).await.unwrap();
        assert_ne!(next.access(), tokens.access());
        assert_ne!(next.refresh(), tokens.refresh());
        assert_eq!((next.expires_in, next.created_at), (3_600, world.now().as_secs()));
        tokens = next;
    }
}

#[tokio::test]
async fn a_lost_answer_is_given_again_and_it_is_the_same_one() {
    let world = World::new();
    let (ada, app) = (world.ada().await, world.web_app().await);
    let first = world.connect(&app, &ada).await;
    let lost = world.refresh(&app, first.refresh()).await.unwrap();
    // Twice at once, then after eight minutes, and once more right after that.
    for wait in [1, 28, 500, 29] {
        let again = world.after(wait).refresh(&app, first.refresh()).await.unwrap();
        assert_eq!(again.access(), lost.access());
        assert_eq!(again.refresh(), lost.refresh());
        assert_eq!(again.created_at, lost.created_at);
    }
    world.use_token(lost.access()).await.unwrap();
    world.refresh(&app, lost.refresh()).await.unwrap();
}

#[tokio::test]
async fn a_lost_answer_is_given_again_once_and_for_ten_minutes() {
    let world = World::new();
    let ada = world.ada().await;
    for waits in [&[60, 60][..], &[600][..], &[3 * DAY][..]] {
        let app = world.web_app().await;
        let first = world.connect(&app, &ada).await;
        let lost = world.refresh(&app, first.refresh()).await.unwrap();
        let (final_wait, before) = waits.split_last().unwrap();
        for wait in before {
            let again = world.after(*wait).refresh(&app, first.refresh());
            again.await.unwrap();
        }
        let late = world.after(*final_wait).refresh(&app, first.refresh()).await;
        let (error, words) = refusal(late);
        assert_eq!(error, "invalid_grant");
        assert!(words.contains("replaced by a newer one"), "{words}");
        assert!(world.use_token(lost.access()).await.is_err());
        assert!(world.activity(&app).await.iter().any(|event| event.is_alarm));
    }
}

/// The thief rotates in place of the client and uses nothing, so the client's own refresh looks like a lost response.
#[tokio::test]
async fn a_thief_who_rotates_and_does_not_use_what_he_got_is_noticed_in_the_second_round() {
    let world = World::new();
    let ada = world.ada().await;
    for (thief_uses_it_later, app) in [
        (false, world.web_app().await),
        (true, world.web_app().await),
        (false, world.native_app().await),
    ] {
        let mut shared = world.connect(&app, &ada).await;
        for round in 1.. {
            world.use_token(shared.access()).await.unwrap();
            world.after(3_500);
            let stolen = world.refresh(&app, shared.refresh()).await.unwrap();
            let refreshed = world.after(33).refresh(&app, shared.refresh()).await;
            if round == 1 {
                shared = refreshed.unwrap();
                assert_eq!(shared.refresh(), stolen.refresh());
                if thief_uses_it_later {
                    world.use_token(stolen.access()).await.unwrap();
                }
                continue;
            }
            assert_eq!(refusal(refreshed).0, "invalid_grant");
            assert!(world.use_token(stolen.access()).await.is_err());
            assert_eq!(
                refusal(world.refresh(&app, stolen.refresh()).await).0,
                "invalid_grant"
            );
            let alarms = world.activity(&app).await;
            assert!(alarms.iter().any(|event| event.is_alarm && !event.succeeded));
            break;
        }
    }
}

#[tokio::test]
async fn an_answer_lost_now_and_then_costs_no_session() {
    let world = World::new();
    let (ada, app) = (world.ada().await, world.web_app().await);
    let mut tokens = world.connect(&app, &ada).await;
    for round in 0..10 {
        world.use_token(tokens.access()).await.unwrap();
        let sent = tokens.refresh_token.unwrap();
        world.after(3_500).refresh(&app, sent.expose()).await.unwrap();
        // Every other response is lost for a minute, the rest for a few seconds.
        let wait = if round % 2 == 0 { 60 } else { 5 };
        tokens = world.after(wait).refresh(&app, sent.expose()).await.unwrap();
    }
}

#[tokio::test]
async fn with_short_access_tokens_a_lost_answer_is_forgiven_for_less_long() {
    let mut world = World::new();
    world.restart_with(["2m", "4m", "90d"]);
    let (ada, app) = (world.ada().await, world.web_app().await);
    for (wait, forgiven) in [(119, true), (120, false)] {
        let first = world.connect(&app, &ada).await;
        world.refresh(&app, first.refresh()).await.unwrap();
        let again = world.after(wait).refresh(&app, first.refresh()).await;
        assert_eq!(again.is_ok(), forgiven, "{wait}");
    }
}

#[tokio::test]
async fn two_tabs_that_race_both_get_the_pair_even_when_one_has_used_it() {
    let world = World::new();
    let (ada, app) = (world.ada().await, world.web_app().await);
    let first = world.connect(&app, &ada).await;
    let one = world.refresh(&app, first.refresh()).await.unwrap();
    world.use_token(one.access()).await.unwrap();
    let other = world.after(29).refresh(&app, first.refresh()).await.unwrap();
    assert_eq!(one.refresh(), other.refresh());
}

#[tokio::test]
async fn a_superseded_refresh_token_is_theft_once_its_successor_is_in_use() {
    let world = World::new();
    let ada = world.ada().await;
    for app in [world.web_app().await, world.native_app().await] {
        let first = world.connect(&app, &ada).await;
        let second = world.refresh(&app, first.refresh()).await.unwrap();
        world.use_token(second.access()).await.unwrap();
        let (error, words) = refusal(world.after(31).refresh(&app, first.refresh()).await);
        assert_eq!(error, "invalid_grant");
        assert!(words.contains("replaced by a newer one"), "{words}");
        assert!(world.use_token(second.access()).await.is_err());
        assert_eq!(
            refusal(world.refresh(&app, second.refresh()).await).0,
            "invalid_grant"
        );
        let activity = world.activity(&app).await;
        assert!(
            activity
                .iter()
                .any(|event| !event.succeeded && event.message.contains("may be in other hands"))
        );
    }
}

#[tokio::test]
async fn a_refresh_is_a_use_of_its_generation_too() {
    let world = World::new();
    let (ada, app) = (world.ada().await, world.web_app().await);
    let first = world.connect(&app, &ada).await;
    let second = world.refresh(&app, first.refresh()).await.unwrap();
    let third = world.refresh(&app, second.refresh()).await.unwrap();
    assert_eq!(
        refusal(world.refresh(&app, first.refresh()).await).0,
        "invalid_grant"
    );
    assert_eq!(
        refusal(world.refresh(&app, third.refresh()).await).0,
        "invalid_grant"
    );
}

#[tokio::test]
async fn a_refresh_token_is_good_for_90_days_and_each_one_anew() {
    let world = World::new();
    let (ada, app) = (world.ada().await, world.web_app().await);
    let first = world.connect(&app, &ada).await;
    let second = world
        .after(89 * DAY)
        .refresh(&app, first.refresh())
        .await
        .unwrap();
    let third = world
        .after(89 * DAY)
        .refresh(&app, second.refresh())
        .await
        .unwrap();
    let (error, words) = refusal(world.after(90 * DAY).refresh(&app, third.refresh()).await);
    assert_eq!(
        (error, words.as_str()),
        ("invalid_grant", "the refresh token expired; authorize again")
    );
}

#[tokio::test]
async fn a_refresh_token_is_bound_to_its_application() {
    let world = World::new();
    let ada = world.ada().await;
    let (app, other) = (world.web_app().await, world.web_app().await);
    let tokens = world.connect(&app, &ada).await;
    let (error, words) = refusal(world.refresh(&other, tokens.refresh()).await);
    assert_eq!(
        (error, words.as_str()),
        (
            "invalid_grant",
            "the refresh token was issued to another application"
        )
    );
    let entry = world.activity(&other).await.remove(0);
    assert_eq!((entry.succeeded, entry.member), (false, None));
    world.refresh(&app, tokens.refresh()).await.unwrap();
}

#[tokio::test]
async fn scope_narrows_the_access_token_and_the_refresh_token_keeps_it_all() {
    let world = World::new();
    let (ada, app) = (world.ada().await, world.web_app().await);
    let tokens = world.connect(&app, &ada).await;
    let form = refreshes(tokens.refresh(), &[("scope", "read:posts")]);
    let narrow = world.exchange(&app, &form).await.unwrap();
    assert_eq!(narrow.scope.to_string(), "read:posts");
    let access = world.use_token(narrow.access()).await.unwrap();
    assert_eq!(access.scopes.to_string(), "read:posts");
    let full = world.refresh(&app, narrow.refresh()).await.unwrap();
    assert_eq!(full.scope.to_string(), "read:posts write:posts");
}

#[tokio::test]
async fn a_scope_that_was_not_granted_is_refused_and_the_token_stays_good() {
    let world = World::new();
    let (ada, app) = (world.ada().await, world.web_app().await);
    let tokens = world.connect(&app, &ada).await;
    let form = refreshes(tokens.refresh(), &[("scope", "read:courses read:userinfo")]);
    let (error, words) = refusal(world.exchange(&app, &form).await);
    assert_eq!(error, "invalid_scope");
    assert!(
        words.contains("`scope` has read:userinfo read:courses, which was not granted"),
        "{words}"
    );
    world.refresh(&app, tokens.refresh()).await.unwrap();
}

#[tokio::test]
async fn asking_for_too_much_does_not_hide_theft() {
    let world = World::new();
    let (ada, app) = (world.ada().await, world.web_app().await);
    let first = world.connect(&app, &ada).await;
    let second = world.refresh(&app, first.refresh()).await.unwrap();
    world.use_token(second.access()).await.unwrap();
    let form = refreshes(first.refresh(), &[("scope", "read:courses")]);
    assert_eq!(
        refusal(world.after(31).exchange(&app, &form).await).0,
        "invalid_grant"
    );
    assert!(world.use_token(second.access()).await.is_err());
}

#[tokio::test]
async fn what_is_no_refresh_token_is_refused_in_words() {
    let world = World::new();
    let (ada, app) = (world.ada().await, world.web_app().await);
    let tokens = world.connect(&app, &ada).await;
    let (error, words) = refusal(world.refresh(&app, tokens.access()).await);
    assert_eq!(
        (error, words.as_str()),
        (
            "invalid_grant",
            "`refresh_token` is not valid: it is an access token, not a refresh token"
        )
    );
    assert_eq!(
        refusal(world.refresh(&app, "lk_rt_nonsense").await).0,
        "invalid_grant"
    );
}

#[tokio::test]
async fn a_parameter_twice_is_refused_even_where_it_has_no_meaning() {
    let world = World::new();
    let (ada, app) = (world.ada().await, world.web_app().await);
    let tokens = world.connect(&app, &ada).await;
    let mut form = refreshes(tokens.refresh(), &[]);
    form.extend([("code".into(), "a".into()), ("code".into(), "b".into())]);
    assert_eq!(refusal(world.exchange(&app, &form).await).0, "invalid_request");
    world.refresh(&app, tokens.refresh()).await.unwrap();
}
