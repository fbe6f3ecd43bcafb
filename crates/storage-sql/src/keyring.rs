//! The key file once its key was rotated: the current key and those before it.
//!
//! Which key seals is not the file's word but the database's: its `meta.key_fingerprint` names the key that all secrets
//! in it are sealed with. So a rotation is safe in this order: first the file gets the new key, the old one staying in it;
//! then one transaction seals every secret again and names the new key. Whatever happens in between, the file holds the
//! key that the database names. An older backup opens for as long as its key is in the file, too.
//!
//! Codes and tokens are made with the current key and recognised with every key of the file. What was made with the key
//! before therefore stays valid until it expires, and a refresh answers with tokens of the current key. After
//! [`retired_stays`] nothing can be left that an old key made, and the next rotation drops it. The running server needs
//! no restart: it looks the file up when it meets a key that it does not know, and every second for its tokens.

use std::fmt::Write;
use std::io::{self, ErrorKind};
use std::path::Path;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use latchkey_domain::Timestamp;
use zeroize::{Zeroize, Zeroizing};

use crate::key_file;
use crate::keys::{self, ServerKey};
use latchkey_storage::StoreError;

/// The word before each key in the file of a key that was rotated.
const FORMAT: &str = "latchkey-key-v2";

const DAY: Duration = Duration::from_secs(24 * 3_600);

/// The number of a key that was never rotated.
const FIRST: u8 = 1;

/// For how long refresh tokens live where no other lifetime was noted, as in versions that made no others.
const USUAL_REFRESH_LIFETIME: Duration = Duration::from_secs(90 * 24 * 3_600);

/// How long a key stays in the file after its last day: a day longer than the longest refresh token that it may have
/// made. `longest` is the longest lifetime that was ever noted ([`latchkey_storage::Networks::note_refresh_lifetime`]); today's may be
/// shorter, but if it is made longer again, the old tokens work again. A shorter one than is usual shortens
/// nothing, since a database may be older than the note.
pub fn retired_stays(longest: Option<Duration>) -> Duration {
    longest
        .unwrap_or_default()
        .max(USUAL_REFRESH_LIFETIME)
        .saturating_add(DAY)
}

/// The most keys in one file. Who rotates more often within that time has another problem.
const MOST: usize = 24;

/// One key of the file.
#[derive(Clone, Debug)]
pub(crate) struct Numbered {
    /// What sealed secrets name it by; never 0.
    pub(crate) number: u8,
    pub(crate) key: ServerKey,
    retired_at: Option<Timestamp>,
}

/// The keys of a key file, the current one first. They do not print.
#[derive(Clone, Debug)]
pub struct Keyring(Vec<Numbered>);

impl Keyring {
    /// A key that was never rotated.
    pub fn of(key: ServerKey) -> Self {
        Self(vec![Numbered {
            number: FIRST,
            key,
            retired_at: None,
        }])
    }

