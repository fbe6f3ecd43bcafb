//! Sanitizes the HTML that people write, before it is stored.

mod depth;
mod kinds;
mod open_elements;
mod tokens;

use std::collections::HashSet;
use std::sync::{Arc, LazyLock};

use ammonia::{Builder, UrlRelative};
use latchkey_domain::content::{RichText, RichTextError};
use latchkey_domain::limits::MAX_HTML_PARSERS;
use tokio::sync::Semaphore;

use self::open_elements::TooMuch;
use crate::error::ApiError;

/// Keeps formatting, links, pictures, quotes, lists and tables. Removes scripts, styles, forms, frames and event
/// handlers.
static SANITIZER: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut builder = Builder::default();
    builder
        .url_schemes(HashSet::from(["https", "http", "mailto"]))
        .url_relative(UrlRelative::Deny)
        .rm_tags(["area", "map"])
        .link_rel(Some("noopener noreferrer nofollow"));
    builder
});

/// Sanitizes HTML. Keeps only the text of unknown elements. Plain text is HTML too; its line breaks become white space.
pub fn sanitize(html: &str) -> Result<RichText, RichTextError> {
    check(html)?;
    parse(html)
}

/// Refuses in one pass HTML that would take a parser long.
fn check(html: &str) -> Result<(), RichTextError> {
    if html.len() > RichText::MAX_BYTES {
        return Err(RichTextError::TooLong { length: html.len() });
    }
    depth::check(html).map_err(|too_much| match too_much {
        TooMuch::Depth => RichTextError::TooDeep,
        TooMuch::Unclosed => RichTextError::Unclosed,
        TooMuch::Attributes => RichTextError::Attributes,
        TooMuch::Misplaced => RichTextError::Misplaced,
    })
}

/// Sanitizes what clients send, a few texts at a time, on threads that may block.
#[derive(Clone)]
pub(crate) struct Sanitizer(Arc<Semaphore>);

impl Default for Sanitizer {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(MAX_HTML_PARSERS)))
    }
}

impl Sanitizer {
    /// Sanitizes HTML. When the caller drops the future, a running parse continues and no other starts.
    pub(crate) async fn sanitize(&self, html: String) -> Result<Result<RichText, RichTextError>, ApiError> {
        if let Err(refused) = check(&html) {
            return Ok(Err(refused));
        }
        let turn = Arc::clone(&self.0).acquire_owned().await;
        let turn = turn.map_err(|_| ApiError::Internal)?;
        let parsed = tokio::task::spawn_blocking(move || {
            let parsed = parse(&html);
            // Not earlier: the thread is busy whether or not the caller waits.
            drop(turn);
            parsed
        });
        parsed.await.map_err(|_| ApiError::Internal)
    }
}

fn parse(html: &str) -> Result<RichText, RichTextError> {
    let clean = SANITIZER.clean(html).to_string();
    let text = text_of(&clean);
    RichText::from_sanitized(clean, text)
}

/// The text of sanitized HTML, with a space wherever a block starts or ends.
fn text_of(html: &str) -> String {
    let mut text = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        text.push_str(&rest[..start]);
        let tag = &rest[start + 1..];
        let end = end_of_tag(tag);
        let name: String = tag
            .trim_start_matches('/')
            .chars()
            .take_while(char::is_ascii_alphanumeric)
            .collect();
        text.push_str(separator(&name));
        rest = tag.get(end + 1..).unwrap_or("");
    }
    text.push_str(rest);
    let decoded = text
        .replace("&nbsp;", " ")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&amp;", "&");
    decoded.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What separates the words around an element: a space if the element is on its own line.
fn separator(element: &str) -> &'static str {
    match element {
        "article" | "aside" | "blockquote" | "br" | "caption" | "dd" | "details" | "div" | "dl" | "dt"
        | "figcaption" | "figure" | "footer" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "header" | "hr"
        | "img" | "li" | "nav" | "ol" | "p" | "pre" | "summary" | "table" | "tbody" | "td" | "th"
        | "thead" | "tr" | "ul" => " ",
        _ => "",
    }
}

/// The end of a tag: the first `>` outside its attributes' values.
fn end_of_tag(tag: &str) -> usize {
    let mut quoted = false;
    for (index, byte) in tag.bytes().enumerate() {
        match byte {
            b'"' => quoted = !quoted,
            b'>' if !quoted => return index,
            _ => {}
        }
    }
    tag.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_run_goes_and_formatting_stays() {
        for (html, clean) in [
            ("<p>Hi <b>you</b></p>", "<p>Hi <b>you</b></p>"),
            ("<script>alert(1)</script>Hi", "Hi"),
            ("<img src=x onerror=alert(1)>", "<img>"),
            (
                "<a href=\"javascript:alert(1)\">x</a>",
                "<a rel=\"noopener noreferrer nofollow\">x</a>",
            ),
            ("<p style=\"position:fixed\" onclick=\"x()\">a</p>", "<p>a</p>"),
            (
                "<iframe src=\"https://e.example\"></iframe><form><input></form>",
                "",
            ),
            ("<svg><script>alert(1)</script></svg>", ""),
            ("1 < 2 & 3", "1 &lt; 2 &amp; 3"),
        ] {
            assert_eq!(sanitize(html).unwrap().html(), clean, "{html}");
        }
    }

    #[test]
    fn words_are_kept_apart_and_decoded() {
        for (html, text) in [
            ("<p>one</p><p>two</p>", "one two"),
            ("in<b>sid</b>e", "inside"),
            ("a<br>b &lt;c&gt; &amp;amp;", "a b <c> &amp;"),
            ("<ul><li>x</li><li>y</li></ul>", "x y"),
            ("<a href=\"https://e.example/?a>b\">l</a>ink", "link"),
        ] {
            assert_eq!(sanitize(html).unwrap().text(), text, "{html}");
        }
    }

    #[test]
    fn too_much_is_refused_before_it_is_parsed() {
        let refused = |html: &str| sanitize(html).unwrap_err().to_string();
        assert!(refused(&"<b>".repeat(1_000_000)).contains("100000 bytes"));
        assert!(refused(&"<ul><li>".repeat(12_400)).contains("nested at most 100 deep"));
        assert!(refused(&format!("<b {}>x", "a ".repeat(201))).contains("200 attributes"));
    }

    #[tokio::test]
    async fn as_many_are_parsed_at_once_as_there_are_turns() {
        let sanitizer = Sanitizer::default();
        let clean = sanitizer
            .sanitize("<p onclick=\"x()\">a</p>".to_owned())
            .await
            .unwrap();
        assert_eq!(clean.unwrap().html(), "<p>a</p>");
        let turns = Arc::clone(&sanitizer.0).acquire_many_owned(2).await.unwrap();
        let mut waiting = Box::pin(sanitizer.sanitize("b".to_owned()));
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        assert!(waiting.as_mut().poll(&mut context).is_pending());
        // Refused HTML does not wait.
        let deep = sanitizer.sanitize("<div>".repeat(1_000)).await.unwrap();
        assert_eq!(deep, Err(RichTextError::TooDeep));
        drop(turns);
        assert_eq!(waiting.await.unwrap().unwrap().html(), "b");
    }
}
