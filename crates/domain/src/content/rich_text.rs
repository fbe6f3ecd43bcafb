//! Formatted texts that people write.

use thiserror::Error;

use crate::limits::{
    MAX_HTML_ATTRIBUTES, MAX_HTML_DEPTH, MAX_HTML_MISPLACED, MAX_HTML_UNCLOSED, MAX_TEXT_BYTES,
};

/// HTML that is safe to show, and its plain text for search.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RichText {
    html: String,
    text: String,
}

/// Why a text cannot be [`RichText`]. The message fits after a label: "Body: …".
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum RichTextError {
    /// More bytes than [`RichText::MAX_BYTES`].
    #[error("can have at most {limit} bytes; this has {length}", limit = RichText::MAX_BYTES)]
    TooLong {
        /// How many bytes there are.
        length: usize,
    },
    /// Its elements nest too deep.
    #[error(
        "can have elements nested at most {MAX_HTML_DEPTH} deep; this goes deeper, or leaves as many open"
    )]
    TooDeep,
    /// End tags around them leave too many formatting elements open.
    #[error(
        "can leave at most {MAX_HTML_UNCLOSED} elements like <b> and <a> open; close each where it was opened"
    )]
    Unclosed,
    /// A tag has too many attributes.
    #[error("can have at most {MAX_HTML_ATTRIBUTES} attributes on a tag; this has more")]
    Attributes,
    /// Tables have too much outside of their cells.
    #[error(
        "can have at most {MAX_HTML_MISPLACED} elements and texts in tables outside of cells; this has more"
    )]
    Misplaced,
    /// It shows nothing.
    #[error("cannot be blank")]
    Blank,
}

impl RichText {
    /// The most bytes of HTML.
    pub const MAX_BYTES: usize = MAX_TEXT_BYTES;

    /// Takes HTML that a sanitizer has just made, and its plain text. Call it with no other HTML.
    pub fn from_sanitized(html: String, text: String) -> Result<Self, RichTextError> {
        if html.len() > Self::MAX_BYTES {
            return Err(RichTextError::TooLong { length: html.len() });
        }
        Ok(Self { html, text })
    }

    /// The text, if it shows something: words, or a picture.
    pub fn not_blank(self) -> Result<Self, RichTextError> {
        if self.text.trim().is_empty() && !self.html.contains("<img ") {
            return Err(RichTextError::Blank);
        }
        Ok(self)
    }

    /// A stored text, which was sanitized before it was stored.
    pub fn kept(html: String, text: String) -> Self {
        Self { html, text }
    }

    pub fn html(&self) -> &str {
        &self.html
    }

    /// The words.
    pub fn text(&self) -> &str {
        &self.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn too_much_and_nothing_are_refused() {
        let rich = |html: &str, text: &str| RichText::from_sanitized(html.to_owned(), text.to_owned());
        assert!(rich("<p>a</p>", "a").unwrap().not_blank().is_ok());
        assert!(
            rich("<img src=\"https://a.example/b.png\">", "")
                .unwrap()
                .not_blank()
                .is_ok()
        );
        assert_eq!(
            rich("<p> </p>", " ").unwrap().not_blank(),
            Err(RichTextError::Blank)
        );
        assert_eq!(
            rich(&"a".repeat(100_001), "a"),
            Err(RichTextError::TooLong { length: 100_001 })
        );
    }
}
