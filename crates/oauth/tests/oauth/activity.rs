//! What the integrator can read afterwards.

use latchkey_storage::{ActivityKind, ActivityOf, ActivityQuery, ActivityReason};

use crate::world::{Client, Pair, VERIFIER, World, in_body, origin, refusal};

/// What a client reads that exchanges a code with this secret.
async fn with_secret(world: &World, app: &Client, secret: &str) -> String {
    let mut form = app.exchanges("nonsense", &[]);
    for (name, value) in [("client_id", app.id.as_str()), ("client_secret", secret)] {
        form.push((name.into(), value.into()));
    }
    let request = in_body(&form);
    refusal(world.server.token(request, &origin()).await).1
}

#[tokio::test]
async fn what_works_is_listed_with_who_and_from_where() {
    let world = World::new();
    let (ada, app) = (world.ada().await, world.web_app().await);
    let tokens = world.connect(&app, &ada).await;
    let mut tokens = world.refresh(&app, tokens.refresh()).await.unwrap();
    for _ in 0..3 {
        tokens = world.refresh(&app, tokens.refresh()).await.unwrap();
    }
    let activity = world.activity(&app).await;
    let listed: Vec<_> = activity
        .iter()
        .map(|event| (event.kind, event.message.as_str()))
        .collect();
    assert_eq!(
        listed,
        [
            (
                ActivityKind::Refresh,
                "Refreshed tokens with read:posts write:posts for the first time; later refreshes that work are not \
                 listed."
            ),
            (
                ActivityKind::CodeExchange,
                "Exchanged a code for tokens with read:posts write:posts."
            ),
            (
                ActivityKind::Authorization,
                "Authorized for read:posts write:posts; a code was sent to app.example."
            ),
        ]
    );
    for event in &activity {
        assert!(event.succeeded);
        assert_eq!(event.member, Some(ada.member.id));
        assert_eq!(event.address.as_deref(), Some("192.0.2.7"));
        assert_eq!(event.request_id.as_deref(), Some("r-1"));
        assert_eq!(event.at, world.now());
    }
}

#[tokio::test]
async fn a_redirect_uri_that_is_not_registered_is_explained_and_can_be_added() {
    let world = World::new();
    let app = world.web_app().await;
    world
        .visit(&app.asks(&[("redirect_uri", "https://app.example/cb/")]), None)
        .await;
    let event = world.activity(&app).await.remove(0);
    assert_eq!(
        event.message,
        "redirect_uri was `https://app.example/cb/`, registered is `https://app.example/cb`: they differ by a trailing \
         slash"
    );
    assert_eq!(event.redirect_uri.as_deref(), Some("https://app.example/cb/"));
    assert!(!event.succeeded);
}

#[tokio::test]
async fn a_verifier_that_does_not_match_is_explained() {
    let world = World::new();
    let (ada, app) = (world.ada().await, world.web_app().await);
    let code = world.code_for(&app.asks(&[]), &ada).await;
    let wrong = VERIFIER.replace('d', "e");
    world
        .exchange(&app, &app.exchanges(&code, &[("code_verifier", &wrong)]))
        .await
        .unwrap_err();
    assert_eq!(
        world.last_words(&app).await,
        "`code_verifier` does not match the `code_challenge` of the authorization request"
    );
    assert_eq!(world.activity(&app).await[0].member, Some(ada.member.id));
}

#[tokio::test]
async fn an_answer_given_again_is_listed_once_however_often() {
    let world = World::new();
    let (ada, app) = (world.ada().await, world.web_app().await);
    let first = world.connect(&app, &ada).await;
    world.refresh(&app, first.refresh()).await.unwrap();
    let before = world.activity(&app).await.len();
    for _ in 0..5 {
        world.refresh(&app, first.refresh()).await.unwrap();
    }
    assert_eq!(world.activity(&app).await.len(), before + 1);
    assert!(
        world
            .last_words(&app)
            .await
            .contains("the same pair of tokens again")
    );
}

