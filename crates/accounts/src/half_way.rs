//! A sign-in that is half done: the password was right, or a provider said who it is, and a code is wanted.
//!
//! The browser keeps it in the form that asks for the code: the member, the member's password at that time, how they proved
//! who they are, the time, and a MAC over all of it. Nothing is stored, so that any node goes on with it.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac};
use latchkey_domain::{MemberId, Timestamp};
use latchkey_storage::{PasswordHash, Proof};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// For how long the code can be given.
const LIFETIME: Duration = Duration::from_secs(10 * 60);

/// Makes and reads them.
#[derive(Clone)]
pub(crate) struct HalfWay(Zeroizing<[u8; 32]>);

/// The bytes before the MAC: the member, the time, the digest of the hash, and the proof.
const HEAD: usize = PROOF_AT + 1;

const PROOF_AT: usize = 8 + 8 + 32;

/// What a member has proved before the code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FirstProof {
    /// The password.
    Password,
    /// An account at a provider.
    Provider,
}

impl FirstProof {
    /// What it is with a code.
    pub const fn and_code(self) -> Proof {
        match self {
            Self::Password => Proof::PasswordAndCode,
            Self::Provider => Proof::ProviderAndCode,
        }
    }

    pub(crate) const fn alone(self) -> Proof {
        match self {
            Self::Password => Proof::Password,
            Self::Provider => Proof::Provider,
        }
    }

    const fn byte(self) -> u8 {
        match self {
            Self::Password => 0,
            Self::Provider => 1,
        }
    }
}

impl HalfWay {
    /// The key is derived for this purpose only.
    pub(crate) fn new(key: [u8; 32]) -> Self {
        Self(Zeroizing::new(key))
    }

    /// For a member who has the password with this hash and proved who they are at `now`.
    pub(crate) fn write(
        &self,
        member: MemberId,
        hash: &PasswordHash,
        proof: FirstProof,
        now: Timestamp,
    ) -> String {
        let head = head(member, hash, proof, now);
        let mac = self.mac(&head).finalize().into_bytes();
        URL_SAFE_NO_PAD.encode([head.as_slice(), &mac].concat())
    }

    /// Whose it is and what they proved, if it was made here within the last ten minutes.
    pub(crate) fn member(&self, text: &str, now: Timestamp) -> Option<(MemberId, FirstProof)> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (head, mac) = bytes.split_at_checked(HEAD)?;
        self.mac(head).verify_slice(mac).ok()?;
        let (member, rest) = head.split_first_chunk::<8>()?;
        let at = Timestamp::from_millis(i64::from_be_bytes(*rest.first_chunk::<8>()?));
        let proof = match head.last()? {
            0 => FirstProof::Password,
            _ => FirstProof::Provider,
        };
        (at <= now && now.since(at) < LIFETIME).then(|| (MemberId(i64::from_be_bytes(*member)), proof))
    }

    /// Whether the member's password had this hash.
    pub(crate) fn is_of(text: &str, hash: &PasswordHash) -> bool {
        let Ok(bytes) = URL_SAFE_NO_PAD.decode(text) else {
            return false;
        };
        bytes.get(16..PROOF_AT) == Some(Sha256::digest(hash.0.as_bytes()).as_slice())
    }

    fn mac(&self, head: &[u8]) -> Hmac<Sha256> {
        let mut mac =
            Hmac::<Sha256>::new_from_slice(self.0.as_slice()).expect("HMAC takes a key of any length");
        mac.update(head);
        mac
    }
}

fn head(member: MemberId, hash: &PasswordHash, proof: FirstProof, now: Timestamp) -> Vec<u8> {
    [
        member.0.to_be_bytes().as_slice(),
        &now.as_millis().to_be_bytes(),
        &Sha256::digest(hash.0.as_bytes()),
        &[proof.byte()],
    ]
    .concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_cannot_be_made_up_moved_or_kept() {
        let (half_way, now) = (HalfWay::new([1; 32]), Timestamp::from_millis(1_800_000_000_000));
        let hash = PasswordHash("hash".into());
        let text = half_way.write(MemberId(7), &hash, FirstProof::Provider, now);
        assert_eq!(
            half_way.member(&text, now),
            Some((MemberId(7), FirstProof::Provider))
        );
        assert!(HalfWay::is_of(&text, &hash) && !HalfWay::is_of(&text, &PasswordHash("other".into())));
        assert_eq!(half_way.member(&text, now.plus(LIFETIME)), None);
        assert_eq!(half_way.member(&text, now.minus(Duration::from_secs(1))), None);
        assert_eq!(HalfWay::new([2; 32]).member(&text, now), None);
        let bytes = URL_SAFE_NO_PAD.decode(&text).unwrap();
        for index in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[index] ^= 1;
            assert_eq!(
                half_way.member(&URL_SAFE_NO_PAD.encode(&changed), now),
                None,
                "{index}"
            );
        }
        for wrong in ["", "x", "AAAA", &text[..text.len() - 4]] {
            assert_eq!(half_way.member(wrong, now), None);
        }
    }
}
