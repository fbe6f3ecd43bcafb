//! How deep elements would nest, found in one pass before a parser sees the HTML. A parser needs time that grows with
//! the square of the depth, or worse.
//!
//! What is counted is never less than what the tree construction of the HTML standard (section 13.2.6) would open. An end
//! tag counts only where it is certain that it closes something; everything else stays open here.

use std::collections::HashSet;
use std::sync::LazyLock;

use latchkey_domain::limits::{
    MAX_HTML_ATTRIBUTES, MAX_HTML_DEPTH, MAX_HTML_MISPLACED, MAX_HTML_UNCLOSED,
};

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

/// How an element opens and closes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// Never holds anything.
    Void,
    /// `b` and its like, which the standard opens again where they were left open.
    Formatting,
    /// Closes an open `p` before it, and is closed by its end tag across whatever is open in it.
    Block,
    /// `li`, `dd`, `dt`: closed by the next one.
    Item,
    /// `table`.
    Table,
    /// Rows and cells, which are there only within a table.
    TablePart,
    /// A cell, a caption: as [`Self::TablePart`], and nothing outside is closed from within.
    Cell,
    /// Nothing outside is closed from within.
    Barrier,
    /// All up to its end tag is text.
    Raw,
    /// What is in it follows other rules.
    Foreign,
    /// Anything else.
    Plain,
}

const KINDS: &[(Kind, &[&str])] = &[
    (
        Kind::Void,
        &[
            "area", "base", "basefont", "bgsound", "br", "col", "embed", "hr", "image", "img", "input", "keygen",
            "link", "meta", "param", "source", "track", "wbr",
        ],
    ),
    (
        Kind::Formatting,
        &[
            "a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u",
        ],
    ),
    (
        Kind::Block,
        &[
            "address", "article", "aside", "blockquote", "center", "details", "dialog", "dir", "div", "dl",
            "fieldset", "figcaption", "figure", "footer", "header", "hgroup", "listing", "main", "menu", "nav", "ol",
            "p", "pre", "search", "section", "summary", "ul",
        ],
    ),
    (Kind::Item, &["li", "dd", "dt"]),
    (Kind::Table, &["table"]),
    (Kind::TablePart, &["colgroup", "tbody", "thead", "tfoot", "tr"]),
    (Kind::Cell, &["td", "th", "caption"]),
    (
        Kind::Barrier,
        &["applet", "button", "form", "h1", "h2", "h3", "h4", "h5", "h6", "marquee", "object"],
    ),
    (
        Kind::Raw,
        &["iframe", "noembed", "noframes", "noscript", "script", "style", "textarea", "title", "xmp"],
    ),
    (
        Kind::Foreign,
        &["frameset", "math", "plaintext", "select", "svg", "template"],
    ),
];

impl Kind {
    fn of(name: &str) -> Self {
        KINDS
            .iter()
            .find(|(_, names)| names.contains(&name))
            .map_or(Self::Plain, |(kind, _)| *kind)
    }
}

/// What an `svg` may hold to be closed by its own end tag for certain.
static SHAPES: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    HashSet::from([
        "circle", "clippath", "defs", "ellipse", "g", "line", "lineargradient", "mask", "path", "polygon", "polyline",
        "radialgradient", "rect", "stop", "symbol", "text", "tspan", "use",
    ])
});

