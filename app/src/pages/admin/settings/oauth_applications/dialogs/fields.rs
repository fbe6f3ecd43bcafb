//! The fields of the form: their values, and how they differ between two versions of an application.

use latchkey_domain::{ApplicationDraft, Scope, ScopeSet};
use leptos::prelude::*;

/// The values in the form.
#[derive(Clone, Copy)]
pub(super) struct Fields {
    pub(super) name: RwSignal<String>,
    pub(super) redirect_uris: RwSignal<String>,
    pub(super) scopes: RwSignal<ScopeSet>,
    pub(super) confidential: RwSignal<bool>,
    pub(super) skip_consent: RwSignal<bool>,
    pub(super) description: RwSignal<String>,
    pub(super) website: RwSignal<String>,
    pub(super) privacy_policy: RwSignal<String>,
    pub(super) after_sign_out: RwSignal<String>,
    pub(super) spaces_in_groups: RwSignal<bool>,
    pub(super) es256: RwSignal<bool>,
}

impl Fields {
    pub(super) fn new(draft: &ApplicationDraft) -> Self {
        Self {
            name: RwSignal::new(draft.name.clone()),
            redirect_uris: RwSignal::new(draft.redirect_uris.clone()),
            scopes: RwSignal::new(scopes(draft)),
            confidential: RwSignal::new(draft.confidential),
            skip_consent: RwSignal::new(draft.skip_consent),
            description: RwSignal::new(draft.description.clone()),
            website: RwSignal::new(draft.website.clone()),
            privacy_policy: RwSignal::new(draft.privacy_policy.clone()),
            after_sign_out: RwSignal::new(draft.post_logout_redirect_uris.clone()),
            spaces_in_groups: RwSignal::new(draft.spaces_in_groups),
            es256: RwSignal::new(draft.es256),
        }
    }

    /// The form as it is now.
    pub(super) fn draft(self) -> ApplicationDraft {
        ApplicationDraft {
            name: self.name.get(),
            redirect_uris: self.redirect_uris.get(),
            scopes: self
                .scopes
                .get()
                .iter()
                .map(|scope| scope.id().to_owned())
                .collect(),
            confidential: self.confidential.get(),
            skip_consent: self.skip_consent.get(),
            description: self.description.get(),
            website: self.website.get(),
            privacy_policy: self.privacy_policy.get(),
            post_logout_redirect_uris: self.after_sign_out.get(),
            spaces_in_groups: self.spaces_in_groups.get(),
            es256: self.es256.get(),
        }
    }

    /// Sets `part` to its value in `from`.
    pub(super) fn set(self, part: Part, from: &ApplicationDraft) {
        match part {
            Part::Name => self.name.set(from.name.clone()),
            Part::RedirectUris => self.redirect_uris.set(from.redirect_uris.clone()),
            Part::Scopes => self.scopes.set(scopes(from)),
            Part::Type => self.confidential.set(from.confidential),
            Part::Consent => self.skip_consent.set(from.skip_consent),
            Part::Description => self.description.set(from.description.clone()),
            Part::Website => self.website.set(from.website.clone()),
            Part::PrivacyPolicy => self.privacy_policy.set(from.privacy_policy.clone()),
            Part::AfterSignOut => self.after_sign_out.set(from.post_logout_redirect_uris.clone()),
            Part::Groups => self.spaces_in_groups.set(from.spaces_in_groups),
            Part::Signature => self.es256.set(from.es256),
        }
    }
}

/// The scopes of a draft. One that no longer exists is dropped.
fn scopes(draft: &ApplicationDraft) -> ScopeSet {
    draft
        .scopes
        .iter()
        .filter_map(|id| id.parse::<Scope>().ok())
        .collect()
}

/// A part of an application that a host chooses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Name,
    RedirectUris,
    Scopes,
    Type,
    Consent,
    Description,
    Website,
    PrivacyPolicy,
    AfterSignOut,
    Groups,
    Signature,
}

impl Part {
    const ALL: [Self; 11] = [
        Self::Name,
        Self::RedirectUris,
        Self::Scopes,
        Self::Type,
        Self::Consent,
        Self::Description,
        Self::Website,
        Self::PrivacyPolicy,
        Self::AfterSignOut,
        Self::Groups,
        Self::Signature,
    ];

    /// What differs between two versions.
    pub(super) fn changed(before: &ApplicationDraft, after: &ApplicationDraft) -> Vec<Self> {
        let differs = |part: &Self| part.text(before) != part.text(after);
        Self::ALL.into_iter().filter(differs).collect()
    }

    pub(super) const fn label(self) -> &'static str {
        match self {
            Self::Name => "Application Name",
            Self::RedirectUris => "Redirect URI",
            Self::Scopes => "Scopes",
            Self::Type => "Type",
            Self::Consent => "Consent screen",
            Self::Description => "Description",
            Self::Website => "Website",
            Self::PrivacyPolicy => "Privacy policy",
            Self::AfterSignOut => "After sign-out",
            Self::Groups => "Groups",
            Self::Signature => "ID tokens",
        }
    }

    /// Its value as text.
    pub(super) fn text(self, draft: &ApplicationDraft) -> String {
        match self {
            Self::Name => draft.name.clone(),
            Self::RedirectUris => draft.redirect_uris.clone(),
            Self::Scopes => scopes(draft).to_string(),
            Self::Type => if draft.confidential {
                "Confidential"
            } else {
                "Public"
            }
            .to_owned(),
            Self::Consent => if draft.skip_consent { "Skipped" } else { "Shown" }.to_owned(),
            Self::Description => draft.description.clone(),
            Self::Website => draft.website.clone(),
            Self::PrivacyPolicy => draft.privacy_policy.clone(),
            Self::AfterSignOut => draft.post_logout_redirect_uris.clone(),
            Self::Groups => if draft.spaces_in_groups {
                "Role and spaces"
            } else {
                "Role"
            }
            .to_owned(),
            Self::Signature => if draft.es256 { "ES256" } else { "RS256" }.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_which_parts_changed() {
        let before = ApplicationDraft {
            name: "CRM".into(),
            scopes: vec!["read:posts".into(), "read:search".into()],
            ..ApplicationDraft::default()
        };
        let after = ApplicationDraft {
            name: "CRM 2".into(),
            scopes: vec!["read:search".into(), "read:posts".into()],
            confidential: false,
            website: "https://crm.example".into(),
            ..before.clone()
        };
        assert_eq!(
            Part::changed(&before, &after),
            [Part::Name, Part::Type, Part::Website]
        );
        assert_eq!(Part::changed(&after, &after), []);
    }

    #[test]
    fn every_part_can_be_taken_over() {
        let owner = Owner::new();
        owner.with(|| {
            let theirs = ApplicationDraft {
                name: "CRM".into(),
                redirect_uris: "https://crm.example/cb".into(),
                scopes: vec!["read:posts".into()],
                confidential: false,
                skip_consent: true,
                description: "Counts.".into(),
                website: "https://crm.example".into(),
                privacy_policy: "https://crm.example/privacy".into(),
                post_logout_redirect_uris: "https://crm.example/".into(),
                spaces_in_groups: true,
                es256: true,
            };
            let fields = Fields::new(&ApplicationDraft::default());
            let parts = Part::changed(&ApplicationDraft::default(), &theirs);
            assert_eq!(parts, Part::ALL);
            for part in parts {
                fields.set(part, &theirs);
            }
            assert_eq!(untrack(|| fields.draft()), theirs);
        });
    }
}
