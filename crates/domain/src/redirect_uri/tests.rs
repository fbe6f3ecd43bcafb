//! What is a redirect URI and what is not, and what matches.

use proptest::prelude::*;

use super::*;

#[track_caller]
fn refused(text: &str) -> RedirectUriError {
    text.parse::<RedirectUri>().expect_err(text)
}

#[test]
fn accepts() {
    for text in [
        "https://myapp.com/oauth/callback",
        "https://myapp.com",
        "https://myapp.com:8443/cb?tenant=1",
        "https://xn--bcher-kva.example/cb",
        "https://192.0.2.7/cb",
        "https://[2001:db8::1]/cb",
        "http://localhost:3000/cb",
        "http://localhost/cb",
        "http://127.0.0.1/cb",
        "http://127.0.0.1:49152/cb",
        "http://[::1]:1234/cb",
        "com.example.app:/cb",
        "com.example.app://cb",
        "com.example.app:/oauth/cb?x=1",
        "cursor://anysphere.cursor-mcp/oauth/callback",
        "myapp:/cb",
    ] {
        assert_eq!(text.parse::<RedirectUri>().map(String::from).as_deref(), Ok(text));
    }
}

#[test]
fn says_what_to_type_instead_of_an_address_without_its_scheme() {
    for (typed, instead) in [
        ("localhost:3000/cb", "http://localhost:3000/cb"),
        ("localhost/cb", "http://localhost/cb"),
        ("127.0.0.1:3000/cb", "http://127.0.0.1:3000/cb"),
        ("[::1]:3000/cb", "http://[::1]:3000/cb"),
        ("myapp.com/cb", "https://myapp.com/cb"),
        ("//myapp.com/cb", "https://myapp.com/cb"),
        ("myapp.com:8080/cb", "https://myapp.com:8080/cb"),
        ("localhost.example/cb", "https://localhost.example/cb"),
    ] {
        let words = format!("is not a complete address; type {instead}");
        assert_eq!(refused(typed).to_string(), words, "{typed}");
    }
    for typed in ["/cb", "callback", "myapp.com:99999/cb"] {
        let words = "is not a complete address; start it with https://";
        assert_eq!(refused(typed).to_string(), words, "{typed}");
    }
}

