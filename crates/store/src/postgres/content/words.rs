//! Words for full-text search: how a text is taken apart, what the database stores of it, what is asked of it, and the
//! piece of text that is shown around what was found.
//!
//! Words are runs of letters and digits, in lower case and without accents. That is decided here and not by the database,
//! whose own way depends on how it was set up, so that a search finds the same on every server and on `SQLite`.

use std::fmt::Write;
use std::ops::Range;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::content::Hit;
use crate::shared::cut;

/// The most characters of a word that count.
const WORD_LENGTH: usize = 200;

/// How much is stored of one text; the database's own limit is a megabyte.
const STORED: usize = 500_000;

/// How many words are shown of a hit.
const SHOWN: usize = 24;

/// A word, and where it stands in its text.
struct Word {
    folded: String,
    place: Range<usize>,
}

fn words_of(text: &str) -> Vec<Word> {
    let mut words = Vec::new();
    let mut begun = None;
    let end = (text.len(), ' ');
    for (index, character) in text.char_indices().chain([end]) {
        match begun {
            None if character.is_alphanumeric() => begun = Some(index),
            Some(start) if !character.is_alphanumeric() && !is_combining_mark(character) => {
                words.push(Word {
                    folded: folded(&text[start..index]),
                    place: start..index,
                });
                begun = None;
            }
            _ => {}
        }
    }
    words
}

fn folded(word: &str) -> String {
    let plain: String = word.nfd().filter(|part| !is_combining_mark(*part)).collect();
    cut(&plain.to_lowercase(), WORD_LENGTH).to_owned()
}

/// What is stored of a row, as a `tsvector`: the words of its title with the weight A, those of its body with B. A place
/// is left free between the two, so that no phrase reaches from one into the other.
pub(in crate::postgres) fn vector(title: &str, body: &str) -> String {
    let mut vector = String::new();
    let mut place = 0_usize;
    for (text, weight) in [(title, 'A'), (body, 'B')] {
        for word in words_of(text) {
            place += 1;
            if vector.len() > STORED {
                return vector;
            }
            // Letters and digits alone: nothing in a word has a meaning of its own here.
            let _ = write!(vector, "'{}':{place}{weight} ", word.folded);
        }
        place += 1;
    }
    vector
}

/// What a person searches for: all of these have to be there.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Query(Vec<Phrase>);

/// Words that have to follow each other.
#[derive(Debug, PartialEq, Eq)]
struct Phrase {
    words: Vec<String>,
    /// Whether the last one may be the beginning of a word.
    open: bool,
}

impl Query {
    /// What a person typed; `None` if there is no letter or digit in it.
    pub(super) fn parse(typed: &str) -> Option<Self> {
        let mut phrases = Vec::new();
        for (index, section) in typed.split('"').enumerate() {
            // Behind an odd number of quotation marks a phrase stands.
            if index % 2 == 1 {
                phrases.extend(Phrase::of(section, false));
            } else {
                for word in section.split_whitespace() {
                    phrases.extend(Phrase::of(word, word.ends_with('*')));
                }
            }
        }
        // Who is still typing the last word has only its beginning.
        if !typed.ends_with(|last: char| last.is_whitespace() || last == '"')
            && let Some(last) = phrases.last_mut()
        {
            last.open = true;
        }
        (!phrases.is_empty()).then_some(Self(phrases))
    }

    /// The same as a `tsquery`.
    pub(super) fn to_tsquery(&self) -> String {
        let phrases: Vec<String> = self.0.iter().map(Phrase::to_tsquery).collect();
        phrases.join(" & ")
    }

    /// The words around what was found, in the text where most of it is.
    pub(super) fn snippet(&self, title: &str, body: &str) -> String {
        let (title, body) = (Found::new(self, title), Found::new(self, body));
        let (of_title, of_body) = (title.best(), body.best());
        if of_body.score > of_title.score {
            body.shown(of_body.first)
        } else {
            title.shown(of_title.first)
        }
    }
}

impl Phrase {
    fn of(text: &str, open: bool) -> Option<Self> {
        let words: Vec<String> = words_of(text).into_iter().map(|word| word.folded).collect();
        (!words.is_empty()).then_some(Self { words, open })
    }

    fn to_tsquery(&self) -> String {
        let words: Vec<String> = self.words.iter().map(|word| format!("'{word}'")).collect();
        let open = if self.open { ":*" } else { "" };
        format!("({}{open})", words.join(" <-> "))
    }

    /// Whether it stands at the beginning of `words`.
    fn begins(&self, words: &[Word]) -> bool {
        let last = self.words.len() - 1;
        words.len() > last
            && self
                .words
                .iter()
                .zip(words)
                .enumerate()
                .all(|(index, (wanted, word))| {
                    if index == last && self.open {
                        word.folded.starts_with(wanted)
                    } else {
                        word.folded == *wanted
                    }
                })
    }
}

/// A text with the places of what was found in it.
struct Found<'text> {
    text: &'text str,
    words: Vec<Word>,
    /// Which phrase, from which word to before which.
    matches: Vec<(usize, Range<usize>)>,
}

/// A part of a text: the number of its first word, and how much of what was asked for is in it.
struct Part {
    first: usize,
    score: usize,
}

