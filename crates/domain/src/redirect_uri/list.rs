//! The redirect URIs of an application, as a host types them: one per line.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::{RedirectUri, RedirectUriError, completed};
use crate::text::is_invisible;

/// One to [`RedirectUris::MAX`] different redirect URIs, in the order in which they were typed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<RedirectUri>", into = "Vec<RedirectUri>")]
pub struct RedirectUris(Vec<RedirectUri>);

/// What is wrong with one line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineError {
    /// The line's number, from 1.
    pub line: usize,
    /// What is wrong, to be read after "Line 2 ".
    pub message: String,
}

/// Why a list of redirect URIs is refused.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum RedirectUrisError {
    /// No line has anything on it.
    #[error("Enter at least one redirect URI, like https://myapp.com/oauth/callback")]
    None,
    /// More than [`RedirectUris::MAX`].
    #[error("Enter at most {max} redirect URIs; there are {0}", max = RedirectUris::MAX)]
    TooMany(usize),
    /// Lines that are no redirect URI, the first few of them.
    #[error("{}", .0.iter().map(|wrong| format!("Line {} {}", wrong.line, wrong.message)).collect::<Vec<_>>().join("\n"))]
    Lines(Vec<LineError>),
}

impl RedirectUris {
    /// The most that an application can have.
    pub const MAX: usize = 20;

    /// How many wrong lines are named before the rest is left for the next try.
    const MAX_NAMED: usize = 5;

    /// Reads a list with one URI per line. Blank lines and the white space around a URI do not count, duplicates are
    /// folded, and a line with several addresses is taken apart where that is certain. `accept` may refuse a
    /// URI that is right in itself but not for this application.
    pub fn from_lines(
        text: &str,
        accept: impl Fn(&RedirectUri) -> Result<(), RedirectUriError>,
    ) -> Result<Self, RedirectUrisError> {
        let mut uris: Vec<RedirectUri> = Vec::new();
        let mut wrong = Vec::new();
        let mut count = 0;
        for (index, line) in text.lines().enumerate() {
            let mut rest = line;
            while !rest.is_empty() {
                let (address, behind) = first_address(rest);
                rest = behind;
                if address.is_empty() {
                    continue;
                }
                count += 1;
                // If it is far too much it is counted, not read.
                if count > 4 * Self::MAX {
                    continue;
                }
                match read(address).and_then(|uri| accept(&uri).map(|()| uri)) {
                    Ok(uri) if uris.contains(&uri) => count -= 1,
                    Ok(uri) => uris.push(uri),
                    Err(error) => wrong.push(LineError {
                        line: index + 1,
                        message: error.to_string(),
                    }),
                }
            }
        }
        if count > Self::MAX {
            return Err(RedirectUrisError::TooMany(count));
        }
        if !wrong.is_empty() {
            wrong.truncate(Self::MAX_NAMED);
            return Err(RedirectUrisError::Lines(wrong));
        }
        Self::try_from(uris)
    }

    /// The URIs, in order.
    pub fn iter(&self) -> impl Iterator<Item = &RedirectUri> {
        self.0.iter()
    }

    /// The host of each, once, in order; see [`RedirectUri::host`].
    pub fn hosts(&self) -> Vec<&str> {
        let mut hosts: Vec<&str> = Vec::new();
        for host in self.0.iter().map(RedirectUri::host) {
            if !hosts.contains(&host) {
                hosts.push(host);
            }
        }
        hosts
    }

    /// The registered URI that `requested` matches, if any.
    pub fn find(&self, requested: &str) -> Option<&RedirectUri> {
        self.0.iter().find(|uri| uri.matches(requested))
    }

    /// The only one, if there is only one: then a request may leave it out (RFC 6749 section 3.1.2.3).
    pub fn only(&self) -> Option<&RedirectUri> {
        match self.0.as_slice() {
            [only] => Some(only),
            _ => None,
        }
    }

    /// One URI per line, as the form shows them.
    pub fn to_lines(&self) -> String {
        self.0
            .iter()
            .map(RedirectUri::as_str)
            .collect::<Vec<_>>()
            .join("\n")
    }
}

fn read(address: &str) -> Result<RedirectUri, RedirectUriError> {
    // A query may name another address; elsewhere there is only one.
    let before_query = address.split('?').next().unwrap_or(address);
    if before_query.matches("://").count() > 1 {
        return Err(RedirectUriError::Several(run_together(address)));
    }
    address.parse().map_err(|error| match separated(address) {
        Some(several) => RedirectUriError::Several(several),
        None => error,
    })
}