/// An element that is open.
struct Open<'h> {
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
            Token::Start { attributes, .. } if attributes > MAX_HTML_ATTRIBUTES => return Err(TooMuch::Attributes),
            Token::Start { name, whole, closed, .. } => {
                let name = name.to_ascii_lowercase();
                let kind = Kind::of(&name);
                if depth.uncertain {
                    depth.push(name, kind, whole)?;
                } else if kind == Kind::Foreign {
                    depth.misplace()?;
                    match closed_region(&name, closed, tokens.rest()) {
                        Some(rest) => tokens = Tokens::of(rest),
                        None => depth.uncertain = true,
                    }
                } else if kind == Kind::Raw {
                    depth.misplace()?;
                    let text = tokens.raw_text(&name);
                    // A comment in a script may hide the script's own end.
                    depth.uncertain = name == "script" && text.contains("<!--");
                } else {
                    depth.start(name, kind, whole)?;
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

/// What follows an element of which it is certain where it ends, though other rules hold in it: a drawing of shapes, a
/// choice of options.
fn closed_region<'h>(name: &str, closed: bool, rest: &'h str) -> Option<&'h str> {
    if name == "svg" && closed {
        return Some(rest);
    }
    let mut tokens = Tokens::of(rest);
    let mut depth = 0_usize;
    while let Some(token) = tokens.next() {
        match token {
            Token::Start { name: inner, closed, attributes, .. } => {
                let inner = inner.to_ascii_lowercase();
                let known = match name {
                    "svg" => SHAPES.contains(inner.as_str()),
                    "select" => matches!(inner.as_str(), "option" | "optgroup"),
                    _ => false,
                };
                depth += usize::from(name == "svg" && !closed);
                if !known || depth > MAX_HTML_DEPTH || attributes > MAX_HTML_ATTRIBUTES {
                    return None;
                }
            }
            Token::End(inner) if inner.eq_ignore_ascii_case(name) => return Some(tokens.rest()),
            Token::End(inner) => {
                let inner = inner.to_ascii_lowercase();
                let known = match name {
                    "svg" => SHAPES.contains(inner.as_str()),
                    _ => matches!(inner.as_str(), "option" | "optgroup"),
                };
                if !known {
                    return None;
                }
            }
            Token::Cdata => return None,
            Token::Text => {}
        }
    }
    None
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
        for open in self.open.drain(place..).skip(1) {
            let alike = self.unclosed.iter().filter(|whole| **whole == open.whole).count();
            if open.kind == Kind::Formatting && alike < 3 {
                self.unclosed.push(open.whole);
            }
        }
    }

    /// The innermost open element of this name, if nothing above it is one of those that `stops`.
    fn find(&self, name: &str, stops: impl Fn(&Open<'_>) -> bool) -> Option<usize> {
        for (place, open) in self.open.iter().enumerate().rev() {
            if open.name == name {
                return Some(place);
            }
            if stops(open) {
                return None;
            }
        }
        None
    }

    /// Whether content here would stand in a table outside of its cells.
    fn is_misplaced(&self) -> bool {
        self.open
            .iter()
            .rev()
            .find(|open| !matches!(open.kind, Kind::Formatting | Kind::Plain))
            .is_some_and(|open| matches!(open.kind, Kind::Table | Kind::TablePart))
    }

    fn misplace(&mut self) -> Result<(), TooMuch> {
        if self.is_misplaced() {
            self.misplaced += 1;
            if self.misplaced > MAX_HTML_MISPLACED {
                return Err(TooMuch::Misplaced);
            }
        }
        Ok(())
    }

    fn start(&mut self, name: String, kind: Kind, whole: &'h str) -> Result<(), TooMuch> {
        match kind {
            Kind::Void if name != "col" => return self.misplace(),
            Kind::Void => return Ok(()),
            Kind::TablePart | Kind::Cell => {
                // Outside of a table the standard ignores them.
                let Some(table) = self.open.iter().rposition(|open| open.kind == Kind::Table) else {
                    return Ok(());
                };
                let keeps = |open: &Open<'_>| match kind {
                    Kind::Cell if name == "caption" => false,
                    Kind::Cell => open.kind == Kind::TablePart,
                    _ => name == "tr" && matches!(open.name.as_str(), "tbody" | "thead" | "tfoot"),
                };
                let kept = self.open[table + 1..].iter().take_while(|open| keeps(open)).count();
                self.close_above(table + kept);
            }
            Kind::Item => {
                let twins: &[&str] = if name == "li" { &["li"] } else { &["dd", "dt"] };
                let last = self.open.iter().rposition(|open| {
                    !(open.name == "p" || matches!(open.kind, Kind::Formatting | Kind::Plain))
                });
                if let Some(place) = last
                    && twins.contains(&self.open[place].name.as_str())
                {
                    self.close_from(place);
                } else {
                    self.close_paragraph();
                }
            }
            Kind::Block => self.close_paragraph(),
            _ => {}
        }
        if !matches!(kind, Kind::TablePart | Kind::Cell) {
            self.misplace()?;
        }
        self.push(name, kind, whole)
    }

    /// Closes all above `place`.
    fn close_above(&mut self, place: usize) {
        let formatting: Vec<_> = self
            .open
            .drain(place + 1..)
            .filter(|open| open.kind == Kind::Formatting)
            .map(|open| open.whole)
            .collect();
        for whole in formatting {
            if self.unclosed.iter().filter(|open| **open == whole).count() < 3 {
                self.unclosed.push(whole);
            }
        }
    }

    /// A block ends the paragraph before it.
    fn close_paragraph(&mut self) {
        let stops = |open: &Open<'_>| !matches!(open.kind, Kind::Formatting | Kind::Plain);
        if let Some(place) = self.find("p", stops) {
            self.close_from(place);
        }
    }

    fn end(&mut self, name: &str) -> Result<(), TooMuch> {
        // Without its start, `</p>` is an empty paragraph, and `</br>` a line break.
        if matches!(name, "p" | "br") {
            self.misplace()?;
        }
        let kind = Kind::of(name);
        let special = |open: &Open<'_>| !matches!(open.kind, Kind::Formatting | Kind::Plain);
        let shut = |open: &Open<'_>| {
            matches!(
                open.kind,
                Kind::Table | Kind::TablePart | Kind::Cell | Kind::Barrier | Kind::Raw | Kind::Foreign
            )
        };
        let place = match kind {
            Kind::Formatting => match self.find(name, shut) {
                Some(place) => {
                    // It alone is closed; what is in it stays open.
                    self.open.remove(place);
                    None
                }
                None => {
                    if !self.open.iter().any(shut)
                        && let Some(place) = self.unclosed.iter().rposition(|whole| is_named(whole, name))
                    {
                        self.unclosed.remove(place);
                    }
                    None
                }
            },
            Kind::Block => self.find(name, shut),
            Kind::Item => self.find(name, |open| shut(open) || matches!(open.name.as_str(), "ul" | "ol")),
            Kind::Table | Kind::TablePart | Kind::Cell => self.find(name, |open| open.kind == Kind::Table),
            _ => self.find(name, special),
        };
        if let Some(place) = place {
            self.close_from(place);
        }
        self.within()
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
            &format!("<table><tbody>{}</tbody></table>", many("<tr><td><p>x</p></td></tr>")),
            &many("<br><hr><img src=x>x"),
            &many("<p><b>x</p>"),
            &many("<div><span>x</div>"),
            &many("<p><a href=\"https://a.example/?b>c\">x</a></p>"),
            &many("<b><p>x</b></p>"),
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
        let mut formatting = String::new();
        for n in 0..1_000 {
            formatting += &format!("<p><b id={n}></p>");
        }
        assert_eq!(check(&formatting), Err(TooMuch::Unclosed));
        assert_eq!(check(&format!("<b {}>", many("a "))), Err(TooMuch::Attributes));
        assert_eq!(check(&format!("<table>{}", many("<br>"))), Err(TooMuch::Misplaced));
        assert_eq!(check(&"<div>".repeat(101)), Err(TooMuch::Depth));
    }
}
