//! Members as earlier versions stored them, in the form that this version compares and sorts: a step of the schemas, and
//! what it had to leave.

use std::collections::HashSet;

use latchkey_domain::Email;
use latchkey_domain::text::fold;

use latchkey_storage::shared::searchable;

/// What is stored of a member.
pub(crate) struct Stored {
    pub(crate) id: i64,
    pub(crate) email: String,
    pub(crate) name: String,
}

/// What is to be stored instead.
pub(crate) struct Folded {
    pub(crate) id: i64,
    pub(crate) email: String,
    pub(crate) sort_name: String,
    pub(crate) search: String,
}

/// All members in their new form. An email whose form is another member's stays as it is: both are there, each under what
/// it was stored as.
pub(crate) fn fold_members(all: Vec<Stored>) -> Vec<Folded> {
    let mut taken: HashSet<String> = all.iter().map(|member| member.email.clone()).collect();
    all.into_iter()
        .map(|Stored { id, email, name }| {
            let form = other_form(&email).map(String::from);
            let email = form.filter(|form| taken.insert(form.clone())).unwrap_or(email);
            Folded {
                id,
                sort_name: fold(&name),
                search: searchable(&[&name, &email]),
                email,
            }
        })
        .collect()
}

/// The form in which an email is compared, if it is stored in another.
fn other_form(stored: &str) -> Option<Email> {
    stored
        .parse::<Email>()
        .ok()
        .filter(|email| email.as_str() != stored)
}

/// Those of the emails that [`fold_members`] had to leave as they were, each with its form.
pub(crate) fn left_over(stored: Vec<String>) -> Vec<(Email, Email)> {
    stored
        .into_iter()
        .filter_map(|stored| Some((Email::stored(&stored).ok()?, other_form(&stored)?)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn emails_get_their_form_unless_it_is_taken() {
        let emails = [
            "ada@bücher.example",
            "bob@bücher.example",
            "bob@xn--bcher-kva.example",
            "ju\u{308}rgen@example.com",
            "jürgen@EXAMPLE.com",
            "no address",
        ];
        let all = (1..).zip(emails).map(|(id, email)| Stored {
            id,
            email: email.into(),
            name: "Élodie".into(),
        });
        let folded = fold_members(all.collect());
        let after: Vec<&str> = folded.iter().map(|member| member.email.as_str()).collect();
        assert_eq!(
            after,
            [
                "ada@xn--bcher-kva.example",
                "bob@bücher.example",
                "bob@xn--bcher-kva.example",
                "jürgen@example.com",
                "jürgen@EXAMPLE.com",
                "no address",
            ]
        );
        assert_eq!(folded[0].sort_name, "elodie");
        assert_eq!(
            folded[0].search,
            "elodie\nada@xn--bcher-kva.example\nada@bucher.example"
        );
        let left = left_over(after.into_iter().map(str::to_owned).collect());
        let left: Vec<(&str, &str)> = left
            .iter()
            .map(|(one, form)| (one.as_str(), form.as_str()))
            .collect();
        assert_eq!(
            left,
            [
                ("bob@bücher.example", "bob@xn--bcher-kva.example"),
                ("jürgen@EXAMPLE.com", "jürgen@example.com")
            ]
        );
    }
}