// A table, as long as there are ways to be wrong.
#[allow(clippy::too_many_lines)]
#[test]
fn refuses_with_the_reason() {
    use RedirectUriError as Wrong;
    for (text, expected) in [
        ("", Wrong::Empty),
        ("/cb", Wrong::NotAbsolute { instead: None }),
        ("https://myapp.com/cb#top", Wrong::Fragment),
        ("https://*.myapp.com/cb", Wrong::Wildcard),
        ("https://myapp.com/*", Wrong::Wildcard),
        ("https://user:pass@myapp.com/cb", Wrong::Credentials),
        ("https://myapp.com@evil.example/cb", Wrong::Credentials),
        ("https:///cb", Wrong::NoHost),
        ("https:/cb", Wrong::NoHost),
        ("https:cb", Wrong::NoHost),
        ("https://a/../b", Wrong::DotSegments),
        ("https://a/%2e%2E/b", Wrong::DotSegments),
        ("https://a/./b", Wrong::DotSegments),
        ("https://a/%2E", Wrong::DotSegments),
        ("https://a/.%2e/b", Wrong::DotSegments),
        ("https://a:0/b", Wrong::BadPort),
        ("https://a:/b", Wrong::BadPort),
        ("https://a:65536/b", Wrong::BadPort),
        ("http://myapp.com/cb", Wrong::PlainHttp),
        ("http://localhost.evil.example/cb", Wrong::PlainHttp),
        ("http://127.0.0.1.nip.io/cb", Wrong::PlainHttp),
        ("http://127.0.0.2/cb", Wrong::PlainHttp),
        ("http://[::2]/cb", Wrong::PlainHttp),
        ("http://127.1/cb", Wrong::BadHost { host: "127.1".into() }),
        (
            "http://0x7f.0.0.1/cb",
            Wrong::BadHost {
                host: "0x7f.0.0.1".into(),
            },
        ),
        (
            "http://2130706433/cb",
            Wrong::BadHost {
                host: "2130706433".into(),
            },
        ),
        (
            "https://exa%6dple.com/cb",
            Wrong::BadHost {
                host: "exa%6dple.com".into(),
            },
        ),
        ("https://a..b/cb", Wrong::BadHost { host: "a..b".into() }),
        (
            "https://my app.com/cb",
            Wrong::Blank {
                code: 32,
                position: 11,
            },
        ),
        (
            "https://myapp.com/\u{7}",
            Wrong::Blank {
                code: 7,
                position: 19,
            },
        ),
        (
            "https://myapp.com/\0",
            Wrong::Blank {
                code: 0,
                position: 19,
            },
        ),
        (
            "java\nscript:alert(1)",
            Wrong::Blank {
                code: 10,
                position: 5,
            },
        ),
        (
            "https://my\u{A0}app.com/cb",
            Wrong::Blank {
                code: 0xA0,
                position: 11,
            },
        ),
        (
            "https://my\u{200B}app.com/cb",
            Wrong::Blank {
                code: 0x200B,
                position: 11,
            },
        ),
        (
            "https://my\u{FEFF}app.com/cb",
            Wrong::Blank {
                code: 0xFEFF,
                position: 11,
            },
        ),
        (
            "https://my\u{200D}app.com/cb",
            Wrong::Blank {
                code: 0x200D,
                position: 11,
            },
        ),
        (
            "https://bücher.example/cb",
            Wrong::NotAscii {
                character: 'ü',
                position: 10,
            },
        ),
        (
            "httpѕ://myapp.com/cb",
            Wrong::NotAscii {
                character: 'ѕ',
                position: 5,
            },
        ),
        (
            "https://myapp。com/cb",
            Wrong::NotAscii {
                character: '。',
                position: 14,
            },
        ),
        (
            "javascript:alert(1)",
            Wrong::DangerousScheme {
                scheme: "javascript".into(),
            },
        ),
        (
            "JavaScript:alert(1)",
            Wrong::DangerousScheme {
                scheme: "javascript".into(),
            },
        ),
        (
            "data:text/html,x",
            Wrong::DangerousScheme {
                scheme: "data".into(),
            },
        ),
        (
            "file:///etc/passwd",
            Wrong::DangerousScheme {
                scheme: "file".into(),
            },
        ),
        ("ftp://myapp.com/cb", Wrong::TakenScheme { scheme: "ftp".into() }),
        (
            "MS-Settings:x",
            Wrong::TakenScheme {
                scheme: "ms-settings".into(),
            },
        ),
        (
            "htps://myapp.com/cb",
            Wrong::MistypedScheme {
                scheme: "htps".into(),
            },
        ),
        ("myapp:8080/cb", Wrong::NotAbsolute { instead: None }),
        ("myapp:", Wrong::NoPath),
        ("com.example.app:", Wrong::NoPath),
        ("com.example.app://", Wrong::NoPath),
        ("urn:ietf:wg:oauth:2.0:oob", Wrong::OutOfBand),
    ] {
        assert_eq!(refused(text), expected, "{text:?}");
    }
    assert_eq!(
        refused(&format!("https://a/{}", "x".repeat(MAX_LENGTH))),
        Wrong::TooLong {
            length: MAX_LENGTH + 10
        }
    );
    for text in [
        "https:\\\\myapp.com\\cb",
        "https://a b",
        "https://[::1/cb",
        "https://a/%zz",
        "1https://a/b",
    ] {
        refused(text);
    }
}

