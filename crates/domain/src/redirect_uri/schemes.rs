//! Schemes other than `http` and `https`: those of native applications, and those that belong to somebody else.

/// Schemes that run code, read files or open pages inside the browser.
const DANGEROUS: &str =
    " about blob data file filesystem intent javascript jar resource shell vbscript view-source ";

/// Schemes that browsers, operating systems and their usual programs answer to.
const TAKEN: &str = " android-app app-settings brave content devtools edge ftp ftps geo git imap irc localhost mailto \
    market message microsoft-edge mms news nfs opera pop prefs rtsp sftp smb ssh svn tag tel telnet urn vivaldi webcal ws wss \
    xmpp ";

/// What the names of Windows, Apple and browsers begin with.
const TAKEN_PREFIXES: [&str; 12] = [
    "ms-",
    "web+",
    "x-apple",
    "x-web-search",
    "chrome",
    "facetime",
    "itms",
    "ldap",
    "moz-",
    "safari-",
    "search",
    "sms",
];

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
    let word = format!(" {scheme} ");
    if DANGEROUS.contains(&word) {
        Use::Dangerous
    // A single letter is a drive.
    } else if scheme.len() == 1
        || TAKEN.contains(&word)
        || TAKEN_PREFIXES.iter().any(|prefix| scheme.starts_with(prefix))
    {
        Use::Taken
    } else if is_near(scheme, "http") || is_near(scheme, "https") || is_masked(scheme) {
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
    after_first(typed) == after_first(meant)
        || after_first(typed) == meant
        || typed == after_first(meant)
        || matches!((typed, meant), ([a, b, rest @ ..], [c, d, others @ ..]) if (a, b) == (d, c) && rest == others)
}

fn after_first(text: &[u8]) -> &[u8] {
    text.get(1..).unwrap_or_default()
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
