//! The stack of open elements, as far as it is certain.
//!
//! It is never much shorter than the stack of the HTML standard's tree construction (section 13.2.6). An end tag closes
//! an element here only if that is certain. Where the standard closes more than the end tags say, or may do so, the
//! element still counts, but its own end tag no longer closes it.

use latchkey_domain::limits::{MAX_HTML_DEPTH, MAX_HTML_MISPLACED, MAX_HTML_UNCLOSED};

use super::kinds::Kind;

/// What would take a parser too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TooMuch {
    /// Elements nest deeper than [`MAX_HTML_DEPTH`].
    Depth,
    /// An end tag around more than [`MAX_HTML_UNCLOSED`] formatting elements leaves them open.
    Unclosed,
    /// A tag has more than [`MAX_HTML_ATTRIBUTES`](latchkey_domain::limits::MAX_HTML_ATTRIBUTES).
    Attributes,
    /// Tables contain more than [`MAX_HTML_MISPLACED`] elements and texts outside their cells.
    Misplaced,
}

struct Open<'h> {
    /// Empty if no end tag certainly closes it any more.
    name: String,
    kind: Kind,
    whole: &'h str,
}

/// The stack of open elements.
#[derive(Default)]
pub(super) struct OpenElements<'h> {
    open: Vec<Open<'h>>,
    /// Formatting elements whose parents were closed: the standard reopens them in the text that follows.
    unclosed: Vec<&'h str>,
    misplaced: usize,
}

impl Open<'_> {
    /// Neither formatting nor unknown to the standard.
    fn is_special(&self) -> bool {
        !matches!(self.kind, Kind::Formatting | Kind::Plain)
    }

    /// Whether tags inside it close nothing outside it.
    fn is_shut(&self) -> bool {
        matches!(
            self.kind,
            Kind::Table | Kind::TablePart | Kind::Cell | Kind::Barrier | Kind::Heading | Kind::Form
        )
    }

    /// From now on no end tag closes it, and the following tags do not see it as a table, paragraph or item. Searches
    /// beyond it still see its real kind.
    fn give_up(&mut self) {
        self.name.clear();
        if self.kind == Kind::Plain {
            self.kind = Kind::Lost;
        }
    }
}

impl<'h> OpenElements<'h> {
    pub(super) fn push(&mut self, name: String, kind: Kind, whole: &'h str) -> Result<(), TooMuch> {
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

    /// Closes everything from `place` on. Formatting elements are reopened, up to three of a kind.
    fn close_from(&mut self, place: usize) {
        for (index, open) in self.open.drain(place..).enumerate() {
            let alike = self.unclosed.iter().filter(|whole| **whole == open.whole).count();
            if open.kind == Kind::Formatting && index > 0 && alike < 3 {
                self.unclosed.push(open.whole);
            }
        }
    }

    /// Gives up everything from `place` on.
    fn give_up_from(&mut self, place: usize) {
        for open in &mut self.open[place..] {
            open.give_up();
        }
    }

    /// The innermost open element for which `is` holds, unless an element above it `stops` the search.
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

    /// The innermost table, if the next tag would be right below it or in one of its rows.
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

    pub(super) fn misplace(&mut self) -> Result<(), TooMuch> {
        if self.bare_table().is_some() {
            self.misplaced += 1;
            if self.misplaced > MAX_HTML_MISPLACED {
                return Err(TooMuch::Misplaced);
            }
        }
        Ok(())
    }

    /// A block ends the paragraph before it.
    pub(super) fn close_paragraph(&mut self) {
        if let Some(place) = self.find(|open| open.name == "p", Open::is_special) {
            self.close_from(place);
        } else if let Some(place) = self.find(|open| open.name == "p", |_| false) {
            self.open[place].give_up();
        }
    }

    pub(super) fn start(&mut self, name: String, kind: Kind, whole: &'h str) -> Result<(), TooMuch> {
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
                // The standard ignores them outside a table.
                if self.find(|open| open.name == "table", |_| false).is_none() {
                    return Ok(());
                }
                self.enter_table(&name);
            }
            Kind::Table => {
                // A table directly inside a table ends the outer one.
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
                // A link inside a link ends the outer one.
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
                // They may end elements with an implied end.
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

    /// Closes everything in a table that a cell, row or column ends.
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

    /// Gives up elements that are neither formatting nor special, from `place` on.
    fn give_up_plain(&mut self, place: usize) {
        for open in &mut self.open[place..] {
            if open.kind == Kind::Plain {
                open.give_up();
            }
        }
    }

    pub(super) fn end(&mut self, name: &str) -> Result<(), TooMuch> {
        // Without its start tag, `</p>` is an empty paragraph and `</br>` a line break.
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
            // A block that is open inside continues without it. Everything else inside may be closed.
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

/// Whether a start tag has this name.
fn is_named(whole: &str, name: &str) -> bool {
    whole
        .get(..name.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(name))
        && !whole[name.len()..].starts_with(|letter: char| letter.is_ascii_alphanumeric())
}
