//! The nesting depth of elements, found in one pass before a parser reads the HTML. A parser's time grows with the
//! square of the depth, or worse.

use latchkey_domain::limits::{MAX_HTML_ATTRIBUTES, MAX_HTML_DEPTH};

use super::kinds::{Kind, SHAPES};
use super::open_elements::{OpenElements, TooMuch};
use super::tokens::{Token, Tokens};

/// Refuses HTML that would be too much work for a parser.
pub(super) fn check(html: &str) -> Result<(), TooMuch> {
    let mut elements = OpenElements::default();
    // Set when end tags no longer count, because it is uncertain what they close.
    let mut uncertain = false;
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
                    _ if uncertain => elements.push(name, kind, whole)?,
                    Kind::Foreign => {
                        elements.misplace()?;
                        if name == "plaintext" {
                            elements.close_paragraph();
                        }
                        match closed_region(&name, closed, tokens.rest()) {
                            Some(rest) => tokens = Tokens::of(rest),
                            None => uncertain = true,
                        }
                    }
                    Kind::Raw => {
                        elements.misplace()?;
                        if name == "xmp" {
                            elements.close_paragraph();
                        }
                        let text = tokens.raw_text(&name);
                        // A comment in a script may hide the end of the script.
                        uncertain = name == "script" && text.contains("<!--");
                    }
                    _ => elements.start(name, kind, whole)?,
                }
            }
            Token::End(_) if uncertain => {}
            Token::End(name) => elements.end(&name.to_ascii_lowercase())?,
            Token::Cdata => uncertain = true,
            Token::Text => elements.misplace()?,
        }
        tokens.comments = !uncertain;
    }
    Ok(())
}

/// The text after an element with its own parsing rules, if its end is certain: a drawing of only shapes, a select of
/// only options.
fn closed_region<'h>(name: &str, closed: bool, rest: &'h str) -> Option<&'h str> {
    let is_svg = name == "svg";
    if is_svg && closed {
        return Some(rest);
    }
    let known = |inner: &str| match name {
        "svg" => SHAPES.split(' ').any(|shape| shape == inner),
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
                // The next option closes an option.
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
