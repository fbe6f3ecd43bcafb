//! Values for the unit tests of pure rules.

use std::time::Duration;

use latchkey_domain::{
    Application, ApplicationDraft, ApplicationSpec, Member, MemberId, MemberName, Role, Timestamp,
};
use latchkey_storage::{Grant, GrantId, GrantState};

/// The time `seconds` after the tests start.
pub(crate) fn seconds(seconds: u64) -> Timestamp {
    Timestamp::from_millis(1_700_000_000_000).plus(Duration::from_secs(seconds))
}

/// The form of an application called Mobile App, with these redirect URIs and type.
pub(crate) fn spec(redirect_uris: &str, confidential: bool) -> ApplicationSpec {
    let draft = ApplicationDraft {
        name: "Mobile App".into(),
        redirect_uris: redirect_uris.into(),
        scopes: vec![
            "read:posts".into(),
            "write:posts".into(),
            "host:read:network_members".into(),
        ],
        confidential,
        ..ApplicationDraft::default()
    };
    draft.validate().unwrap()
}

pub(crate) fn application(redirect_uris: &str, confidential: bool) -> Application {
    Application {
        client_id: "c".repeat(43).parse().unwrap(),
        spec: spec(redirect_uris, confidential),
        paused_at: None,
        created_at: seconds(0),
        created_by: None,
        logo: None,
        last_used_at: None,
        revision: 1,
    }
}

/// A grant whose code was just issued.
pub(crate) fn grant() -> Grant {
    Grant {
        id: GrantId(7),
        application: application("https://myapp.example/cb", true),
        member: Member {
            id: MemberId(3),
            email: "ada@example.com".parse().unwrap(),
            name: MemberName::parse("Ada Lovelace").unwrap(),
            role: Role::Member,
            joined_at: seconds(0),
            email_verified: false,
            suspended_at: None,
            second_factor: false,
        },
        scopes: "read:posts write:posts".parse().unwrap(),
        requested_redirect_uri: Some("https://myapp.example/cb".into()),
        code_challenge: None,
        salt: [9; 16],
        created_at: seconds(0),
        code_expires_at: seconds(120),
        is_explorer_login: false,
        sign_in: None,
        resource: None,
        state: GrantState {
            generation: 0,
            issued_at: seconds(0),
            generation_used_at: None,
            repeated_at: None,
            last_used_at: None,
            revoked: None,
        },
    }
}
