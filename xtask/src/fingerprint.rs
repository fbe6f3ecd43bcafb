//! Content hashes: a file's name identifies its content, so that a browser may cache it forever.

use sha2::{Digest, Sha256};

/// Hexadecimal digits in a file's name. 48 bits are enough: collisions are accidental, not made by an attacker.
const DIGITS_IN_NAME: usize = 12;

/// The hash of several byte strings, each followed by its length, so that different lists never hash the same input.
pub(crate) fn hash(parts: &[&[u8]]) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(part);
        hasher.update(part.len().to_le_bytes());
    }
    format!("{:x}", hasher.finalize())
}

/// `latchkey.<hash>.<extension>`: the name under which `content` is served.
pub(crate) fn hashed_name(extension: &str, content: &[u8]) -> String {
    let hash = hash(&[content]);
    format!("latchkey.{}.{extension}", &hash[..DIGITS_IN_NAME])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_follows_from_the_content_alone() {
        assert_eq!(hashed_name("js", b"one"), hashed_name("js", b"one"));
        assert_ne!(hashed_name("js", b"one"), hashed_name("js", b"two"));
    }

    #[test]
    fn a_name_reads_as_the_server_expects_it() {
        let name = hashed_name("css", b"body{}");
        let [stem, hash, extension] = name.split('.').collect::<Vec<_>>()[..] else {
            panic!("{name} does not have three parts")
        };
        assert_eq!((stem, extension), ("latchkey", "css"));
        assert_eq!(hash.len(), 12);
        assert!(hash.chars().all(|digit| digit.is_ascii_hexdigit()));
    }

    #[test]
    fn where_one_part_ends_makes_a_difference() {
        assert_ne!(hash(&[b"ab", b"c"]), hash(&[b"a", b"bc"]));
        assert_ne!(hash(&[b"ab"]), hash(&[b"ab", b""]));
    }
}
