//! What is said of a person, made into a [`Person`].

use std::fmt::Write;

use latchkey_domain::provider::{FieldPath, Person, ProfileFields, Subject};
use latchkey_domain::{Email, MemberName};
use serde_json::{Map, Value};
use url::Url;

use crate::{Step, Transcript, fields};

/// What is said, as it is said.
#[derive(Default)]
pub(crate) struct Profile {
    email: Option<String>,
    email_verified: bool,
    name: Option<String>,
    given_name: Option<String>,
    family_name: Option<String>,
    picture: Option<String>,
    bio: Option<String>,
}

/// The most characters of a picture's address, and of a bio.
const PICTURE: usize = 2_000;
const BIO: usize = 2_000;

fn not_blank(text: String) -> Option<String> {
    (!text.trim().is_empty()).then_some(text)
}

impl Profile {
    /// The claims of an ID token or of userinfo (OpenID Connect Core section 5.1).
    pub(crate) fn of_claims(claims: &Map<String, Value>) -> Self {
        let text = |name: &str| {
            claims
                .get(name)
                .and_then(Value::as_str)
                .map(str::to_owned)
                .and_then(not_blank)
        };
        let verified = claims.get("email_verified");
        Self {
            email: text("email"),
            // Some providers send text.
            email_verified: verified.is_some_and(|said| *said == Value::Bool(true) || said == "true"),
            name: text("name"),
            given_name: text("given_name"),
            family_name: text("family_name"),
            picture: text("picture"),
            bio: None,
        }
    }

    /// What is at the paths that a host entered.
    pub(crate) fn of_fields(json: &str, paths: &ProfileFields) -> Self {
        let text = |path: &Option<FieldPath>| fields::text(json, path.as_ref()?).and_then(not_blank);
        let verified = text(&paths.email_verified);
        Self {
            email: text(&paths.email),
            email_verified: verified.is_some_and(|said| said == "true" || said == "1"),
            name: text(&paths.name),
            given_name: text(&paths.given_name),
            family_name: text(&paths.family_name),
            picture: text(&paths.picture),
            bio: text(&paths.bio),
        }
    }

    fn has_name(&self) -> bool {
        self.name.is_some() || self.given_name.is_some() || self.family_name.is_some()
    }

    /// Whether a second source could say more that matters.
    pub(crate) fn is_complete(&self) -> bool {
        self.email.is_some() && self.has_name()
    }

    /// Fills in what is missing. Whether an email is verified is said by who says the email.
    pub(crate) fn or(mut self, other: Self) -> Self {
        if self.email.is_none() {
            self.email = other.email;
            self.email_verified = other.email_verified;
        }
        if !self.has_name() {
            self.name = other.name;
            self.given_name = other.given_name;
            self.family_name = other.family_name;
        }
        self.picture = self.picture.or(other.picture);
        self
    }

    /// The whole name, or its two parts.
    fn whole_name(&self) -> Option<String> {
        let parts = || {
            let both = [self.given_name.as_deref(), self.family_name.as_deref()];
            let both: Vec<_> = both.into_iter().flatten().map(str::trim).collect();
            (!both.is_empty()).then(|| both.join(" "))
        };
        self.name.clone().or_else(parts)
    }

    /// The person. What cannot be read is left out, and the transcript says so.
    pub(crate) fn person(self, subject: Subject, log: &mut Transcript) -> Person {
        let mut notes = format!("id: {subject}\n");
        // Writing to a string does not fail.
        let mut note = |line: String| _ = writeln!(notes, "{line}");
        let email = self.email.as_ref().and_then(|text| match text.parse::<Email>() {
            Ok(email) => Some(email),
            Err(error) => {
                note(format!("email: left out: {error}"));
                None
            }
        });
        let name = self.whole_name().and_then(|text| match MemberName::parse(&text) {
            Ok(name) => Some(name),
            Err(error) => {
                note(format!("name: left out: it {error}"));
                None
            }
        });
        let picture = self.picture.and_then(|text| {
            let picture = picture(&text);
            if picture.is_none() {
                note("picture: left out: it is no web address".to_owned());
            }
            picture
        });
        let bio = self
            .bio
            .map(|text| text.trim().chars().take(BIO).collect::<String>());
        let person = Person {
            email_verified: self.email_verified && email.is_some(),
            subject,
            email,
            name,
            picture,
            bio,
        };
        match &person.email {
            Some(email) if person.email_verified => note(format!("email: {email} (verified)")),
            Some(email) => note(format!("email: {email} (not verified)")),
            None if self.email.is_none() => note("email: the provider gives none".to_owned()),
            None => {}
        }
        for (label, value) in [
            ("name", person.name.as_ref().map(MemberName::as_str)),
            ("picture", person.picture.as_deref()),
            ("bio", person.bio.as_deref()),
        ] {
            if let Some(value) = value {
                note(format!("{label}: {value}"));
            }
        }
        log.push(Step {
            title: "Person",
            request: String::new(),
            answer: notes,
            outcome: Ok("the provider says who signed in".to_owned()),
        });
        person
    }
}

