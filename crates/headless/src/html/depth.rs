//! How deep elements would nest, found in one pass before a parser sees the HTML. The time that a parser needs grows with
//! the square of the depth, or worse.
//!
//! What is counted is never much less than what the tree construction of the HTML standard (section 13.2.6) opens. An end
//! tag closes something here only where that is certain; wherever the standard closes more than its end tags say, or may
//! do so, what it closes is still counted, but is no longer closed by its own end tag.

use latchkey_domain::limits::{MAX_HTML_ATTRIBUTES, MAX_HTML_DEPTH, MAX_HTML_MISPLACED, MAX_HTML_UNCLOSED};

use super::kinds::{Kind, SHAPES};
use super::tokens::{Token, Tokens};

/// What would be too much work for a parser.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TooMuch {
    /// Elements nest deeper than [`MAX_HTML_DEPTH`].
    Depth,
    /// More than [`MAX_HTML_UNCLOSED`] formatting elements are left open by an end tag around them.
    Unclosed,
    /// A tag has more than [`MAX_HTML_ATTRIBUTES`].
    Attributes,
    /// Tables hold more than [`MAX_HTML_MISPLACED`] elements and texts outside of their cells.
    Misplaced,
}

/// An element that is open.
struct Open<'h> {
    /// Empty if no end tag is certain to close it any more.
    name: String,
    kind: Kind,
    whole: &'h str,
}

#[derive(Default)]
struct Depth<'h> {
    open: Vec<Open<'h>>,
    /// Formatting elements whose surroundings were closed: the standard opens them again in what follows.
    unclosed: Vec<&'h str>,
    misplaced: usize,
    /// Whether end tags count no more, since it is no longer certain what they close.
    uncertain: bool,
}

/// Refuses HTML that would be too much work for a parser.
pub(super) fn check(html: &str) -> Result<(), TooMuch> {
    let mut depth = Depth::default();
    let mut tokens = Tokens::of(html);
    while let Some(token) = tokens.next() {
        match token {
            Token::Start { attributes, .. } if attributes > MAX_HTML_ATTRIBUTES => {
                return Err(TooMuch::Attributes);
            }
            Token::Start {
                name, whole, closed, ..
            } => {
                let name = name.to_ascii_lowercase();
                let kind = Kind::of(&name);
                match kind {
                    _ if depth.uncertain => depth.push(name, kind, whole)?,
                    Kind::Foreign => {
                        depth.misplace()?;
                        if name == "plaintext" {
                            depth.close_paragraph();
                        }
                        match closed_region(&name, closed, tokens.rest()) {
                            Some(rest) => tokens = Tokens::of(rest),
                            None => depth.uncertain = true,
                        }
                    }
                    Kind::Raw => {
                        depth.misplace()?;
                        if name == "xmp" {
                            depth.close_paragraph();
                        }
                        let text = tokens.raw_text(&name);
                        // A comment in a script may hide the script's own end.
                        depth.uncertain = name == "script" && text.contains("<!--");
                    }
                    _ => depth.start(name, kind, whole)?,
                }
            }
            Token::End(_) if depth.uncertain => {}
            Token::End(name) => depth.end(&name.to_ascii_lowercase())?,
            Token::Cdata => depth.uncertain = true,
            Token::Text => depth.misplace()?,
        }
        tokens.comments = !depth.uncertain;
    }
    Ok(())
}

/// What follows an element in which other rules hold, if it is certain where it ends: a drawing of nothing but shapes, a
/// choice of nothing but options.
fn closed_region<'h>(name: &str, closed: bool, rest: &'h str) -> Option<&'h str> {
    let is_svg = name == "svg";
    if is_svg && closed {
        return Some(rest);
    }
    let known = |inner: &str| match name {
        "svg" => SHAPES.contains(&inner),
        "select" => matches!(inner, "option" | "optgroup"),
        _ => false,
    };
    let mut tokens = Tokens::of(rest);
    let mut open = Vec::new();
    while let Some(token) = tokens.next() {
        match token {
            Token::Start {
                name: inner,
                closed,
                attributes,
                ..
            } => {
                let inner = inner.to_ascii_lowercase();
                if !known(&inner) || attributes > MAX_HTML_ATTRIBUTES || open.len() >= MAX_HTML_DEPTH {
                    return None;
                }
                // An option is closed by the next.
                if is_svg && !closed {
                    open.push(inner);
                }
            }
            Token::End(inner) if inner.eq_ignore_ascii_case(name) => return Some(tokens.rest()),
            Token::End(inner) => {
                let inner = inner.to_ascii_lowercase();
                if !known(&inner) || is_svg && open.pop() != Some(inner) {
                    return None;
                }
            }
            Token::Cdata => return None,
            Token::Text => {}
        }
    }
    None
}

