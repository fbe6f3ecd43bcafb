//! Where to go after signing in: only a path on this site, so that a link to the sign-in page cannot lead to another
//! site (CWE-601).

use form_urlencoded::Serializer;
use http::Uri;
use latchkey_domain::{Email, Slug};
use latchkey_oauth::openid::logout;
use latchkey_storage::SentClientId;

/// The maximum length. An authorization request fits, even with the longest `state` fully percent-encoded.
const MAX_LENGTH: usize = 16_384;

/// The most characters of a `login_hint` that is passed on.
const MAX_HINT: usize = 256;

/// A path on this site, with its query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ReturnTo(String);

impl ReturnTo {
    /// Reads the value of a link or a form; anything but a path on this site becomes `/`.
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

    /// The requested page.
    pub(super) fn of(uri: &Uri) -> Self {
        Self::parse(uri.path_and_query().map_or("/", |path| path.as_str()))
    }

    /// The path.
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    /// The query of a request to sign out that an application made, if it is one.
    pub(super) fn logout_query(&self) -> Option<&str> {
        let query = self.0.strip_prefix(logout::PATH)?;
        if query.is_empty() {
            Some("")
        } else {
            query.strip_prefix('?')
        }
    }

    /// Whom the application expects to sign in (`login_hint`, OpenID Connect Core section 3.1.2.1), for a provider: an email,
    /// or what else the provider knows the person by. `None` if it names nobody, or says more than a name.
    pub(super) fn login_hint(&self) -> Option<String> {
        let query = self.0.split_once('?').map_or("", |(_, query)| query);
        let (_, hint) = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "login_hint")?;
        let is_name =
            !hint.is_empty() && hint.chars().count() <= MAX_HINT && !hint.contains(char::is_control);
        is_name.then(|| hint.into_owned())
    }

    /// The same for the sign-in page here; empty if there is none. Nothing but an email, since what a link says must not look
    /// as if this page said it.
    pub(super) fn email_hint(&self) -> String {
        let email = self.login_hint().and_then(|hint| hint.parse::<Email>().ok());
        email.map(|email| email.to_string()).unwrap_or_default()
    }

    /// The client id of the authorization request that this is, as it was sent.
    pub(super) fn client_id(&self) -> Option<SentClientId> {
        let query = self.0.strip_prefix("/oauth/authorize?")?;
        let mut pairs = form_urlencoded::parse(query.as_bytes());
        let (_, client_id) = pairs.find(|(name, _)| name == "client_id")?;
        Some(SentClientId::new(&client_id))
    }

    /// The way through a provider that leads there; `again` if the person has to sign in anew.
    pub(super) fn sign_in_with(&self, slug: &Slug, again: bool) -> String {
        let again = if again { "again=true&" } else { "" };
        format!("/sign-in/with/{slug}?{again}{}", self.parameter())
    }

    /// The sign-in page for hosts that leads there.
    pub(super) fn sign_in_of_hosts(&self) -> String {
        format!("{HOSTS}?{}", self.parameter())
    }

    /// The sign-in page that leads there.
    pub(super) fn sign_in(&self) -> String {
        if self.0 == "/" {
            return "/sign-in".to_owned();
        }
        format!("/sign-in?{}", self.parameter())
    }

    /// The sign-in page that leads there and asks for the password even with a session.
    pub(super) fn sign_in_again(&self) -> String {
        format!("/sign-in?again=true&{}", self.parameter())
    }

    /// The sign-in page that leads there, with `mark` as proof of a successful sign-in.
    pub(super) fn just_signed_in(&self, mark: &str) -> String {
        format!("/sign-in?{SIGNED_IN}={mark}&{}", self.parameter())
    }

    /// The parameter `return_to`, the last of its query. An already percent-encoded path, such as an authorization
    /// request, stays unchanged and extends to the end: encoding it twice would make a long `state` longer than
    /// proxies accept.
    pub(super) fn parameter(&self) -> String {
        if self.0.contains('%') && !self.0.contains('#') {
            return format!("{RETURN_TO}={}", self.0);
        }
        Serializer::new(String::new())
            .append_pair(RETURN_TO, &self.0)
            .finish()
    }
}

/// The sign-in page for hosts, where members sign in only with providers.
pub(super) const HOSTS: &str = "/sign-in/hosts";

const RETURN_TO: &str = "return_to";
const SIGNED_IN: &str = "signed_in";

/// The query of a link to the sign-in page.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct SignInLink {
    /// Where to go after the sign-in.
    pub(super) return_to: ReturnTo,
    /// Whether to show the form even with a session: an application wants the password again.
    pub(super) again: bool,
    /// The mark of a sign-in that just succeeded, if the browser may not keep cookies.
    pub(super) signed_in: String,
}

impl SignInLink {
    /// Reads the query.
    pub(super) fn read(query: &str) -> Self {
        let (before, return_to, after) = match find_return_to(query) {
            Some((before, rest)) if rest.starts_with('/') => (before, ReturnTo::parse(rest), ""),
            Some((before, rest)) => {
                let (value, after) = rest.split_once('&').unwrap_or((rest, ""));
                let decoded = form_urlencoded::parse(value.as_bytes()).next();
                let path = decoded.map(|(path, _)| path).unwrap_or_default();
                (before, ReturnTo::parse(&path), after)
            }
            None => (query, ReturnTo::home(), ""),
        };
        Self {
            return_to,
            again: is_again(before) || is_again(after),
            signed_in: mark_in(before),
        }
    }
}

/// The part before the parameter `return_to`, and the part after its `=`.
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

fn mark_in(query: &str) -> String {
    let mark = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == SIGNED_IN);
    mark.map(|(_, mark)| mark.into_owned()).unwrap_or_default()
}

fn is_again(query: &str) -> bool {
    query.split('&').any(|pair| pair == "again=true")
}

fn is_local_path(text: &str) -> bool {
    // A second slash or a backslash starts a host; browsers first remove tabs and line breaks.
    let path = text.split(['?', '#']).next().unwrap_or_default();
    text.len() <= MAX_LENGTH
        && text.starts_with('/')
        && !text.starts_with("//")
        && !text.contains('\\')
        && text.bytes().all(|byte| byte.is_ascii_graphic())
        // Returning to these would loop.
        && !matches!(path, "/sign-in" | HOSTS | "/sign-out" | "/setup")
        && !path.starts_with("/sign-in/with/")
        && !path.starts_with("/sign-in/callback/")
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
    fn a_hint_is_a_name_and_on_the_page_here_an_email() {
        let longest = "ä".repeat(MAX_HINT);
        let too_long = "a".repeat(MAX_HINT + 1);
        for (hint, for_provider, here) in [
            ("ada@example.com", "ada@example.com", "ada@example.com"),
            ("Ada the 1st & only", "Ada the 1st & only", ""),
            (longest.as_str(), longest.as_str(), ""),
            (too_long.as_str(), "", ""),
            ("ada\r\nlovelace", "", ""),
            ("", "", ""),
        ] {
            let query = Serializer::new(String::new())
                .append_pair("state", "x")
                .append_pair("login_hint", hint)
                .finish();
            let return_to = ReturnTo::parse(&format!("/oauth/authorize?{query}"));
            assert_eq!(return_to.login_hint().unwrap_or_default(), for_provider, "{hint}");
            assert_eq!(return_to.email_hint(), here, "{hint}");
        }
        assert_eq!(ReturnTo::parse("/account?a=login_hint").login_hint(), None);
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
