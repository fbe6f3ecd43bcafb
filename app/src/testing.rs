//! Shared by the tests of plain pages.

use latchkey_domain::provider::{CredentialsIn, ProviderKind, ProviderUrl};
use latchkey_domain::{
    Application, ApplicationDraft, ListedMember, Member, MemberId, MemberName, Provider, ProviderId,
    ProviderSpec, Role, Timestamp,
};
use latchkey_registration::{
    ActivityEntry, ActivityKind, ActivityLine, ActivityReason, Candidate, NewActivity, SentClientId,
};

use crate::components::frame::Frame;
use crate::components::navigation::Visitor;
use crate::functions::applications::card::{ApplicationCard, Date};

pub(crate) fn frame() -> Frame {
    Frame {
        network: "River Club".into(),
        css: "/pkg/latchkey.0.css".into(),
        ..Frame::default()
    }
}

pub(crate) fn visitor(is_host: bool) -> Visitor {
    Visitor {
        name: "Ada Lovelace".into(),
        is_host,
    }
}

pub(crate) fn member() -> Member {
    listed_member("Ada Lovelace").member
}

/// A confidential application that was edited twice.
pub(crate) fn application(name: &str) -> Application {
    let draft = ApplicationDraft {
        name: name.into(),
        redirect_uris: "https://app.example/cb".into(),
        scopes: vec!["read:posts".into(), "host:read:network_events".into()],
        ..ApplicationDraft::default()
    };
    Application {
        client_id: "A".repeat(43).parse().unwrap(),
        spec: draft.validate().unwrap(),
        paused_at: None,
        created_at: Timestamp::from_millis(0),
        created_by: None,
        logo: None,
        last_used_at: None,
        revision: 3,
    }
}

/// An OpenID Connect provider that is off, with the address `club`.
pub(crate) fn provider(name: &str) -> Provider {
    Provider {
        id: ProviderId(1),
        spec: ProviderSpec {
            name: name.to_owned().try_into().unwrap(),
            slug: "club".parse().unwrap(),
            kind: ProviderKind::OpenIdConnect {
                issuer: ProviderUrl::parse("https://login.example").unwrap(),
            },
            client_id: "latchkey".to_owned().try_into().unwrap(),
            credentials_in: CredentialsIn::Header,
            scopes: "openid profile email".to_owned().try_into().unwrap(),
            verifies_emails: false,
            admits_new_people: false,
            follows_profile: false,
            is_on: false,
        },
        has_secret: true,
        logo: None,
    }
}

/// The same as a card: never used, nobody connected, nothing failed.
pub(crate) fn card(name: &str) -> ApplicationCard {
    let application = application(name);
    ApplicationCard {
        client_id: application.client_id.to_string(),
        form: ApplicationDraft::from_spec(&application.spec),
        paused: false,
        created: Date {
            text: "15 Jan 2027".into(),
            iso: "2027-01-15T08:00:00Z".into(),
        },
        last_used: None,
        secrets: vec![],
        connected_members: 0,
        logo: None,
        used: None,
        failures: 0,
        latest_failure: None,
        in_use: false,
        revision: application.revision,
    }
}

/// A request with a redirect URI that was not registered.
pub(crate) fn activity_line(id: i64, candidate: Candidate) -> ActivityLine {
    let event = NewActivity {
        reason: Some(ActivityReason::RedirectUriMismatch),
        redirect_uri: Some("https://app.example/<b>".into()),
        member: Some(MemberId(1)),
        address: Some("192.0.2.1".into()),
        request_id: Some("0123456789abcdef".into()),
        ..NewActivity::failed(
            SentClientId::new(&"A".repeat(43)),
            Timestamp::from_millis(0),
            ActivityKind::Authorization,
            "redirect_uri was `https://app.example/<b>`",
        )
    };
    ActivityLine {
        entry: ActivityEntry {
            id,
            event,
            is_matched: true,
            times: 1,
            unkept: 0,
            last_at: Timestamp::from_millis(0),
        },
        member: None,
        application: Some(application("Mobile App")),
        candidate,
    }
}

/// Checks that hold for every plain page.
pub(crate) fn assert_sound(html: &str) {
    assert_sound_with_scripts(html, 0);
}

/// The same for a page that loads this many scripts. No script is inline.
pub(crate) fn assert_sound_with_scripts(html: &str, scripts: usize) {
    assert_eq!(html.matches("<script defer src=").count(), scripts, "{html}");
    assert!(html.starts_with("<!DOCTYPE html><html lang=\"en\">"), "{html}");
    assert!(!html.contains("<!>"), "{html}");
    for (what, times) in [
        ("<h1", 1),
        ("<main", 1),
        ("<script", scripts),
        ("style=", 0),
        ("onclick", 0),
    ] {
        assert_eq!(html.matches(what).count(), times, "{what} in {html}");
    }
    // Bars of a chart also have titles.
    let head = html.split("</head>").next().unwrap_or_default();
    assert_eq!(head.matches("<title>").count(), 1, "{head}");
    for id in html
        .split(" id=\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
    {
        assert_eq!(
            html.matches(&format!(" id=\"{id}\"")).count(),
            1,
            "{id} is there twice"
        );
    }
    // Text in this class is for machines and must not be translated.
    for tag in html.split('<').filter(|tag| tag.contains(" class=\"")) {
        let (_, classes) = tag.split_once(" class=\"").unwrap_or_default();
        let is_mono = classes
            .split('"')
            .next()
            .is_some_and(|all| all.split(' ').any(|one| one == "mono"));
        assert!(!is_mono || tag.contains(" translate=\"no\""), "<{tag}");
    }
    for reference in ["for", "aria-describedby"] {
        for ids in html
            .split(&format!(" {reference}=\""))
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
        {
            for id in ids.split(' ') {
                assert!(
                    html.contains(&format!(" id=\"{id}\"")),
                    "{reference} names {id}, which is not there"
                );
            }
        }
    }
}

/// A member who can sign in and was never here.
pub(crate) fn listed_member(name: &str) -> ListedMember {
    ListedMember {
        member: Member {
            id: MemberId(1),
            email: "ada@example.com".parse().unwrap(),
            name: MemberName::parse(name).unwrap(),
            role: Role::Member,
            joined_at: Timestamp::from_millis(1_700_000_000_000),
            email_verified: false,
            suspended_at: None,
            second_factor: false,
        },
        can_sign_in: true,
        link_until: None,
        last_active_at: None,
    }
}
