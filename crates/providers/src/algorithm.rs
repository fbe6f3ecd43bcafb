//! The algorithms that ID tokens may be signed with (RFC 7518 section 3, RFC 8037).

use ring::digest::{self, SHA256, SHA384, SHA512};
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ED25519, RSA_PKCS1_2048_8192_SHA256,
    RSA_PSS_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey,
};

/// An algorithm. `none` and those with a shared secret are no values of this type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Algorithm {
    Rs256,
    Ps256,
    Es256,
    Es384,
    EdDsa,
}

/// The numbers of a public key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Material {
    Rsa { n: Vec<u8>, e: Vec<u8> },
    P256(Vec<u8>),
    P384(Vec<u8>),
    Ed25519(Vec<u8>),
}

impl Algorithm {
    pub(crate) fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "RS256" => Self::Rs256,
            "PS256" => Self::Ps256,
            "ES256" => Self::Es256,
            "ES384" => Self::Es384,
            // The second is the name of RFC 9864.
            "EdDSA" | "Ed25519" => Self::EdDsa,
            _ => return None,
        })
    }

    /// Whether a key can have made a signature with it.
    pub(crate) fn fits(self, material: &Material) -> bool {
        matches!(
            (self, material),
            (Self::Rs256 | Self::Ps256, Material::Rsa { .. })
                | (Self::Es256, Material::P256(_))
                | (Self::Es384, Material::P384(_))
                | (Self::EdDsa, Material::Ed25519(_))
        )
    }

    /// Whether the signature is that of the key.
    pub(crate) fn verifies(self, material: &Material, message: &[u8], signature: &[u8]) -> bool {
        let verified = match (self, material) {
            (Self::Rs256, Material::Rsa { n, e }) => {
                RsaPublicKeyComponents { n, e }.verify(&RSA_PKCS1_2048_8192_SHA256, message, signature)
            }
            (Self::Ps256, Material::Rsa { n, e }) => {
                RsaPublicKeyComponents { n, e }.verify(&RSA_PSS_2048_8192_SHA256, message, signature)
            }
            (Self::Es256, Material::P256(key)) => {
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, key).verify(message, signature)
            }
            (Self::Es384, Material::P384(key)) => {
                UnparsedPublicKey::new(&ECDSA_P384_SHA384_FIXED, key).verify(message, signature)
            }
            (Self::EdDsa, Material::Ed25519(key)) => {
                UnparsedPublicKey::new(&ED25519, key).verify(message, signature)
            }
            _ => return false,
        };
        verified.is_ok()
    }

    /// The left half of the hash of an access token (OpenID Connect Core section 3.1.3.6). The hash is that of the
    /// algorithm, for Ed25519 SHA-512.
    pub(crate) fn half_hash(self, access_token: &str) -> Vec<u8> {
        let algorithm = match self {
            Self::Rs256 | Self::Ps256 | Self::Es256 => &SHA256,
            Self::Es384 => &SHA384,
            Self::EdDsa => &SHA512,
        };
        let hash = digest::digest(algorithm, access_token.as_bytes());
        hash.as_ref()[..hash.as_ref().len() / 2].to_vec()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weak_algorithms_do_not_exist() {
        for name in [
            "none", "None", "HS256", "HS384", "HS512", "RS1", "rs256", "", "RSA-OAEP",
        ] {
            assert_eq!(Algorithm::parse(name), None, "{name}");
        }
    }

    #[test]
    fn an_algorithm_fits_its_kind_of_key() {
        let rsa = Material::Rsa {
            n: vec![1],
            e: vec![3],
        };
        let elliptic = Material::P256(vec![4]);
        assert!(Algorithm::Rs256.fits(&rsa) && Algorithm::Ps256.fits(&rsa));
        assert!(!Algorithm::Es256.fits(&rsa) && !Algorithm::Rs256.fits(&elliptic));
        assert!(!Algorithm::Es384.fits(&elliptic) && !Algorithm::EdDsa.fits(&elliptic));
        assert!(!Algorithm::Rs256.verifies(&elliptic, b"", b""));
    }
}
