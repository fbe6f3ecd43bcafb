//! Who is in the demonstration network, besides the two who anyone may sign in as.

use latchkey_domain::Role;

/// Since how many days, as what, and by what name.
pub(super) const PEOPLE: &[(u32, Role, &str)] = &[
    (711, Role::Moderator, "Amara Nwosu"),
    (702, Role::Moderator, "Jonas Lindqvist"),
    (695, Role::Member, "Priya Raman"),
    (688, Role::Member, "Mateo Fuentes"),
    (671, Role::Member, "Ingrid Solheim"),
    (660, Role::Member, "Tomasz Wójcik"),
    (648, Role::Member, "Hana Kobayashi"),
    (633, Role::Member, "Luca Moretti"),
    (621, Role::Moderator, "Nadia Haddad"),
    (604, Role::Member, "Owen Gallagher"),
    (590, Role::Member, "Chiara Bellini"),
    (577, Role::Member, "Kwame Asante"),
    (561, Role::Member, "Freya Dahl"),
    (548, Role::Member, "Rafael Costa"),
    (530, Role::Member, "Mei Lin Zhao"),
    (517, Role::Member, "Dmitri Volkov"),
    (499, Role::Member, "Zainab Yusuf"),
    (482, Role::Member, "Elliot Marsh"),
    (466, Role::Member, "Sofía Herrera"),
    (451, Role::Member, "Anders Berg"),
    (437, Role::Member, "Leila Farahani"),
    (420, Role::Member, "Marcus Bell"),
    (402, Role::Member, "Yuki Tanaka"),
    (388, Role::Member, "Beatriz Almeida"),
    (371, Role::Member, "Callum Fraser"),
    (350, Role::Member, "Noor Rahman"),
    (333, Role::Member, "Étienne Laurent"),
    (312, Role::Member, "Grace Mbeki"),
    (290, Role::Member, "Viktor Novák"),
    (268, Role::Member, "Isla Campbell"),
    (241, Role::Member, "Arjun Mehta"),
    (219, Role::Member, "Clara Hoffmann"),
    (188, Role::Member, "Diego Vargas"),
    (160, Role::Member, "Saoirse Byrne"),
    (131, Role::Member, "Minh Tran"),
    (104, Role::Member, "Ruth Adler"),
    (76, Role::Member, "Oscar Nilsson"),
    (41, Role::Member, "Fatima Zahra Idrissi"),
    (19, Role::Member, "Theo Papadakis"),
    (6, Role::Member, "June Whitaker"),
];

/// `Étienne Laurent` has `etienne.laurent@demo.example`.
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

    #[test]
    fn everyone_has_a_name_and_an_email_of_their_own() {
        let mut emails = HashSet::new();
        for (_, _, name) in PEOPLE {
            assert!(MemberName::parse(name).is_ok(), "{name}");
            let email = email_of(name).parse::<Email>().unwrap();
            assert_eq!(email.as_str().matches('.').count(), name.matches(' ').count() + 1, "{email}");
            assert!(emails.insert(email), "{name} is there twice");
        }
        assert_eq!(email_of("Étienne Laurent"), "etienne.laurent@demo.example");
        assert_eq!(emails.len(), 40);
    }
}
