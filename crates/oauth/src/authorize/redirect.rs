//! The URL that the browser returns to (RFC 6749 sections 4.1.2 and 4.1.2.1, RFC 9207).

use std::fmt;

use latchkey_domain::RedirectUri;
use latchkey_storage::StoreError;

use super::error::RedirectCode;

/// Sends the browser back to the application. The HTTP layer answers with 303 (RFC 9700 section 4.12) and forbids
/// caching.
pub struct Redirect {
    /// The redirect URI with the response parameters.
    pub location: String,
    /// The error, if it is one.
    pub error: Option<RedirectCode>,
    /// What failed on the server, for the log.
    pub cause: Option<StoreError>,
}

/// Prints only the redirect URI: the parameters may contain a code.
impl fmt::Debug for Redirect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let address = self.location.split('?').next();
        f.debug_struct("Redirect")
            .field("address", &address)
            .field("error", &self.error)
            .finish_non_exhaustive()
    }
}

/// The redirect URI with `parameters` added to its query, form-encoded. Keeps an existing query (section 3.1.2).
pub(crate) fn append(uri: &RedirectUri, parameters: &[(&str, &str)]) -> String {
    let mut location = uri.as_str().to_owned();
    if !location.contains('?') {
        location.push('?');
    }
    let query = location.find('?').map_or(location.len(), |at| at + 1);
    let mut serializer = form_urlencoded::Serializer::for_suffix(location, query);
    serializer.extend_pairs(parameters);
    serializer.finish()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn appended(uri: &str, parameters: &[(&str, &str)]) -> String {
        append(&uri.parse().unwrap(), parameters)
    }

    #[test]
    fn parameters_follow_the_uri_and_its_query() {
        let parameters = [("code", "a b"), ("state", "x&y=z#é")];
        let encoded = "code=a+b&state=x%26y%3Dz%23%C3%A9";
        for (uri, expected) in [
            ("https://a.example/cb", "https://a.example/cb?"),
            ("https://a.example", "https://a.example?"),
            ("https://a.example/cb?", "https://a.example/cb?"),
            ("https://a.example/cb?tenant=1", "https://a.example/cb?tenant=1&"),
            ("http://127.0.0.1:5000/cb", "http://127.0.0.1:5000/cb?"),
            ("com.example.app:/cb", "com.example.app:/cb?"),
        ] {
            assert_eq!(appended(uri, &parameters), format!("{expected}{encoded}"));
        }
    }

    proptest! {
        #[test]
        fn whatever_is_appended_reads_back_and_leaves_the_uri_alone(
            query in "(\\?a=1)?", values in proptest::collection::vec("(?s).{0,30}", 1..4)
        ) {
            let uri = format!("https://a.example/cb{query}");
            let parameters: Vec<_> = values.iter().map(|value| ("p", value.as_str())).collect();
            let location = appended(&uri, &parameters);
            prop_assert!(location.starts_with(&uri) && location.is_ascii() && !location.contains('#'));
            let (_, sent) = location.split_once('?').unwrap();
            let read: Vec<_> =
                form_urlencoded::parse(sent.as_bytes()).filter(|(name, _)| name == "p").map(|(_, v)| v).collect();
            prop_assert_eq!(read, values);
        }
    }
}
