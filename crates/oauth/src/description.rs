//! The characters allowed in `error_description`: printable ASCII without `"` and `\` (RFC 6749 section 5.2). They
//! also fit into a quoted string of `WWW-Authenticate` (RFC 6750 section 3).

use latchkey_storage::StoreError;

/// The maximum length of a description. It may contain values that a client sent.
const MAX_LENGTH: usize = 600;

/// `text` in allowed characters; those without a counterpart become `?`.
pub(crate) fn plain(text: &str) -> String {
    let counterpart = |character| match character {
        '"' | '\u{2018}' | '\u{2019}' | '\u{201C}' | '\u{201D}' => '\'',
        '\\' => '/',
        '\t' | '\n' | '\r' | '\u{A0}' => ' ',
        ' '..='~' => character,
        _ => '?',
    };
    text.chars().take(MAX_LENGTH).map(counterpart).collect()
}

/// The text for a client when storage failed: no details, only whether to try again soon.
pub(crate) fn of_failure(cause: &StoreError) -> &'static str {
    cause
        .try_again()
        .unwrap_or("something failed on the server; try again later")
}

/// At most the first `limit` characters of a value that a client sent, without control characters, for quoting in a
/// message.
pub(crate) fn quoted(value: &str, limit: usize) -> String {
    let visible = |character: char| {
        if character.is_control() {
            '\u{FFFD}'
        } else {
            character
        }
    };
    let mut quoted: String = value.chars().take(limit).map(visible).collect();
    if value.chars().nth(limit).is_some() {
        quoted.push('…');
    }
    quoted
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn typographic_quotes_become_plain_ones() {
        assert_eq!(
            plain("uncheck “Confidential” – it’s \"on\""),
            "uncheck 'Confidential' ? it's 'on'"
        );
    }

    #[test]
    fn a_long_value_is_cut() {
        assert_eq!(quoted("abcdef", 3), "abc…");
        assert_eq!(quoted("abc", 3), "abc");
        assert_eq!(quoted("a\r\nb", 9), "a\u{FFFD}\u{FFFD}b");
    }

    proptest! {
        #[test]
        fn only_permitted_characters_remain(text in "(?s).{0,700}") {
            let plain = plain(&text);
            prop_assert!(plain.bytes().all(|byte| matches!(byte, 0x20..=0x7E) && byte != b'"' && byte != b'\\'));
            prop_assert!(plain.len() <= MAX_LENGTH);
        }
    }
}