impl Open<'_> {
    /// Neither formatting nor of those that the standard does not know.
    fn is_special(&self) -> bool {
        !matches!(self.kind, Kind::Formatting | Kind::Plain)
    }

    /// Whether nothing outside of it is closed from within.
    fn is_shut(&self) -> bool {
        matches!(
            self.kind,
            Kind::Table | Kind::TablePart | Kind::Cell | Kind::Barrier | Kind::Heading | Kind::Form
        )
    }

    /// From now on no end tag closes it, and it is no table, paragraph or item for what follows. It stays what it is for
    /// what looks beyond it.
    fn give_up(&mut self) {
        self.name.clear();
        if self.kind == Kind::Plain {
            self.kind = Kind::Lost;
        }
    }
}

impl<'h> Depth<'h> {
    fn push(&mut self, name: String, kind: Kind, whole: &'h str) -> Result<(), TooMuch> {
        self.open.push(Open { name, kind, whole });
        self.within()
    }

    fn within(&self) -> Result<(), TooMuch> {
        if self.unclosed.len() > MAX_HTML_UNCLOSED {
            return Err(TooMuch::Unclosed);
        }
        if self.open.len() + self.unclosed.len() > MAX_HTML_DEPTH {
            return Err(TooMuch::Depth);
        }
        Ok(())
    }

    /// Closes all from `place` on. Formatting elements are opened again, up to three of a kind.
    fn close_from(&mut self, place: usize) {
        for (index, open) in self.open.drain(place..).enumerate() {
            let alike = self.unclosed.iter().filter(|whole| **whole == open.whole).count();
            if open.kind == Kind::Formatting && index > 0 && alike < 3 {
                self.unclosed.push(open.whole);
            }
        }
    }

    /// Gives up all from `place` on.
    fn give_up_from(&mut self, place: usize) {
        for open in &mut self.open[place..] {
            open.give_up();
        }
    }

    /// The innermost open element that `is` what is looked for, if nothing above it is one of those that `stops`.
    fn find(&self, is: impl Fn(&Open<'h>) -> bool, stops: impl Fn(&Open<'h>) -> bool) -> Option<usize> {
        for (place, open) in self.open.iter().enumerate().rev() {
            if is(open) {
                return Some(place);
            }
            if stops(open) {
                return None;
            }
        }
        None
    }

    /// The innermost table, if what comes next would be right below it or in one of its rows.
    fn bare_table(&self) -> Option<usize> {
        self.find(
            |open| open.name == "table",
            |open| {
                !matches!(
                    open.kind,
                    Kind::TablePart | Kind::Formatting | Kind::Plain | Kind::Lost
                )
            },
        )
    }

    fn misplace(&mut self) -> Result<(), TooMuch> {
        if self.bare_table().is_some() {
            self.misplaced += 1;
            if self.misplaced > MAX_HTML_MISPLACED {
                return Err(TooMuch::Misplaced);
            }
        }
        Ok(())
    }

    /// A block ends the paragraph before it.
    fn close_paragraph(&mut self) {
        if let Some(place) = self.find(|open| open.name == "p", Open::is_special) {
            self.close_from(place);
        } else if let Some(place) = self.find(|open| open.name == "p", |_| false) {
            self.open[place].give_up();
        }
    }

