//! Providers: services whose accounts sign members in, by OpenID Connect or plain OAuth 2.0.

mod fields;
mod person;
mod scopes;
mod url;

use serde::{Deserialize, Serialize};

pub use self::fields::{FieldPath, FieldPathError, ProfileFields};
pub use self::person::{Person, Subject, SubjectError};
pub use self::scopes::{ProviderScopes, ProviderScopesError};
pub use self::url::{ProviderUrl, ProviderUrlError};
use crate::text::{self, TextError};
use crate::{LogoId, Slug};

/// The number of a provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ProviderId(pub i64);

/// What the button says after *Continue with*: a line of 1 to 40 visible characters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ProviderName(String);

/// The client id that the provider gave to this network: a line of 1 to 255 visible characters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ProviderClientId(String);

macro_rules! line {
    ($type:ident, $most:literal) => {
        impl $type {
            /// The most characters.
            pub const MAX_LENGTH: usize = $most;

            /// Reads it; the white space around it does not count.
            pub fn parse(text: &str) -> Result<Self, TextError> {
                text::line(text, Self::MAX_LENGTH).map(Self)
            }

            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $type {
            type Error = TextError;

            fn try_from(text: String) -> Result<Self, TextError> {
                Self::parse(&text)
            }
        }

        impl From<$type> for String {
            fn from(line: $type) -> Self {
                line.0
            }
        }

        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

line!(ProviderName, 40);
line!(ProviderClientId, 255);

/// How a provider says who somebody is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[allow(clippy::large_enum_variant, reason = "a network has a few")]
pub enum ProviderKind {
    /// By an ID token. Its addresses and keys are discovered from the issuer (OpenID Connect Discovery section 4).
    #[serde(rename = "openid_connect")]
    OpenIdConnect { issuer: ProviderUrl },
    /// By an answer of its own form at an address for an access token.
    #[serde(rename = "oauth2")]
    OAuth2 {
        authorization: ProviderUrl,
        token: ProviderUrl,
        userinfo: ProviderUrl,
        fields: ProfileFields,
    },
}

/// Where the provider expects the client id and secret (RFC 6749 section 2.3.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CredentialsIn {
    /// In the header `Authorization`.
    #[default]
    Header,
    /// In the form.
    Body,
}

/// What a host chooses for a provider, but for its secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub struct ProviderSpec {
    pub name: ProviderName,
    /// Its part of the addresses here, such as the one that the provider sends people back to. It does not change.
    pub slug: Slug,
    #[serde(flatten)]
    pub kind: ProviderKind,
    pub client_id: ProviderClientId,
    pub credentials_in: CredentialsIn,
    pub scopes: ProviderScopes,
    /// Whether every address that the provider gives counts as verified.
    pub verifies_emails: bool,
    /// Whether people who are no members yet become members.
    pub admits_new_people: bool,
    /// Whether name, email and picture of a member are what the provider says at each sign-in.
    pub follows_profile: bool,
    /// Whether the sign-in page offers it.
    pub is_on: bool,
}

/// A provider as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provider {
    pub id: ProviderId,
    pub spec: ProviderSpec,
    /// Whether there is a client secret.
    pub has_secret: bool,
    /// The picture on the button.
    pub logo: Option<LogoId>,
}
