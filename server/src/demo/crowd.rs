//! The members who joined after the well-known people: enough that lists have pages.

use latchkey_domain::Role;

use super::chance::Chance;

const FIRST: [&str; 40] = [
    "Aisha", "Alba", "Andre", "Anouk", "Ben", "Bruno", "Carmen", "Cem", "Dana", "Dario", "Edith", "Emeka",
    "Esra", "Felix", "Gita", "Hugo", "Ida", "Ivan", "Jana", "Joao", "Kaito", "Kira", "Lars", "Lena", "Malik",
    "Mara", "Nils", "Nora", "Olga", "Pablo", "Quinn", "Rosa", "Samir", "Selma", "Tariq", "Tessa", "Uma",
    "Vera", "Wim", "Yara",
];

const LAST: [&str; 40] = [
    "Abebe", "Arslan", "Baker", "Becker", "Bianchi", "Carter", "Castro", "Cohen", "Daly", "Dubois", "Evans",
    "Ferreira", "Fischer", "Garcia", "Gupta", "Haas", "Ibrahim", "Ito", "Jansen", "Kaya", "Keller", "Kim",
    "Larsen", "Lopez", "Marin", "Meyer", "Nakamura", "Novak", "Okoye", "Petrov", "Quist", "Rossi", "Sato",
    "Silva", "Singh", "Turner", "Ueda", "Vidal", "Weber", "Zhou",
];

/// The size of the crowd. With the well-known people and the two public accounts there are 200 members.
const COUNT: usize = 158;

/// How many days ago each joined, role and name; longest members first.
pub(super) fn crowd() -> Vec<(u32, Role, String)> {
    let mut chance = Chance::new(158);
    let mut days = 700;
    (0..COUNT)
        .map(|index| {
            // Each pair occurs once: the second part advances after the first part has cycled.
            let first = FIRST[index % FIRST.len()];
            let last = LAST[(index * 7 + index / FIRST.len() * 3) % LAST.len()];
            days -= u32::try_from(chance.below(9)).unwrap_or(0).min(days - 1);
            (days, Role::Member, format!("{first} {last}"))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::demo::people::{PEOPLE, email_of};

    #[test]
    fn everyone_is_somebody_else() {
        let known = PEOPLE.iter().map(|(_, _, name)| email_of(name));
        let emails: HashSet<_> = known
            .chain(crowd().iter().map(|(_, _, name)| email_of(name)))
            .collect();
        assert_eq!(emails.len(), PEOPLE.len() + COUNT);
        assert_eq!(emails.len() + 2, 200);
    }
}
