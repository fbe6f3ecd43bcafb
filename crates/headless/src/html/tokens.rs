//! The tags of an HTML document, found in one pass as by the tokenizer of the HTML standard (section 13.2.5), without
//! building a tree.

/// A tag, or something that hides tags.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token<'h> {
    /// A start tag.
    Start {
        /// The name as it is written.
        name: &'h str,
        /// Everything between `<` and `>`.
        whole: &'h str,
        /// How many attributes it has.
        attributes: usize,
        /// Whether it ends in `/>`.
        closed: bool,
    },
    /// An end tag.
    End(&'h str),
    /// The start of a CDATA section: a comment in HTML, text in SVG and `MathML`.
    Cdata,
    /// Text that is more than white space.
    Text,
}

/// The tokens of `html`, in order, without comments.
pub(super) struct Tokens<'h> {
    html: &'h str,
    at: usize,
    /// Whether comments are skipped or read as if they were markup.
    pub(super) comments: bool,
}

impl<'h> Tokens<'h> {
    pub(super) fn of(html: &'h str) -> Self {
        Self {
            html,
            at: 0,
            comments: true,
        }
    }

    /// The unread rest.
    pub(super) fn rest(&self) -> &'h str {
        &self.html[self.at..]
    }

    /// Skips the text up to the end tag of `name`, and returns it.
    pub(super) fn raw_text(&mut self, name: &str) -> &'h str {
        let rest = self.rest();
        let mut from = 0;
        while let Some(found) = rest[from..].find("</") {
            let end = from + found;
            let behind = &rest.as_bytes()[end + 2..];
            let is_named = behind
                .get(..name.len())
                .is_some_and(|start| start.eq_ignore_ascii_case(name.as_bytes()));
            let is_whole = behind
                .get(name.len())
                .is_some_and(|byte| byte.is_ascii_whitespace() || matches!(byte, b'/' | b'>'));
            if is_named && is_whole {
                self.at += end;
                return &rest[..end];
            }
            from = end + 2;
        }
        self.at = self.html.len();
        rest
    }

    /// Skips to after the next `end`, or to the end of the text.
    fn pass(&mut self, end: &str) {
        self.at = match self.rest().find(end) {
            Some(found) => self.at + found + end.len(),
            None => self.html.len(),
        };
    }

    /// Skips a comment that starts here. It ends at the first end that the standard defines.
    fn comment(&mut self) {
        self.at += "<!--".len();
        for short in [">", "->"] {
            if self.rest().starts_with(short) {
                self.at += short.len();
                return;
            }
        }
        // Starting at the dashes of its start: `<!--->` was handled above.
        let end = ["-->", "--!>"]
            .into_iter()
            .filter_map(|end| Some(self.rest().find(end)? + end.len()))
            .min();
        self.at = end.map_or(self.html.len(), |end| self.at + end);
    }

    /// The tag that starts here, if it is complete.
    fn tag(&mut self) -> Option<Token<'h>> {
        let ends = self.rest().starts_with("</");
        let start = self.at + 1 + usize::from(ends);
        let bytes = self.html.as_bytes();
        let length = bytes[start..]
            .iter()
            .position(|byte| byte.is_ascii_whitespace() || matches!(byte, b'/' | b'>'))?;
        let name = &self.html[start..start + length];
        let mut attributes = Attributes::default();
        for (place, byte) in bytes.iter().enumerate().skip(start + length) {
            if attributes.ends_at(*byte) {
                self.at = place + 1;
                return Some(if ends {
                    Token::End(name)
                } else {
                    Token::Start {
                        name,
                        whole: &self.html[start..place],
                        attributes: attributes.count,
                        closed: attributes.slash,
                    }
                });
            }
        }
        None
    }
}

impl<'h> Iterator for Tokens<'h> {
    type Item = Token<'h>;

    fn next(&mut self) -> Option<Token<'h>> {
        loop {
            let rest = self.rest();
            if rest.is_empty() {
                return None;
            }
            let text = rest.find('<').unwrap_or(rest.len());
            if text > 0 {
                self.at += text;
                if rest[..text].trim().is_empty() {
                    continue;
                }
                return Some(Token::Text);
            }
            let mut letters = rest[1..].bytes();
            match (letters.next(), letters.next()) {
                (Some(letter), _) if letter.is_ascii_alphabetic() => {}
                (Some(b'/'), Some(letter)) if letter.is_ascii_alphabetic() => {}
                (Some(b'!'), _) if !self.comments => {
                    self.at += 1;
                    continue;
                }
                (Some(b'!'), _) if rest.starts_with("<!--") => {
                    self.comment();
                    continue;
                }
                (Some(b'!'), _) if rest.starts_with("<![CDATA[") => {
                    self.at += "<![CDATA[".len();
                    return Some(Token::Cdata);
                }
                (Some(b'!' | b'?' | b'/'), _) => {
                    self.pass(">");
                    continue;
                }
                _ => {
                    self.at += 1;
                    return Some(Token::Text);
                }
            }
            let tag = self.tag();
            if tag.is_none() {
                // An incomplete tag is dropped with everything after it.
                self.at = self.html.len();
            }
            return tag;
        }
    }
}

