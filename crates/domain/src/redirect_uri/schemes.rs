//! Schemes other than `http` and `https`: those of native applications, and those that belong to somebody else.

/// Schemes that run code, read files or open pages inside the browser.
const DANGEROUS: &[&str] = &[
    "about",
    "blob",
    "data",
    "file",
    "filesystem",
    "intent",
    "javascript",
    "jar",
    "livescript",
    "mocha",
    "res",
    "resource",
    "shell",
    "vbscript",
    "view-source",
    "wyciwyg",
];

/// Schemes that browsers, operating systems and their usual programs answer to.
const TAKEN: &[&str] = &[
    "acct",
    "aim",
    "android-app",
    "app-settings",
    "bitcoin",
    "brave",
    "callto",
    "chrome",
    "chrome-extension",
    "chrome-untrusted",
    "cid",
    "content",
    "devtools",
    "dict",
    "dns",
    "edge",
    "facetime",
    "facetime-audio",
    "feed",
    "firefox",
    "ftp",
    "ftps",
    "geo",
    "git",
    "gopher",
    "hcp",
    "help",
    "imap",
    "irc",
    "ircs",
    "isostore",
    "itms",
    "itms-apps",
    "itms-services",
    "ldap",
    "ldaps",
    "localhost",
    "mailto",
    "maps",
    "market",
    "message",
    "microsoft-edge",
    "mid",
    "mms",
    "moz-extension",
    "mqtt",
    "news",
    "nfs",
    "nntp",
    "opera",
    "pop",
    "prefs",
    "rlogin",
    "rtsp",
    "safari-extension",
    "safari-web-extension",
    "search",
    "search-ms",
    "settings",
    "sftp",
    "sip",
    "sips",
    "sms",
    "smsto",
    "smb",
    "ssh",
    "svn",
    "tag",
    "tel",
    "telnet",
    "udp",
    "urn",
    "vivaldi",
    "webcal",
    "wifi",
    "ws",
    "wss",
    "xmpp",
];

/// What the names of Windows, Apple and browsers begin with.
const TAKEN_PREFIXES: &[&str] = &["ms-", "web+", "x-apple", "x-web-search"];

/// What a scheme may be used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Use {
    /// A native application may have it.
    Free,
    /// It runs code or reads files.
    Dangerous,
    /// It leads to another program.
    Taken,
    /// `https` was meant.
    Mistyped,
}

/// What a scheme, in lower case, may be used for.
pub(super) fn of(scheme: &str) -> Use {
    if DANGEROUS.contains(&scheme) {
        Use::Dangerous
    // A single letter is a drive.
    } else if scheme.len() == 1
        || TAKEN.contains(&scheme)
        || TAKEN_PREFIXES.iter().any(|prefix| scheme.starts_with(prefix))
    {
        Use::Taken
    } else if ["http", "https"].iter().any(|meant| is_near(scheme, meant)) || is_masked(scheme) {
        Use::Mistyped
    } else {
        Use::Free
    }
}

/// Whether one letter too many, too few or wrong, or two letters the wrong way round, make `typed` of `meant`.
fn is_near(typed: &str, meant: &str) -> bool {
    let (typed, meant) = (typed.as_bytes(), meant.as_bytes());
    let same = typed
        .iter()
        .zip(meant)
        .take_while(|(one, other)| one == other)
        .count();
    let (typed, meant) = (&typed[same..], &meant[same..]);
    let rest = |text: &[u8], skipped: usize| text.get(skipped..).map(<[u8]>::to_vec);
    rest(typed, 1) == rest(meant, 1)
        || rest(typed, 1).as_deref() == Some(meant)
        || rest(meant, 1).as_deref() == Some(typed)
        || (typed.len() >= 2
            && meant.len() >= 2
            && (typed[0], typed[1]) == (meant[1], meant[0])
            && typed[2..] == meant[2..])
}

/// `hxxps`, as addresses are written so that nobody follows them.
fn is_masked(scheme: &str) -> bool {
    matches!(scheme, "hxxp" | "hxxps")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_have_their_own() {
        for scheme in [
            "cursor",
            "vscode",
            "vscode-insiders",
            "slack",
            "myapp",
            "com.example.app",
            "x-myapp",
            "hub",
        ] {
            assert_eq!(of(scheme), Use::Free, "{scheme}");
        }
    }

    #[test]
    fn those_of_browsers_and_systems_are_refused() {
        for scheme in [
            "mailto",
            "tel",
            "ms-settings",
            "ms-msdt",
            "search-ms",
            "chrome",
            "ws",
            "web+app",
            "c",
            "localhost",
        ] {
            assert_eq!(of(scheme), Use::Taken, "{scheme}");
        }
        for scheme in ["javascript", "data", "file", "intent"] {
            assert_eq!(of(scheme), Use::Dangerous, "{scheme}");
        }
    }

    #[test]
    fn a_mistyped_https_is_seen() {
        for scheme in [
            "htps", "ttps", "htpps", "httsp", "httpss", "htttps", "hhttps", "http2", "hxxps", "hptps", "htp",
        ] {
            assert_eq!(of(scheme), Use::Mistyped, "{scheme}");
        }
    }
}
