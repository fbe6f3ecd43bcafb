//! How the ID tokens of an application are signed.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// `id_token_signed_response_alg` of OpenID Connect Dynamic Client Registration section 2, with the names of RFC 7518 section 3.1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum IdTokenAlgorithm {
    /// RSA with SHA-256, which every client has to understand (OpenID Connect Core section 15.1).
    #[default]
    #[serde(rename = "RS256")]
    Rs256,
    /// ECDSA with P-256 and SHA-256, for clients that ask for it.
    #[serde(rename = "ES256")]
    Es256,
}

/// Text that names no algorithm of ID tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("expected RS256 or ES256")]
pub struct IdTokenAlgorithmError;

impl IdTokenAlgorithm {
    /// Every algorithm, the default first.
    pub const ALL: [Self; 2] = [Self::Rs256, Self::Es256];

    /// Its name in tokens, metadata and storage.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Es256 => "ES256",
        }
    }
}

impl fmt::Display for IdTokenAlgorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

/// The exact name: `alg` is case-sensitive (RFC 7515 section 4.1.1).
impl FromStr for IdTokenAlgorithm {
    type Err = IdTokenAlgorithmError;

    fn from_str(text: &str) -> Result<Self, IdTokenAlgorithmError> {
        Self::ALL
            .into_iter()
            .find(|algorithm| algorithm.id() == text)
            .ok_or(IdTokenAlgorithmError)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_read_exactly() {
        for algorithm in IdTokenAlgorithm::ALL {
            assert_eq!(algorithm.id().parse(), Ok(algorithm));
            let json = format!("\"{algorithm}\"");
            assert_eq!(serde_json::to_string(&algorithm).unwrap(), json);
            assert_eq!(
                serde_json::from_str::<IdTokenAlgorithm>(&json).unwrap(),
                algorithm
            );
        }
        for other in ["", "none", "es256", "HS256", "RS256 "] {
            assert_eq!(other.parse::<IdTokenAlgorithm>(), Err(IdTokenAlgorithmError));
        }
    }
}