/// Reads the attributes of a tag byte by byte: a `>` in a quoted value does not end it.
#[derive(Default)]
struct Attributes {
    state: State,
    count: usize,
    slash: bool,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum State {
    #[default]
    BeforeName,
    Name,
    AfterName,
    BeforeValue,
    Quoted(u8),
    Unquoted,
}

impl Attributes {
    /// Reads the next byte. Returns whether the tag ends there.
    fn ends_at(&mut self, byte: u8) -> bool {
        let space = byte.is_ascii_whitespace();
        let slash = std::mem::take(&mut self.slash);
        self.state = match (self.state, byte) {
            (State::Quoted(quote), _) if byte == quote => State::BeforeName,
            (State::Quoted(quote), _) => State::Quoted(quote),
            (_, b'>') => {
                self.slash = slash;
                return true;
            }
            (State::BeforeValue | State::Unquoted, _) if space => {
                if self.state == State::Unquoted {
                    State::BeforeName
                } else {
                    State::BeforeValue
                }
            }
            (State::BeforeValue, b'"' | b'\'') => State::Quoted(byte),
            (State::BeforeValue | State::Unquoted, _) => State::Unquoted,
            (State::Name | State::AfterName, b'=') => State::BeforeValue,
            (_, b'/') => {
                self.slash = true;
                State::BeforeName
            }
            (State::Name | State::AfterName, _) if space => State::AfterName,
            (State::BeforeName, _) if space => State::BeforeName,
            (State::Name, _) => State::Name,
            (State::BeforeName | State::AfterName, _) => {
                self.count += 1;
                State::Name
            }
        };
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(html: &str) -> Vec<String> {
        Tokens::of(html)
            .map(|token| match token {
                Token::Start {
                    name,
                    attributes,
                    closed,
                    ..
                } => format!("{name}{attributes}{}", if closed { "/" } else { "" }),
                Token::End(name) => format!("/{name}"),
                Token::Cdata => "[".to_owned(),
                Token::Text => "x".to_owned(),
            })
            .collect()
    }

    #[test]
    fn raw_text_ends_at_its_own_end_tag() {
        for (html, text, rest) in [
            ("a</b></style >x", "a</b>", "</style >x"),
            ("a</STYLE/>", "a", "</STYLE/>"),
            ("a</styles></style", "a</styles></style", ""),
            ("", "", ""),
        ] {
            let mut tokens = Tokens::of(html);
            assert_eq!((tokens.raw_text("style"), tokens.rest()), (text, rest), "{html}");
        }
    }

    #[test]
    fn tags_are_found_as_the_standard_finds_them() {
        for (html, expected) in [
            ("<p>a</p>", "p0 x /p"),
            ("<a href=\"x>y\">b", "a1 x"),
            ("<a href='x>y' b=c>", "a2"),
            ("<a href=x\"y>b\">", "a1 x"),
            ("<a \"b>c\">", "a1 x"),
            ("<a = \"b>\">", "a2 x"),
            ("<br/><br /><a b/>", "br0/ br0/ a1/"),
            ("<a b=/><a b= '1'c>", "a1 a2"),
            ("<!-- <b> --><i>", "i0"),
            ("<!--><b>--><i>", "b0 x i0"),
            ("<!---><b>", "b0"),
            ("<!-- x --!><b>", "b0"),
            ("<!-- <b>", ""),
            ("<!doctype html><b>", "b0"),
            ("<?php <b>?><i>", "x i0"),
            ("</ b><i></><u>", "i0 u0"),
            ("1 < 2 <3 <b", "x x x x x"),
            ("<![CDATA[<b>]]>", "[ b0 x"),
            ("<b", ""),
            ("<é><b>", "x x b0"),
            ("</b x=\"y>z\">", "/b"),
            (" \n<b> </b>", "b0 /b"),
        ] {
            let expected: Vec<&str> = expected.split_whitespace().collect();
            assert_eq!(tokens(html), expected, "{html}");
        }
    }
}
