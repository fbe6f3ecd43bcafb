//! The consent page and `POST /oauth/authorize`: what a person is asked, and the outcome of the answer.

use latchkey_domain::{Actor, Role};
use latchkey_oauth::Decision;

use crate::world::{World, answer, error, public, spec, trusted};

#[tokio::test]
async fn the_page_says_who_asks_whom_for_what_and_where_the_browser_will_go() {
    let world = World::new();
    let (ada, app) = (world.ada().await, world.web_app().await);
    let page = world.consent_page(&app.asks(&[]), &ada).await;
    assert_eq!(page.application.spec.name.as_str(), "Mobile App");
    assert_eq!(page.member, ada.member);
    assert_eq!(page.scopes.to_string(), "read:posts write:posts");
    assert_eq!(page.redirect_uri.host(), "app.example");
    assert!(!page.redirect_uri.is_loopback() && !page.nothing_approved);
    assert!(page.return_to.starts_with("/oauth/authorize?"));
}

#[tokio::test]
async fn scopes_that_were_unticked_are_not_granted() {
    let world = World::new();
    let (ada, app) = (world.ada().await, world.web_app().await);
    let page = world.consent_page(&app.asks(&[]), &ada).await;
    let code = answer(&world.allow(&page, "read:posts", &ada).await)
        .get("code")
        .unwrap();
    let tokens = world.exchange(&app, &app.exchanges(&code, &[])).await.unwrap();
    assert_eq!(tokens.scope.to_string(), "read:posts");
}

#[tokio::test]
async fn no_more_is_granted_than_was_asked_for_whatever_the_form_says() {
    let world = World::new();
    let (ada, app) = (world.ada().await, world.web_app().await);
    let page = world
        .consent_page(&app.asks(&[("scope", "read:posts")]), &ada)
        .await;
    let decision = world
        .allow(
            &page,
            "read:posts write:posts read:userinfo host:read:network_members",
            &ada,
        )
        .await;
    let code = answer(&decision).get("code").unwrap();
    let tokens = world.exchange(&app, &app.exchanges(&code, &[])).await.unwrap();
    assert_eq!(tokens.scope.to_string(), "read:posts");
}

#[tokio::test]
async fn allow_with_nothing_ticked_asks_again() {
    let world = World::new();
    let (ada, app) = (world.ada().await, world.web_app().await);
    let page = world.consent_page(&app.asks(&[]), &ada).await;
    let Decision::Consent(page) = world.allow(&page, "", &ada).await else {
        panic!("not asked")
    };
    assert!(page.nothing_approved);
    answer(&world.allow(&page, "read:posts", &ada).await)
        .get("code")
        .unwrap();
}

#[tokio::test]
async fn deny_goes_back_as_access_denied() {
    let world = World::new();
    let (ada, app) = (world.ada().await, world.web_app().await);
    let page = world.consent_page(&app.asks(&[]), &ada).await;
    let decision = world.deny(&page, &ada).await;
    assert_eq!(error(&decision), "access_denied");
    assert_eq!(answer(&decision).get("state").as_deref(), Some("xyz"));
    // Nothing is remembered either.
    world.consent_page(&app.asks(&[]), &ada).await;
}

#[tokio::test]
async fn who_granted_it_before_is_not_asked_again_until_it_is_more() {
    let world = World::new();
    let (ada, app) = (world.ada().await, world.web_app().await);
    world.connect(&app, &ada).await;
    for scope in ["read:posts write:posts", "read:posts"] {
        let decision = world.visit(&app.asks(&[("scope", scope)]), Some(&ada)).await;
        assert!(answer(&decision).get("code").is_some());
    }
    world
        .consent_page(&app.asks(&[("scope", "read:posts read:userinfo")]), &ada)
        .await;
    let grace = world.person("grace", Role::Host).await;
    world.consent_page(&app.asks(&[]), &grace).await;
}

#[tokio::test]
async fn consent_for_a_part_is_not_consent_for_all() {
    let world = World::new();
    let (ada, app) = (world.ada().await, world.web_app().await);
    let page = world.consent_page(&app.asks(&[]), &ada).await;
    world.allow(&page, "read:posts", &ada).await;
    world.consent_page(&app.asks(&[]), &ada).await;
    assert!(
        answer(
            &world
                .visit(&app.asks(&[("scope", "read:posts")]), Some(&ada))
                .await
        )
        .get("code")
        .is_some()
    );
}

#[tokio::test]
async fn who_disconnected_the_application_is_asked_again() {
    let world = World::new();
    let (ada, app) = (world.ada().await, world.web_app().await);
    world.connect(&app, &ada).await;
    world
        .store
        .disconnect(ada.member.id, &app.id, world.now())
        .await
        .unwrap();
    world.consent_page(&app.asks(&[]), &ada).await;
}

#[tokio::test]
async fn a_native_application_is_asked_about_each_time_since_any_program_could_pose_as_it() {
    let world = World::new();
    let (ada, app) = (world.ada().await, world.native_app().await);
    world.connect(&app, &ada).await;
    world.consent_page(&app.asks(&[]), &ada).await;
    assert_eq!(
        error(&world.visit(&app.asks(&[("prompt", "none")]), Some(&ada)).await),
        "interaction_required"
    );
    let spa = world
        .register(public(spec("https://spa.example/cb", "read:posts write:posts")))
        .await;
    world.connect(&spa, &ada).await;
    assert!(
        answer(&world.visit(&spa.asks(&[]), Some(&ada)).await)
            .get("code")
            .is_some()
    );
}