#[test]
fn matching_is_exact() {
    let uri: RedirectUri = "https://myapp.com/cb".parse().unwrap();
    assert!(uri.matches("https://myapp.com/cb"));
    for other in [
        "https://myapp.com/cb/",
        "https://MyApp.com/cb",
        "HTTPS://myapp.com/cb",
        "https://myapp.com:443/cb",
        "https://myapp.com/cb?",
        "https://myapp.com/%63b",
        "https://myapp.com/x/../cb",
        "https://myapp.com.evil.example/cb",
        "http://myapp.com/cb",
    ] {
        assert!(!uri.matches(other), "{other}");
    }
}

#[test]
fn only_the_machine_itself_has_a_free_port() {
    for (registered, requested, expected) in [
        ("http://127.0.0.1/cb", "http://127.0.0.1:5000/cb", true),
        ("http://127.0.0.1:4000/cb", "http://127.0.0.1:5000/cb", true),
        ("http://127.0.0.1:4000/cb", "http://127.0.0.1/cb", true),
        ("http://[::1]:4000/cb", "http://[::1]:9/cb", true),
        ("http://127.0.0.1:4000?x=1", "http://127.0.0.1:9?x=1", true),
        ("http://127.0.0.1/cb", "http://127.0.0.1:5000/cb/", false),
        ("http://127.0.0.1/cb", "http://[::1]:5000/cb", false),
        (
            "http://127.0.0.1/cb",
            "http://127.0.0.1:5000@evil.example/cb",
            false,
        ),
        ("http://127.0.0.1/cb", "http://127.0.0.1:99999/cb", false),
        ("http://localhost:4000/cb", "http://localhost:5000/cb", true),
        ("http://localhost/cb", "http://localhost:5000/cb", true),
        (
            "http://localhost/cb",
            "http://localhost.evil.example:5000/cb",
            false,
        ),
        ("http://localhost/cb", "http://127.0.0.1:5000/cb", false),
        ("http://localhost/cb", "https://localhost:5000/cb", false),
        ("https://127.0.0.1:4000/cb", "https://127.0.0.1:5000/cb", false),
        ("https://myapp.com:1/cb", "https://myapp.com:2/cb", false),
    ] {
        let uri: RedirectUri = registered.parse().unwrap();
        assert_eq!(uri.matches(requested), expected, "{registered} {requested}");
    }
}

#[test]
fn a_query_alone_is_told_from_other_differences() {
    for (registered, requested, expected) in [
        (
            "https://myapp.com/cb",
            "https://myapp.com/cb?redirect_state=1",
            true,
        ),
        ("https://myapp.com/cb?a=1", "https://myapp.com/cb", true),
        ("https://myapp.com/cb?a=1", "https://myapp.com/cb?a=2", true),
        ("https://myapp.com/cb", "https://myapp.com/cb?", true),
        ("com.example.app:/cb", "com.example.app:/cb?a=1", true),
        ("http://127.0.0.1:4000/cb", "http://127.0.0.1:5000/cb?a=1", true),
        ("https://myapp.com/cb", "https://myapp.com/cb", false),
        ("https://myapp.com/cb", "https://myapp.com/cb/?a=1", false),
        ("https://myapp.com/cb", "https://myapp.com/other?a=1", false),
        ("https://myapp.com/cb", "https://evil.example/cb?a=1", false),
        ("http://localhost:4000/cb", "http://localhost:5000/cb?a=1", true),
    ] {
        let (uri, other): (RedirectUri, RedirectUri) =
            (registered.parse().unwrap(), requested.parse().unwrap());
        assert_eq!(
            uri.differs_only_in_query(&other),
            expected,
            "{registered} {requested}"
        );
    }
}

