//! Which applications the demonstration network has.

use latchkey_domain::ApplicationDraft;

/// Since how many days, and what the host typed; the oldest first.
pub(super) fn applications() -> Vec<(u32, ApplicationDraft)> {
    vec![
        (
            540,
            draft(
                "Member Directory",
                "https://directory.harborstreet.example/oauth/callback",
                "host:read:network_members host:read:network_spaces",
            ),
        ),
        (
            402,
            ApplicationDraft {
                confidential: false,
                ..draft(
                    "Mobile App",
                    "example.harborstreet.app:/oauth/callback\nhttp://127.0.0.1/oauth/callback",
                    "read:userinfo read:posts read:courses read:search write:posts write:comments",
                )
            },
        ),
        (
            311,
            draft(
                "CRM Integration",
                "https://crm.example.com/oauth/callback\nhttps://staging.crm.example.com/oauth/callback",
                "host:read:network_members host:read:network_plans read:userinfo",
            ),
        ),
        (
            188,
            ApplicationDraft {
                skip_consent: true,
                ..draft(
                    "Harbor Street Website",
                    "https://www.harborstreet.example/auth/callback",
                    "read:userinfo",
                )
            },
        ),
        (
            97,
            draft(
                "Event Calendar",
                "https://calendar.harborstreet.example/auth/latchkey/callback",
                "host:read:network_events read:userinfo",
            ),
        ),
        (
            23,
            ApplicationDraft {
                confidential: false,
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
        confidential: true,
        skip_consent: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_one_of_them_is_valid() {
        for (_, draft) in applications() {
            assert!(draft.validate().is_ok(), "{}: {:?}", draft.name, draft.validate());
        }
    }
}
