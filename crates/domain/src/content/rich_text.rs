//! What people write, with its formatting.

use thiserror::Error;

/// HTML that is safe to show, and the same as plain text for search.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RichText {
    html: String,
    text: String,
}

/// Why something cannot be kept as [`RichText`]. The words fit behind a label: "Body: …".
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum RichTextError {
    /// More bytes than [`RichText::MAX_BYTES`].
    #[error("can have at most {limit} bytes; this has {length}", limit = RichText::MAX_BYTES)]
    TooLong {
        /// How many bytes there are.
        length: usize,
    },
    /// Nothing is left of it that a person could see.
    #[error("cannot be blank")]
    Blank,
}

impl RichText {
    /// The most bytes of HTML.
    pub const MAX_BYTES: usize = 100_000;

    /// Takes HTML that a sanitizer has just made, and what of it is text. No other HTML may come in here.
    pub fn from_sanitized(html: String, text: String) -> Result<Self, RichTextError> {
        if html.len() > Self::MAX_BYTES {
            return Err(RichTextError::TooLong { length: html.len() });
        }
        Ok(Self { html, text })
    }

    /// The same, if there is something to see in it: words, or a picture.
    pub fn not_blank(self) -> Result<Self, RichTextError> {
        if self.text.trim().is_empty() && !self.html.contains("<img ") {
            return Err(RichTextError::Blank);
        }
        Ok(self)
    }

    /// What was kept, as it is read back. It was sanitized on the way in.
    pub fn kept(html: String, text: String) -> Self {
        Self { html, text }
    }

    /// The HTML.
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
