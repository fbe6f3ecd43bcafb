//! What can be wrong with a redirect URI, in words for the person who typed it.

use thiserror::Error;

use super::MAX_LENGTH;

/// Why a redirect URI is refused. Each message says what is wrong and what was expected.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum RedirectUriError {
    #[error("is empty; expected an address like https://myapp.com/oauth/callback")]
    Empty,
    #[error("has {length} characters; at most {MAX_LENGTH} are allowed")]
    TooLong { length: usize },
    #[error(
        "contains a space, a control character or an invisible one (U+{code:04X}) at position {position}; remove it or write it percent-encoded, and write one address per line"
    )]
    Blank { code: u32, position: usize },
    #[error(
        "contains “{character}” (U+{code:04X}) at position {position}, which is not ASCII; write international host names in punycode (xn--…) and other characters percent-encoded",
        code = u32::from(*character)
    )]
    NotAscii { character: char, position: usize },
    #[error("looks like several addresses; write one address per line: {}", .0.join(", then "))]
    Several(Vec<String>),
    #[error("contains a wildcard (*); list every address in full instead")]
    Wildcard,
    #[error("has a fragment (#…); leave out the # and what follows")]
    Fragment,
    #[error("is not a complete address; {}", instead.as_ref().map_or("start it with https://".to_owned(), |whole| format!("type {whole}")))]
    NotAbsolute {
        /// What was probably meant.
        instead: Option<String>,
    },
    #[error("is not a valid address: {detail}")]
    Malformed { detail: String },
    #[error("has no host; expected an address like https://myapp.com/oauth/callback")]
    NoHost,
    #[error("has the host “{host}”, which is not a valid host name or IP address")]
    BadHost { host: String },
    #[error("has an invalid port; expected a number from 1 to 65535")]
    BadPort,
    #[error("contains a user name or password (…@); remove it")]
    Credentials,
    #[error("has “{name}” in its query, which the answer adds itself; call it something else")]
    ReservedParameter { name: String },
    #[error("contains a “.” or “..” path segment; write the path in full")]
    DotSegments,
    #[error("uses http, which is allowed only for localhost, 127.0.0.1 and [::1]; use https")]
    PlainHttp,
    #[error("uses {scheme}:, which can run code or read files; use https")]
    DangerousScheme { scheme: String },
    #[error(
        "uses {scheme}:, which belongs to browsers or operating systems; use https, or a domain of yours reversed, like com.example.app:/callback"
    )]
    TakenScheme { scheme: String },
    #[error("begins with {scheme}:, which looks like https mistyped; start it with https://")]
    MistypedScheme { scheme: String },
    #[error("has nothing after the scheme; expected something like com.example.app:/callback")]
    NoPath,
    #[error(
        "is the retired out-of-band address; use a loopback address like http://127.0.0.1/callback instead"
    )]
    OutOfBand,
    #[error(
        "uses a private-use scheme, which only public clients may use; use https, or uncheck “Confidential client”"
    )]
    PrivateUseForConfidential,
}