/// The addresses in a text where each but the first begins without anything before it that ends the last.
fn run_together(text: &str) -> Vec<String> {
    let mut starts: Vec<usize> = ["https://", "http://"]
        .iter()
        .flat_map(|scheme| text.match_indices(scheme).map(|(at, _)| at))
        .collect();
    starts.sort_unstable();
    if starts.first() != Some(&0) {
        starts.insert(0, 0);
    }
    let ends = starts.iter().skip(1).copied().chain([text.len()]);
    let between = |character| is_around(character) || character == '|';
    starts
        .iter()
        .zip(ends)
        .map(|(start, end)| text[*start..end].trim_matches(between).to_owned())
        .collect()
}

/// The addresses in a text of several, some of which lack their scheme; `None` if it is anything else.
fn separated(text: &str) -> Option<Vec<String>> {
    let parts: Vec<&str> = text
        .split(is_separator)
        .map(|part| part.trim_matches(is_around))
        .filter(|part| !part.is_empty())
        .collect();
    if parts.len() < 2 {
        return None;
    }
    parts
        .into_iter()
        .map(|part| match part.parse::<RedirectUri>() {
            // A word is a host to a URI, and to people a part of an address with a space in it.
            Ok(uri) => (uri.host().contains(['.', ':']) || uri.host() == "localhost").then(|| uri.into()),
            Err(_) => completed(part),
        })
        .collect()
}

/// The first address on a line, and the rest. Commas and semicolons can be a part of an address, so that it ends only where a
/// scheme follows them. It drops characters that cannot begin or end an address: separators,
/// quotation marks, what is invisible.
fn first_address(line: &str) -> (&str, &str) {
    let mut is_separated = false;
    let mut end = line.len();
    for (at, character) in line.char_indices() {
        if !is_around(character) {
            if is_separated && begins_with_scheme(&line[at..]) {
                end = at;
                break;
            }
            is_separated = false;
        } else if is_separator(character) {
            is_separated = true;
        }
    }
    let (address, rest) = line.split_at(end);
    (address.trim_matches(is_around), rest)
}

fn is_separator(character: char) -> bool {
    character.is_whitespace() || matches!(character, ',' | ';' | '，' | '；' | '、')
}

fn is_around(character: char) -> bool {
    is_separator(character) || character == '"' || (is_invisible(character) && !character.is_control())
}

/// Whether `text` begins like `https://` or `com.example.app:/`.
fn begins_with_scheme(text: &str) -> bool {
    let end = text
        .find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.')))
        .unwrap_or(text.len());
    text.starts_with(|c: char| c.is_ascii_alphabetic()) && text[end..].starts_with(":/")
}

impl TryFrom<Vec<RedirectUri>> for RedirectUris {
    type Error = RedirectUrisError;

    fn try_from(uris: Vec<RedirectUri>) -> Result<Self, RedirectUrisError> {
        let mut folded: Vec<RedirectUri> = Vec::with_capacity(uris.len());
        for uri in uris {
            if !folded.contains(&uri) {
                folded.push(uri);
            }
        }
        match folded.len() {
            0 => Err(RedirectUrisError::None),
            1..=Self::MAX => Ok(Self(folded)),
            count => Err(RedirectUrisError::TooMany(count)),
        }
    }
}

