//! The piece of text that is shown around what was found.

use std::ops::Range;

use super::query::{Phrase, Query};
use super::{Kind, Word, words_of};
use crate::content::Hit;

/// How many words are shown of a hit.
const SHOWN: usize = 24;

impl Query {
    /// The words around what was found, in the text where most of it is.
    pub fn snippet(&self, title: &str, body: &str) -> String {
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
    /// Whether `words` begins with it.
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

    /// Where a match ends whose last word is the first of `words`: behind the first character of a pair if that is all that
    /// was asked for.
    fn end(&self, words: &[Word]) -> usize {
        let is_half = self
            .words
            .last()
            .is_some_and(|wanted| wanted.chars().nth(1).is_none());
        match words {
            [pair, next, ..] if is_half && pair.kind == Kind::Pair => next.place.start,
            [last, ..] => last.place.end,
            [] => 0,
        }
    }
}

/// A text with the places of what was found in it.
struct Found<'text> {
    text: &'text str,
    words: Vec<Word>,
    matches: Vec<Match>,
}

/// A phrase that was found.
struct Match {
    phrase: usize,
    /// From which word to before which.
    words: Range<usize>,
    /// The same in the text.
    place: Range<usize>,
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
                    let end = start + wanted.words.len();
                    matches.push(Match {
                        phrase,
                        words: start..end,
                        place: words[start].place.start..wanted.end(&words[end - 1..]),
                    });
                }
            }
        }
        Self { text, words, matches }
    }

    /// The part with the most different phrases in it, and of those the one with the most matches; the first of equals.
    fn best(&self) -> Part {
        let mut best = Part { first: 0, score: 0 };
        for (index, begin) in self.matches.iter().enumerate() {
            let begin = &begin.words;
            let inside: Vec<&Match> = self.matches[index..]
                .iter()
                .take_while(|found| found.words.end <= begin.start + SHOWN)
                .collect();
            let mut phrases: Vec<usize> = inside.iter().map(|found| found.phrase).collect();
            phrases.sort_unstable();
            phrases.dedup();
            let score = phrases.len() * 1_000 + inside.len();
            if score > best.score {
                let end = inside.last().map_or(begin.end, |last| last.words.end);
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
        let begin = if first == 0 {
            0
        } else {
            self.words[first].place.start
        };
        let end = if behind == self.words.len() {
            self.text.len()
        } else {
            self.words[behind - 1].place.end
        };
        let mut shown = String::new();
        if begin > 0 {
            shown.push('…');
        }
        let mut written = begin;
        for place in self.marked(begin..end) {
            shown.push_str(&self.text[written..place.start]);
            shown.push(Hit::OPEN);
            shown.push_str(&self.text[place.clone()]);
            shown.push(Hit::CLOSE);
            written = place.end;
        }
        shown.push_str(&self.text[written..end]);
        if end < self.text.len() {
            shown.push('…');
        }
        shown
    }

    /// The places of what is marked within a part; what overlaps is marked together.
    fn marked(&self, within: Range<usize>) -> Vec<Range<usize>> {
        let mut marked: Vec<Range<usize>> = Vec::new();
        for Match { place, .. } in &self.matches {
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

    fn snippet(typed: &str, title: &str, body: &str) -> String {
        Query::parse(typed)
            .unwrap()
            .snippet(title, body)
            .replace(Hit::OPEN, "[")
            .replace(Hit::CLOSE, "]")
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

    #[test]
    fn part_of_a_run_without_spaces_is_marked() {
        assert_eq!(snippet("転車", "", "新しい自転車を買う"), "新しい自[転車]を買う");
        assert_eq!(
            snippet("車", "", "新しい自転車を買う車"),
            "新しい自転[車]を買う[車]"
        );
        // Pairs that are asked for one by one, side by side.
        assert_eq!(snippet("自転 転車 ", "", "新自転車屋"), "新[自転車]屋");
        let long = "あいうえお".repeat(40);
        let shown = snippet("えお", "", &long);
        assert!(shown.ends_with('…') && shown.contains("[えお]"), "{shown}");
    }
}
