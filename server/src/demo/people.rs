//! The people in the demonstration network, besides the two public accounts.

use latchkey_domain::Role;

/// How many days ago each joined, role and name. They came in groups, which are written together.
pub(super) const PEOPLE: &[(u32, Role, &str)] = &[
    (711, Role::Moderator, "Amara Nwosu"),
    (711, Role::Moderator, "Jonas Lindqvist"),
    (711, Role::Member, "Priya Raman"),
    (711, Role::Member, "Mateo Fuentes"),
    (660, Role::Member, "Ingrid Solheim"),
    (660, Role::Member, "Tomasz Wójcik"),
    (660, Role::Member, "Hana Kobayashi"),
    (660, Role::Member, "Luca Moretti"),
    (602, Role::Moderator, "Nadia Haddad"),
    (602, Role::Member, "Owen Gallagher"),
    (602, Role::Member, "Chiara Bellini"),
    (602, Role::Member, "Kwame Asante"),
    (541, Role::Member, "Freya Dahl"),
    (541, Role::Member, "Rafael Costa"),
    (541, Role::Member, "Mei Lin Zhao"),
    (541, Role::Member, "Dmitri Volkov"),
    (466, Role::Member, "Zainab Yusuf"),
    (466, Role::Member, "Elliot Marsh"),
    (466, Role::Member, "Sofía Herrera"),
    (466, Role::Member, "Anders Berg"),
    (388, Role::Member, "Leila Farahani"),
    (388, Role::Member, "Marcus Bell"),
    (388, Role::Member, "Yuki Tanaka"),
    (388, Role::Member, "Beatriz Almeida"),
    (301, Role::Member, "Callum Fraser"),
    (301, Role::Member, "Noor Rahman"),
    (301, Role::Member, "Étienne Laurent"),
    (301, Role::Member, "Grace Mbeki"),
    (212, Role::Member, "Viktor Novák"),
    (212, Role::Member, "Isla Campbell"),
    (212, Role::Member, "Arjun Mehta"),
    (212, Role::Member, "Clara Hoffmann"),
    (117, Role::Member, "Diego Vargas"),
    (117, Role::Member, "Saoirse Byrne"),
    (117, Role::Member, "Minh Tran"),
    (117, Role::Member, "Ruth Adler"),
    (24, Role::Member, "Oscar Nilsson"),
    (24, Role::Member, "Fatima Zahra Idrissi"),
    (24, Role::Member, "Theo Papadakis"),
    (24, Role::Member, "June Whitaker"),
];

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

    #[test]
    fn everyone_has_a_name_and_an_email_of_their_own() {
        let mut emails = HashSet::new();
        for (_, _, name) in PEOPLE {
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
        assert_eq!(emails.len(), 40);
    }
}
