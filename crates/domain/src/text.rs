//! Rules for a line of text that a person types and others read: a name of an application, a member, a network. And how
//! such text is searched ([`fold`]).

mod fold;

use thiserror::Error;

pub(crate) use self::fold::is_format;
pub use self::fold::{continues, fold};

/// What is wrong with a line of text. The message fits after a label: "Name: …".
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum TextError {
    /// Nothing but white space.
    #[error("cannot be blank")]
    Blank,
    /// More characters than `limit`.
    #[error("can have at most {limit} characters; this has {length}")]
    TooLong {
        /// How many characters there are.
        length: usize,
        /// How many there may be.
        limit: usize,
    },
    /// A control character, or one that is invisible or turns the reading direction, with which a name could pose as
    /// another.
    #[error("has an invisible character at position {position} (U+{code:04X}): remove it")]
    Invisible {
        /// Its position in characters, from 1.
        position: usize,
        /// Its code point.
        code: u32,
    },
}

/// `text` without the white space around it, if it is a line of 1 to `limit` visible characters.
pub fn line(text: &str, limit: usize) -> Result<String, TextError> {
    let trimmed = text.trim();
    if trimmed.is_empty() {
        return Err(TextError::Blank);
    }
    let length = trimmed.chars().count();
    if length > limit {
        return Err(TextError::TooLong { length, limit });
    }
    let mut before = '\0';
    let mut rest = trimmed.chars();
    let mut position = 0;
    while let Some(character) = rest.next() {
        position += 1;
        if character == '\u{1F3F4}' {
            let tags = flag(rest.as_str());
            position += tags;
            rest = rest.as_str()[tags * TAG_BYTES..].chars();
        } else if is_invisible(character) && !joins(before, character, rest.as_str()) {
            return Err(TextError::Invisible {
                position,
                code: character.into(),
            });
        }
        before = character;
    }
    Ok(trimmed.to_owned())
}

/// Control characters, the Unicode marks that are drawn as nothing or turn the text around them (UAX 9, UTS 39), line
/// and paragraph separators.
pub(crate) fn is_invisible(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{00AD}' | '\u{034F}' | '\u{061C}' | '\u{115F}' | '\u{1160}' | '\u{180E}' | '\u{200B}'..='\u{200F}'
            | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{3164}' | '\u{FEFF}' | '\u{FFA0}'
            | '\u{FFF9}'..='\u{FFFC}' | '\u{E0000}'..='\u{E007F}')
}

/// Whether `character` is U+200D, which joins emoji and letters, or U+200C between two letters whose shape it decides, as in
/// Persian and Hindi (RFC 5892 appendix A.1). Between other letters that would only make a name that looks like another.
fn joins(before: char, character: char, behind: &str) -> bool {
    character == '\u{200D}' || (character == '\u{200C}' && is_joined(before) && behind.starts_with(is_joined))
}

/// The blocks of the scripts in which U+200C changes what is drawn: those of Arabic’s kind, of India and its neighbours,
/// Mongolian. Latin, Greek, Cyrillic, Chinese, Japanese and Korean are elsewhere.
fn is_joined(character: char) -> bool {
    matches!(character,
        '\u{0620}'..='\u{1CFF}' | '\u{A800}'..='\u{ABFF}' | '\u{FB50}'..='\u{FDFF}' | '\u{FE70}'..='\u{FEFC}'
        | '\u{10A00}'..='\u{11FFF}' | '\u{1E900}'..='\u{1E95F}')
}

/// Tag characters are all this long in UTF-8.
const TAG_BYTES: usize = 4;

/// How many tag characters `behind` begins with that make the black flag before them the flag of a region: three
/// to six letters or digits, and the end (UTS 51, emoji tag sequences). None if they do not; then they are only hidden text.
fn flag(behind: &str) -> usize {
    let is_tag = |tag: &char| matches!(tag, '\u{E0030}'..='\u{E0039}' | '\u{E0061}'..='\u{E007A}');
    let letters = behind.chars().take_while(is_tag).count();
    let ends = behind.chars().nth(letters) == Some('\u{E007F}');
    if ends && (3..=6).contains(&letters) {
        letters + 1
    } else {
        0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trims_and_keeps_ordinary_names() {
        for name in [
            "Mobile App",
            "Café ☕",
            "移动应用",
            "👩‍💻 Tools",
            "👨‍👩‍👧‍👦🏳️‍🌈",
            "O'Neil & Søn <3",
            "می\u{200C}خواهم",
            "क्\u{200C}ष क्\u{200D}ष",
            "🏴\u{E0067}\u{E0062}\u{E0073}\u{E0063}\u{E0074}\u{E007F} Club",
            "\u{1F3F4}\u{200D}\u{2620}\u{FE0F}",
        ] {
            assert_eq!(line(&format!("  {name}\t"), 80).as_deref(), Ok(name));
        }
    }

    #[test]
    fn refuses_blank_long_and_invisible() {
        assert_eq!(line(" \n ", 80), Err(TextError::Blank));
        assert_eq!(line("abc", 2), Err(TextError::TooLong { length: 3, limit: 2 }));
        assert_eq!(
            line("a\0b", 80),
            Err(TextError::Invisible { position: 2, code: 0 })
        );
        assert_eq!(
            line("App\u{202E}ppA", 80),
            Err(TextError::Invisible {
                position: 4,
                code: 0x202E
            })
        );
        assert_eq!(
            line("a\nb", 80),
            Err(TextError::Invisible {
                position: 2,
                code: 10
            })
        );
    }
    #[test]
    fn what_is_invisible_is_named_with_its_place() {
        let flag_of = |tags: &str| format!("🏴{tags}x");
        for (text, position, code) in [
            ("A\u{200C}pp".to_owned(), 2, 0x200C),
            ("می\u{200C} خواهم".to_owned(), 3, 0x200C),
            ("\u{200C}می".to_owned(), 1, 0x200C),
            ("می\u{200C}\u{200C}خ".to_owned(), 3, 0x200C),
            ("a\u{200B}b".to_owned(), 2, 0x200B),
            ("a\u{E0067}".to_owned(), 2, 0xE0067),
            // Without an end, with no region, and with more than one could be.
            (flag_of("\u{E0067}\u{E0062}\u{E0065}"), 2, 0xE0067),
            (flag_of("\u{E007F}"), 2, 0xE007F),
            (
                flag_of("\u{E0061}\u{E0061}\u{E0061}\u{E0061}\u{E0061}\u{E0061}\u{E0061}\u{E007F}"),
                2,
                0xE0061,
            ),
            (
                "🏴\u{E0067}\u{E0062}\u{E0065}\u{E006E}\u{E0067}\u{E007F}\u{202E}".to_owned(),
                8,
                0x202E,
            ),
        ] {
            assert_eq!(
                line(&text, 80),
                Err(TextError::Invisible { position, code }),
                "{text:?}"
            );
        }
    }
}
