//! Where to go after signing in: a path on this site and nothing else, so that a link to the sign-in page cannot lead
//! anyone to another site (CWE-601).

use form_urlencoded::Serializer;
use http::Uri;

/// The most characters. An authorization request fits, even one whose `state` is as long as it may be and all of
/// it percent-encoded.
const MAX_LENGTH: usize = 16_384;

/// A path on this site, with its query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ReturnTo(String);

impl ReturnTo {
    /// Reads what a link or a form says; whatever is no path on this site becomes `/`.
    pub(super) fn parse(text: &str) -> Self {
        if is_local_path(text) {
            Self(text.to_owned())
        } else {
            Self::home()
        }
    }

    /// `/`
    pub(super) fn home() -> Self {
        Self("/".to_owned())
    }

    /// The page that was asked for.
    pub(super) fn of(uri: &Uri) -> Self {
        Self::parse(uri.path_and_query().map_or("/", |path| path.as_str()))
    }

    /// The path.
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    /// The sign-in page that leads there.
    pub(super) fn sign_in(&self) -> String {
        if self.0 == "/" {
            return "/sign-in".to_owned();
        }
        format!("/sign-in?{}", self.parameter())
    }

    /// The sign-in page that leads there, and asks for the password of who is signed in, too.
    pub(super) fn sign_in_again(&self) -> String {
        format!("/sign-in?again=true&{}", self.parameter())
    }

    /// The parameter `return_to`, which is the last of its query. A path that is percent-encoded already, as an
    /// authorization request is, stays as it is and reaches to the end: encoded twice, a long `state` would be longer
    /// than proxies take.
    fn parameter(&self) -> String {
        if self.0.contains('%') && !self.0.contains('#') {
            return format!("{RETURN_TO}={}", self.0);
        }
        Serializer::new(String::new())
            .append_pair(RETURN_TO, &self.0)
            .finish()
    }
}

const RETURN_TO: &str = "return_to";

/// What the link to the sign-in page says.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct SignInLink {
    /// Where to go after that.
    pub(super) return_to: ReturnTo,
    /// Whether the form is shown to who is signed in, too: an application wants the password again.
    pub(super) again: bool,
}

impl SignInLink {
    /// Reads the query of the link.
    pub(super) fn read(query: &str) -> Self {
        let (before, return_to) = match find_return_to(query) {
            Some((before, rest)) if rest.starts_with('/') => (before, ReturnTo::parse(rest)),
            Some((before, rest)) => {
                let (value, after) = rest.split_once('&').unwrap_or((rest, ""));
                let decoded = form_urlencoded::parse(value.as_bytes()).next();
                let path = decoded.map(|(path, _)| path).unwrap_or_default();
                return Self {
                    return_to: ReturnTo::parse(&path),
                    again: is_again(before) || is_again(after),
                };
            }
            None => (query, ReturnTo::home()),
        };
        Self {
            return_to,
            again: is_again(before),
        }
    }
}

/// What comes before the parameter `return_to`, and what comes behind its `=`.
fn find_return_to(query: &str) -> Option<(&str, &str)> {
    let mut start = 0;
    for pair in query.split('&') {
        if let Some(value) = pair
            .strip_prefix(RETURN_TO)
            .and_then(|rest| rest.strip_prefix('='))
        {
            let value_at = start + pair.len() - value.len();
            return Some((&query[..start], &query[value_at..]));
        }
        start += pair.len() + 1;
    }
    None
}

fn is_again(query: &str) -> bool {
    query.split('&').any(|pair| pair == "again=true")
}

fn is_local_path(text: &str) -> bool {
    // A second slash or a backslash begins a host; browsers leave out tabs and line breaks before they look.
    let path = text.split(['?', '#']).next().unwrap_or_default();
    text.len() <= MAX_LENGTH
        && text.starts_with('/')
        && !text.starts_with("//")
        && !text.contains('\\')
        && text.bytes().all(|byte| byte.is_ascii_graphic())
        // Coming back to these would go in circles.
        && !matches!(path, "/sign-in" | "/sign-out" | "/setup")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_on_this_site_stay() {
        for path in [
            "/",
            "/admin",
            "/admin/settings/oauth-applications?q=a%20b&page=2",
            "/oauth/authorize?redirect_uri=https://a.example//cb",
        ] {
            assert_eq!(ReturnTo::parse(path).as_str(), path);
        }
    }

    #[test]
    fn everything_else_is_home() {
        for text in [
            "",
            "admin",
            "//evil.example",
            "///evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "\\/evil.example",
            "https://evil.example",
            "javascript:alert(1)",
            "/\t/evil.example",
            "/\n/evil.example",
            " /admin",
            "/a\r\nSet-Cookie: x=y",
            "/ä",
            "/sign-in",
            "/sign-in?return_to=/",
            "/sign-out",
            "http:/evil.example",
        ] {
            assert_eq!(ReturnTo::parse(text), ReturnTo::home(), "{text:?}");
        }
        assert_eq!(
            ReturnTo::parse(&format!("/{}", "a".repeat(MAX_LENGTH))),
            ReturnTo::home()
        );
    }

    #[test]
    fn the_sign_in_page_carries_it() {
        assert_eq!(
            ReturnTo::parse("/admin?a=1&b=2").sign_in(),
            "/sign-in?return_to=%2Fadmin%3Fa%3D1%26b%3D2"
        );
        assert_eq!(ReturnTo::home().sign_in(), "/sign-in");
    }

    #[test]
    fn the_sign_in_page_finds_it_again() {
        for path in [
            "/",
            "/admin",
            "/admin?a=1&b=2",
            "/admin?a=1#%20",
            "/oauth/authorize?client_id=a&state=%7B%22a%22%3A1%7D&again=true&return_to=/x",
            "/oauth/authorize?state=100%25+%26&x=%2F",
        ] {
            let return_to = ReturnTo::parse(path);
            for (link, again) in [(return_to.sign_in(), false), (return_to.sign_in_again(), true)] {
                let query = link.strip_prefix("/sign-in").unwrap().trim_start_matches('?');
                let read = SignInLink::read(query);
                assert_eq!(read.return_to.as_str(), path, "{link}");
                assert_eq!(read.again, again, "{link}");
            }
        }
    }

    #[test]
    fn what_is_encoded_already_is_not_encoded_again() {
        let state = "%F0%9F%94%91".repeat(1_024);
        let path = format!("/oauth/authorize?client_id=a&state={state}");
        let link = ReturnTo::parse(&path).sign_in();
        assert_eq!(link.len(), path.len() + "/sign-in?return_to=".len());
    }

    #[test]
    fn other_links_to_the_page_are_read_too() {
        for (query, path, again) in [
            ("", "/", false),
            ("again=true", "/", true),
            ("return_to=/admin", "/admin", false),
            ("return_to=%2Fadmin%3Fa%3D1&again=true", "/admin?a=1", true),
            ("x=1&return_to=%2Fadmin&y=2", "/admin", false),
            ("xreturn_to=%2Fadmin", "/", false),
            ("return_to", "/", false),
            ("return_to=", "/", false),
            ("return_to=//evil.example", "/", false),
            ("return_to=%2F%2Fevil.example", "/", false),
            ("return_to=https%3A%2F%2Fevil.example", "/", false),
        ] {
            let read = SignInLink::read(query);
            assert_eq!((read.return_to.as_str(), read.again), (path, again), "{query}");
        }
    }
}
