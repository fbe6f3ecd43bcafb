//! What both stores do alike before and after they ask their database.

use latchkey_domain::text::fold;
use latchkey_domain::{ClientId, Email, MemberId, Page, PageRequest, Timestamp};

use crate::{ActivityKind, NewActivity};

/// The page that is shown where `wanted` was asked for: a page beyond the last is the last.
pub(crate) fn shown(wanted: PageRequest, total: u64) -> PageRequest {
    let pages = Page::<()> {
        items: Vec::new(),
        number: 1,
        size: wanted.size,
        total,
    }
    .pages();
    PageRequest::new(wanted.number.min(pages), wanted.size)
}

/// `text` without what stands behind its first `limit` characters.
pub(crate) fn cut(text: &str, limit: usize) -> &str {
    text.char_indices()
        .nth(limit)
        .map_or(text, |(end, _)| &text[..end])
}

/// Texts in the form in which they are searched together: folded, a line each. Nobody searches for a line feed, so that no
/// search matches across. A domain is there in its own letters too.
pub(crate) fn searchable(texts: &[&str]) -> String {
    let mut all = texts.join("\n");
    for text in texts.iter().filter(|text| text.contains("xn--")) {
        if let Ok(email) = Email::stored(text) {
            all.push('\n');
            all.push_str(&email.to_unicode());
        }
    }
    fold(&all)
}

/// What somebody typed, to be looked for in what is [`searchable`].
pub(crate) fn searched(typed: &str) -> String {
    fold(typed.trim())
}

/// What the activity of an application says when a change of password disconnected a member.
pub(crate) fn disconnected_by_password(client_id: ClientId, member: MemberId, at: Timestamp) -> NewActivity {
    NewActivity {
        client_id,
        at,
        kind: ActivityKind::Revocation,
        succeeded: true,
        is_alarm: false,
        message:
            "The member's password was changed, so the member's tokens for the application were revoked. \
                  The member can authorize it again."
                .to_owned(),
        redirect_uri: None,
        member: Some(member),
        address: None,
        request_id: None,
    }
}

/// The detail of the audit entry about a password.
pub(crate) fn password_detail(sessions: u64, applications: u64, keep_apps: bool) -> String {
    let applications = if keep_apps {
        "connected applications kept".to_owned()
    } else {
        format!("{applications} applications disconnected")
    };
    format!("{sessions} sessions ended, {applications}")
}

/// The detail of the audit entry about a failed sign-in that was preceded by others without an entry.
pub(crate) fn failed_sign_in_detail(unnoted: i64) -> String {
    match unnoted {
        0 => String::new(),
        1 => "1 more since the entry before".to_owned(),
        many => format!("{many} more since the entry before"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cuts_between_characters() {
        assert_eq!(
            [cut("äöü", 2), cut("äöü", 3), cut("", 3), cut("a", 0)],
            ["äö", "äöü", "", ""]
        );
    }

    #[test]
    fn a_page_beyond_the_last_is_the_last() {
        let number = |wanted, total| shown(PageRequest::new(wanted, 20), total).number;
        assert_eq!(
            [
                number(1, 0),
                number(9, 0),
                number(3, 41),
                number(4, 41),
                number(u32::MAX, 41)
            ],
            [1, 1, 3, 3, 3]
        );
    }
}
