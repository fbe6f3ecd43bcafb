//! Values at paths of a JSON answer, as they are spelled: ids may be numbers that no number type holds exactly.

use std::collections::HashMap;

use latchkey_domain::provider::FieldPath;
use serde_json::value::RawValue;

/// The value at a path.
fn find<'a>(json: &'a str, path: &FieldPath) -> Option<&'a str> {
    let mut value = json.trim_ascii();
    for name in path.names() {
        let inner: &RawValue = match value.as_bytes().first()? {
            b'{' => {
                let members: HashMap<String, &'a RawValue> = serde_json::from_str(value).ok()?;
                members.get(name).copied()?
            }
            b'[' => {
                let entries: Vec<&'a RawValue> = serde_json::from_str(value).ok()?;
                entries.get(name.parse::<usize>().ok()?).copied()?
            }
            _ => return None,
        };
        value = inner.get();
    }
    Some(value)
}

/// The text, number or truth value at a path, as text.
pub(crate) fn text(json: &str, path: &FieldPath) -> Option<String> {
    let value = find(json, path)?;
    match value.as_bytes().first()? {
        b'"' => serde_json::from_str(value).ok(),
        b'{' | b'[' | b'n' => None,
        _ => Some(value.to_owned()),
    }
}

/// The id at a path: text, or a whole number in all its digits.
pub(crate) fn id(json: &str, path: &FieldPath) -> Option<String> {
    let value = find(json, path)?;
    let digits = value.strip_prefix('-').unwrap_or(value);
    if value.starts_with('"') || digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return text(json, path);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANSWER: &str = r#" {
        "id": 9007199254740993, "long": 123456789012345678901234567890, "text": "7", "float": 7.0, "exponent": 1e3,
        "negative": -5, "yes": true, "nothing": null, "user": {"emails": [{"value": "ada@example.com"}], "näme": "A\u0064a"}
    } "#;

    fn path(text: &str) -> FieldPath {
        FieldPath::parse(text).unwrap()
    }

    #[test]
    fn paths_lead_into_members_and_entries() {
        let text = |at: &str| text(ANSWER, &path(at));
        assert_eq!(text("user.emails.0.value").as_deref(), Some("ada@example.com"));
        assert_eq!(text("user.näme").as_deref(), Some("Ada"));
        assert_eq!(text("yes").as_deref(), Some("true"));
        for at in [
            "user",
            "user.emails",
            "user.emails.1",
            "user.emails.x",
            "user.emails.-1",
            "nothing",
            "missing",
            "id.x",
            "text.0",
        ] {
            assert_eq!(text(at), None, "{at}");
        }
    }

    #[test]
    fn ids_keep_all_digits() {
        let id = |at: &str| id(ANSWER, &path(at));
        for (at, expected) in [
            ("id", Some("9007199254740993")),
            ("long", Some("123456789012345678901234567890")),
            ("text", Some("7")),
            ("negative", Some("-5")),
            ("float", None),
            ("exponent", None),
            ("yes", None),
            ("nothing", None),
            ("user", None),
            ("missing", None),
        ] {
            assert_eq!(id(at).as_deref(), expected, "{at}");
        }
    }
}