    fn start(&mut self, name: String, kind: Kind, whole: &'h str) -> Result<(), TooMuch> {
        match kind {
            Kind::Ignored => return Ok(()),
            Kind::Void => {
                if name == "col" {
                    self.enter_table(&name);
                    return Ok(());
                }
                if name == "hr" {
                    self.close_paragraph();
                }
                return self.misplace();
            }
            Kind::TablePart | Kind::Cell => {
                // Outside of a table the standard ignores them.
                if self.find(|open| open.name == "table", |_| false).is_none() {
                    return Ok(());
                }
                self.enter_table(&name);
            }
            Kind::Table => {
                // A table right in a table ends that.
                if let Some(place) = self.bare_table() {
                    self.give_up_from(place);
                }
                self.close_paragraph();
            }
            Kind::Item => {
                let twin = |open: &Open<'_>| match name.as_str() {
                    "li" => open.name == "li",
                    _ => matches!(open.name.as_str(), "dd" | "dt"),
                };
                if let Some(place) = self.find(twin, |open| open.is_special() && open.name != "p") {
                    self.close_from(place);
                } else if let Some(place) = self.find(twin, Open::is_shut) {
                    self.give_up_from(place);
                } else {
                    self.close_paragraph();
                }
            }
            Kind::Formatting if matches!(name.as_str(), "a" | "nobr") => {
                // A link in a link ends that.
                if let Some(place) = self.find(|open| open.name == name, |_| false) {
                    self.give_up_plain(place);
                    self.open[place].give_up();
                }
            }
            Kind::Heading => {
                self.close_paragraph();
                if let Some(last) = self.open.last_mut()
                    && last.kind == Kind::Heading
                {
                    last.give_up();
                }
            }
            Kind::Block | Kind::Form => self.close_paragraph(),
            Kind::Barrier => {
                if name == "button"
                    && let Some(place) = self.find(|open| open.name == name, |_| false)
                {
                    self.give_up_from(place);
                }
            }
            Kind::Plain if matches!(name.as_str(), "rb" | "rp" | "rt" | "rtc" | "option" | "optgroup") => {
                // They may end what has an implied end.
                for open in self.open.iter_mut().rev() {
                    let implied = [
                        "li", "dd", "dt", "p", "rb", "rp", "rt", "rtc", "option", "optgroup", "",
                    ];
                    if !implied.contains(&open.name.as_str()) {
                        break;
                    }
                    if !matches!(open.name.as_str(), "rb" | "rp" | "rt" | "rtc") {
                        open.give_up();
                    }
                }
            }
            _ => {}
        }
        if !matches!(kind, Kind::Table | Kind::TablePart | Kind::Cell) {
            self.misplace()?;
        }
        self.push(name, kind, whole)
    }

    /// Closes all in a table that a cell, row or column ends.
    fn enter_table(&mut self, name: &str) {
        let Some(table) = self.find(|open| open.name == "table", |_| false) else {
            return;
        };
        let keeps = |open: &Open<'_>| match name {
            "td" | "th" => matches!(open.name.as_str(), "tbody" | "thead" | "tfoot" | "tr"),
            "tr" => matches!(open.name.as_str(), "tbody" | "thead" | "tfoot"),
            _ => false,
        };
        let kept = self.open[table + 1..]
            .iter()
            .take_while(|open| keeps(open))
            .count();
        if table + kept + 1 < self.open.len() {
            self.close_from(table + kept + 1);
        }
    }

    /// Gives up what is neither formatting nor special from `place` on.
    fn give_up_plain(&mut self, place: usize) {
        for open in &mut self.open[place..] {
            if open.kind == Kind::Plain {
                open.give_up();
            }
        }
    }

    fn end(&mut self, name: &str) -> Result<(), TooMuch> {
        // Without its start, `</p>` is an empty paragraph, and `</br>` a line break.
        if matches!(name, "p" | "br") {
            self.misplace()?;
        }
        let named = |open: &Open<'_>| open.name == name;
        let place = match Kind::of(name) {
            Kind::Formatting => {
                self.end_formatting(name);
                None
            }
            Kind::Form | Kind::Barrier | Kind::Heading => match self.find(named, |_| false) {
                Some(place) if place + 1 == self.open.len() => Some(place),
                Some(place) => {
                    self.give_up_from(place);
                    None
                }
                None => None,
            },
            Kind::Block => self.find(named, Open::is_shut),
            Kind::Item => self.find(named, |open| {
                open.is_shut() || matches!(open.name.as_str(), "ul" | "ol")
            }),
            _ if name == "colgroup" => self.find(named, |_| true),
            Kind::Table | Kind::TablePart | Kind::Cell => self.find(named, |open| open.kind == Kind::Table),
            Kind::Plain => self.find(named, Open::is_special),
            _ => None,
        };
        if let Some(place) = place {
            self.close_from(place);
        }
        self.within()
    }

    fn end_formatting(&mut self, name: &str) {
        let named = |open: &Open<'_>| open.name == name;
        if let Some(place) = self.find(named, Open::is_special) {
            self.close_from(place);
        } else if let Some(place) = self.find(named, |_| false) {
            // A block is open in it, which goes on without it. What else is open in it may be closed.
            self.give_up_plain(place);
            self.open[place].give_up();
        } else {
            if !self.open.iter().any(Open::is_shut)
                && let Some(place) = self.unclosed.iter().rposition(|whole| is_named(whole, name))
            {
                self.unclosed.remove(place);
            }
            self.give_up_plain(0);
        }
    }
}

