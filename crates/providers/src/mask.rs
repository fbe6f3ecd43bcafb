//! Hides secrets in what is shown.

use serde_json::Value;

/// What is left of a secret: its first four characters, if it is long.
pub(crate) fn mask(secret: &str) -> String {
    const SHOWN: usize = 4;
    const LONG: usize = 16;
    match secret.char_indices().nth(SHOWN) {
        Some((end, _)) if secret.chars().count() >= LONG => format!("{}…", &secret[..end]),
        _ => "…".to_owned(),
    }
}

/// Whether members, parameters and fields of this name hold secrets.
pub(crate) fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let parts = [
        "token",
        "secret",
        "password",
        "verifier",
        "assertion",
        "nonce",
        "api_key",
        "apikey",
    ];
    let is_harmless = name == "token_type" || name.ends_with("_endpoint") || name.ends_with("_supported");
    let has_part = parts.iter().any(|part| name.contains(part));
    (has_part && !is_harmless) || matches!(name.as_str(), "code" | "state" | "key")
}

/// Secrets that are known, such as the code that was sent.
#[derive(Default)]
pub(crate) struct Secrets(Vec<String>);

impl Secrets {
    /// Shorter ones would hide parts of ordinary words.
    const SHORTEST: usize = 4;

    pub(crate) fn add(&mut self, secret: &str) {
        if secret.len() >= Self::SHORTEST && !self.0.iter().any(|known| known == secret) {
            self.0.push(secret.to_owned());
            // So that none hides only a part of another.
            self.0.sort_by_key(|known| std::cmp::Reverse(known.len()));
        }
    }

    /// The text without the known secrets, as they are or as a form or JSON has them.
    pub(crate) fn hide(&self, text: &str) -> String {
        let mut hidden = text.to_owned();
        for secret in &self.0 {
            let encoded: String = form_urlencoded::byte_serialize(secret.as_bytes()).collect();
            let quoted = serde_json::to_string(secret).unwrap_or_default();
            let escaped = quoted.get(1..quoted.len().saturating_sub(1)).unwrap_or_default();
            for spelling in [secret.as_str(), encoded.as_str(), escaped] {
                if !spelling.is_empty() && hidden.contains(spelling) {
                    hidden = hidden.replace(spelling, &mask(secret));
                }
            }
        }
        hidden
    }
}

/// A JSON value to show: secret by the name of its member, or because it looks like a signed token.
pub(crate) fn mask_json(value: &mut Value) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                if is_secret(name) && !value.is_object() && !value.is_boolean() {
                    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                    *value = mask(&text).into();
                } else {
                    mask_json(value);
                }
            }
        }
        Value::Array(values) => values.iter_mut().for_each(mask_json),
        Value::String(text) if is_signed(text) => *text = mask(text),
        _ => {}
    }
}

/// Whether text has the form of a JWS or JWE.
fn is_signed(text: &str) -> bool {
    text.starts_with("eyJ") && text.bytes().filter(|byte| *byte == b'.').count() >= 2
}

/// Text of an unknown form to show: without long runs of the characters that tokens have.
pub(crate) fn mask_runs(text: &str) -> String {
    const LONG: usize = 20;
    let is_token =
        |char: char| char.is_ascii_alphanumeric() || matches!(char, '-' | '_' | '.' | '~' | '+' | '/' | '=');
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest.find(|char| !is_token(char)).unwrap_or(rest.len());
        let (run, after) = rest.split_at(end);
        if run.len() < LONG {
            shown.push_str(run);
        } else {
            shown.push_str(&mask(run));
        }
        let next = after.find(is_token).unwrap_or(after.len());
        shown.push_str(&after[..next]);
        rest = &after[next..];
    }
    shown
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn little_is_left_of_a_secret() {
        for (secret, shown) in [
            ("", "…"),
            ("short-secret", "…"),
            ("abcdefghijklmnop", "abcd…"),
            ("äöüßäöüßäöüßäöüß", "äöüß…"),
        ] {
            assert_eq!(mask(secret), shown);
        }
    }

    #[test]
    fn members_are_hidden_by_name() {
        let mut answer = json!({
            "access_token": "abcdefghijklmnopqrstuvwxyz", "refresh_token": 12_345_678, "token_type": "Bearer",
            "token_endpoint": "https://a.example/token", "expires_in": 60,
            "nested": [{"client_secret": "x"}, "eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.abc"], "email": "ada@example.com",
        });
        mask_json(&mut answer);
        let expected = json!({
            "access_token": "abcd…", "refresh_token": "…", "token_type": "Bearer",
            "token_endpoint": "https://a.example/token", "expires_in": 60,
            "nested": [{"client_secret": "…"}, "eyJh…"], "email": "ada@example.com",
        });
        assert_eq!(answer, expected);
    }

    #[test]
    fn known_secrets_are_hidden_anywhere() {
        let mut secrets = Secrets::default();
        for secret in ["a secret/of the host", "a secret", "abc"] {
            secrets.add(secret);
        }
        assert_eq!(
            secrets.hide("<p>a secret/of the host, a+secret%2Fof+the+host, a secret, abc</p>"),
            "<p>a se…, a se…, …, abc</p>"
        );
    }

    #[test]
    fn long_runs_are_hidden() {
        let run = "gho_16C7e42F292c6912E7710c838347Ae178B4a";
        assert_eq!(
            mask_runs(&format!("{{\"token\":\"{run}\", x")),
            "{\"token\":\"gho_…\", x"
        );
        assert_eq!(mask_runs("<b>plain words</b> ä"), "<b>plain words</b> ä");
    }
}
