//! The redirect URIs of an application, as a host types them: one per line.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::{RedirectUri, RedirectUriError};

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
    /// folded. `accept` may refuse a URI that is right in itself but not for this application.
    pub fn from_lines(
        text: &str,
        accept: impl Fn(&RedirectUri) -> Result<(), RedirectUriError>,
    ) -> Result<Self, RedirectUrisError> {
        let filled = text
            .lines()
            .map(str::trim)
            .enumerate()
            .filter(|(_, line)| !line.is_empty());
        let mut uris: Vec<RedirectUri> = Vec::new();
        let mut wrong = Vec::new();
        let mut count = 0;
        for (index, line) in filled {
            count += 1;
            // What is far too much is counted, not read.
            if count > 4 * Self::MAX {
                continue;
            }
            match line
                .parse::<RedirectUri>()
                .and_then(|uri| accept(&uri).map(|()| uri))
            {
                Ok(uri) if uris.contains(&uri) => count -= 1,
                Ok(uri) => uris.push(uri),
                Err(error) => wrong.push(LineError {
                    line: index + 1,
                    message: error.to_string(),
                }),
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
}