/// Whether a start tag is of this name.
fn is_named(whole: &str, name: &str) -> bool {
    whole
        .get(..name.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(name))
        && !whole[name.len()..].starts_with(|letter: char| letter.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As many as fit into the longest text.
    fn many(unit: &str) -> String {
        unit.repeat(100_000 / unit.len())
    }

    #[test]
    fn what_people_write_is_taken() {
        for html in [
            "",
            "1 < 2 & 3 > 2",
            &many("<p>x</p>"),
            &many("<p>x"),
            &many("<p><b>x</b> <i>y</i></p>"),
            &many("<ul><li>x<li>y</ul>"),
            &format!("<ul>{}</ul>", many("<li>x")),
            &format!("<dl>{}</dl>", many("<dt>x<dd>y")),
            &format!("<table>{}</table>", many("<tr><td>x<td>y")),
            &format!(
                "<table><tbody>{}</tbody></table>",
                many("<tr><td><p>x</p></td></tr>")
            ),
            &many("<br><hr><img src=x>x"),
            &many("<p><b>x</p>"),
            &many("<div><span>x</div>"),
            &many("<p><a href=\"https://a.example/?b>c\">x</a></p>"),
            &format!("<style>{}</style>{}", many("p > b { }"), "<p>x</p>".repeat(1_000)),
            &many("<svg><g><path d=\"\"/></g></svg><p>x</p>"),
            &many("<select><option>a<option>b</select>"),
            &many("<ruby>x<rp>(<rt>y<rp>)</ruby>"),
            &many("<h1>x</h1><blockquote>y</blockquote><pre>z</pre>"),
            &many("<!-- <div> -->x"),
            &format!("{}x{}", "<div>".repeat(90), "</div>".repeat(90)),
        ] {
            assert_eq!(check(html), Ok(()), "{}", &html[..html.len().min(80)]);
        }
    }

    #[test]
    fn what_would_nest_deep_is_not() {
        for unit in [
            "<ul><li>",
            "<div>",
            "<b>",
            "<b id=1><i id=2>",
            "<x>",
            "<table><tr><td>",
            "<svg><g>",
            "<math><mi>",
            "<blockquote></p>",
            "<div></span>",
            "<button>",
            "<rt>x",
            "<rb>",
            "<option>",
            "<optgroup>",
            "<h1>",
            "<ruby><dt><rb><x>",
            "<p><hr><x>",
            "<p><table></table><x>",
            "<form><x></form>",
            "<body><x></body>",
            "<b><x></b><y></x>",
            "<a><x><a></a><z></a>",
            "<b><b><b><b><div></b></b></b></b></div>",
            "<p><b></p><x></b><y></x>",
            "<table><table></table><x></table>",
            "<g><svg></g><path></svg>",
            "<b><p>x</b></p>",
            // End tags that the standard ignores.
            "<div><select></div></select>",
            "<td><div></td>",
            "<ul><li><ul></li></ul>",
            "<div><table></div></table>",
            "<svg><div></svg>",
            "<svg><g><![CDATA[></g>]]>",
            "<div><style></div></style>",
            "<div><!-- </div> -->",
            "<div><script><!--<script></script></div></script>",
            "<div a=\"</div>\">",
            "<div a='>\"</div>'>",
            "<div><textarea></div></textarea>",
            "<div><noscript></div></noscript>",
            "<svg><col>",
            "<svg><path></svg><div>",
            "<div><template></div></template>",
            "<b id=1><table><tr><td></b></td></tr></table>",
        ] {
            let html = many(unit);
            assert!(check(&html).is_err(), "{unit}");
        }
        let formatting: Vec<_> = (0..1_000).map(|n| format!("<p><b id={n}></p>")).collect();
        let formatting = formatting.concat();
        assert_eq!(check(&formatting), Err(TooMuch::Unclosed));
        assert_eq!(check(&format!("<b {}>", many("a "))), Err(TooMuch::Attributes));
        for unit in ["<br>", "<p>", "<p>x</p>", "</p>", "x<b></b>", "<svg></svg>"] {
            let html = format!("<table>{}", many(unit));
            assert_eq!(check(&html), Err(TooMuch::Misplaced), "{unit}");
        }
        assert_eq!(check(&"<div>".repeat(101)), Err(TooMuch::Depth));
    }
}
