use proptest::prelude::*;

use super::super::grant_type::tests::{read, refusal};
use super::*;
use crate::testing::{application, grant, seconds};
use crate::tokens::Claims;

const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

fn key() -> TokenKey {
    TokenKey::new(&[1; 32])
}

/// A correct request, a second after the code was issued.
fn exchange() -> CodeExchange {
    let grant = grant();
    let claims = Claims {
        grant: grant.id,
        generation: 0,
        issued_at: seconds(0),
        limit: ScopeLimit::NONE,
    };
    let code = key().make(TokenKind::Code, &claims, &grant.salt);
    CodeExchange {
        key: key(),
        code: key().read(TokenKind::Code, code.expose()).unwrap(),
        client_id: grant.application.client_id,
        is_public: false,
        redirect_uri: grant.requested_redirect_uri,
        code_verifier: None,
        is_explorer_login: false,
        resource: None,
        now: seconds(1),
    }
}

fn redeemed() -> Grant {
    let mut grant = grant();
    (grant.state.generation, grant.state.issued_at) = (1, seconds(1));
    grant
}

#[track_caller]
fn refused(exchange: &CodeExchange, grant: &Grant) -> CodeRefusal {
    match exchange.judge(grant) {
        Verdict::Refuse(refusal) => refusal,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_first_use_redeems() {
    let Verdict::Redeem(state) = exchange().judge(&grant()) else {
        panic!("refused")
    };
    assert_eq!(
        (state.generation, state.issued_at, state.generation_used_at),
        (1, seconds(1), None)
    );
}

#[test]
fn the_second_use_revokes_even_when_it_comes_late() {
    for now in [1, 2, 120, 999_999] {
        let exchange = CodeExchange {
            now: seconds(now),
            ..exchange()
        };
        let Verdict::Replay(state) = exchange.judge(&redeemed()) else {
            panic!("no replay at {now}")
        };
        assert_eq!(
            state.revoked,
            Some((seconds(now), RevocationReason::CodeReplayed))
        );
        assert_eq!(state.generation, 1);
    }
}

#[test]
fn a_code_expires() {
    assert!(matches!(
        CodeExchange {
            now: seconds(119),
            ..exchange()
        }
        .judge(&grant()),
        Verdict::Redeem(_)
    ));
    assert_eq!(
        refused(
            &CodeExchange {
                now: seconds(123),
                ..exchange()
            },
            &grant()
        ),
        CodeRefusal::Expired(Duration::from_secs(3))
    );
}

#[test]
fn another_application_is_refused_and_revokes_nothing() {
    let other = CodeExchange {
        client_id: "d".repeat(43).parse().unwrap(),
        ..exchange()
    };
    assert_eq!(refused(&other, &grant()), CodeRefusal::OtherApplication);
    assert_eq!(refused(&other, &redeemed()), CodeRefusal::OtherApplication);
}

#[test]
fn a_code_of_another_row_is_unknown() {
    let mut other = grant();
    other.salt = [8; 16];
    assert_eq!(refused(&exchange(), &other), CodeRefusal::Unknown);
    other = grant();
    other.id = latchkey_storage::GrantId(8);
    assert_eq!(refused(&exchange(), &other), CodeRefusal::Unknown);
}

#[test]
fn the_redirect_uri_is_the_same_to_the_letter() {
    let with = |sent: Option<&str>| CodeExchange {
        redirect_uri: sent.map(str::to_owned),
        ..exchange()
    };
    assert_eq!(refused(&with(None), &grant()), CodeRefusal::RedirectUriMissing);
    for sent in [
        "https://myapp.example/cb/",
        "https://MYAPP.example/cb",
        "https://myapp.example/%63b",
    ] {
        assert_eq!(
            refused(&with(Some(sent)), &grant()),
            CodeRefusal::RedirectUriMismatch,
            "{sent}"
        );
    }
    // Wrong where the code was used before: refused for that, and nothing is revoked.
    assert_eq!(
        refused(&with(Some("https://x.example/")), &redeemed()),
        CodeRefusal::RedirectUriMismatch
    );
}

#[test]
fn with_a_challenge_the_redirect_uri_may_be_left_out_but_not_be_another() {
    let with = |sent: Option<&str>, verifier: Option<&str>| CodeExchange {
        redirect_uri: sent.map(str::to_owned),
        code_verifier: verifier.map(SecretString::from),
        ..exchange()
    };
    let challenged = Grant {
        code_challenge: Some(CHALLENGE.into()),
        ..grant()
    };
    assert!(matches!(
        with(None, Some(VERIFIER)).judge(&challenged),
        Verdict::Redeem(_)
    ));
    assert_eq!(
        refused(&with(None, None), &challenged),
        CodeRefusal::Verifier(VerifierError::Missing)
    );
    assert_eq!(
        refused(
            &with(Some("https://myapp.example/cb/"), Some(VERIFIER)),
            &challenged
        ),
        CodeRefusal::RedirectUriMismatch
    );
}

#[test]
fn a_redirect_uri_that_was_left_out_may_be_left_out_again_or_be_a_registered_one() {
    let grant = Grant {
        requested_redirect_uri: None,
        ..grant()
    };
    let with = |sent: Option<&str>| CodeExchange {
        redirect_uri: sent.map(str::to_owned),
        ..exchange()
    };
    assert!(matches!(with(None).judge(&grant), Verdict::Redeem(_)));
    assert!(matches!(
        with(Some("https://myapp.example/cb")).judge(&grant),
        Verdict::Redeem(_)
    ));
    assert_eq!(
        refused(&with(Some("https://x.example/cb")), &grant),
        CodeRefusal::RedirectUriMismatch
    );
}

#[test]
fn pkce_cannot_be_downgraded() {
    let with = |verifier: Option<&str>| CodeExchange {
        code_verifier: verifier.map(SecretString::from),
        ..exchange()
    };
    let challenged = Grant {
        code_challenge: Some(CHALLENGE.into()),
        ..grant()
    };
    assert!(matches!(
        with(Some(VERIFIER)).judge(&challenged),
        Verdict::Redeem(_)
    ));
    assert_eq!(
        refused(&with(None), &challenged),
        CodeRefusal::Verifier(VerifierError::Missing)
    );
    assert_eq!(
        refused(&with(Some(CHALLENGE)), &challenged),
        CodeRefusal::Verifier(VerifierError::Mismatch)
    );
    assert_eq!(
        refused(&with(Some(VERIFIER)), &grant()),
        CodeRefusal::Verifier(VerifierError::Unexpected)
    );
    // A replay without the proof does not count as a second use.
    let challenged = Grant {
        code_challenge: Some(CHALLENGE.into()),
        ..redeemed()
    };
    assert_eq!(
        refused(&with(None), &challenged),
        CodeRefusal::Verifier(VerifierError::Missing)
    );
}

#[test]
fn a_public_application_needs_a_challenge() {
    let public = CodeExchange {
        is_public: true,
        ..exchange()
    };
    let grant = Grant {
        application: application("https://myapp.example/cb", false),
        ..grant()
    };
    assert_eq!(
        refused(&public, &grant),
        CodeRefusal::Verifier(VerifierError::NoProof)
    );
}

#[test]
fn a_revoked_grant_is_not_redeemed() {
    let mut grant = grant();
    grant.state.revoked = Some((seconds(0), RevocationReason::Host));
    assert_eq!(
        refused(&exchange(), &grant),
        CodeRefusal::Revoked(RevocationReason::Host)
    );
}

#[test]
fn the_integrator_learns_how_redirect_uris_differ_and_the_client_only_that_they_do() {
    let exchange = CodeExchange {
        redirect_uri: Some("https://myapp.example/cb/".into()),
        ..exchange()
    };
    let refusal = refused(&exchange, &grant());
    assert_eq!(
        detail(&refusal, &grant(), &exchange).unwrap(),
        "redirect_uri was `https://myapp.example/cb/`, in the authorization request it was \
         `https://myapp.example/cb`: they differ by a trailing slash"
    );
    let error = EndpointError::from(refusal);
    assert_eq!(error.code(), ErrorCode::InvalidGrant);
    assert!(!error.description().contains("myapp"));
}

fn parameters(pairs: &[(&str, &str)]) -> Result<CodeParameters, EndpointError> {
    read(pairs, GRANT_TYPE.parameters, CodeParameters::read)
}

#[test]
fn an_empty_verifier_counts_as_left_out() {
    let read = parameters(&[("code", "x"), ("code_verifier", "")]).unwrap();
    assert!(read.code_verifier.is_none());
}

#[test]
fn a_missing_code_is_named() {
    assert_eq!(
        refusal(parameters(&[])),
        (ErrorCode::InvalidRequest, "`code` is missing".into())
    );
}

#[test]
fn nothing_secret_prints() {
    let read = parameters(&[("code", "s3cret-code"), ("code_verifier", "s3cret-verifier")]).unwrap();
    assert!(!format!("{read:?}").contains("s3cret"));
}

proptest! {
    #[test]
    fn any_parameters_are_read_or_refused_without_repeating_values(value in "S[a-z]{20}E", other in ".{0,10}") {
        let result = parameters(&[("code", &other), ("code_verifier", &value), ("code", &value)]);
        if let Err(error) = result {
            prop_assert!(!error.description().contains(&value));
        }
    }
}
