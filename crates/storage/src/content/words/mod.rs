//! Words for full-text search: how a text is taken apart, and what a database stores of it. `query` has what is searched
//! for, `snippet` the piece of text that is shown around what was found.
//!
//! Words are runs of letters and digits, folded ([`fold`]). Scripts that are written without spaces have no such runs: of
//! them every two characters that follow each other are a word, and the last one by itself, so that any part of
//! a run is found. That is decided here and not by the databases, of which each has its own way, so that a search finds the
//! same everywhere.

mod query;
mod snippet;

use std::fmt::Write;
use std::ops::Range;

use latchkey_domain::text::{continues, fold};
use unicode_normalization::char::is_combining_mark;

pub use self::query::Query;
use crate::shared::cut;

/// The most characters of a word that count.
const WORD_LENGTH: usize = 200;

/// How much is stored of one text as a `tsvector`; the limit of `PostgreSQL` is a megabyte.
const STORED: usize = 800_000;

/// How many places a `tsvector` has (its limit is 16,383). Those of a longer text begin again, so that a phrase is found
/// wherever it is.
const PLACES: usize = 16_000;

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_folded_and_separated_by_spaces() {
        assert_eq!(tokens("Rye & Wheat’s CRÈME"), "rye wheat s creme");
    }

    #[test]
    fn scripts_without_spaces_are_pairs() {
        assert_eq!(tokens("自転車"), "自転 転車 車");
        assert_eq!(tokens("車"), "車");
        assert_eq!(tokens("iPhone用ケース 2台"), "iphone 用ケ ケー ース ス 2 台");
        assert_eq!(tokens("ｶﾞｷﾞ"), tokens("ガギ"));
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
}
