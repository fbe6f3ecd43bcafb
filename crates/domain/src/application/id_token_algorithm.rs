//! How the ID tokens of an application are signed.

use serde::{Deserialize, Serialize};

use crate::named;

named! {
    /// `id_token_signed_response_alg` of OpenID Connect Dynamic Client Registration section 2, with the names of RFC 7518
    /// section 3.1, which are read exactly: `alg` is case-sensitive (RFC 7515 section 4.1.1). The default comes first.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
    pub enum IdTokenAlgorithm: "an algorithm of ID tokens" {
        /// RSA with SHA-256, which every client has to understand (OpenID Connect Core section 15.1).
        #[default]
        #[serde(rename = "RS256")]
        Rs256 = "RS256",
        /// ECDSA with P-256 and SHA-256, for clients that ask for it.
        #[serde(rename = "ES256")]
        Es256 = "ES256",
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
            let message = other.parse::<IdTokenAlgorithm>().unwrap_err().to_string();
            let expected = format!("“{other}” is not an algorithm of ID tokens; expected RS256 or ES256");
            assert_eq!(message, expected);
        }
    }
}
