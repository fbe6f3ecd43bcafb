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
        format!(
            "/sign-in?{}",
            Serializer::new(String::new())
                .append_pair("return_to", &self.0)
                .finish()
        )
    }
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
}
