//! The logo of an application, beside its name.

use latchkey_domain::LogoId;
use leptos::prelude::*;

/// The picture, or the first letter of the name if there is none. Screen readers skip it: the name is beside it.
pub(crate) fn logo(name: &str, logo: Option<&LogoId>, class: &'static str) -> impl IntoView + use<> {
    match logo {
        Some(logo) => {
            view! { <img class=format!("logo {class}") src=logo.path() alt="" width="40" height="40" /> }
                .into_any()
        }
        None => view! {
            <span class=format!("logo logo-initial {class}") aria-hidden="true" translate="no">
                {initial(name)}
            </span>
        }
        .into_any(),
    }
}

/// The first character as people see it: with its accents and the parts of an emoji.
fn initial(name: &str) -> String {
    let mut initial = String::new();
    let mut joined = false;
    for character in name.trim().chars() {
        let joins = character == '\u{200D}';
        let belongs = joins || joined || is_part(character) || is_second_flag(&initial, character);
        if !initial.is_empty() && !belongs {
            break;
        }
        initial.extend(character.to_uppercase());
        joined = joins;
    }
    initial
}

/// Accents, variation selectors and skin tones.
fn is_part(character: char) -> bool {
    matches!(
        character,
        '\u{300}'..='\u{36F}' | '\u{1AB0}'..='\u{1AFF}' | '\u{20D0}'..='\u{20FF}' | '\u{FE00}'..='\u{FE0F}' | '\u{1F3FB}'..='\u{1F3FF}'
    )
}

/// A flag is two letters.
fn is_second_flag(before: &str, character: char) -> bool {
    let is_letter = |character: char| matches!(character, '\u{1F1E6}'..='\u{1F1FF}');
    is_letter(character) && before.chars().count() == 1 && before.chars().all(is_letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_initial_is_one_character_to_people() {
        for (name, expected) in [
            ("Mobile App", "M"),
            (" crm", "C"),
            ("e\u{301}cole", "E\u{301}"),
            ("ﬁsh", "FI"),
            ("自転車", "自"),
            ("👩🏽‍🔧 Works", "👩🏽‍🔧"),
            ("🇩🇪🇫🇷", "🇩🇪"),
            ("", ""),
        ] {
            assert_eq!(initial(name), expected);
        }
    }

    #[test]
    fn a_picture_has_no_text_of_its_own() {
        let id: LogoId = "ab".repeat(16).parse().unwrap();
        let html = logo("Mobile App", Some(&id), "logo-large").to_html();
        assert!(
            html.contains(&format!("src=\"/logos/{id}\"")) && html.contains("alt=\"\""),
            "{html}"
        );
        let html = logo("<b>", None, "").to_html();
        assert!(
            html.contains("&lt;") && html.contains("aria-hidden=\"true\""),
            "{html}"
        );
    }
}
