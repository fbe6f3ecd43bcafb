//! Randomness, passed in: what is made from it can be tested.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// A source of random bytes fit for secrets.
pub trait Randomness: Send + Sync {
    /// Fills `bytes` with random bytes.
    fn fill(&self, bytes: &mut [u8]);
}

/// 32 random bytes as 43 characters of URL-safe base64: the form of client ids, client secrets and session cookies
/// (256 bits; RFC 6749 section 10.10 asks for at least 128).
pub fn random_token(randomness: &dyn Randomness) -> String {
    let mut bytes = [0; 32];
    randomness.fill(&mut bytes);
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Whether `text` has the form of a [`random_token`].
pub fn is_random_token(text: &str) -> bool {
    text.len() == 43 && URL_SAFE_NO_PAD.decode(text).is_ok_and(|bytes| bytes.len() == 32)
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Counting;

    impl Randomness for Counting {
        fn fill(&self, bytes: &mut [u8]) {
            for (byte, number) in bytes.iter_mut().zip(0..) {
                *byte = number;
            }
        }
    }

    #[test]
    fn all_256_random_bits_stand_in_it() {
        let token = random_token(&Counting);
        assert_eq!(token.len(), 43);
        let expected: Vec<u8> = (0..32).collect();
        assert!(is_random_token(&token) && !is_random_token(&token[1..]));
        assert_eq!(URL_SAFE_NO_PAD.decode(token).unwrap(), expected);
    }
}
