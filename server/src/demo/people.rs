//! The people in the demonstration network, besides the two public accounts.

use latchkey_domain::Role;

use super::chance::Chance;
use super::content::{CONTENT, Person};

/// How many members joined after the well-known people: enough that lists have pages. With the two public accounts
/// there are 200 members.
const CROWD: usize = 158;

/// The members who joined later; longest members first.
pub(super) fn crowd() -> impl Iterator<Item = Person> {
    let mut chance = Chance::new(158);
    let mut days = 700;
    let (first, last) = (&CONTENT.first_names, &CONTENT.last_names);
    (0..CROWD).map(move |index| {
        // Each pair occurs once: the second part advances after the first part has cycled.
        let first_name = &first[index % first.len()];
        let last_name = &last[(index * 7 + index / first.len() * 3) % last.len()];
        days -= u32::try_from(chance.below(9)).unwrap_or(0).min(days - 1);
        Person {
            days,
            role: Role::Member,
            name: format!("{first_name} {last_name}"),
        }
    })
}

/// `Étienne Laurent` gets `etienne.laurent@demo.example`.
pub(super) fn email_of(name: &str) -> String {
    let local: String = name.to_lowercase().chars().filter_map(plain).collect();
    format!("{local}@demo.example")
}

fn plain(letter: char) -> Option<char> {
    match letter {
        ' ' => Some('.'),
        'á' => Some('a'),
        'é' => Some('e'),
        'í' => Some('i'),
        'ó' => Some('o'),
        letter => letter.is_ascii_alphanumeric().then_some(letter),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use latchkey_domain::{Email, MemberName};

    use super::*;
    use crate::demo::{HOST, MEMBER};

    #[test]
    fn everyone_has_a_name_and_an_email_of_their_own() {
        let mut emails = HashSet::new();
        for Person { name, .. } in CONTENT.people.iter().chain(&crowd().collect::<Vec<_>>()) {
            assert!(MemberName::parse(name).is_ok(), "{name}");
            let email = email_of(name).parse::<Email>().unwrap();
            assert_eq!(
                email.as_str().matches('.').count(),
                name.matches(' ').count() + 1,
                "{email}"
            );
            assert!(emails.insert(email), "{name} is there twice");
        }
        assert_eq!(email_of("Étienne Laurent"), "etienne.laurent@demo.example");
        assert_eq!((CONTENT.people.len(), emails.len() + 2), (40, 200));
    }

    #[test]
    fn the_story_names_the_public_accounts_by_their_roles() {
        assert_eq!([email_of("host"), email_of("member")], [HOST, MEMBER]);
    }
}
