//! What is searched for: words and phrases, in the language of each database.

use super::{Kind, words_of};

/// What a person searches for: all of these have to be there.
#[derive(Debug, PartialEq, Eq)]
pub struct Query(pub(super) Vec<Phrase>);

/// Words that have to follow each other.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Phrase {
    pub(super) words: Vec<String>,
    /// Whether the last one may be the beginning of a word.
    pub(super) open: bool,
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
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tsquery(typed: &str) -> Option<String> {
        Query::parse(typed).map(|query| query.to_tsquery())
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
    }

    #[test]
    fn scripts_without_spaces_are_searched_by_pairs() {
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
    }
}
