//! The form in which an application is created or edited, as typed, and its validation: one piece of code, which the
//! browser runs for quick answers and the server for safety.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::{
    ApplicationName, ApplicationProfile, ApplicationSpec, ClientType, Description, IdTokenAlgorithm, WebLink,
};
use crate::redirect_uri::{RedirectUri, RedirectUriError};
use crate::{RedirectUris, ScopeSet};

/// The form as it was typed; anything in it may be wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(clippy::struct_excessive_bools)] // Each is a checkbox.
pub struct ApplicationDraft {
    pub name: String,
    /// The redirect URIs, one per line.
    pub redirect_uris: String,
    /// The ids of the scopes that are ticked, or lists of them with white space between.
    pub scopes: Vec<String>,
    /// Whether “Confidential client” is ticked.
    pub confidential: bool,
    /// Whether “Skip consent screen” is ticked.
    pub skip_consent: bool,
    /// What the application is, in a sentence; may be blank, as may the links.
    #[serde(default)]
    pub description: String,
    #[serde(default)]
    pub website: String,
    #[serde(default)]
    pub privacy_policy: String,
    /// Where it may send people after they signed out, one address per line; may be blank.
    #[serde(default)]
    pub post_logout_redirect_uris: String,
    /// Whether “Tell it the spaces of a member” is ticked.
    #[serde(default)]
    pub spaces_in_groups: bool,
    /// Whether “Sign with ES256” is ticked.
    #[serde(default)]
    pub es256: bool,
}

/// The empty form.
impl Default for ApplicationDraft {
    fn default() -> Self {
        Self {
            name: String::new(),
            redirect_uris: String::new(),
            scopes: Vec::new(),
            confidential: true,
            skip_consent: false,
            description: String::new(),
            website: String::new(),
            privacy_policy: String::new(),
            post_logout_redirect_uris: String::new(),
            spaces_in_groups: false,
            es256: false,
        }
    }
}

/// A field of the form that can be wrong, in the order of the form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    Name,
    RedirectUris,
    Scopes,
    Description,
    Website,
    PrivacyPolicy,
    PostLogoutRedirectUris,
}

/// What is wrong with a draft: a sentence for each field that is wrong; a line for each wrong redirect URI.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DraftErrors(BTreeMap<Field, String>);

impl DraftErrors {
    /// The first field that is wrong, in the order of the form: the focus goes there.
    pub fn first(&self) -> Option<Field> {
        self.0.keys().next().copied()
    }

    /// All errors, in the order of the form.
    pub fn all(&self) -> impl Iterator<Item = &str> {
        self.0.values().map(String::as_str)
    }

    /// What is wrong with `field`.
    pub fn of(&self, field: Field) -> Option<&str> {
        self.0.get(&field).map(String::as_str)
    }

    /// The value that was read, or a note of what is wrong with `field`.
    fn note<T>(&mut self, field: Field, read: Result<T, String>) -> Option<T> {
        read.map_err(|error| self.0.insert(field, error)).ok()
    }
}

impl FromIterator<(Field, String)> for DraftErrors {
    fn from_iter<I: IntoIterator<Item = (Field, String)>>(errors: I) -> Self {
        Self(errors.into_iter().collect())
    }
}

impl ApplicationDraft {
    /// The form filled in with `spec`.
    pub fn from_spec(spec: &ApplicationSpec) -> Self {
        Self {
            name: spec.name.as_str().to_owned(),
            redirect_uris: spec.redirect_uris.to_lines(),
            scopes: spec.scopes.iter().map(|scope| scope.id().to_owned()).collect(),
            confidential: spec.client_type.is_confidential(),
            skip_consent: spec.skip_consent,
            description: text(spec.profile.description.as_ref(), Description::as_str),
            website: text(spec.profile.website.as_ref(), WebLink::as_str),
            privacy_policy: text(spec.profile.privacy_policy.as_ref(), WebLink::as_str),
            post_logout_redirect_uris: spec
                .post_logout_redirect_uris
                .as_ref()
                .map(RedirectUris::to_lines)
                .unwrap_or_default(),
            spaces_in_groups: spec.spaces_in_groups,
            es256: spec.id_token_algorithm == IdTokenAlgorithm::Es256,
        }
    }