#[tokio::test]
async fn a_trusted_application_is_let_through_and_nothing_is_remembered() {
    let world = World::new();
    let ada = world.ada().await;
    let spec = spec("https://app.example/cb", "read:posts write:posts");
    let app = world.register(trusted(spec.clone())).await;
    assert!(
        answer(&world.visit(&app.asks(&[]), Some(&ada)).await)
            .get("code")
            .is_some()
    );
    world.edit(&app, spec).await;
    world.consent_page(&app.asks(&[]), &ada).await;
}

#[tokio::test]
async fn what_a_trusted_application_asked_for_all_the_same_is_not_remembered_either() {
    let world = World::new();
    let ada = world.ada().await;
    let spec = spec("https://app.example/cb", "read:posts write:posts");
    let app = world.register(trusted(spec.clone())).await;
    let page = world
        .consent_page(&app.asks(&[("prompt", "consent")]), &ada)
        .await;
    assert!(
        answer(&world.allow(&page, "read:posts write:posts", &ada).await)
            .get("code")
            .is_some()
    );
    world.edit(&app, spec).await;
    world.consent_page(&app.asks(&[]), &ada).await;
}

#[tokio::test]
async fn trust_does_not_let_any_program_on_the_device_pose_as_the_application() {
    let world = World::new();
    let ada = world.ada().await;
    for uri in [
        "http://127.0.0.1/cb",
        "http://localhost:3000/cb",
        "com.example.app:/cb",
    ] {
        let app = world
            .register(trusted(public(spec(uri, "read:posts write:posts"))))
            .await;
        for _ in 0..2 {
            world.connect(&app, &ada).await;
            world.consent_page(&app.asks(&[]), &ada).await;
            let silent = world.visit(&app.asks(&[("prompt", "none")]), Some(&ada)).await;
            assert_eq!(error(&silent), "interaction_required", "{uri}");
        }
    }
    let spa = world
        .register(trusted(public(spec(
            "https://spa.example/cb",
            "read:posts write:posts",
        ))))
        .await;
    let silent = world.visit(&spa.asks(&[("prompt", "none")]), Some(&ada)).await;
    assert!(answer(&silent).get("code").is_some());
}

#[tokio::test]
async fn a_trusted_application_gets_no_host_scopes_from_a_member() {
    let world = World::new();
    let ada = world.ada().await;
    let app = world
        .register(trusted(spec("https://app.example/cb", "host:read:network_posts")))
        .await;
    assert_eq!(
        error(&world.visit(&app.asks(&[("scope", "")]), Some(&ada)).await),
        "access_denied"
    );
}

#[tokio::test]
async fn an_answer_counts_only_from_the_person_who_was_asked() {
    let world = World::new();
    let (ada, app) = (world.ada().await, world.web_app().await);
    let page = world.consent_page(&app.asks(&[]), &ada).await;
    let grace = world.person("grace", Role::Host).await;
    let Decision::Consent(again) = world.allow(&page, "read:posts", &grace).await else {
        panic!("not asked")
    };
    assert_eq!(again.member, grace.member);
}

#[tokio::test]
async fn an_answer_after_the_session_ended_means_sign_in_first() {
    let world = World::new();
    let (ada, app) = (world.ada().await, world.web_app().await);
    let page = world.consent_page(&app.asks(&[]), &ada).await;
    let mut form = page.hidden.clone();
    form.push(("decision".into(), "allow".into()));
    form.push(("approved".into(), "read:posts".into()));
    let decision = world
        .server
        .answer_consent(&form, None, &crate::world::origin())
        .await;
    assert!(matches!(decision, Decision::SignIn(_)), "{decision:?}");
}

#[tokio::test]
async fn a_form_with_a_redirect_uri_that_was_changed_is_a_page() {
    let world = World::new();
    let (ada, app) = (world.ada().await, world.web_app().await);
    let mut page = world.consent_page(&app.asks(&[]), &ada).await;
    for (name, value) in &mut page.hidden {
        if name == "redirect_uri" {
            *value = "https://evil.example/".into();
        }
    }
    assert!(matches!(
        world.allow(&page, "read:posts", &ada).await,
        Decision::Page(_)
    ));
}

#[tokio::test]
async fn an_application_deleted_while_the_person_thinks_is_a_page() {
    let world = World::new();
    let (ada, app) = (world.ada().await, world.web_app().await);
    let page = world.consent_page(&app.asks(&[]), &ada).await;
    world
        .store
        .delete_application(&app.id, &Actor::operator(), world.now())
        .await
        .unwrap();
    assert!(matches!(
        world.allow(&page, "read:posts", &ada).await,
        Decision::Page(_)
    ));
}

/// The session ended between its check and the grant: signed out everywhere, or the password was changed.
#[tokio::test]
async fn an_answer_in_a_session_that_has_ended_grants_nothing() {
    let world = World::new();
    let (ada, app) = (world.ada().await, world.web_app().await);
    let page = world.consent_page(&app.asks(&[]), &ada).await;
    let ended = latchkey_oauth::SignedIn {
        session: Some(latchkey_storage::SessionId(999)),
        ..ada.clone()
    };
    let Decision::SignIn(sign_in) = world.allow(&page, "read:posts", &ended).await else {
        panic!("a code")
    };
    // The request is the same, so it continues after the sign-in.
    assert!(!sign_in.again);
    assert!(sign_in.return_to.contains(app.id.as_str()));
    let remembered =
        world
            .store
            .remembered_consent(ada.member.id, &app.id, latchkey_domain::Timestamp::from_millis(0));
    assert!(remembered.await.unwrap().is_empty());

    world.connect(&app, &ada).await;
    let silent = world.visit(&app.asks(&[("prompt", "none")]), Some(&ended)).await;
    assert_eq!(error(&silent), "login_required");
}