#[test]
fn the_same_host_and_port_are_the_same_origin() {
    for (one, other, expected) in [
        ("https://myapp.com/cb", "https://myapp.com/other?a=1", true),
        ("https://myapp.com/cb", "https://MYAPP.com:443/cb", true),
        ("https://myapp.com/cb", "https://myapp.com:8443/cb", false),
        ("https://myapp.com/cb", "https://myapp.com.evil.example/cb", false),
        ("https://myapp.com/cb", "https://www.myapp.com/cb", false),
        ("http://127.0.0.1:4000/cb", "http://127.0.0.1:5000/other", true),
        ("http://127.0.0.1:4000/cb", "http://[::1]:4000/cb", false),
        ("http://localhost:4000/cb", "http://localhost:4000/x", true),
        ("http://localhost:4000/cb", "http://localhost:5000/cb", true),
        ("http://localhost:443/cb", "https://localhost:443/cb", false),
        ("com.example.app:/cb", "com.example.app:/other", true),
        ("com.example.app:/cb", "com.evil.app:/cb", false),
        ("https://com.example.app/cb", "com.example.app:/cb", false),
    ] {
        let (uri, second): (RedirectUri, RedirectUri) = (one.parse().unwrap(), other.parse().unwrap());
        assert_eq!(uri.has_same_origin(&second), expected, "{one} {other}");
        assert_eq!(second.has_same_origin(&uri), expected, "{other} {one}");
    }
}

#[test]
fn names_the_host() {
    for (text, host) in [
        ("https://myapp.com/cb", "myapp.com"),
        ("http://localhost:3000/cb", "localhost:3000"),
        ("http://[::1]:9/cb", "[::1]:9"),
        ("https://myapp.com?x=/", "myapp.com"),
        ("com.example.app:/cb", "com.example.app"),
        ("com.example.app://cb", "com.example.app"),
    ] {
        assert_eq!(text.parse::<RedirectUri>().unwrap().host(), host);
    }
}

#[test]
fn what_an_answer_adds_is_not_in_the_query_already() {
    for (query, name) in [
        ("code=1", "code"),
        ("a=1&state=", "state"),
        ("iss", "iss"),
        ("%73tate=1", "state"),
        ("error_description=x", "error_description"),
    ] {
        for uri in ["https://myapp.com/cb", "com.example.app:/cb"] {
            let expected = RedirectUriError::ReservedParameter { name: name.into() };
            assert_eq!(refused(&format!("{uri}?{query}")), expected);
        }
    }
    for query in ["codes=1", "a=code", "tenant=state&b", "State=1"] {
        assert!(
            format!("https://myapp.com/cb?{query}")
                .parse::<RedirectUri>()
                .is_ok()
        );
    }
}

fn near_uris() -> impl Strategy<Value = String> {
    let scheme = prop_oneof![
        Just("https"),
        Just("http"),
        Just("HTTPS"),
        Just("com.example"),
        Just("javascript"),
        Just(""),
        Just("x")
    ];
    let separator = prop_oneof![
        Just("://"),
        Just(":"),
        Just(":/"),
        Just(":///"),
        Just("//"),
        Just(":\\\\")
    ];
    (
        scheme,
        separator,
        "[a-zA-Z0-9.:@%*#?/\\[\\]\\\\ \u{0}-\u{1f}é-]{0,40}",
    )
        .prop_map(|(scheme, separator, rest)| format!("{scheme}{separator}{rest}"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn never_panics_and_keeps_what_it_accepts(text in prop_oneof![".{0,60}", near_uris()]) {
        if let Ok(uri) = text.parse::<RedirectUri>() {
            prop_assert_eq!(uri.as_str(), &text);
            prop_assert!(uri.matches(&text));
            prop_assert!(!text.contains(['#', '*', '\\', ' ', '\n']));
            prop_assert!(text.is_ascii());
            prop_assert!(!uri.host().is_empty());
            if text.to_ascii_lowercase().starts_with("http:") {
                prop_assert!(uri.is_loopback());
            }
        }
    }

    #[test]
    fn only_the_same_string_matches_a_web_uri(text in near_uris()) {
        let uri: RedirectUri = "https://myapp.com/cb".parse().unwrap();
        prop_assert_eq!(uri.matches(&text), text == "https://myapp.com/cb");
    }
}