    /// The application that the form describes, or all that is wrong with it at once.
    pub fn validate(&self) -> Result<ApplicationSpec, DraftErrors> {
        let mut errors = DraftErrors::default();
        let name =
            ApplicationName::parse(&self.name).map_err(|error| format!("The application name {error}."));
        let name = errors.note(Field::Name, name);
        let redirect_uris = errors.note(Field::RedirectUris, self.uris(&self.redirect_uris));
        let scopes = errors.note(Field::Scopes, self.validate_scopes());
        let description = optional(&self.description, "The description", Description::parse);
        let website = optional(&self.website, "The website", WebLink::parse);
        let privacy_policy = optional(&self.privacy_policy, "The privacy policy", WebLink::parse);
        let profile = (
            errors.note(Field::Description, description),
            errors.note(Field::Website, website),
            errors.note(Field::PrivacyPolicy, privacy_policy),
        );
        let after_sign_out = errors.note(Field::PostLogoutRedirectUris, self.after_sign_out());
        match (name, redirect_uris, scopes, profile, after_sign_out) {
            (
                Some(name),
                Some(redirect_uris),
                Some(scopes),
                (Some(description), Some(website), Some(privacy_policy)),
                Some(post_logout_redirect_uris),
            ) => Ok(ApplicationSpec {
                name,
                redirect_uris,
                scopes,
                client_type: if self.confidential {
                    ClientType::Confidential
                } else {
                    ClientType::Public
                },
                skip_consent: self.skip_consent,
                profile: ApplicationProfile {
                    description,
                    website,
                    privacy_policy,
                },
                post_logout_redirect_uris,
                spaces_in_groups: self.spaces_in_groups,
                id_token_algorithm: if self.es256 {
                    IdTokenAlgorithm::Es256
                } else {
                    IdTokenAlgorithm::Rs256
                },
            }),
            _ => Err(errors),
        }
    }

    fn after_sign_out(&self) -> Result<Option<RedirectUris>, String> {
        let typed = &self.post_logout_redirect_uris;
        if typed.trim().is_empty() {
            return Ok(None);
        }
        self.uris(typed).map(Some)
    }

    fn uris(&self, lines: &str) -> Result<RedirectUris, String> {
        RedirectUris::from_lines(lines, |uri| self.accepts(uri)).map_err(|error| {
            let lines: Vec<_> = error.to_string().lines().map(|line| format!("{line}.")).collect();
            lines.join("\n")
        })
    }

    fn accepts(&self, uri: &RedirectUri) -> Result<(), RedirectUriError> {
        if self.confidential && uri.is_private_use() {
            return Err(RedirectUriError::PrivateUseForConfidential);
        }
        Ok(())
    }

    fn validate_scopes(&self) -> Result<ScopeSet, String> {
        let scopes: ScopeSet = self
            .scopes
            .join(" ")
            .parse()
            .map_err(|error| format!("{error}."))?;
        if scopes.is_empty() {
            return Err(
                "Select at least one scope: without one the application could not do anything.".to_owned(),
            );
        }
        Ok(scopes)
    }
}

/// A value that may be left out, as typed.
fn text<T>(value: Option<&T>, as_str: fn(&T) -> &str) -> String {
    value.map(as_str).unwrap_or_default().to_owned()
}

