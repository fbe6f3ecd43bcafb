//! Whether an application can keep a secret.

use serde::{Deserialize, Serialize};

/// The client type of RFC 6749 section 2.1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClientType {
    /// Runs on a server and authenticates with a secret.
    Confidential,
    /// Runs with its user (native, single-page) and proves itself with PKCE (RFC 7636) instead.
    Public,
}

impl ClientType {
    /// Whether it has a secret.
    pub fn is_confidential(self) -> bool {
        self == Self::Confidential
    }

    /// The words on the card.
    pub fn label(self) -> &'static str {
        match self {
            Self::Confidential => "Confidential",
            Self::Public => "Public (PKCE required)",
        }
    }
}
