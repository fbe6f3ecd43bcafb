//! How two redirect URIs differ, in words that an integrator can act on.

/// Says how `requested` differs from the `registered` URI that it was probably meant to be; `None` if they have little
/// in common.
pub fn difference(registered: &str, requested: &str) -> Option<String> {
    if registered == requested {
        return None;
    }
    let (registered, requested) = (Parts::of(registered)?, Parts::of(requested)?);
    let mut found = Vec::new();
    if !registered.host.eq_ignore_ascii_case(requested.host) {
        return None;
    }
    if registered.scheme != requested.scheme {
        found.push(format!(
            "the scheme ({} registered, {} sent)",
            registered.scheme, requested.scheme
        ));
    }
    if registered.host != requested.host {
        found.push("upper and lower case in the host".to_owned());
    }
    if registered.port != requested.port {
        let port = |port: &str| {
            if port.is_empty() {
                "none".to_owned()
            } else {
                port.to_owned()
            }
        };
        found.push(format!(
            "the port ({} registered, {} sent)",
            port(registered.port),
            port(requested.port)
        ));
    }
    if registered.path != requested.path {
        found.push(
            if registered.path.trim_end_matches('/') == requested.path.trim_end_matches('/') {
                "a trailing slash".to_owned()
            } else if registered.path.eq_ignore_ascii_case(requested.path) {
                "upper and lower case in the path".to_owned()
            } else {
                "the path".to_owned()
            },
        );
    }
    if registered.query != requested.query {
        found.push("the query".to_owned());
    }
    (!found.is_empty()).then(|| format!("they differ by {}", found.join(" and ")))
}

#[derive(PartialEq)]
struct Parts<'a> {
    scheme: &'a str,
    host: &'a str,
    port: &'a str,
    path: &'a str,
    query: Option<&'a str>,
}

impl<'a> Parts<'a> {
    fn of(uri: &'a str) -> Option<Self> {
        let (scheme, rest) = uri.split_once("://")?;
        let end = rest.find(['/', '?']).unwrap_or(rest.len());
        let (authority, after) = rest.split_at(end);
        let (path, query) = after
            .split_once('?')
            .map_or((after, None), |(path, query)| (path, Some(query)));
        let colon = authority
            .rfind(':')
            .filter(|colon| !authority[*colon..].contains(']'));
        let (host, port) = colon.map_or((authority, ""), |colon| {
            (&authority[..colon], &authority[colon + 1..])
        });
        Some(Self {
            scheme,
            host,
            port,
            path,
            query,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::difference;

    #[test]
    fn names_what_differs() {
        let registered = "https://x.example/cb";
        for (requested, words) in [
            ("https://x.example/cb/", "a trailing slash"),
            ("http://x.example/cb", "the scheme (https registered, http sent)"),
            (
                "https://x.example:8443/cb",
                "the port (none registered, 8443 sent)",
            ),
            ("https://X.example/cb", "upper and lower case in the host"),
            ("https://x.example/CB", "upper and lower case in the path"),
            ("https://x.example/other", "the path"),
            ("https://x.example/cb?a=1", "the query"),
            (
                "http://x.example/cb/",
                "the scheme (https registered, http sent) and a trailing slash",
            ),
        ] {
            assert_eq!(
                difference(registered, requested),
                Some(format!("they differ by {words}")),
                "{requested}"
            );
        }
        assert_eq!(difference(registered, registered), None);
        assert_eq!(difference(registered, "https://y.example/cb"), None);
        assert_eq!(
            difference("http://[::1]:80/cb", "http://[::1]:81/cb").unwrap(),
            "they differ by the port (80 registered, 81 sent)"
        );
    }
}
