//! The form in which an application is created or edited, as typed, and its validation: one piece of code, which the
//! browser runs for quick answers and the server for safety.

use serde::{Deserialize, Serialize};

use super::{ApplicationName, ApplicationSpec, ClientType};
use crate::redirect_uri::{RedirectUri, RedirectUriError};
use crate::{RedirectUris, ScopeSet};

/// The form as it was typed; anything in it may be wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
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
        }
    }
}

/// What is wrong with a draft: a sentence for each field that is wrong.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DraftErrors {
    /// What is wrong with the name.
    pub name: Option<String>,
    /// What is wrong with the redirect URIs; a line each.
    pub redirect_uris: Option<String>,
    /// What is wrong with the scopes.
    pub scopes: Option<String>,
}

/// A field of the form that can be wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    Name,
    RedirectUris,
    Scopes,
}

impl Field {
    /// In the order of the form.
    const ALL: [Self; 3] = [Self::Name, Self::RedirectUris, Self::Scopes];
}

impl DraftErrors {
    /// The first field that is wrong, in the order of the form: the focus goes there.
    pub fn first(&self) -> Option<Field> {
        Field::ALL.into_iter().find(|field| self.of(*field).is_some())
    }

    /// All errors, in the order of the form.
    pub fn all(&self) -> impl Iterator<Item = &str> {
        Field::ALL.into_iter().filter_map(|field| self.of(field))
    }

    /// What is wrong with `field`.
    pub fn of(&self, field: Field) -> Option<&str> {
        match field {
            Field::Name => self.name.as_deref(),
            Field::RedirectUris => self.redirect_uris.as_deref(),
            Field::Scopes => self.scopes.as_deref(),
        }
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
        }
    }

    /// The application that the form describes, or all that is wrong with it at once.
    pub fn validate(&self) -> Result<ApplicationSpec, DraftErrors> {
        let name =
            ApplicationName::parse(&self.name).map_err(|error| format!("The application name {error}."));
        let redirect_uris =
            RedirectUris::from_lines(&self.redirect_uris, |uri| self.accepts(uri)).map_err(|error| {
                error
                    .to_string()
                    .lines()
                    .map(|line| format!("{line}."))
                    .collect::<Vec<_>>()
                    .join("\n")
            });
        let scopes = self.validate_scopes();
        match (name, redirect_uris, scopes) {
            (Ok(name), Ok(redirect_uris), Ok(scopes)) => Ok(ApplicationSpec {
                name,
                redirect_uris,
                scopes,
                client_type: if self.confidential {
                    ClientType::Confidential
                } else {
                    ClientType::Public
                },
                skip_consent: self.skip_consent,
            }),
            (name, redirect_uris, scopes) => Err(DraftErrors {
                name: name.err(),
                redirect_uris: redirect_uris.err(),
                scopes: scopes.err(),
            }),
        }
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
            errors.name.as_deref(),
            Some("The application name cannot be blank.")
        );
        assert!(
            errors
                .redirect_uris
                .unwrap()
                .starts_with("Enter at least one redirect URI")
        );
        assert!(errors.scopes.unwrap().starts_with("Select at least one scope"));
    }

    #[test]
    fn a_private_use_scheme_needs_a_public_client() {
        let mut native = ApplicationDraft {
            redirect_uris: "com.example.app:/cb".into(),
            ..draft()
        };
        let error = native.validate().unwrap_err();
        assert_eq!(error.first(), Some(Field::RedirectUris));
        assert!(error.redirect_uris.unwrap().contains("public clients"));
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
        let words = errors.scopes.unwrap();
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
        assert!(errors.scopes.unwrap().contains("scopes are separated by spaces"));
        assert!(
            scopes(&[" "])
                .unwrap_err()
                .scopes
                .unwrap()
                .starts_with("Select at least one scope")
        );
    }

    proptest! {
        #[test]
        fn any_draft_is_a_spec_or_has_an_error(
            name in ".{0,100}", redirect_uris in "(?s).{0,200}", scopes in proptest::collection::vec(".{0,20}", 0..4),
            confidential: bool, skip_consent: bool,
        ) {
            let draft = ApplicationDraft { name, redirect_uris, scopes, confidential, skip_consent };
            match draft.validate() {
                Ok(spec) => prop_assert_eq!(ApplicationDraft::from_spec(&spec).validate(), Ok(spec)),
                Err(errors) => prop_assert!(errors.first().is_some()),
            }
        }
    }
}
