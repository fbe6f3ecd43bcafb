//! Rules for a line of text that a person types and others read: a name of an application, a member, a network.

use thiserror::Error;

/// What is wrong with a line of text. The words fit behind a label: "Name: …".
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
        /// Where it stands, counted in characters from 1.
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
    if let Some((index, character)) = trimmed.chars().enumerate().find(|(_, c)| is_invisible(*c)) {
        return Err(TextError::Invisible {
            position: index + 1,
            code: character.into(),
        });
    }
    Ok(trimmed.to_owned())
}

/// Control characters, the Unicode marks that are drawn as nothing or turn the text around them (UAX 9, UTS 39), line
/// and paragraph separators. U+200D stays: it joins emoji.
fn is_invisible(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{00AD}' | '\u{034F}' | '\u{061C}' | '\u{115F}' | '\u{1160}' | '\u{180E}' | '\u{200B}' | '\u{200C}'
            | '\u{200E}' | '\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{3164}' | '\u{FEFF}'
            | '\u{FFA0}' | '\u{FFF9}'..='\u{FFFC}' | '\u{E0000}'..='\u{E007F}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trims_and_keeps_ordinary_names() {
        for name in ["Mobile App", "Café ☕", "移动应用", "👩‍💻 Tools", "O'Neil & Søn <3"] {
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
}