/// What was typed in a field that may be left blank.
fn optional<T, E: fmt::Display>(
    typed: &str,
    label: &str,
    parse: fn(&str) -> Result<T, E>,
) -> Result<Option<T>, String> {
    if typed.trim().is_empty() {
        return Ok(None);
    }
    parse(typed)
        .map(Some)
        .map_err(|error| format!("{label} {error}."))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn draft() -> ApplicationDraft {
        ApplicationDraft {
            name: "Mobile App".into(),
            redirect_uris: "https://myapp.com/cb".into(),
            scopes: vec!["read:posts".into()],
            ..ApplicationDraft::default()
        }
    }

    #[test]
    fn a_good_draft_reads_back_as_typed() {
        let spec = draft().validate().unwrap();
        assert_eq!(spec.client_type, ClientType::Confidential);
        assert_eq!(ApplicationDraft::from_spec(&spec), draft());
    }

    #[test]
    fn says_all_that_is_wrong_at_once() {
        let errors = ApplicationDraft::default().validate().unwrap_err();
        assert_eq!(errors.first(), Some(Field::Name));
        assert_eq!(
            errors.of(Field::Name),
            Some("The application name cannot be blank.")
        );
        assert!(
            errors
                .of(Field::RedirectUris)
                .unwrap()
                .starts_with("Enter at least one redirect URI")
        );
        assert!(
            errors
                .of(Field::Scopes)
                .unwrap()
                .starts_with("Select at least one scope")
        );
    }

    #[test]
    fn what_people_are_told_is_optional_and_checked() {
        let told = ApplicationDraft {
            description: "Counts your courses.".into(),
            website: " https://example.com ".into(),
            privacy_policy: "  ".into(),
            ..draft()
        };
        let profile = told.validate().unwrap().profile;
        assert_eq!(profile.website.unwrap().as_str(), "https://example.com");
        assert_eq!(profile.privacy_policy, None);
        let errors = ApplicationDraft {
            website: "http://example.com".into(),
            ..told
        }
        .validate()
        .unwrap_err();
        assert!(
            errors
                .of(Field::Website)
                .unwrap()
                .contains("starts with https://")
        );
    }

    #[test]
    fn addresses_after_sign_out_are_optional_and_follow_the_same_rules() {
        let after = |lines: &str| {
            let post_logout_redirect_uris = lines.to_owned();
            let draft = ApplicationDraft {
                post_logout_redirect_uris,
                ..draft()
            };
            draft.validate()
        };
        assert_eq!(after(" \n ").unwrap().post_logout_redirect_uris, None);
        let spec = after("https://myapp.com/\nhttps://myapp.com/bye").unwrap();
        assert_eq!(
            ApplicationDraft::from_spec(&spec).post_logout_redirect_uris,
            "https://myapp.com/\nhttps://myapp.com/bye"
        );
        let errors = after("http://myapp.com/").unwrap_err();
        assert_eq!(errors.first(), Some(Field::PostLogoutRedirectUris));
    }

    #[test]
    fn id_tokens_are_signed_with_rs256_unless_a_host_says_otherwise() {
        assert_eq!(
            draft().validate().unwrap().id_token_algorithm,
            IdTokenAlgorithm::Rs256
        );
        let es256 = ApplicationDraft {
            es256: true,
            ..draft()
        };
        let spec = es256.validate().unwrap();
        assert_eq!(spec.id_token_algorithm, IdTokenAlgorithm::Es256);
        assert_eq!(ApplicationDraft::from_spec(&spec), es256);
    }

    #[test]
    fn a_private_use_scheme_needs_a_public_client() {
        let mut native = ApplicationDraft {
            redirect_uris: "com.example.app:/cb".into(),
            ..draft()
        };
        let error = native.validate().unwrap_err();
        assert_eq!(error.first(), Some(Field::RedirectUris));
        assert!(error.of(Field::RedirectUris).unwrap().contains("public clients"));
        native.confidential = false;
        assert!(native.validate().is_ok());
    }

    #[test]
    fn an_unknown_scope_is_an_error_not_ignored() {
        let errors = ApplicationDraft {
            scopes: vec!["read:mail".into()],
            ..draft()
        }
        .validate()
        .unwrap_err();
        let words = errors.of(Field::Scopes).unwrap();
        assert!(
            words.starts_with("`read:mail` is not a scope of this network. ") && words.ends_with('.'),
            "{words}"
        );
    }

    /// On the command line a list may be one argument.
    #[test]
    fn scopes_may_come_as_a_list() {
        let scopes = |scopes: &[&str]| {
            let scopes = scopes.iter().map(|&id| id.to_owned()).collect();
            ApplicationDraft { scopes, ..draft() }.validate()
        };
        let spec = scopes(&["read:posts\u{a0}write:posts", " read:search\n"]).unwrap();
        assert_eq!(spec.scopes.to_string(), "read:posts read:search write:posts");
        let errors = scopes(&["read:posts,write:posts"]).unwrap_err();
        assert!(
            errors
                .of(Field::Scopes)
                .unwrap()
                .contains("scopes are separated by spaces")
        );
        assert!(
            scopes(&[" "])
                .unwrap_err()
                .of(Field::Scopes)
                .unwrap()
                .starts_with("Select at least one scope")
        );
    }

    proptest! {
        #[test]
        fn any_draft_is_a_spec_or_has_an_error(
            name in ".{0,100}", redirect_uris in "(?s).{0,200}", scopes in proptest::collection::vec(".{0,20}", 0..4),
            confidential: bool, skip_consent: bool, website in "(https://)?.{0,30}",
        ) {
            let draft = ApplicationDraft {
                name, redirect_uris, scopes, confidential, skip_consent, description: website.clone(), website,
                ..ApplicationDraft::default()
            };
            match draft.validate() {
                Ok(spec) => prop_assert_eq!(ApplicationDraft::from_spec(&spec).validate(), Ok(spec)),
                Err(errors) => prop_assert!(errors.first().is_some()),
            }
        }
    }
}