#[tokio::test]
async fn nothing_secret_is_ever_listed() {
    let world = World::new();
    let (ada, app) = (world.ada().await, world.web_app().await);
    let state = "state-that-nobody-else-may-read";
    let code = world.code_for(&app.asks(&[("state", state)]), &ada).await;
    let tokens = world.exchange(&app, &app.exchanges(&code, &[])).await.unwrap();
    world
        .exchange(&app, &app.exchanges(&code, &[]))
        .await
        .unwrap_err();
    world.refresh(&app, tokens.refresh()).await.unwrap_err();
    world.use_token(tokens.access()).await.unwrap_err();
    world
        .visit(&app.asks(&[("state", state), ("scope", "read:mail")]), Some(&ada))
        .await;
    world.revoke(&app, tokens.access()).await.unwrap();
    let listed: String = world
        .activity(&app)
        .await
        .into_iter()
        .map(|event| event.message + "\n")
        .collect();
    for secret in [
        code.as_str(),
        tokens.access(),
        tokens.refresh(),
        app.secret.as_deref().unwrap(),
        VERIFIER,
        state,
        "lk_",
    ] {
        assert!(!listed.contains(secret), "{listed}");
    }
}

#[tokio::test]
async fn of_a_flood_of_failures_ten_a_minute_and_one_of_each_other_kind_are_kept_and_the_rest_counted() {
    let world = World::new();
    let (ada, app) = (world.ada().await, world.web_app().await);
    let wrong = app.asks(&[("redirect_uri", "https://app.example/cb/")]);
    for _ in 0..30 {
        world.visit(&wrong, None).await;
    }
    let entries = async || {
        let query = ActivityQuery::of(&app.id);
        let entries = world.store.activity(&query, None, 100).await.unwrap();
        entries
            .into_iter()
            .map(|entry| (entry.times, entry.unkept))
            .collect::<Vec<_>>()
    };
    assert_eq!(entries().await, [(10, 0)]);
    world.server.write_unkept().await.unwrap();
    world.server.write_unkept().await.unwrap();
    assert_eq!(entries().await, [(10, 20)]);
    // Another failure is listed all the same.
    let query = app.asks(&[("redirect_uri", "https://app.example/cb?a=1")]);
    world.visit(&query, None).await;
    world.visit(&query, None).await;
    assert_eq!(entries().await, [(1, 0), (10, 20)]);
    // A known member is counted separately, and so is the next minute.
    world.visit(&wrong, Some(&ada)).await;
    assert_eq!(entries().await, [(1, 0), (1, 0), (10, 20)]);
    world.after(60).visit(&wrong, None).await;
    assert_eq!(entries().await, [(1, 0), (1, 0), (11, 20)]);
}

#[tokio::test]
async fn a_reader_waits_for_numbers_that_another_task_is_writing() {
    let world = World::new();
    let app = world.web_app().await;
    let wrong = app.asks(&[("redirect_uri", "https://app.example/cb/")]);
    for _ in 0..30 {
        world.visit(&wrong, None).await;
    }
    let finished = std::sync::Mutex::new(Vec::new());
    let write = async |name| {
        world.server.write_unkept().await.unwrap();
        finished.lock().unwrap().push(name);
    };
    // The first takes the numbers when it is first polled, and then waits for the store.
    tokio::join!(write("every few seconds"), write("for a page"));
    assert_eq!(*finished.lock().unwrap(), ["every few seconds", "for a page"]);
}

#[tokio::test]
async fn strangers_with_the_client_id_leave_the_applications_own_failures_alone() {
    let world = World::new();
    let app = world.web_app().await;
    for _ in 0..30 {
        with_secret(&world, &app, &"x".repeat(43)).await;
    }
    for _ in 0..10 {
        world
            .exchange(&app, &app.exchanges("nonsense", &[]))
            .await
            .unwrap_err();
    }
    let query = ActivityQuery::of(&app.id);
    let entries = world.store.activity(&query, None, 100).await.unwrap();
    let counted: Vec<_> = entries
        .iter()
        .map(|entry| (entry.event.reason, entry.times))
        .collect();
    assert_eq!(
        counted,
        [
            (Some(ActivityReason::CodeInvalid), 10),
            (Some(ActivityReason::SecretWrong), 10)
        ]
    );
}

