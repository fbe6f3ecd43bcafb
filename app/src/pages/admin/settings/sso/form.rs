//! What a host enters for a provider: the fields of the form, and what is wrong with them.

use std::collections::BTreeMap;

use latchkey_domain::named;
use latchkey_domain::provider::{CredentialsIn, ProfileFields, ProviderKind, ProviderSpec};

named! {
    /// How a provider says who somebody is.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
    pub enum ProviderProtocol: "a protocol" {
        #[default]
        OpenIdConnect = "openid_connect" "OpenID Connect",
        OAuth2 = "oauth2" "OAuth 2.0",
    }
}

impl ProviderProtocol {
    pub const fn of(kind: &ProviderKind) -> Self {
        match kind {
            ProviderKind::OpenIdConnect { .. } => Self::OpenIdConnect,
            ProviderKind::OAuth2 { .. } => Self::OAuth2,
        }
    }

    /// The preset with nothing filled in.
    pub const fn preset(self) -> &'static str {
        match self {
            Self::OpenIdConnect => "openid",
            Self::OAuth2 => "oauth2",
        }
    }
}

named! {
    /// A field with a text, in the order of the page.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
    pub enum ProviderField: "a field" {
        Name = "name" "Name",
        Slug = "slug" "Short name in addresses",
        Issuer = "issuer" "Issuer",
        Authorization = "authorization" "Authorization address",
        Token = "token" "Token address",
        Userinfo = "userinfo" "Userinfo address",
        ClientId = "client_id" "Client ID",
        ClientSecret = "client_secret" "Client secret",
        Scopes = "scopes" "Scopes",
        IdPath = "field_id" "Id",
        EmailPath = "field_email" "Email",
        EmailVerifiedPath = "field_email_verified" "Email is verified",
        NamePath = "field_name" "Whole name",
        GivenNamePath = "field_given_name" "First name",
        FamilyNamePath = "field_family_name" "Last name",
        PicturePath = "field_picture" "Picture",
        BioPath = "field_bio" "Bio",
    }
}

/// The form, as typed.
#[derive(Clone, Debug, Default)]
pub struct ProviderForm {
    pub protocol: ProviderProtocol,
    texts: BTreeMap<ProviderField, String>,
    pub credentials_in: CredentialsIn,
    pub verifies_emails: bool,
    pub admits_new_people: bool,
    pub follows_profile: bool,
}

impl ProviderForm {
    /// Reads the fields of a request; others do not count.
    pub fn read(fields: impl IntoIterator<Item = (String, String)>) -> Self {
        let mut form = Self::default();
        for (name, value) in fields {
            match (name.parse::<ProviderField>(), name.as_str()) {
                (Ok(field), _) => form.set(field, value),
                (_, "kind") => form.protocol = value.parse().unwrap_or_default(),
                (_, CREDENTIALS_IN) if value == credentials_id(CredentialsIn::Body) => {
                    form.credentials_in = CredentialsIn::Body;
                }
                (_, VERIFIES_EMAILS) => form.verifies_emails = true,
                (_, ADMITS_NEW_PEOPLE) => form.admits_new_people = true,
                (_, FOLLOWS_PROFILE) => form.follows_profile = true,
                _ => {}
            }
        }
        form
    }

    /// A provider as it is, without its secret.
    pub fn of_spec(spec: &ProviderSpec) -> Self {
        let mut form = Self {
            protocol: ProviderProtocol::of(&spec.kind),
            texts: BTreeMap::new(),
            credentials_in: spec.credentials_in,
            verifies_emails: spec.verifies_emails,
            admits_new_people: spec.admits_new_people,
            follows_profile: spec.follows_profile,
        };
        form.set(ProviderField::Name, spec.name.as_str());
        form.set(ProviderField::Slug, spec.slug.to_string());
        form.set(ProviderField::ClientId, spec.client_id.as_str());
        form.set(ProviderField::Scopes, spec.scopes.as_str());
        match &spec.kind {
            ProviderKind::OpenIdConnect { issuer } => form.set(ProviderField::Issuer, issuer.as_str()),
            ProviderKind::OAuth2 {
                authorization,
                token,
                userinfo,
                fields,
            } => {
                form.set(ProviderField::Authorization, authorization.as_str());
                form.set(ProviderField::Token, token.as_str());
                form.set(ProviderField::Userinfo, userinfo.as_str());
                form.set_paths(fields);
            }
        }
        form
    }

    fn set_paths(&mut self, fields: &ProfileFields) {
        self.set(ProviderField::IdPath, fields.id.as_str());
        for (field, path) in [
            (ProviderField::EmailPath, &fields.email),
            (ProviderField::EmailVerifiedPath, &fields.email_verified),
            (ProviderField::NamePath, &fields.name),
            (ProviderField::GivenNamePath, &fields.given_name),
            (ProviderField::FamilyNamePath, &fields.family_name),
            (ProviderField::PicturePath, &fields.picture),
            (ProviderField::BioPath, &fields.bio),
        ] {
            if let Some(path) = path {
                self.set(field, path.as_str());
            }
        }
    }

    /// The text of a field; empty if there is none.
    pub fn text(&self, field: ProviderField) -> &str {
        self.texts.get(&field).map_or("", String::as_str)
    }

    pub fn set(&mut self, field: ProviderField, text: impl Into<String>) {
        self.texts.insert(field, text.into());
    }

    /// The part of a field that a host has to replace, such as `YOUR-TENANT`, if it is still there.
    pub fn blank(&self, field: ProviderField) -> Option<&str> {
        let text = self.text(field);
        let from = text.find("YOUR-")?;
        let word = &text[from..];
        let end = word.find(|char: char| char != '-' && !char.is_ascii_uppercase());
        Some(&word[..end.unwrap_or(word.len())])
    }
}

pub(super) const CREDENTIALS_IN: &str = "credentials_in";
pub(super) const VERIFIES_EMAILS: &str = "verifies_emails";
pub(super) const ADMITS_NEW_PEOPLE: &str = "admits_new_people";
pub(super) const FOLLOWS_PROFILE: &str = "follows_profile";

/// The value of `credentials_in`.
pub(super) const fn credentials_id(credentials_in: CredentialsIn) -> &'static str {
    match credentials_in {
        CredentialsIn::Header => "header",
        CredentialsIn::Body => "body",
    }
}

/// What is wrong with a field, as a sentence.
pub type ProviderProblems = BTreeMap<ProviderField, String>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_read_as_it_was_sent() {
        let sent = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let form = ProviderForm::read([
            sent("kind", "oauth2"),
            sent("token", " https://a.example/token"),
            sent("credentials_in", "body"),
            sent("follows_profile", "1"),
            sent("else", "x"),
        ]);
        assert_eq!(form.protocol, ProviderProtocol::OAuth2);
        assert_eq!(form.text(ProviderField::Token), " https://a.example/token");
        assert_eq!(form.text(ProviderField::Issuer), "");
        assert_eq!(form.credentials_in, CredentialsIn::Body);
        assert!(form.follows_profile && !form.verifies_emails && !form.admits_new_people);
    }
}