impl From<RedirectUris> for Vec<RedirectUri> {
    fn from(uris: RedirectUris) -> Self {
        uris.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<RedirectUris, RedirectUrisError> {
        RedirectUris::from_lines(text, |_| Ok(()))
    }

    #[test]
    fn reads_lines_and_folds_duplicates() {
        let uris =
            read("  https://a.example/cb \r\n\n https://b.example/cb\nhttps://a.example/cb\n").unwrap();
        assert_eq!(uris.to_lines(), "https://a.example/cb\nhttps://b.example/cb");
        assert!(uris.only().is_none());
    }

    #[test]
    fn names_each_wrong_line() {
        let error = read("https://a.example/cb\n\nhttp://evil.example/\nftp").unwrap_err();
        let RedirectUrisError::Lines(lines) = error else {
            panic!("{error}")
        };
        assert_eq!(lines.iter().map(|wrong| wrong.line).collect::<Vec<_>>(), [3, 4]);
    }

    #[test]
    fn refuses_none_and_too_many() {
        assert_eq!(read(" \n "), Err(RedirectUrisError::None));
        let many = |count| {
            (0..count)
                .map(|n| format!("https://a.example/{n}"))
                .collect::<Vec<_>>()
                .join("\n")
        };
        assert!(read(&many(20)).is_ok());
        assert_eq!(read(&many(21)), Err(RedirectUrisError::TooMany(21)));
        assert_eq!(read(&many(500)), Err(RedirectUrisError::TooMany(500)));
    }

    #[test]
    fn finds_the_match() {
        let uris = read("https://a.example/cb\nhttp://127.0.0.1/cb").unwrap();
        assert_eq!(
            uris.find("http://127.0.0.1:5151/cb").map(RedirectUri::as_str),
            Some("http://127.0.0.1/cb")
        );
        assert!(uris.find("https://a.example/cb/").is_none());
    }

    #[test]
    fn names_each_host_once() {
        let uris = read(
            "https://a.example/cb\nhttps://a.example?x=https://c.example/\nhttps://b.example:8443/cb\nhttp://[::1]/cb\n\
             com.example.app:/cb\ncom.example.app://other/cb",
        );
        assert_eq!(
            uris.unwrap().hosts(),
            ["a.example", "b.example:8443", "[::1]", "com.example.app"]
        );
    }

    #[test]
    fn several_on_a_line_are_taken_apart_where_that_is_certain() {
        let both = "https://a.example/cb\ncom.example.app:/cb";
        for text in [
            "https://a.example/cb,com.example.app:/cb",
            "https://a.example/cb; com.example.app:/cb;",
            "https://a.example/cb com.example.app:/cb",
            "https://a.example/cb\t,\u{A0}com.example.app:/cb,",
            "https://a.example/cb,\ncom.example.app:/cb,\n",
            "\"https://a.example/cb\", \"com.example.app:/cb\"",
            "\u{FEFF}https://a.example/cb\u{200B}\n\u{200B}com.example.app:/cb",
            "https://a.example/cb，com.example.app:/cb",
            "https://a.example/cb;;;https://a.example/cb,com.example.app:/cb",
        ] {
            assert_eq!(read(text).unwrap().to_lines(), both, "{text:?}");
        }
        // These are parts of an address.
        for text in [
            "https://a.example/cb;v=1,2",
            "https://a.example/cb?list=a,b;c",
            "https://a.example/cb?next=https://b.example/",
        ] {
            assert_eq!(read(text).unwrap().to_lines(), text);
        }
    }

    #[test]
    fn several_that_cannot_be_taken_apart_are_told_of_with_their_line() {
        for (text, part) in [
            (
                "\nhttps://a.example/cbhttps://b.example/cb",
                "one address per line",
            ),
            (
                "\nhttps://a.example/cb|https://b.example/cb",
                "one address per line",
            ),
            (
                "\nhttps://a.example/cbhttps://b.example/cb",
                "per line: https://a.example/cb, then https://b.example/cb",
            ),
            (
                "\nhttps://a.example/cb|https://b.example/cb",
                "per line: https://a.example/cb, then https://b.example/cb",
            ),
            (
                "\nhttps://a.example/cb, b.example/cb",
                "per line: https://a.example/cb, then https://b.example/cb",
            ),
            (
                "\nlocalhost:3000/cb localhost:4000/cb",
                "per line: http://localhost:3000/cb, then http://localhost:4000/cb",
            ),
            ("\nhttps://a.example/my callback", "(U+0020) at position 21"),
            ("\nhttps://my app.example/cb", "(U+0020) at position 11"),
            ("\nhttps://a\u{200B}.example/cb", "(U+200B) at position 10"),
            ("\nhttps://a\u{A0}.example/cb", "(U+00A0) at position 10"),
            ("\nhttps://a.example/cb\0", "(U+0000) at position 21"),
        ] {
            let error = read(text).unwrap_err().to_string();
            assert!(error.starts_with("Line 2 ") && error.contains(part), "{error}");
            assert!(error.chars().all(|c| !is_invisible(c)), "{error:?}");
        }
    }

    #[test]
    fn a_long_line_of_separators_is_read_at_once() {
        assert_eq!(read(&",; ".repeat(200_000)), Err(RedirectUrisError::None));
        let many = "https://a.example/cb,".repeat(20_000);
        assert_eq!(read(&many).unwrap().to_lines(), "https://a.example/cb");
    }
}