#[tokio::test]
async fn a_client_id_that_no_application_has_is_kept_as_it_was_sent() {
    let world = World::new();
    let app = world.web_app().await;
    let last = if app.id.as_str().ends_with('x') { 'y' } else { 'x' };
    let mistyped = format!("{}{last}", &app.id.as_str()[..42]);
    for client_id in [mistyped.as_str(), "too short\n"] {
        world.visit(&app.asks(&[("client_id", client_id)]), None).await;
    }
    let unmatched = ActivityQuery {
        of: ActivityOf::Unmatched,
        ..ActivityQuery::default()
    };
    let entries = world.store.activity(&unmatched, None, 10).await.unwrap();
    let sent: Vec<_> = entries
        .iter()
        .map(|entry| (entry.event.client.as_str(), entry.event.reason, entry.is_matched))
        .collect();
    assert_eq!(
        sent,
        [
            (
                "too short\u{FFFD}",
                Some(ActivityReason::ClientIdMalformed),
                false
            ),
            (mistyped.as_str(), Some(ActivityReason::ClientUnknown), false),
        ]
    );
    assert!(world.activity(&app).await.is_empty());
}

#[tokio::test]
async fn an_application_that_was_deleted_is_told_from_one_that_never_was() {
    let world = World::new();
    let app = world.web_app().await;
    let actor = latchkey_domain::Actor::operator();
    world
        .store
        .delete_application(&app.id, &actor, world.now())
        .await
        .unwrap()
        .unwrap();
    world.visit(&app.asks(&[]), None).await;
    let unmatched = ActivityQuery {
        of: ActivityOf::Unmatched,
        ..ActivityQuery::default()
    };
    let entries = world.store.activity(&unmatched, None, 10).await.unwrap();
    assert_eq!(entries[0].event.reason, Some(ActivityReason::ClientDeleted));
    assert_eq!(entries[0].event.client.as_str(), app.id.as_str());
}

#[tokio::test]
async fn a_secret_with_one_wrong_character_is_named_to_hosts_alone() {
    let world = World::new();
    let app = world.web_app().await;
    let secret = app.secret.clone().unwrap();
    let other = if secret.starts_with('a') { "b" } else { "a" };
    let mistyped = format!("{other}{}", &secret[1..]);
    let told = with_secret(&world, &app, &mistyped).await;
    assert!(told.starts_with("the secret is wrong; is it"), "{told}");
    let event = world.activity(&app).await.remove(0);
    assert_eq!(event.reason, Some(ActivityReason::SecretOneOff));
    assert!(event.message.contains("in one character"), "{}", event.message);
}

#[tokio::test]
async fn a_scope_that_is_not_registered_can_be_added() {
    let world = World::new();
    let (ada, app) = (world.ada().await, world.web_app().await);
    for (scope, reason, missing) in [
        ("read:courses", ActivityReason::ScopeUnregistered, "read:courses"),
        ("read:mail", ActivityReason::ScopeUnknown, ""),
        ("read:posts,write:posts", ActivityReason::ScopeSeparator, ""),
    ] {
        world.visit(&app.asks(&[("scope", scope)]), Some(&ada)).await;
        let event = world.activity(&app).await.remove(0);
        assert_eq!(event.reason, Some(reason));
        assert_eq!(event.missing_scopes.to_string(), missing);
    }
}

