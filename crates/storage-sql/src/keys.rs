//! The server key: 32 random bytes in a file beside the database and never in it. Secrets are sealed and tokens made
//! with keys derived from it, so that a copy of the database alone opens nothing.

use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::{Zeroize, Zeroizing};

use crate::keyring::Keyring;
use crate::{files, random};
use latchkey_storage::StoreError;

/// The word that the key stands behind in its file.
const FORMAT: &str = "latchkey-key-v1";

pub(crate) const COMMENT: &str =
    "# Latchkey's server key. Back it up apart from the database: without it, secrets cannot be opened.";

/// The server key. It does not print, and its memory is wiped.
#[derive(Clone)]
pub struct ServerKey(Zeroizing<[u8; 32]>);

impl ServerKey {
    /// Reads the key from the file at `path`. If there is none it is made, but only if `may_create`: where there is a
    /// database already, a new key would open nothing in it.
    pub fn load_or_create(path: &Path, may_create: bool) -> Result<Self, StoreError> {
        match Self::load(path)? {
            Some(key) => Ok(key),
            None if may_create => {
                let key = Self::generate()?;
                match key.create_file(path) {
                    Ok(()) => Ok(key),
                    // Another process was faster; its key is the one.
                    Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                        Self::load_or_create(path, false)
                    }
                    Err(error) => Err(StoreError::Open(format!(
                        "cannot create the key file {}: {error}; make its folder writable for the user that runs Latchkey",
                        path.display()
                    ))),
                }
            }
            None => Err(StoreError::Open(format!(
                "the key file {} is missing, but there is a database that was sealed with it; put the original \
                 latchkey.key back, from a backup if need be",
                path.display()
            ))),
        }
    }

    /// Makes a new key, which is in no file yet.
    pub fn generate() -> Result<Self, StoreError> {
        let mut bytes = Zeroizing::new([0; 32]);
        random::fill(bytes.as_mut_slice())?;
        Ok(Self(bytes))
    }

    /// The key with these bytes, for tests that want the same key each time.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// A key for one purpose, by HKDF-SHA-256 (RFC 5869): who holds it learns nothing of the keys for others.
    pub fn derive(&self, purpose: &str) -> [u8; 32] {
        let mut derived = [0; 32];
        Hkdf::<Sha256>::new(Some(b"latchkey"), self.0.as_slice())
            .expand(purpose.as_bytes(), &mut derived)
            .expect("HKDF-SHA-256 gives up to 8,160 bytes");
        derived
    }

    /// What the key is recognised by. It can be stored and shown: it is derived, and the key does not follow from it.
    pub fn fingerprint(&self) -> String {
        let print = self.derive("fingerprint v1");
        print[..16]
            .iter()
            .fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"))
    }

    /// The key in `text`, which is what stands in a key file; for a node that is given it by its environment.
    pub fn from_text(text: &str) -> Result<Self, StoreError> {
        Self::parse(text).ok_or_else(|| {
            StoreError::Open(format!(
                "expected the line of a latchkey.key, like {FORMAT} and 43 characters"
            ))
        })
    }

    /// The key as it stands in the file; of a file with several, the current one.
    fn load(path: &Path) -> Result<Option<Self>, StoreError> {
        Ok(Keyring::load(path)?.map(|ring| ring.current().clone()))
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut lines = lines(text);
        let line = lines.next()?;
        if lines.next().is_some() {
            return None;
        }
        decode(line.strip_prefix(FORMAT)?.strip_prefix(' ')?.trim_start())
    }

    /// The bytes, for the key file and nothing else.
    pub(crate) fn expose(&self) -> &[u8] {
        self.0.as_slice()
    }

    fn create_file(&self, path: &Path) -> io::Result<()> {
        create_file(path, &self.to_text())
    }

    /// What stands in the file of a key that was never rotated.
    pub(crate) fn to_text(&self) -> Zeroizing<String> {
        let mut encoded = URL_SAFE_NO_PAD.encode(self.0.as_slice());
        let text = Zeroizing::new(format!("{COMMENT}\n{FORMAT} {encoded}\n"));
        encoded.zeroize();
        text
    }
}

/// Writes the whole file under another name and then links it to its own, so that nobody ever reads half a key and
/// of two processes that start at once one wins. On a file system without links the file is made in place.
pub(crate) fn create_file(path: &Path, text: &str) -> io::Result<()> {
    let draft = files::draft_path(path)?;
    write_new(&draft, text)?;
    let linked = fs::hard_link(&draft, path);
    fs::remove_file(&draft)?;
    match linked {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => write_new(path, text)?,
        linked => linked?,
    }
    files::sync_folder_of(path)
}

/// The lines of a key file that are no comment.
pub(crate) fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
}

/// The key that `encoded` spells.
pub(crate) fn decode(encoded: &str) -> Option<ServerKey> {
    let decoded = Zeroizing::new(URL_SAFE_NO_PAD.decode(encoded).ok()?);
    let bytes: [u8; 32] = decoded.as_slice().try_into().ok()?;
    Some(ServerKey::from_bytes(bytes))
}

