//! An OAuth application (RFC 6749 section 2): what a host registers.

mod client_id;
mod client_secret;
mod client_type;
mod draft;
mod id_token_algorithm;
mod list_query;
mod name;
mod profile;
mod secret_record;

use serde::{Deserialize, Serialize};

pub use self::client_id::{ClientId, ClientIdError};
pub use self::client_secret::ClientSecret;
pub use self::client_type::ClientType;
pub use self::draft::{ApplicationDraft, DraftErrors, Field};
pub use self::id_token_algorithm::IdTokenAlgorithm;
pub use self::list_query::{ListFilter, ListQuery, ListSort};
pub use self::name::ApplicationName;
pub use self::profile::{ApplicationProfile, Description, WebLink, WebLinkError};
pub use self::secret_record::{Retirement, SecretId, SecretRecord};
use crate::{LogoId, MemberId, RedirectUris, ScopeSet, Timestamp};

/// What a host decides about an application: all that the form asks for, and nothing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApplicationSpec {
    /// What hosts and members see.
    pub name: ApplicationName,
    /// The redirect URIs.
    pub redirect_uris: RedirectUris,
    /// The most that it may ask for; at least one.
    pub scopes: ScopeSet,
    /// Whether it can keep a secret.
    pub client_type: ClientType,
    /// Whether members are let through without being asked.
    pub skip_consent: bool,
    /// What members see of it.
    pub profile: ApplicationProfile,
    /// Where it may send people who signed out of the network for it (OpenID Connect RP-Initiated Logout section 3).
    pub post_logout_redirect_uris: Option<RedirectUris>,
    /// Whether the claim `groups` names the spaces that a member joined, and not only the role.
    pub spaces_in_groups: bool,
    /// How its ID tokens are signed.
    pub id_token_algorithm: IdTokenAlgorithm,
}

/// A registered application. Its secret is not part of it: who needs the secret asks for it by name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Application {
    /// Its public identifier.
    pub client_id: ClientId,
    /// What the host decided.
    pub spec: ApplicationSpec,
    /// Since when it is paused: tokens are refused and no one can authorize it. `None`: it works.
    pub paused_at: Option<Timestamp>,
    /// When it was registered.
    pub created_at: Timestamp,
    /// Who registered it; `None` if it was the operator or a member who is gone.
    pub created_by: Option<MemberId>,
    pub logo: Option<LogoId>,
    /// When it last got or used a token.
    pub last_used_at: Option<Timestamp>,
    /// Counts the edits, so that of two hosts who edit at once the second learns of it.
    pub revision: u32,
}

impl Application {
    /// Whether it is paused.
    pub fn is_paused(&self) -> bool {
        self.paused_at.is_some()
    }
}