#[tokio::test]
async fn a_member_who_disconnects_the_application_is_listed_once() {
    let world = World::new();
    let (ada, app) = (world.ada().await, world.web_app().await);
    let tokens = world.connect(&app, &ada).await;
    let [connection] = &world.server.connected_apps(&ada.member).await.unwrap()[..] else {
        panic!("not one connection")
    };
    assert_eq!(connection.application.client_id, app.id);
    let disconnect = async || {
        let origin = crate::world::origin();
        world
            .server
            .disconnect(&ada.member, &app.id, &origin)
            .await
            .unwrap()
    };
    assert!(disconnect().await);
    assert!(!disconnect().await);
    world.use_token(tokens.access()).await.unwrap_err();
    let words = "The member disconnected the application; its tokens were revoked.";
    let listed = world.activity(&app).await;
    assert_eq!(listed.iter().filter(|event| event.message == words).count(), 1);
    assert!(world.server.connected_apps(&ada.member).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_code_that_nobody_exchanged_is_listed_once_and_names_the_issuer() {
    let world = World::new();
    let (ada, app) = (world.ada().await, world.web_app().await);
    let record = async |client| world.server.record_expired_codes(client).await.unwrap();
    world.connect(&app, &ada).await;
    for _ in 0..3 {
        world.code_for(&app.asks(&[]), &ada).await;
    }
    let code = world.code_for(&app.asks(&[]), &ada).await;
    let before = world.activity(&app).await.len();
    world.after(119);
    record(Some(&app.id)).await;
    assert_eq!(world.activity(&app).await.len(), before);
    let expired_at = world.after(1).now();
    record(None).await;
    record(Some(&app.id)).await;
    let query = ActivityQuery::of(&app.id);
    let entries = world.store.activity(&query, None, 100).await.unwrap();
    assert_eq!(entries.len(), before + 1);
    let (entry, event) = (&entries[0], &entries[0].event);
    assert_eq!(
        event.message,
        "The code sent to app.example was not exchanged within 2 minutes. If no failed token exchange is listed beside this, \
         the client stopped at the callback: does it expect the issuer `https://net.example` in the callback's `iss`?"
    );
    assert_eq!(
        (event.kind, event.succeeded, event.member, event.at, entry.times),
        (
            ActivityKind::CodeExchange,
            false,
            Some(ada.member.id),
            expired_at,
            4
        )
    );
    // A client that comes late still learns how late.
    let late = world.after(60).exchange(&app, &app.exchanges(&code, &[])).await;
    let (error, words) = refusal(late);
    assert_eq!(error, "invalid_grant");
    assert!(words.contains("the code expired 60 seconds ago"), "{words}");
}

#[tokio::test]
async fn a_member_who_authorizes_over_and_over_leaves_two_entries_and_few_codes() {
    let world = World::new();
    let (ada, app) = (world.ada().await, world.web_app().await);
    world.connect(&app, &ada).await;
    for _ in 0..300 {
        world.code_for(&app.asks(&[]), &ada).await;
    }
    let query = ActivityQuery::of(&app.id);
    let entries = world.store.activity(&query, None, 1_000).await.unwrap();
    assert_eq!(
        entries.len(),
        3,
        "with consent, its exchange, and without asking again"
    );
    assert_eq!(entries[0].times, 300);
    world.after(200);
    let codes = world.store.expired_codes(None, world.now(), 1_000).await.unwrap();
    assert_eq!(codes.len(), 10);
}

#[tokio::test]
async fn no_flood_of_failures_keeps_a_sign_of_theft_from_being_listed() {
    let world = World::new();
    let (ada, app) = (world.ada().await, world.web_app().await);
    let code = world.code_for(&app.asks(&[]), &ada).await;
    world.exchange(&app, &app.exchanges(&code, &[])).await.unwrap();
    for _ in 0..30 {
        world
            .visit(&app.asks(&[("scope", "read:mail")]), Some(&ada))
            .await;
    }
    world
        .exchange(&app, &app.exchanges(&code, &[]))
        .await
        .unwrap_err();
    let event = world.activity(&app).await.remove(0);
    assert!(
        event.is_alarm && event.message.contains("used before"),
        "{event:?}"
    );
}

#[tokio::test]
async fn a_query_that_changes_with_each_request_cannot_be_registered() {
    let world = World::new();
    let app = world.web_app().await;
    let sent = "https://app.example/cb?redirect_state=8fH2";
    world.visit(&app.asks(&[("redirect_uri", sent)]), None).await;
    let event = world.activity(&app).await.remove(0);
    assert_eq!(event.redirect_uri, None);
    assert_eq!(
        event.message,
        "redirect_uri was `https://app.example/cb?redirect_state=8fH2`, registered is `https://app.example/cb`: they differ \
         only by the query. Registering it does not help if the query changes with each request: the client has to send \
         the registered address to the letter, and what changes in `state`"
    );
    // Another path, with or without a query, may be an unregistered one.
    world
        .visit(
            &app.asks(&[("redirect_uri", "https://app.example/other?a=1")]),
            None,
        )
        .await;
    assert!(world.activity(&app).await[0].redirect_uri.is_some());
}
