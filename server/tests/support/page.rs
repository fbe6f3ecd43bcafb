//! What is true of every page, plain or not.

use super::Answer;

/// Checks the headers that every page has and, for plain pages, that no script may run but files of this site.
#[track_caller]
pub(crate) fn assert_sound(answer: &Answer) {
    let policy = answer.header("content-security-policy");
    for part in [
        "default-src 'none'",
        "style-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    ] {
        assert!(policy.contains(part), "{part} is not in {policy}");
    }
    assert!(
        !policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"),
        "{policy}"
    );
    if !policy.contains("nonce-") {
        let scripts = answer.text.matches("<script").count();
        let own = answer.text.matches("<script defer src=\"/pkg/").count();
        assert_eq!(scripts, own, "{}", answer.text);
        let may = policy
            .split("script-src ")
            .nth(1)
            .map(|rest| rest.split(';').next());
        assert!(matches!(may, None | Some(Some("'self'"))), "{policy}");
        assert!(may.is_some() || scripts == 0, "{}", answer.text);
    }
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("referrer-policy", "same-origin"),
        ("cache-control", "no-store"),
        ("content-type", "text/html; charset=utf-8"),
    ] {
        assert_eq!(answer.header(name), value, "{name}");
    }
    assert!(answer.header("permissions-policy").contains("camera=()"));
    assert_eq!(answer.header("x-request-id").len(), 16);
    assert_eq!(answer.text.matches("<h1").count(), 1, "{}", answer.text);
    assert!(!answer.text.contains(" style=\""), "{}", answer.text);
}
