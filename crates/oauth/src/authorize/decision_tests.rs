use super::super::client_target::ClientTarget;
use super::super::prompt::Prompt;
use super::*;
use crate::narrowing::LeftOut;
use crate::testing::{application, grant, seconds};

fn target(redirect_uri: &str, confidential: bool, skip_consent: bool) -> ClientTarget {
    let mut application = application(redirect_uri, confidential);
    application.spec.skip_consent = skip_consent;
    ClientTarget::of(application, None)
}

fn web() -> ClientTarget {
    target("https://x.example/cb", true, false)
}

fn request<'a>(target: &'a ClientTarget, scopes: &str, prompt: &str) -> AuthorizationRequest<'a> {
    AuthorizationRequest {
        target,
        scopes: scopes.parse().unwrap(),
        left_out: LeftOut::default(),
        code_challenge: None,
        prompt: Prompt::read(Some(prompt)).unwrap(),
        max_age: None,
        nonce: None,
        id_token_hint: None,
        resource: None,
    }
}

fn ada(at: u64) -> SignedIn {
    SignedIn {
        session: None,
        proof: None,
        member: grant().member,
        at: seconds(at),
    }
}

fn asked(target: &ClientTarget, prompt: &str, remembered: &str) -> Result<bool, RedirectCode> {
    asks(
        &request(target, "read:posts", prompt),
        remembered.parse().unwrap(),
    )
    .map_err(|error| error.code)
}

#[test]
fn a_session_is_enough_unless_the_client_wants_a_new_sign_in() {
    let web = web();
    let request = request(&web, "read:posts", "");
    assert!(
        signed_in(&request, Some(&ada(0)), None, seconds(200))
            .unwrap()
            .is_some()
    );
    assert!(signed_in(&request, None, None, seconds(200)).unwrap().is_none());
}

#[test]
fn prompt_login_wants_a_sign_in_since_the_request() {
    let web = web();
    let request = request(&web, "read:posts", "login");
    let is_signed_in = |at, requested_at: Option<u64>| {
        signed_in(&request, Some(&ada(at)), requested_at.map(seconds), seconds(200))
            .unwrap()
            .is_some()
    };
    assert!(!is_signed_in(100, None));
    assert!(!is_signed_in(99, Some(100)));
    assert!(is_signed_in(101, Some(100)));
    assert!(
        signed_in(&request, None, Some(seconds(100)), seconds(200))
            .unwrap()
            .is_none()
    );
}

#[test]
fn prompt_none_without_a_session_fails() {
    let web = web();
    let error = signed_in(&request(&web, "read:posts", "none"), None, None, seconds(200)).unwrap_err();
    assert_eq!(error.code, RedirectCode::LoginRequired);
}

#[test]
fn only_a_host_grants_host_scopes() {
    let web = web();
    let request = request(&web, "read:posts host:read:network_members", "");
    assert!(may_grant(&request, Role::Host).is_ok());
    for role in [Role::Member, Role::Moderator] {
        let error = may_grant(&request, role).unwrap_err();
        assert_eq!(error.code, RedirectCode::AccessDenied);
        assert!(
            error
                .description
                .starts_with("only a host of the network can grant host:read:network_members,")
        );
    }
}

#[test]
fn who_granted_all_of_it_before_is_not_asked_again() {
    let web = web();
    assert_eq!(asked(&web, "", ""), Ok(true));
    assert_eq!(asked(&web, "", "write:posts"), Ok(true));
    assert_eq!(asked(&web, "", "read:posts"), Ok(false));
    assert_eq!(asked(&web, "", "read:posts write:posts"), Ok(false));
    assert_eq!(asked(&web, "consent", "read:posts"), Ok(true));
}

#[test]
fn prompt_none_shows_no_page() {
    let web = web();
    assert_eq!(asked(&web, "none", "read:posts"), Ok(false));
    assert_eq!(asked(&web, "none", ""), Err(RedirectCode::ConsentRequired));
    let native = target("http://127.0.0.1/cb", false, false);
    assert_eq!(
        asked(&native, "none", "read:posts"),
        Err(RedirectCode::InteractionRequired)
    );
    assert_eq!(asked(&native, "none", ""), Err(RedirectCode::ConsentRequired));
}

#[test]
fn a_trusted_application_is_let_through_unless_it_wants_to_ask() {
    for (uri, confidential) in [
        ("https://x.example/cb", true),
        ("http://127.0.0.1/cb", true),
        ("https://spa.example/cb", false),
    ] {
        let trusted = target(uri, confidential, true);
        assert_eq!(asked(&trusted, "", ""), Ok(false), "{uri}");
        assert_eq!(asked(&trusted, "none", ""), Ok(false), "{uri}");
        assert_eq!(asked(&trusted, "consent", ""), Ok(true), "{uri}");
    }
}

#[test]
fn trust_in_an_application_does_not_count_where_any_program_could_pose_as_it() {
    for uri in [
        "http://127.0.0.1/cb",
        "http://[::1]:4000/cb",
        "http://localhost:3000/cb",
        "com.example.app:/cb",
    ] {
        let trusted = target(uri, false, true);
        for remembered in ["", "read:posts"] {
            assert_eq!(asked(&trusted, "", remembered), Ok(true), "{uri}");
            assert_eq!(
                asked(&trusted, "none", remembered),
                Err(RedirectCode::InteractionRequired),
                "{uri}"
            );
        }
    }
}

#[test]
fn an_earlier_consent_does_not_count_where_any_program_could_pose_as_the_application() {
    for uri in [
        "http://127.0.0.1/cb",
        "http://localhost:3000/cb",
        "com.example.app:/cb",
    ] {
        assert_eq!(
            asked(&target(uri, false, false), "", "read:posts"),
            Ok(true),
            "{uri}"
        );
    }
    assert_eq!(
        asked(&target("https://spa.example/cb", false, false), "", "read:posts"),
        Ok(false)
    );
    assert_eq!(
        asked(&target("http://127.0.0.1/cb", true, false), "", "read:posts"),
        Ok(false)
    );
}