impl<'text> Found<'text> {
    fn new(query: &Query, text: &'text str) -> Self {
        let words = words_of(text);
        let mut matches = Vec::new();
        for start in 0..words.len() {
            for (phrase, wanted) in query.0.iter().enumerate() {
                if wanted.begins(&words[start..]) {
                    matches.push((phrase, start..start + wanted.words.len()));
                }
            }
        }
        Self { text, words, matches }
    }

    /// The part with the most different phrases in it, and of those the one with the most matches; the first of equals.
    fn best(&self) -> Part {
        let mut best = Part { first: 0, score: 0 };
        for (index, (_, begin)) in self.matches.iter().enumerate() {
            let inside: Vec<&(usize, Range<usize>)> = self.matches[index..]
                .iter()
                .take_while(|(_, place)| place.end <= begin.start + SHOWN)
                .collect();
            let mut phrases: Vec<usize> = inside.iter().map(|(phrase, _)| *phrase).collect();
            phrases.sort_unstable();
            phrases.dedup();
            let score = phrases.len() * 1_000 + inside.len();
            if score > best.score {
                let end = inside.last().map_or(begin.end, |(_, place)| place.end);
                // As much before as behind.
                let before = SHOWN.saturating_sub(end - begin.start) / 2;
                let last_start = self.words.len().saturating_sub(SHOWN);
                best = Part {
                    first: begin.start.saturating_sub(before).min(last_start),
                    score,
                };
            }
        }
        best
    }

    /// The text of a part, with marks.
    fn shown(&self, first: usize) -> String {
        let behind = (first + SHOWN).min(self.words.len());
        let mut shown = String::new();
        let mut written = if first == 0 {
            0
        } else {
            shown.push('…');
            self.words[first].place.start
        };
        for range in self.marked(first..behind) {
            let (start, end) = (
                self.words[range.start].place.start,
                self.words[range.end - 1].place.end,
            );
            shown.push_str(&self.text[written..start]);
            shown.push(Hit::OPEN);
            shown.push_str(&self.text[start..end]);
            shown.push(Hit::CLOSE);
            written = end;
        }
        if behind == self.words.len() {
            shown.push_str(&self.text[written..]);
        } else {
            shown.push_str(&self.text[written..self.words[behind - 1].place.end]);
            shown.push('…');
        }
        shown
    }

    /// What is marked within a part; what overlaps is marked together.
    fn marked(&self, within: Range<usize>) -> Vec<Range<usize>> {
        let mut marked: Vec<Range<usize>> = Vec::new();
        for (_, place) in &self.matches {
            let place = place.start.max(within.start)..place.end.min(within.end);
            match marked.last_mut() {
                _ if place.is_empty() => {}
                Some(last) if place.start < last.end => last.end = last.end.max(place.end),
                _ => marked.push(place),
            }
        }
        marked
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tsquery(typed: &str) -> Option<String> {
        Query::parse(typed).map(|query| query.to_tsquery())
    }

    fn snippet(typed: &str, title: &str, body: &str) -> String {
        Query::parse(typed)
            .unwrap()
            .snippet(title, body)
            .replace(Hit::OPEN, "[")
            .replace(Hit::CLOSE, "]")
    }

    #[test]
    fn words_prefixes_and_phrases() {
        for (typed, expected) in [
            ("sour", "('sour':*)"),
            ("sourdough ", "('sourdough')"),
            ("sour dou", "('sour') & ('dou':*)"),
            ("sou* bread ", "('sou':*) & ('bread')"),
            ("\"hand tools\"", "('hand' <-> 'tools')"),
            ("\"hand tools\" shar", "('hand' <-> 'tools') & ('shar':*)"),
            ("\"open", "('open':*)"),
            ("Crème-Brûlée ", "('creme' <-> 'brulee')"),
            ("a:*b|!c'd\\ & (", "('a' <-> 'b' <-> 'c' <-> 'd':*)"),
        ] {
            assert_eq!(tsquery(typed).as_deref(), Some(expected), "{typed}");
        }
        assert_eq!(tsquery(" ( ) * \" …"), None);
    }

    #[test]
    fn titles_and_bodies_are_stored_with_their_places() {
        assert_eq!(
            vector("Rye & wheat", "Rye’s"),
            "'rye':1A 'wheat':2A 'rye':4B 's':5B "
        );
        assert_eq!(vector("", "…"), "");
        // Accents that stand behind their letter count as those that are part of it.
        assert_eq!(vector("cafe\u{301}", ""), vector("café", ""));
    }

    #[test]
    fn snippets_mark_what_was_found() {
        assert_eq!(
            snippet("steam", "Ovens", "A crust wants STEAM."),
            "A crust wants [STEAM]."
        );
        assert_eq!(snippet("oven", "Ovens", "A crust wants steam."), "[Ovens]");
        assert_eq!(
            snippet("\"crust wants\"", "", "A crust wants steam"),
            "A [crust wants] steam"
        );
        assert_eq!(snippet("creme", "", "Crème brûlée"), "[Crème] brûlée");
        let long: Vec<String> = (0..100).map(|number| format!("w{number}x")).collect();
        let shown = snippet("w50x", "", &long.join(" "));
        assert!(
            shown.starts_with("…w39x ") && shown.ends_with(" w62x…"),
            "{shown}"
        );
        assert!(shown.contains(" [w50x] "), "{shown}");
        assert_eq!(snippet("nothing", "A title", "a body"), "A title");
        assert_eq!(snippet("nothing", "", ""), "");
    }
}
