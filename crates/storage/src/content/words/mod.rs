//! Words for full-text search: how a text is taken apart, what a database stores of it, what is asked of it, and the piece
//! of text that is shown around what was found.
//!
//! Words are runs of letters and digits, folded ([`fold`]). Scripts that are written without spaces have no such runs: of
//! them every two characters that follow each other are a word, and the last one by itself, so that any part of
//! a run is found. That is decided here and not by the databases, of which each has its own way, so that a search finds the
//! same everywhere.

use std::fmt::Write;
use std::ops::Range;

use latchkey_domain::text::{continues, fold};
use unicode_normalization::char::is_combining_mark;

use super::Hit;
use crate::shared::cut;

/// The most characters of a word that count.
const WORD_LENGTH: usize = 200;

/// How much is stored of one text as a `tsvector`; the limit of `PostgreSQL` is a megabyte.
const STORED: usize = 800_000;

/// How many places a `tsvector` has (its limit is 16,383). Those of a longer text begin again, so that a phrase is found
/// wherever it is.
const PLACES: usize = 16_000;

/// How many words are shown of a hit.
const SHOWN: usize = 24;

/// A word, and its place in the text.
struct Word {
    folded: String,
    place: Range<usize>,
    kind: Kind,
}

/// What a word is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// A run of letters and digits.
    Whole,
    /// Two characters of a script without spaces.
    Pair,
    /// The last character of a run of such a script.
    Last,
}

/// A run of letters and digits.
enum Run {
    /// Of a script with spaces between its words.
    Whole(Word),
    /// Of one without: each character, and its place.
    Unspaced(Vec<(char, Range<usize>)>),
}

/// Takes a text apart, character by character.
#[derive(Default)]
struct Reader {
    words: Vec<Word>,
    /// The run that is being read.
    run: Option<Run>,
}

impl Reader {
    /// The next character, folded, and its place.
    fn read(&mut self, character: char, place: Range<usize>) {
        let is_mark = !character.is_ascii() && is_combining_mark(character);
        if !is_mark && !character.is_alphanumeric() {
            self.end_run();
            return;
        }
        let is_unspaced = is_unspaced(character);
        match &mut self.run {
            // A mark belongs to the character before it.
            Some(Run::Whole(word)) if is_mark || !is_unspaced => {
                word.folded.push(character);
                word.place.end = place.end;
            }
            Some(Run::Unspaced(characters)) if is_mark || is_unspaced => characters.push((character, place)),
            // There is no word of marks.
            None if is_mark => {}
            _ => {
                self.end_run();
                self.run = Some(if is_unspaced {
                    Run::Unspaced(vec![(character, place)])
                } else {
                    Run::Whole(Word {
                        folded: character.into(),
                        place,
                        kind: Kind::Whole,
                    })
                });
            }
        }
    }

    fn end_run(&mut self) {
        match self.run.take() {
            None => {}
            Some(Run::Whole(mut word)) => {
                let length = cut(&word.folded, WORD_LENGTH).len();
                word.folded.truncate(length);
                self.words.push(word);
            }
            Some(Run::Unspaced(characters)) => {
                self.words.extend(characters.windows(2).map(|pair| Word {
                    folded: pair.iter().map(|(character, _)| *character).collect(),
                    place: pair[0].1.start..pair[1].1.end,
                    kind: Kind::Pair,
                }));
                self.words.extend(characters.last().map(|(last, place)| Word {
                    folded: last.to_string(),
                    place: place.clone(),
                    kind: Kind::Last,
                }));
            }
        }
    }
}

fn words_of(text: &str) -> Vec<Word> {
    let mut reader = Reader::default();
    let mut rest = text.char_indices().peekable();
    while let Some((start, first)) = rest.next() {
        let mut place = start..start + first.len_utf8();
        while let Some((index, next)) = rest.next_if(|(_, next)| continues(*next)) {
            place.end = index + next.len_utf8();
        }
        if place.len() == 1 {
            reader.read(first.to_ascii_lowercase(), place);
            continue;
        }
        for character in fold(&text[place.clone()]).chars() {
            reader.read(character, place.clone());
        }
    }
    reader.end_run();
    reader.words
}

/// Whether a folded character is of a script that is written without spaces, or like Korean with less of them than there
/// are words.
fn is_unspaced(character: char) -> bool {
    matches!(character,
        // Thai and Lao, Burmese, Khmer, Tai.
        '\u{0E00}'..='\u{0EFF}' | '\u{1000}'..='\u{109F}' | '\u{1780}'..='\u{17FF}' | '\u{1950}'..='\u{19DF}'
        | '\u{1A20}'..='\u{1AAF}' | '\u{A9E0}'..='\u{A9FF}' | '\u{AA60}'..='\u{AADF}'
        // Korean.
        | '\u{1100}'..='\u{11FF}' | '\u{A960}'..='\u{A97F}' | '\u{AC00}'..='\u{D7FF}'
        // Japanese and Chinese.
        | '\u{3005}'..='\u{3007}' | '\u{3021}'..='\u{312F}' | '\u{31A0}'..='\u{31FF}' | '\u{3400}'..='\u{4DBF}'
        | '\u{4E00}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{1AFF0}'..='\u{1B16F}' | '\u{20000}'..='\u{3FFFF}')
}

/// What `SQLite` stores of a text: its words with spaces between, of which each is a token.
pub fn tokens(text: &str) -> String {
    let mut tokens = String::with_capacity(text.len());
    for word in words_of(text) {
        if !tokens.is_empty() {
            tokens.push(' ');
        }
        tokens.push_str(&word.folded);
    }
    tokens
}

