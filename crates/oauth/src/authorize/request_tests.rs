use proptest::prelude::*;

use super::super::requested_at::query;
use super::*;
use crate::testing::application;

const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// Reads a valid request with `changes`; an empty value removes a parameter.
fn read(
    confidential: bool,
    changes: &[(&str, &str)],
) -> Result<(ScopeSet, bool, Prompt), (RedirectCode, String)> {
    let mut pairs = vec![
        ("response_type".to_owned(), "code".to_owned()),
        ("state".to_owned(), "xyz".to_owned()),
        ("code_challenge".to_owned(), CHALLENGE.to_owned()),
        ("code_challenge_method".to_owned(), "S256".to_owned()),
    ];
    for (name, value) in changes {
        pairs.retain(|(other, _)| other != name);
        pairs.push(((*name).to_owned(), (*value).to_owned()));
    }
    let target = ClientTarget::of(application("https://x.example/cb", confidential), Some("xyz"));
    AuthorizationRequest::read(&Params::new(&pairs, PARAMETERS), &target)
        .map(|request| (request.scopes, request.code_challenge.is_some(), request.prompt))
        .map_err(|error| (error.code, error.description))
}

fn code(changes: &[(&str, &str)]) -> RedirectCode {
    read(true, changes).unwrap_err().0
}

#[test]
fn a_request_is_read() {
    let (scopes, challenged, prompt) = read(true, &[("scope", "read:posts"), ("prompt", "consent")]).unwrap();
    assert_eq!(scopes.to_string(), "read:posts");
    assert!(challenged && prompt.consent);
}

#[test]
fn only_the_code_flow_is_supported() {
    assert_eq!(code(&[("response_type", "")]), RedirectCode::InvalidRequest);
    for response_type in ["token", "id_token", "code token", "none", "CODE"] {
        assert_eq!(
            code(&[("response_type", response_type)]),
            RedirectCode::UnsupportedResponseType
        );
    }
}

#[test]
fn only_the_query_carries_answers() {
    assert!(read(true, &[("response_mode", "query")]).is_ok());
    for mode in ["fragment", "form_post", "query.jwt"] {
        assert_eq!(code(&[("response_mode", mode)]), RedirectCode::InvalidRequest);
    }
}

#[test]
fn request_objects_are_not_supported() {
    assert_eq!(code(&[("request", "eyJ")]), RedirectCode::RequestNotSupported);
    assert_eq!(
        code(&[("request_uri", "https://x.example/r")]),
        RedirectCode::RequestUriNotSupported
    );
}

#[test]
fn a_public_application_must_send_a_challenge_and_any_challenge_must_be_s256() {
    let without = [("code_challenge", ""), ("code_challenge_method", "")];
    assert!(read(true, &without).is_ok());
    let (code, words) = read(false, &without).unwrap_err();
    assert_eq!(code, RedirectCode::InvalidRequest);
    assert!(words.contains("public"));
    for confidential in [true, false] {
        for method in ["plain", "S512", ""] {
            let (code, words) = read(confidential, &[("code_challenge_method", method)]).unwrap_err();
            assert_eq!(code, RedirectCode::InvalidRequest);
            assert!(words.contains("S256"), "{words}");
        }
    }
}

#[test]
fn state_is_needed_where_there_is_no_challenge() {
    assert!(read(true, &[("state", "")]).is_ok());
    let neither = [
        ("state", ""),
        ("code_challenge", ""),
        ("code_challenge_method", ""),
    ];
    assert_eq!(code(&neither), RedirectCode::InvalidRequest);
}

#[test]
fn scopes_are_registered_ones_and_all_of_them_when_left_out() {
    let (scopes, ..) = read(true, &[]).unwrap();
    assert_eq!(
        scopes.to_string(),
        "host:read:network_members read:posts write:posts"
    );
    let (scopes, ..) = read(
        true,
        &[("scope", "read:mail read:posts read:courses offline_access")],
    )
    .unwrap();
    assert_eq!(scopes.to_string(), "read:posts");
    let (code, words) = read(true, &[("scope", "read:mail")]).unwrap_err();
    assert_eq!(code, RedirectCode::InvalidScope);
    assert!(
        words.starts_with("`read:mail` is not a scope of this network. Its scopes are "),
        "{words}"
    );
    let (code, words) = read(true, &[("scope", "read:courses read:search")]).unwrap_err();
    assert_eq!(code, RedirectCode::InvalidScope);
    assert!(
        words.starts_with("`scope` has read:courses read:search, which is not registered"),
        "{words}"
    );
}

#[test]
fn a_parameter_that_comes_twice_is_refused() {
    let target = ClientTarget::of(application("https://x.example/cb", true), None);
    for name in PARAMETERS.iter().filter(|name| **name != RESOURCE) {
        let pairs = vec![
            ((*name).to_owned(), "a".to_owned()),
            ((*name).to_owned(), "a".to_owned()),
        ];
        let error = AuthorizationRequest::read(&Params::new(&pairs, PARAMETERS), &target).unwrap_err();
        assert_eq!(error.code, RedirectCode::InvalidRequest);
        assert!(error.description.contains(name), "{}", error.description);
    }
}

proptest! {
    #[test]
    fn any_request_is_read_or_refused(
        pairs in proptest::collection::vec((proptest::sample::select(PARAMETERS.to_vec()), ".{0,20}"), 0..12),
        confidential: bool,
    ) {
        let pairs: Vec<_> = pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        let params = Params::new(&pairs, PARAMETERS);
        let target = ClientTarget::of(application("https://x.example/cb", confidential), None);
        if let Ok(request) = AuthorizationRequest::read(&params, &target) {
            prop_assert!(target.application.spec.scopes.contains_all(request.scopes));
            prop_assert!(!request.scopes.is_empty());
            prop_assert!(confidential || request.code_challenge.is_some());
        }
        let read_back: Vec<_> = form_urlencoded::parse(query(&params).as_bytes()).into_owned().collect();
        let sent: Vec<_> = pairs.iter().filter(|(name, _)| name != requested_at::PARAMETER).cloned().collect();
        prop_assert_eq!(read_back, sent);
    }
}
