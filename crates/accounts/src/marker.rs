//! A marker in a URL that says that a sign-in just succeeded.
//!
//! A server learns whether a browser keeps cookies only from its next request. The marker in the URL of that request
//! tells a browser that keeps no cookies from a person who has not signed in yet. The marker is a time and a MAC, so
//! that no foreign link can fake it.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac};
use latchkey_domain::Timestamp;
use sha2::Sha256;
use zeroize::Zeroizing;

/// How long a marker is valid. A redirect takes seconds.
const LIFETIME: Duration = Duration::from_secs(5 * 60);

/// Makes and reads marks.
#[derive(Clone)]
pub struct SignInMarker(Zeroizing<[u8; 32]>);

impl SignInMarker {
    /// A marker whose key is derived for this purpose only.
    pub fn new(key: [u8; 32]) -> Self {
        Self(Zeroizing::new(key))
    }

    /// The marker of a sign-in at `now`. All its characters are URL-safe.
    pub fn mark(&self, now: Timestamp) -> String {
        let mac = self.mac(now).finalize().into_bytes();
        format!("{}.{}", now.as_millis(), URL_SAFE_NO_PAD.encode(mac))
    }

    /// Whether `text` is the marker of a recent sign-in.
    pub fn is_recent(&self, text: &str, now: Timestamp) -> bool {
        let Some((at, mac)) = text.split_once('.') else {
            return false;
        };
        let (Ok(at), Ok(mac)) = (at.parse(), URL_SAFE_NO_PAD.decode(mac)) else {
            return false;
        };
        let at = Timestamp::from_millis(at);
        self.mac(at).verify_slice(&mac).is_ok() && at <= now && now.since(at) < LIFETIME
    }

    fn mac(&self, at: Timestamp) -> Hmac<Sha256> {
        let mut mac =
            Hmac::<Sha256>::new_from_slice(self.0.as_slice()).expect("HMAC takes a key of any length");
        mac.update(&at.as_millis().to_be_bytes());
        mac
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_counts_for_a_moment_and_cannot_be_made_up() {
        let marker = SignInMarker::new([1; 32]);
        let now = Timestamp::from_millis(1_800_000_000_000);
        let mark = marker.mark(now);
        assert!(marker.is_recent(&mark, now));
        assert!(marker.is_recent(&mark, now.plus(Duration::from_secs(299))));
        assert!(!marker.is_recent(&mark, now.plus(LIFETIME)));
        assert!(!marker.is_recent(&mark, now.minus(Duration::from_secs(1))));
        assert!(!SignInMarker::new([2; 32]).is_recent(&mark, now));
        let (_, mac) = mark.split_once('.').unwrap();
        let later = format!("{}.{mac}", now.as_millis() + 1);
        for made_up in [
            later.as_str(),
            "1",
            "",
            ".",
            "1800000000000.",
            "1800000000000.AAAA",
        ] {
            assert!(
                !marker.is_recent(made_up, now.plus(Duration::from_secs(1))),
                "{made_up}"
            );
        }
    }
}
