//! Paths that programs call. Joining a path to a base URL that ends in a slash gives one slash too many, at the end
//! or inside: it is removed before routing, so that the same checks apply.

use http::uri::PathAndQuery;
use http::{Request, Uri};

/// The prefixes of all endpoints for programs, and of the authorization endpoint's pages.
const PREFIXES: [&str; 3] = ["/oauth/", "/.well-known/", "/networks/"];

/// Whether programs call `path` and expect errors in OAuth or GraphQL form.
pub(super) fn is_for_programs(path: &str) -> bool {
    PREFIXES.iter().any(|prefix| path.starts_with(prefix)) && path != "/oauth/authorize"
}

/// The request with its normalized path.
pub(super) fn normalize<B>(mut request: Request<B>) -> Request<B> {
    if let Some(path) = normalized(request.uri().path()) {
        let mut parts = std::mem::take(request.uri_mut()).into_parts();
        let query = parts.path_and_query.as_ref().and_then(PathAndQuery::query);
        let path_and_query = match query {
            Some(query) => format!("{path}?{query}"),
            None => path,
        };
        // A valid URL stays valid with fewer slashes.
        parts.path_and_query = path_and_query.parse().ok();
        *request.uri_mut() = Uri::from_parts(parts).unwrap_or_default();
    }
    request
}

/// The path without extra slashes; `None` if it has none, or is not a path for programs.
fn normalized(path: &str) -> Option<String> {
    if !path.contains("//") && !path.ends_with('/') {
        return None;
    }
    let segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
    let normalized = format!("/{}", segments.join("/"));
    PREFIXES
        .iter()
        .any(|prefix| normalized.starts_with(prefix))
        .then_some(normalized)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn superfluous_slashes_go_where_programs_call() {
        for (path, meant) in [
            ("/oauth/token", "/oauth/token"),
            ("/oauth/token/", "/oauth/token"),
            ("//oauth/token", "/oauth/token"),
            ("/oauth//token//", "/oauth/token"),
            ("/oauth/authorize/?a=b/&c=//", "/oauth/authorize?a=b/&c=//"),
            (
                "///.well-known//oauth-authorization-server/",
                "/.well-known/oauth-authorization-server",
            ),
            ("/networks/x/graphql/", "/networks/x/graphql"),
            (
                "http://a.example//oauth/token/?x",
                "http://a.example/oauth/token?x",
            ),
        ] {
            let request = Request::get(path).body(()).unwrap();
            assert_eq!(normalize(request).uri().to_string(), meant, "{path}");
        }
    }

    #[test]
    fn pages_and_other_sites_stay_as_they_are() {
        for path in [
            "/",
            "//",
            "/admin/",
            "/account//sessions",
            "//evil.example/oauth/token",
            "/oauth/",
            "/oauthx//token",
            "/pkg//x.js",
            "/sign-in/",
        ] {
            let request = Request::get(path).body(()).unwrap();
            assert_eq!(normalize(request).uri().to_string(), path, "{path}");
        }
    }

    #[test]
    fn programs_and_people_are_told_apart() {
        for (path, programs) in [
            ("/oauth/token", true),
            ("/oauth/nonsense", true),
            ("/.well-known/openid-configuration", true),
            ("/networks/x", true),
            ("/oauth/authorize", false),
            ("/sign-in", false),
            ("/", false),
        ] {
            assert_eq!(is_for_programs(path), programs, "{path}");
        }
    }
}
