//! Which applications the demonstration network has.

use latchkey_domain::ApplicationDraft;

/// An application of the demonstration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum App {
    Directory,
    Mobile,
    Crm,
    Website,
    Calendar,
    Courses,
}

/// The redirect URI that was later added to the CRM.
pub(super) const STAGING: &str = "https://staging.crm.example.com/oauth/callback";

/// How many days ago each was registered, and the host's form; oldest first.
pub(super) fn applications() -> Vec<(App, u32, ApplicationDraft)> {
    vec![
        (
            App::Directory,
            540,
            ApplicationDraft {
                description: "Finds members by craft and neighborhood.".into(),
                website: "https://directory.harborstreet.example".into(),
                privacy_policy: "https://directory.harborstreet.example/privacy".into(),
                ..draft(
                    "Member Directory",
                    "https://directory.harborstreet.example/oauth/callback",
                    "host:read:network_members host:read:network_spaces",
                )
            },
        ),
        (
            App::Mobile,
            402,
            ApplicationDraft {
                confidential: false,
                description:
                    "Reads and writes posts on the go, and keeps courses for a train ride without a network."
                        .into(),
                website: "https://app.harborstreet.example".into(),
                privacy_policy: "https://app.harborstreet.example/privacy".into(),
                ..draft(
                    "Mobile App",
                    "example.harborstreet.app:/oauth/callback\nhttp://127.0.0.1/oauth/callback",
                    "read:userinfo read:posts read:courses read:search write:posts write:comments",
                )
            },
        ),
        (
            App::Crm,
            311,
            ApplicationDraft {
                description: "Keeps the contacts of the office up to date with members and plans.".into(),
                website: "https://crm.example.com".into(),
                privacy_policy: "https://crm.example.com/legal/privacy".into(),
                ..draft(
                    "CRM Integration",
                    "https://crm.example.com/oauth/callback",
                    "host:read:network_members host:read:network_plans read:userinfo",
                )
            },
        ),
        (
            App::Website,
            188,
            ApplicationDraft {
                skip_consent: true,
                description: "The public site, with pages for members only.".into(),
                website: "https://www.harborstreet.example".into(),
                ..draft(
                    "Harbor Street Website",
                    "https://www.harborstreet.example/auth/callback",
                    "read:userinfo",
                )
            },
        ),
        (
            App::Calendar,
            97,
            ApplicationDraft {
                description: "Shows events of the network in a calendar that phones can subscribe to.".into(),
                website: "https://calendar.harborstreet.example".into(),
                ..draft(
                    "Event Calendar",
                    "https://calendar.harborstreet.example/auth/latchkey/callback",
                    "host:read:network_events read:userinfo",
                )
            },
        ),
        (
            App::Courses,
            23,
            ApplicationDraft {
                confidential: false,
                description: "Notes and flash cards beside your courses.".into(),
                website: "https://learn.harborstreet.example".into(),
                ..draft(
                    "Course Companion",
                    "https://learn.harborstreet.example/callback\nhttp://localhost:5173/callback",
                    "read:userinfo read:courses",
                )
            },
        ),
    ]
}

fn draft(name: &str, redirect_uris: &str, scopes: &str) -> ApplicationDraft {
    ApplicationDraft {
        name: name.into(),
        redirect_uris: redirect_uris.into(),
        scopes: scopes.split(' ').map(str::to_owned).collect(),
        ..ApplicationDraft::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_one_of_them_is_valid() {
        for (_, _, draft) in applications() {
            let spec = draft
                .validate()
                .unwrap_or_else(|errors| panic!("{}: {errors:?}", draft.name));
            assert!(spec.profile.description.is_some() && spec.profile.website.is_some());
        }
    }
}
