//! What is wrong with a secret, for an integrator who is sure that it is right. It tells nothing about the real one
//! that the reader does not know: its form is public, and the rest is about what was sent.

use latchkey_domain::{ClientId, ClientSecret};

/// Says what is probably wrong with `presented`, which is not `kept`.
pub(super) fn what_is_wrong(presented: &str, kept: &ClientSecret, client_id: &ClientId) -> String {
    let length = presented.chars().count();
    let expected = ClientSecret::LENGTH;
    if presented.trim() != presented && kept.is(presented.trim()) {
        let side = if presented.trim_end() == presented {
            "begins"
        } else {
            "ends"
        };
        format!("the secret {side} with white space")
    } else if presented == client_id.as_str() {
        "the secret is the client id; use the client secret instead".to_owned()
    } else if length < expected {
        format!("the secret has {length} characters, {expected} expected: cut off when copied?")
    } else if length > expected {
        format!("the secret has {length} characters, {expected} expected: more than the secret copied?")
    } else if !presented
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    {
        "the secret has characters that no secret here has; expected letters, digits, - and _".to_owned()
    } else {
        "the secret is wrong; is it that of another application, or an earlier one of this?".to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_what_is_wrong() {
        let secret = "s".repeat(43);
        let kept = ClientSecret::kept(secret.clone());
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
            assert_eq!(what_is_wrong(&presented, &kept, &client_id), words);
        }
    }
}