/// What `PostgreSQL` stores of a row, as a `tsvector`: the words of its title with the weight A, those of its body with B.
/// A place is left free between the two, so that no phrase reaches from one into the other.
pub fn vector(title: &str, body: &str) -> String {
    let mut vector = String::new();
    let mut place = 0_usize;
    for (text, weight) in [(title, 'A'), (body, 'B')] {
        for word in words_of(text) {
            if vector.len() > STORED {
                return vector;
            }
            // Letters and digits alone: nothing in a word has a meaning of its own here.
            let _ = write!(vector, "'{}':{}{weight} ", word.folded, place % PLACES + 1);
            place += 1;
        }
        place += 1;
    }
    vector
}

/// What a person searches for: all of these have to be there.
#[derive(Debug, PartialEq, Eq)]
pub struct Query(Vec<Phrase>);

/// Words that have to follow each other.
#[derive(Debug, PartialEq, Eq)]
struct Phrase {
    words: Vec<String>,
    /// Whether the last one may be the beginning of a word.
    open: bool,
}

impl Query {
    /// What a person typed; `None` if there is no letter or digit in it.
    pub fn parse(typed: &str) -> Option<Self> {
        let mut phrases = Vec::new();
        for (index, section) in typed.split('"').enumerate() {
            // A phrase follows an odd number of quotation marks.
            if index % 2 == 1 {
                phrases.extend(Phrase::of(section, false));
            } else {
                for word in section.split_whitespace() {
                    phrases.extend(Phrase::of(word, word.ends_with('*')));
                }
            }
        }
        // The last word may still be incomplete while someone types.
        if !typed.ends_with(|last: char| last.is_whitespace() || last == '"')
            && let Some(last) = phrases.last_mut()
        {
            last.open = true;
        }
        (!phrases.is_empty()).then_some(Self(phrases))
    }

    /// The same as a `tsquery`.
    pub fn to_tsquery(&self) -> String {
        self.with(" & ", |Phrase { words, open }| {
            let words: Vec<String> = words.iter().map(|word| format!("'{word}'")).collect();
            format!("({}{})", words.join(" <-> "), if *open { ":*" } else { "" })
        })
    }

    /// The same in the language of FTS5. Each phrase is quoted, so that nothing in it is an operator.
    pub fn to_fts5(&self) -> String {
        self.with(" ", |Phrase { words, open }| {
            format!("\"{}\"{}", words.join(" "), if *open { "*" } else { "" })
        })
    }

    fn with(&self, between: &str, phrase: impl Fn(&Phrase) -> String) -> String {
        let phrases: Vec<String> = self.0.iter().map(phrase).collect();
        phrases.join(between)
    }

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
    fn of(text: &str, open: bool) -> Option<Self> {
        let mut words = words_of(text);
        let mut open = open;
        // A run that is asked for may go on where it is found.
        match words.as_slice() {
            [.., pair, last] if last.kind == Kind::Last && pair.kind == Kind::Pair => {
                words.pop();
            }
            [.., last] if last.kind == Kind::Last => open = true,
            _ => {}
        }
        let words: Vec<String> = words.into_iter().map(|word| word.folded).collect();
        (!words.is_empty()).then_some(Self { words, open })
    }

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
    fn the_same_for_sqlite() {
        let fts5 = |typed: &str| Query::parse(typed).map(|query| query.to_fts5());
        for (typed, expected) in [
            ("sour", "\"sour\"*"),
            ("sourdough ", "\"sourdough\""),
            ("\"hand tools\" shar", "\"hand tools\" \"shar\"*"),
            ("Crème-Brûlée ", "\"creme brulee\""),
            ("a AND b", "\"a\" \"and\" \"b\"*"),
            ("title:x", "\"title x\"*"),
            ("\0a", "\"a\"*"),
        ] {
            assert_eq!(fts5(typed).as_deref(), Some(expected), "{typed}");
        }
        assert_eq!(fts5(" ( ) * \" "), None);
        assert_eq!(tokens("Rye & Wheat’s CRÈME"), "rye wheat s creme");
    }

    #[test]
    fn scripts_without_spaces_are_pairs() {
        assert_eq!(tokens("自転車"), "自転 転車 車");
        assert_eq!(tokens("車"), "車");
        assert_eq!(tokens("iPhone用ケース 2台"), "iphone 用ケ ケー ース ス 2 台");
        assert_eq!(tokens("ｶﾞｷﾞ"), tokens("ガギ"));
        for (typed, expected) in [
            // Within a run, as a run of its own, one character of it.
            ("自転車", "('自転' <-> '転車':*)"),
            ("自転車 ", "('自転' <-> '転車')"),
            ("車 ", "('車':*)"),
            // What follows directly has to follow there.
            ("自転車abc ", "('自転' <-> '転車' <-> '車' <-> 'abc')"),
            ("abc自転 ", "('abc' <-> '自転')"),
        ] {
            assert_eq!(tsquery(typed).as_deref(), Some(expected), "{typed}");
        }
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

    #[test]
    fn a_phrase_is_found_behind_the_last_place_that_there_is() {
        let long = "rye ".repeat(PLACES + 1);
        let vector = vector("", &format!("{long}wheat flour"));
        assert!(
            vector.ends_with("'rye':2B 'wheat':3B 'flour':4B "),
            "{}",
            &vector[vector.len() - 60..]
        );
    }

    #[test]
    fn titles_and_bodies_are_stored_with_their_places() {
        assert_eq!(
            vector("Rye & wheat", "Rye’s"),
            "'rye':1A 'wheat':2A 'rye':4B 's':5B "
        );
        assert_eq!(vector("", "…"), "");
        // Accents after their letter count as those that are part of it.
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
