//! What is sent and what comes back.

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderMap, HeaderName};
use zeroize::Zeroizing;

/// The most bytes of an answer, unless the request says otherwise.
pub const DEFAULT_BYTES: usize = 256 * 1024;

/// How long a request may take, unless it says otherwise.
pub const DEFAULT_TIME: Duration = Duration::from_secs(10);

/// A request: `GET`, or `POST` with a form. It does not print what it carries.
pub struct OutgoingRequest {
    pub(crate) url: String,
    pub(crate) accept: &'static str,
    pub(crate) authorization: Option<Zeroizing<String>>,
    pub(crate) form: Option<Zeroizing<String>>,
    pub(crate) most_bytes: usize,
    pub(crate) time: Duration,
}

impl OutgoingRequest {
    /// `GET` of a URL.
    pub fn get(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            accept: "application/json",
            authorization: None,
            form: None,
            most_bytes: DEFAULT_BYTES,
            time: DEFAULT_TIME,
        }
    }

    /// `POST` of a form (`application/x-www-form-urlencoded`) to a URL.
    pub fn post<'a>(url: impl Into<String>, form: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut body = form_urlencoded::Serializer::new(String::new());
        body.extend_pairs(form);
        Self {
            form: Some(Zeroizing::new(body.finish())),
            ..Self::get(url)
        }
    }

    /// The header `Accept`; `application/json` at first.
    #[must_use]
    pub fn accept(mut self, accept: &'static str) -> Self {
        self.accept = accept;
        self
    }

    /// The header `Authorization`, such as `Bearer …`.
    #[must_use]
    pub fn authorization(mut self, authorization: String) -> Self {
        self.authorization = Some(Zeroizing::new(authorization));
        self
    }

    /// The most bytes of the answer's body; [`DEFAULT_BYTES`] at first.
    #[must_use]
    pub fn most_bytes(mut self, most_bytes: usize) -> Self {
        self.most_bytes = most_bytes;
        self
    }

    /// How long the request may take in all; [`DEFAULT_TIME`] at first.
    #[must_use]
    pub fn time(mut self, time: Duration) -> Self {
        self.time = time;
        self
    }
}

impl fmt::Debug for OutgoingRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OutgoingRequest(…)")
    }
}

/// An answer. It does not print what it carries.
pub struct OutgoingAnswer {
    /// The status, which is no redirect.
    pub status: u16,
    /// The headers as they came.
    pub headers: HeaderMap,
    /// The body, whole.
    pub body: Bytes,
}

impl OutgoingAnswer {
    /// Whether the status says that all went well.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// A header, if it is there and readable.
    pub fn header(&self, name: &HeaderName) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The media type in lower case, without parameters; empty if there is none.
    pub fn media_type(&self) -> String {
        let value = self.header(&CONTENT_TYPE).unwrap_or_default();
        let name = value.split(';').next().unwrap_or_default();
        name.trim().to_ascii_lowercase()
    }
}

impl fmt::Debug for OutgoingAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OutgoingAnswer({}, {} bytes)", self.status, self.body.len())
    }
}