/// The address of a picture, if it is one of the web.
fn picture(text: &str) -> Option<String> {
    let url = Url::parse(text.trim()).ok()?;
    let is_web = matches!(url.scheme(), "https" | "http") && url.has_host() && url.username().is_empty();
    (is_web && text.chars().count() <= PICTURE).then(|| url.into())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn person(claims: &Value) -> (Person, String) {
        let mut log = Transcript::default();
        let profile = Profile::of_claims(claims.as_object().unwrap());
        let person = profile.person(Subject::parse("1").unwrap(), &mut log);
        (person, log.steps.remove(0).answer)
    }

    #[test]
    fn an_email_is_verified_if_the_provider_says_so() {
        for (said, expected) in [
            (json!(true), true),
            (json!("true"), true),
            (json!(false), false),
            (json!("false"), false),
            (json!(1), false),
            (json!(null), false),
        ] {
            let (person, _) = person(&json!({"email": "Ada@Example.com", "email_verified": said}));
            assert_eq!(person.email.unwrap().as_str(), "ada@example.com");
            assert_eq!(person.email_verified, expected, "{said}");
        }
        let (person, _) = person(&json!({"email_verified": true}));
        assert!(!person.email_verified);
    }

    #[test]
    fn names_are_whole_or_of_parts() {
        for (claims, expected) in [
            (json!({"name": "Ada King", "given_name": "Ada"}), Some("Ada King")),
            (
                json!({"given_name": "Ada", "family_name": "Lovelace"}),
                Some("Ada Lovelace"),
            ),
            (json!({"name": " ", "given_name": "Ada "}), Some("Ada")),
            (json!({"family_name": "Lovelace"}), Some("Lovelace")),
            (json!({"name": 1}), None),
        ] {
            let (person, _) = person(&claims);
            assert_eq!(person.name.as_ref().map(MemberName::as_str), expected, "{claims}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_left_out_and_said() {
        let (person, notes) = person(&json!({
            "email": "nobody", "email_verified": true, "name": "a\u{202e}b", "picture": "javascript:alert(1)",
        }));
        assert_eq!((person.email, person.email_verified), (None, false));
        assert_eq!((person.name, person.picture), (None, None));
        for line in [
            "email: left out",
            "name: left out: it has an invisible character",
            "picture: left out",
        ] {
            assert!(notes.contains(line), "{notes}");
        }
        let (_, notes) = super::tests::person(&json!({}));
        assert!(notes.contains("email: the provider gives none"), "{notes}");
    }

    #[test]
    fn a_second_source_does_not_verify_the_email_of_the_first() {
        let first = json!({"email": "ada@example.com"});
        let second = json!({"email": "ada@example.com", "email_verified": true, "name": "Ada", "picture": "https://p.example/1"});
        let of = |claims: &Value| Profile::of_claims(claims.as_object().unwrap());
        let both = of(&first).or(of(&second));
        let person = both.person(Subject::parse("1").unwrap(), &mut Transcript::default());
        assert!(!person.email_verified);
        assert_eq!(person.name.unwrap().as_str(), "Ada");
        assert_eq!(person.picture.as_deref(), Some("https://p.example/1"));
        let other = of(&json!({"name": "Ada"})).or(of(&second));
        assert!(
            other
                .person(Subject::parse("1").unwrap(), &mut Transcript::default())
                .email_verified
        );
    }
}
