//! What is wrong with a secret, for an integrator who believes it is right. It reveals nothing about the real one:
//! its format is public, and the rest describes what was sent.

use std::time::Duration;

use latchkey_domain::{ClientId, ClientSecret, counted};
use latchkey_storage::{ActivityReason, KeptSecret};

/// Says that a formerly valid secret was retired, and how long ago.
pub(super) fn retired(ago: Duration) -> String {
    let seconds = ago.as_secs();
    let (count, unit) = match seconds {
        0..3_600 => (seconds / 60, "minute"),
        3_600..86_400 => (seconds / 3_600, "hour"),
        _ => (seconds / 86_400, "day"),
    };
    let ago = match count {
        0 => "just now".to_owned(),
        _ => format!("{} ago", counted(count, unit)),
    };
    format!(
        "a host of the network retired this secret {ago}; use the new one, which hosts see on the application's card"
    )
}

/// Says what is probably wrong with `presented`, which matches none of `kept`.
pub(super) fn what_is_wrong(
    presented: &str,
    kept: &[KeptSecret],
    client_id: &ClientId,
) -> (ActivityReason, String) {
    let length = presented.chars().count();
    let expected = ClientSecret::LENGTH;
    // The format of one that was brought from elsewhere is not public, and nothing of it is said.
    let is_made_here = kept.iter().all(|kept| kept.secret.is_made_here());
    if presented.trim() != presented && kept.iter().any(|kept| kept.secret.is(presented.trim())) {
        let side = if presented.trim_end() == presented {
            "begins"
        } else {
            "ends"
        };
        (
            ActivityReason::SecretWhiteSpace,
            format!("the secret {side} with white space"),
        )
    } else if presented == client_id.as_str() {
        (
            ActivityReason::SecretIsClientId,
            "the secret is the client id; use the client secret instead".to_owned(),
        )
    } else if is_made_here && length < expected {
        (
            ActivityReason::SecretLength,
            format!(
                "the secret has {}, {expected} expected: cut off when copied?",
                counted(length, "character")
            ),
        )
    } else if is_made_here && length > expected {
        (
            ActivityReason::SecretLength,
            format!("the secret has {length} characters, {expected} expected: more than the secret copied?"),
        )
    } else if is_made_here
        && !presented
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    {
        (
            ActivityReason::SecretCharacters,
            "the secret has characters that no secret here has; expected letters, digits, - and _".to_owned(),
        )
    } else {
        (
            ActivityReason::SecretWrong,
            "the secret is wrong; is it that of another application, or an earlier one of this?".to_owned(),
        )
    }
}

/// Whether exactly one character of `presented` is wrong. Looks at every character, so that the time says nothing.
pub(super) fn is_one_off(presented: &str, kept: &[KeptSecret]) -> bool {
    let mut found = false;
    for kept in kept {
        let secret = kept.secret.expose();
        if secret.len() == presented.len() {
            let differing: usize = secret
                .bytes()
                .zip(presented.bytes())
                .map(|(one, other)| usize::from(one != other))
                .sum();
            found |= differing == 1;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use latchkey_domain::{SecretId, SecretRecord, Timestamp};

    use super::*;

    fn other(letter: &str) -> KeptSecret {
        KeptSecret {
            record: SecretRecord {
                id: SecretId(1),
                created_at: Timestamp::default(),
                first_used_at: None,
                last_used_at: None,
            },
            secret: ClientSecret::kept(letter.repeat(ClientSecret::LENGTH)),
        }
    }

    #[test]
    fn a_retired_secret_is_named_with_its_age() {
        for (seconds, ago) in [
            (59, "just now"),
            (60, "1 minute ago"),
            (3_599, "59 minutes ago"),
            (7_200, "2 hours ago"),
            (86_400, "1 day ago"),
        ] {
            let words = retired(Duration::from_secs(seconds));
            assert!(words.contains(&format!("retired this secret {ago};")), "{words}");
        }
    }

    #[test]
    fn names_what_is_wrong() {
        let secret = "s".repeat(43);
        let kept = [other("u"), other("s")];
        let client_id: ClientId = "c".repeat(43).parse().unwrap();
        for (presented, words) in [
            (
                secret[1..].to_owned(),
                "the secret has 42 characters, 43 expected: cut off when copied?",
            ),
            (
                format!("{secret}x"),
                "the secret has 44 characters, 43 expected: more than the secret copied?",
            ),
            (format!("{secret}\n"), "the secret ends with white space"),
            (format!(" {secret}"), "the secret begins with white space"),
            (
                "c".repeat(43),
                "the secret is the client id; use the client secret instead",
            ),
            (
                format!("{}ä", &secret[1..]),
                "the secret has characters that no secret here has; expected letters, digits, - and _",
            ),
            (
                "t".repeat(43),
                "the secret is wrong; is it that of another application, or an earlier one of this?",
            ),
        ] {
            assert_eq!(what_is_wrong(&presented, &kept, &client_id).1, words);
        }
    }

    #[test]
    fn one_wrong_character_is_noticed() {
        let kept = [other("u"), other("s")];
        let secret = "s".repeat(43);
        assert!(is_one_off(&format!("{}t", &secret[1..]), &kept));
        for presented in [
            secret.clone(),
            format!("{}tt", &secret[2..]),
            secret[1..].to_owned(),
        ] {
            assert!(!is_one_off(&presented, &kept), "{presented}");
        }
    }

    #[test]
    fn nothing_is_said_of_the_format_of_a_secret_from_elsewhere() {
        let brought = KeptSecret {
            secret: ClientSecret::brought("a+b/c=0123456789abcdef").unwrap(),
            ..other("s")
        };
        let client_id: ClientId = "c".repeat(43).parse().unwrap();
        for presented in ["short".to_owned(), "l".repeat(300), "ä".repeat(43)] {
            let (_, words) = what_is_wrong(&presented, &[brought.clone(), other("s")], &client_id);
            assert!(words.starts_with("the secret is wrong;"), "{words}");
        }
    }
}
