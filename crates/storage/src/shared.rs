//! What both stores do alike before and after they ask their database.

use latchkey_domain::text::fold;
use latchkey_domain::{Email, Page, PageRequest};

/// The page that is shown where `wanted` was asked for: a page beyond the last is the last.
pub fn shown(wanted: PageRequest, total: u64) -> PageRequest {
    let pages = Page::<()> {
        items: Vec::new(),
        number: 1,
        size: wanted.size,
        total,
    }
    .pages();
    PageRequest::new(wanted.number.min(pages), wanted.size)
}

/// The first `limit` characters of `text`.
pub fn cut(text: &str, limit: usize) -> &str {
    text.char_indices()
        .nth(limit)
        .map_or(text, |(end, _)| &text[..end])
}

/// Texts in the form in which they are searched together: folded, a line each. No one searches for a line feed, so that no
/// search matches across. A domain is there in its own letters too.
pub fn searchable(texts: &[&str]) -> String {
    let mut all = texts.join("\n");
    for text in texts.iter().filter(|text| text.contains("xn--")) {
        if let Ok(email) = Email::stored(text) {
            all.push('\n');
            all.push_str(&email.to_unicode());
        }
    }
    fold(&all)
}

/// Typed text, in the form that is found in what is [`searchable`].
pub fn searched(typed: &str) -> String {
    fold(typed.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cuts_between_characters() {
        assert_eq!(
            [cut("äöü", 2), cut("äöü", 3), cut("", 3), cut("a", 0)],
            ["äö", "äöü", "", ""]
        );
    }

    #[test]
    fn a_page_beyond_the_last_is_the_last() {
        let number = |wanted, total| shown(PageRequest::new(wanted, 20), total).number;
        assert_eq!(
            [
                number(1, 0),
                number(9, 0),
                number(3, 41),
                number(4, 41),
                number(u32::MAX, 41)
            ],
            [1, 1, 3, 3, 3]
        );
    }
}