    /// Reads the file at `path`. If there is none it is made, but only if `may_create`: where there is a database already,
    /// a new key would open nothing in it.
    pub fn load_or_create(path: &Path, may_create: bool) -> Result<Self, StoreError> {
        key_file::warn_if_others_can_read(path);
        match Self::load(path)? {
            Some(ring) => Ok(ring),
            None if may_create => {
                let ring = Self::of(ServerKey::generate()?);
                match key_file::create_file(path, &ring.to_text()) {
                    Ok(()) => Ok(ring),
                    // Another process was faster; its key is the one.
                    Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                        Self::load_or_create(path, false)
                    }
                    Err(error) => Err(not_created(path, &error)),
                }
            }
            None => Err(StoreError::Open(format!(
                "the key file {} is missing, but there is a database that was sealed with it; put the original \
                 latchkey.key back, from a backup if need be",
                path.display()
            ))),
        }
    }

    /// Reads the file at `path`; `None` if there is none.
    pub fn load(path: &Path) -> Result<Option<Self>, StoreError> {
        let Some(text) = key_file::read_file(path)? else {
            return Ok(None);
        };
        Self::parse(&text)
            .map(Some)
            .ok_or_else(|| key_file::malformed(path))
    }

    /// The key that new tokens are made with, and that the next rotation replaces.
    pub fn current(&self) -> &ServerKey {
        &self.0[0].key
    }

    /// Every key, the current one first.
    pub fn all(&self) -> impl Iterator<Item = &ServerKey> {
        self.0.iter().map(|one| &one.key)
    }

    /// Whether one of the keys has this fingerprint.
    pub fn has(&self, fingerprint: &str) -> bool {
        self.all().any(|key| key.fingerprint() == fingerprint)
    }

    /// The same keys with that of this fingerprint first; `None` if it is not among them.
    pub(crate) fn led_by(&self, fingerprint: &str) -> Option<Self> {
        let place = self.all().position(|key| key.fingerprint() == fingerprint)?;
        let mut ring = self.clone();
        ring.0.swap(0, place);
        Some(ring)
    }

    pub(crate) fn numbered(&self) -> &[Numbered] {
        &self.0
    }

    /// The same with a new current key. The one before stays, and those go that were replaced at least `stays` ago, so
    /// that their tokens have all expired.
    pub fn rotated(&self, at: Timestamp, stays: Duration) -> Result<Self, StoreError> {
        let mut before = self.0.clone();
        before[0].retired_at = Some(at);
        before.retain(|one| one.retired_at.is_none_or(|retired| at.since(retired) < stays));
        if before.len() >= MOST {
            return Err(StoreError::Open(format!(
                "the key was rotated {MOST} times within {} days, and tokens made with each may still be in use; wait until \
                 the first of them have expired",
                stays.as_secs().div_ceil(DAY.as_secs())
            )));
        }
        let number = (1..=u8::MAX)
            .map(|step| before[0].number.wrapping_add(step))
            .find(|number| *number != 0 && before.iter().all(|one| one.number != *number))
            .ok_or(StoreError::Unsealable)?;
        before.insert(
            0,
            Numbered {
                number,
                key: ServerKey::generate()?,
                retired_at: None,
            },
        );
        Ok(Self(before))
    }

    /// The same, with the key of this fingerprint replaced at `at`.
    pub(crate) fn replaced(mut self, fingerprint: &str, at: Timestamp) -> Self {
        for one in self.0.iter_mut().skip(1) {
            if one.key.fingerprint() == fingerprint {
                one.retired_at = Some(at);
            }
        }
        self
    }

    /// The keys of a text that is as the file's is, or of one that holds a single key.
    pub fn from_text(text: &str) -> Result<Self, StoreError> {
        match Self::parse(text) {
            Some(ring) => Ok(ring),
            None => ServerKey::from_text(text).map(Self::of),
        }
    }

    /// Makes the file at `path`, where there is none.
    pub fn create_file(&self, path: &Path) -> Result<(), StoreError> {
        key_file::create_file(path, &self.to_text()).map_err(|error| not_created(path, &error))
    }

    /// Puts the keys in place of the file at `path`, whole or not at all.
    pub fn replace_file(&self, path: &Path) -> Result<(), StoreError> {
        key_file::replace_file(path, &self.to_rotated_text()).map_err(|error| {
            StoreError::Open(format!(
                "cannot write the key file {}: {error}; make its folder writable for the user that runs Latchkey",
                path.display()
            ))
        })
    }

    fn to_text(&self) -> Zeroizing<String> {
        match self.0.as_slice() {
            [
                Numbered {
                    number: FIRST, key, ..
                },
            ] => key.to_text(),
            _ => self.to_rotated_text(),
        }
    }

    fn to_rotated_text(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::with_capacity(4_096));
        text.push_str(keys::COMMENT);
        text.push_str("\n# The first key is the current one; the others open what was made before they were replaced.\n");
        for one in &self.0 {
            let mut encoded = URL_SAFE_NO_PAD.encode(one.key.expose());
            let _ = write!(text, "{FORMAT} {} ", one.number);
            text.push_str(&encoded);
            encoded.zeroize();
            if let Some(at) = one.retired_at {
                let _ = write!(text, " replaced {}", at.as_secs());
            }
            text.push('\n');
        }
        text
    }

    fn parse(text: &str) -> Option<Self> {
        if let Some(key) = ServerKey::parse(text) {
            return Some(Self::of(key));
        }
        let ring = keys::lines(text).map(parse_line).collect::<Option<Vec<_>>>()?;
        let is_sound = !ring.is_empty()
            && ring.len() <= MOST
            && ring[0].retired_at.is_none()
            && ring[1..].iter().all(|one| one.retired_at.is_some())
            && ring
                .iter()
                .enumerate()
                .all(|(index, one)| ring[..index].iter().all(|other| other.number != one.number));
        is_sound.then_some(Self(ring))
    }
}

fn not_created(path: &Path, error: &io::Error) -> StoreError {
    StoreError::Open(format!(
        "cannot create the key file {}: {error}; make its folder writable for the user that runs Latchkey",
        path.display()
    ))
}

/// `latchkey-key-v2 NUMBER KEY`, for one that was replaced followed by `replaced SECONDS`.
fn parse_line(line: &str) -> Option<Numbered> {
    let mut words = line.split_ascii_whitespace();
    if words.next()? != FORMAT {
        return None;
    }
    let number = words.next()?.parse().ok().filter(|number| *number != 0)?;
    let key = keys::decode(words.next()?)?;
    let retired_at = match (words.next(), words.next(), words.next()) {
        (None, ..) => None,
        (Some("replaced"), Some(seconds), None) => {
            let seconds: i64 = seconds.parse().ok()?;
            Some(Timestamp::from_millis(seconds.checked_mul(1_000)?))
        }
        _ => return None,
    };
    Some(Numbered {
        number,
        key,
        retired_at,
    })
}

#[cfg(test)]
mod tests;
