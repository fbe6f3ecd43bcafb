//! Text as it is searched and sorted: what people take for the same letter is the same character.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// `text` without what a search does not look at: upper case, accents, compatibility forms, characters that are drawn as
/// nothing. `STRASSE` and `Straße` give the same, and so do `École` and `ecole`.
///
/// It is the compatibility decomposition (UAX 15, NFKD) in lower case, without the marks that only modify a letter,
/// composed again. A mark stays where it makes another letter: the vowels of Indic scripts, the voicing of kana, the
/// breve of `й`. Folding twice changes nothing more.
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let mut plain = String::with_capacity(text.len());
    let mut letter = None;
    for part in text.nfkd() {
        if is_dropped(part, letter) {
            continue;
        }
        if !is_combining_mark(part) {
            letter = Some(part);
        }
        for lower in part.to_lowercase() {
            match spelled_out(lower) {
                Some(letters) => plain.push_str(letters),
                None => plain.push(lower),
            }
        }
    }
    plain.nfc().collect()
}

/// Whether a character belongs to the one before it: a mark, a joiner, or half of a Korean or half-width syllable. A text
/// that is taken apart is not cut before it, so that the parts fold as the whole does.
pub fn continues(character: char) -> bool {
    !character.is_ascii()
        && (is_combining_mark(character)
            || is_dropped(character, None)
            || matches!(character, '\u{1160}'..='\u{11FF}' | '\u{FF9E}' | '\u{FF9F}'))
}

/// What a search does not look at, behind `letter`.
fn is_dropped(part: char, letter: Option<char>) -> bool {
    match part {
        '\u{306}' => !matches!(letter, Some('и' | 'И')),
        // Diacritics of any script.
        '\u{300}'..='\u{36F}'
        | '\u{1AB0}'..='\u{1AFF}'
        | '\u{1DC0}'..='\u{1DFF}'
        | '\u{20D0}'..='\u{20FF}'
        | '\u{FE20}'..='\u{FE2F}'
        // The points of Hebrew, the vowels and the lengthening of Arabic: most people write without them.
        | '\u{591}'..='\u{5BD}'
        | '\u{5BF}'
        | '\u{5C1}'
        | '\u{5C2}'
        | '\u{5C4}'
        | '\u{5C5}'
        | '\u{5C7}'
        | '\u{610}'..='\u{61A}'
        | '\u{640}'
        | '\u{64B}'..='\u{65F}'
        | '\u{670}'
        | '\u{6D6}'..='\u{6DC}'
        | '\u{6DF}'..='\u{6E4}'
        | '\u{6E7}'
        | '\u{6E8}'
        | '\u{6EA}'..='\u{6ED}'
        // Mongolian and variation selectors, tags.
        | '\u{180B}'..='\u{180F}'
        | '\u{FE00}'..='\u{FE0F}'
        | '\u{E0000}'..='\u{E0FFF}' => true,
        _ => is_format(part),
    }
}

/// Characters that are drawn as nothing and say how to join, break or turn the text around them.
pub(crate) fn is_format(character: char) -> bool {
    matches!(character,
        '\u{AD}' | '\u{61C}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}')
}

/// Letters that do not decompose, as those write them who have no key for them.
fn spelled_out(letter: char) -> Option<&'static str> {
    Some(match letter {
        'ß' => "ss",
        'ς' => "σ",
        'ı' => "i",
        'æ' => "ae",
        'œ' => "oe",
        'ø' => "o",
        'ł' => "l",
        'đ' | 'ð' => "d",
        'ħ' => "h",
        'ŧ' => "t",
        'þ' => "th",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_people_take_for_the_same_is_the_same() {
        for (texts, folded) in [
            (&["Straße", "STRASSE", "STRAẞE", "strasse"][..], "strasse"),
            (&["école", "ÉCOLE", "e\u{301}cole", "ECOLE"], "ecole"),
            (&["Åsa", "ÅSA", "A\u{30A}sa", "\u{212B}sa"], "asa"),
            (&["İstanbul", "ISTANBUL", "istanbul", "ıstanbul"], "istanbul"),
            (&["Łódź", "LODZ"], "lodz"),
            (&["Søren Ærø", "SOREN AERO"], "soren aero"),
            (&["ΟΔΥΣΣΕΎΣ", "Οδυσσεύς"], "οδυσσευσ"),
            (&["ЁЛКА", "елка"], "елка"),
            (&["ﬁn", "ＦＩＮ", "fin"], "fin"),
            (&["ｶﾞｷﾞ", "ガギ"], "ガギ"),
            (
                &["한국", "\u{1112}\u{1161}\u{11AB}\u{1100}\u{116E}\u{11A8}"],
                "한국",
            ),
            (&["إسلام", "اسلام", "إِسْلام"], "اسلام"),
            (&["می\u{200C}خواهم", "میخواهم"], "میخواهم"),
            (&["☕\u{FE0F}", "☕"], "☕"),
            (&["wo\u{AD}rd", "\u{FEFF}WORD"], "word"),
        ] {
            for text in texts {
                assert_eq!(fold(text), folded, "{text}");
            }
        }
    }

    #[test]
    fn other_letters_stay_other_letters() {
        for (one, other) in [
            ("が", "か"),
            ("パパ", "ハハ"),
            ("й", "и"),
            ("कि", "का"),
            ("ที่", "ทา"),
        ] {
            assert_ne!(fold(one), fold(other));
        }
    }

    proptest! {
        #[test]
        fn folding_twice_changes_nothing(text in any::<String>()) {
            let once = fold(&text);
            prop_assert_eq!(fold(&once), once);
        }

        #[test]
        fn upper_and_lower_case_fold_alike(text in "\\PC*") {
            prop_assert_eq!(fold(&text.to_lowercase()), fold(&text));
        }
    }
}
