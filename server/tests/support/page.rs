//! Checks that apply to every page, plain or not.

use super::Answer;

/// Checks the headers of every page and, for plain pages, that no script may run.
#[track_caller]
pub(crate) fn assert_sound(answer: &Answer) {
    let policy = answer.header("content-security-policy");
    if policy.contains("script-src 'self'") {
        // Signing in, where browsers have passkeys.
        assert!(answer.text.contains("data-passkey="), "{policy}");
        return assert_sound_with_scripts(answer);
    }
    if !policy.contains("nonce-") {
        assert!(!policy.contains("script-src"), "{policy}");
        assert!(!answer.text.contains("<script"), "{}", answer.text);
    }
    assert_sound_but_for_scripts(answer);
}

/// The same for a plain page with its own scripts: files of this site, and none inline.
#[track_caller]
pub(crate) fn assert_sound_with_scripts(answer: &Answer) {
    let policy = answer.header("content-security-policy");
    assert!(
        policy.contains("script-src 'self'; connect-src 'self'"),
        "{policy}"
    );
    let (all, own) = ("<script", "<script defer src=\"/pkg/");
    assert_eq!(answer.text.matches(all).count(), answer.text.matches(own).count());
    assert_sound_but_for_scripts(answer);
}

#[track_caller]
fn assert_sound_but_for_scripts(answer: &Answer) {
    let policy = answer.header("content-security-policy");
    for part in [
        "default-src 'none'",
        "style-src 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    ] {
        assert!(policy.contains(part), "{part} is not in {policy}");
    }
    assert_forms_stay_here(answer);
    assert!(
        !policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"),
        "{policy}"
    );
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

/// Every form is sent to this site. The policy says so too, except for a form that leads to an application, since it
/// would also cover the application's own redirects.
#[track_caller]
fn assert_forms_stay_here(answer: &Answer) {
    let (policy, page) = (answer.header("content-security-policy"), &answer.text);
    let leads_to_application = [
        "action=\"/oauth/authorize\"",
        "to continue to <strong>",
        "value=\"/oauth/logout?",
    ]
    .iter()
    .any(|sign| page.contains(sign));
    assert_eq!(
        policy.contains("form-action 'self';"),
        !leads_to_application,
        "{policy}"
    );
    assert_eq!(
        policy.matches("form-action").count(),
        usize::from(!leads_to_application),
        "{policy}"
    );
    for form in page.split("<form").skip(1) {
        let (_, action) = form.split_once(" action=\"").unwrap_or_default();
        assert!(action.starts_with('/') && !action.starts_with("//"), "{form}");
    }
    for tag in page.split('<').skip(1) {
        // Without attribute values, which are text.
        let tag: String = tag.split('"').step_by(2).collect();
        let tag = tag.split('>').next().unwrap_or_default();
        assert!(
            !tag.starts_with("base") && !tag.contains("formaction") && !tag.contains("http-equiv"),
            "<{tag}>"
        );
    }
}
