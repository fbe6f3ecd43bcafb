//! Channel binding (RFC 5929 section 4): a hash of the server's certificate that the proof of the password goes with
//! (RFC 5802 section 6), so that no one between can pass the proof on under another certificate.

use sha2::{Digest, Sha256, Sha384, Sha512};

/// The hash of a certificate, by the function that it is signed with; SHA-256 in place of what is broken. `None` where
/// the RFC does not say which, or which it is cannot be read.
pub(super) fn tls_server_end_point(certificate: &[u8]) -> Option<Vec<u8>> {
    Some(match signature_algorithm(certificate)? {
        MD5_WITH_RSA | SHA1_WITH_RSA | SHA256_WITH_RSA | ECDSA_WITH_SHA1 | ECDSA_WITH_SHA256 => {
            Sha256::digest(certificate).to_vec()
        }
        SHA384_WITH_RSA | ECDSA_WITH_SHA384 => Sha384::digest(certificate).to_vec(),
        SHA512_WITH_RSA | ECDSA_WITH_SHA512 => Sha512::digest(certificate).to_vec(),
        _ => return None,
    })
}

// Object identifiers as they are in a certificate: 1.2.840.113549.1.1.* and 1.2.840.10045.4.* (RFC 3279, 4055, 5758).
const MD5_WITH_RSA: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x04];
const SHA1_WITH_RSA: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x05];
const SHA256_WITH_RSA: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x0B];
const SHA384_WITH_RSA: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x0C];
const SHA512_WITH_RSA: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x0D];
const ECDSA_WITH_SHA1: &[u8] = &[0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x01];
const ECDSA_WITH_SHA256: &[u8] = &[0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x03, 0x02];
const ECDSA_WITH_SHA384: &[u8] = &[0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x03, 0x03];
const ECDSA_WITH_SHA512: &[u8] = &[0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x03, 0x04];

const SEQUENCE: u8 = 0x30;
const OBJECT_IDENTIFIER: u8 = 0x06;

/// The identifier of the algorithm that a certificate is signed with (RFC 5280 section 4.1): of a sequence of three, the
/// first element of the second.
fn signature_algorithm(certificate: &[u8]) -> Option<&[u8]> {
    let (parts, _) = element(SEQUENCE, certificate)?;
    let (_signed, rest) = element(SEQUENCE, parts)?;
    let (algorithm, _) = element(SEQUENCE, rest)?;
    let (identifier, _) = element(OBJECT_IDENTIFIER, algorithm)?;
    Some(identifier)
}

/// The contents of the element of DER at the beginning of `bytes`, and what follows it.
fn element(tag: u8, bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let rest = bytes.strip_prefix(&[tag])?;
    let (&first, rest) = rest.split_first()?;
    let (length, rest) = if first < 0x80 {
        (usize::from(first), rest)
    } else {
        // The number of bytes that the length itself has.
        let (digits, rest) = rest.split_at_checked(usize::from(first & 0x7F))?;
        if digits.is_empty() || digits.len() > 4 {
            return None;
        }
        let length = digits
            .iter()
            .fold(0_usize, |length, digit| (length << 8) | usize::from(*digit));
        (length, rest)
    };
    rest.split_at_checked(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An element of DER.
    fn der(tag: u8, contents: &[u8]) -> Vec<u8> {
        let length = contents.len();
        let mut bytes = vec![tag];
        match u8::try_from(length) {
            Ok(short) if short < 0x80 => bytes.push(short),
            Ok(one) => bytes.extend([0x81, one]),
            Err(_) => bytes.extend([
                0x82,
                u8::try_from(length >> 8).unwrap(),
                u8::try_from(length & 0xFF).unwrap(),
            ]),
        }
        bytes.extend(contents);
        bytes
    }

    fn certificate(algorithm: &[u8], size: usize) -> Vec<u8> {
        let signed = der(SEQUENCE, &vec![0; size]);
        let algorithm = der(SEQUENCE, &der(OBJECT_IDENTIFIER, algorithm));
        let signature = der(0x03, &[0; 64]);
        der(SEQUENCE, &[signed, algorithm, signature].concat())
    }

    #[test]
    fn the_hash_is_that_of_the_signature() {
        for (algorithm, length) in [
            (SHA1_WITH_RSA, 32),
            (SHA256_WITH_RSA, 32),
            (ECDSA_WITH_SHA384, 48),
            (SHA512_WITH_RSA, 64),
        ] {
            for size in [1, 200, 1_000] {
                let bound = tls_server_end_point(&certificate(algorithm, size)).unwrap();
                assert_eq!(bound.len(), length);
            }
        }
        let bytes = certificate(ECDSA_WITH_SHA256, 300);
        assert_eq!(
            tls_server_end_point(&bytes).unwrap(),
            Sha256::digest(&bytes).to_vec()
        );
    }

    #[test]
    fn what_cannot_be_read_binds_nothing() {
        // Ed25519, whose hash the RFC does not name.
        assert_eq!(tls_server_end_point(&certificate(&[0x2B, 0x65, 0x70], 100)), None);
        let whole = certificate(SHA256_WITH_RSA, 300);
        for length in 0..whole.len() - 66 {
            assert_eq!(tls_server_end_point(&whole[..length]), None, "{length}");
        }
    }
}