/// The text of the key file at `path`; `None` if there is none.
pub(crate) fn read_file(path: &Path) -> Result<Option<Zeroizing<String>>, StoreError> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unreadable(path, &error)),
    };
    // A key file is a few lines; whatever is longer is something else, and is not read to its end.
    let mut text = Zeroizing::new(String::with_capacity(4_096));
    match file.take(4_096).read_to_string(&mut text) {
        Ok(_) => Ok(Some(text)),
        Err(error) if error.kind() == ErrorKind::InvalidData => Err(malformed(path)),
        Err(error) => Err(unreadable(path, &error)),
    }
}

/// Puts `text` in place of the key file at `path`: written whole under another name, on the disk, and then renamed.
pub(crate) fn replace_file(path: &Path, text: &str) -> io::Result<()> {
    let draft = files::draft_path(path)?;
    write_new(&draft, text)
        .and_then(|()| fs::rename(&draft, path))
        .inspect_err(|_| {
            let _ = fs::remove_file(&draft);
        })?;
    files::sync_folder_of(path)
}

impl fmt::Debug for ServerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ServerKey(…)")
    }
}

fn write_new(path: &Path, text: &str) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

fn unreadable(path: &Path, error: &io::Error) -> StoreError {
    StoreError::Open(format!(
        "cannot read the key file {}: {error}; make it readable for the user that runs Latchkey",
        path.display()
    ))
}

pub(crate) fn malformed(path: &Path) -> StoreError {
    StoreError::Open(format!(
        "the key file {} is malformed: expected the line “{FORMAT}” with 43 characters behind it; put the original \
         file back, from a backup if need be",
        path.display()
    ))
}

/// Said where a folder is opened, and not each time that the file is looked at.
#[cfg(unix)]
pub(crate) fn warn_if_others_can_read(path: &Path) {
    use std::os::unix::fs::PermissionsExt;

    if fs::metadata(path).is_ok_and(|metadata| metadata.permissions().mode() & 0o077 != 0) {
        tracing::warn!(
            "other users of this machine can read the key file; run: chmod 600 {}",
            path.display()
        );
    }
}

#[cfg(not(unix))]
pub(crate) fn warn_if_others_can_read(_path: &Path) {}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(path: &Path, may_create: bool) -> String {
        ServerKey::load_or_create(path, may_create)
            .unwrap_err()
            .to_string()
    }

    #[test]
    fn is_made_once_and_read_back() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("latchkey.key");
        assert!(refusal(&path, false).contains("put the original latchkey.key back"));
        let made = ServerKey::load_or_create(&path, true).unwrap();
        let read = ServerKey::load_or_create(&path, false).unwrap();
        assert_eq!(made.fingerprint(), read.fingerprint());
        assert_eq!(
            fs::read_dir(folder.path()).unwrap().count(),
            1,
            "no draft is left behind"
        );
        let text = fs::read_to_string(&path).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        assert!(
            lines.len() == 2 && lines[0].starts_with('#') && lines[1].len() == "latchkey-key-v1 ".len() + 43
        );
    }

    #[cfg(unix)]
    #[test]
    fn only_its_owner_can_read_it() {
        use std::os::unix::fs::PermissionsExt;

        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("latchkey.key");
        ServerKey::load_or_create(&path, true).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn of_many_makers_one_wins() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("latchkey.key");
        let prints: Vec<String> = std::thread::scope(|scope| {
            let make = || ServerKey::load_or_create(&path, true).unwrap().fingerprint();
            let makers: Vec<_> = (0..8).map(|_| scope.spawn(make)).collect();
            makers.into_iter().map(|maker| maker.join().unwrap()).collect()
        });
        assert!(prints.iter().all(|print| *print == prints[0]));
    }

    #[test]
    fn a_malformed_file_is_refused_with_words() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("latchkey.key");
        let good = format!("{FORMAT} {}", URL_SAFE_NO_PAD.encode([7; 32]));
        for bad in [
            "",
            "hello",
            FORMAT,
            "latchkey-key-v1 abc",
            "latchkey-key-v2 AAAA",
            &format!("{good}\n{good}\n"),
        ] {
            fs::write(&path, bad).unwrap();
            let message = refusal(&path, true);
            assert!(
                message.contains("is malformed") && message.contains("put the original"),
                "{bad}: {message}"
            );
        }
        fs::write(&path, [0xFF, 0xFE, 0x00]).unwrap();
        assert!(refusal(&path, true).contains("is malformed"));
        fs::write(&path, format!("# a comment\r\n\r\n{good}\r\n")).unwrap();
        assert!(ServerKey::load_or_create(&path, false).is_ok());
    }

    #[test]
    fn purposes_and_keys_differ_and_nothing_prints() {
        let (one, other) = (ServerKey::from_bytes([1; 32]), ServerKey::from_bytes([2; 32]));
        assert_ne!(one.derive("a"), one.derive("b"));
        assert_ne!(one.derive("a"), other.derive("a"));
        assert_ne!(one.fingerprint(), other.fingerprint());
        assert_eq!(one.fingerprint().len(), 32);
        assert_eq!(format!("{one:?}"), "ServerKey(…)");
    }
}
