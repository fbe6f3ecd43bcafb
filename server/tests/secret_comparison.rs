//! Secrets are compared in constant time. Measuring could not prove that reliably, but this can: there is only one
//! way to compare them, and it uses a function made for it.

use std::fs;
use std::path::{Path, PathBuf};

use latchkey_accounts::SessionToken;
use latchkey_domain::ClientSecret;
use latchkey_oauth::Token;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap()
}

/// From the function's declaration to its closing brace.
fn body<'a>(source: &'a str, declaration: &str) -> &'a str {
    let at = source
        .find(declaration)
        .unwrap_or_else(|| panic!("no {declaration}"));
    let start = source[..at].rfind('\n').map_or(0, |end| end + 1);
    let indent = source[start..].len() - source[start..].trim_start().len();
    let end = source[start..]
        .find(&format!("\n{}}}\n", " ".repeat(indent)))
        .unwrap();
    &source[start..start + end]
}

#[test]
fn each_comparison_ends_in_a_function_made_for_it() {
    for (path, declaration, with) in [
        (
            "crates/domain/src/application/client_secret.rs",
            "pub fn is(&self, presented: &str)",
            ".ct_eq(",
        ),
        ("crates/oauth/src/pkce.rs", "pub(crate) fn verify(", ".ct_eq("),
        ("crates/oauth/src/tokens/mac.rs", "fn is_inner(", "self.made("),
        ("crates/oauth/src/tokens/mac.rs", "fn is_outer(", "self.made("),
        (
            "crates/oauth/src/tokens/mac.rs",
            "fn is_requested_at(",
            "self.made(",
        ),
        (
            "crates/oauth/src/tokens/mac.rs",
            "fn made(",
            ".verify_truncated_left(",
        ),
        ("crates/accounts/src/setup.rs", "pub async fn check(", ".ct_eq("),
        (
            "crates/accounts/src/password.rs",
            "pub async fn verify(",
            ".verify_password(",
        ),
    ] {
        let source = read(path);
        let body = body(&source, declaration);
        assert!(body.contains(with), "{path}: {body}");
        // The length is public: every secret of a kind has the same.
        let others = body.replace("mac.len() == MAC_BYTES", "");
        assert!(!others.contains(" == "), "{path}: {body}");
    }
}

#[test]
fn who_authenticates_a_client_asks_the_secret_itself() {
    let source = read("crates/oauth/src/client_auth/mod.rs");
    let body = body(&source, "fn matching(");
    assert!(body.contains("if kept.secret.is(presented)"), "{body}");
}

#[test]
fn no_line_compares_a_secret_that_was_taken_out() {
    let mut folders: Vec<PathBuf> = [
        "crates/domain/src",
        "crates/oauth/src",
        "crates/accounts/src",
        "crates/storage-sql/src",
        "crates/registration/src",
        "server/src",
    ]
    .map(|folder| root().join(folder))
    .into();
    let (mut seen, mut wrong) = (0, vec![]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.extension().is_none_or(|extension| extension != "rs") || name.ends_with("tests.rs") {
                continue;
            }
            let source = fs::read_to_string(&path).unwrap();
            // Tests may compare in any way.
            let source = source.split("#[cfg(test)]\nmod tests {").next().unwrap();
            for line in source.lines().filter(|line| line.contains("expose")) {
                seen += 1;
                if [" == ", " != ", ".eq(", ".starts_with("]
                    .iter()
                    .any(|how| line.contains(how))
                {
                    wrong.push(format!("{}: {line}", path.display()));
                }
            }
        }
    }
    assert!(seen > 5 && wrong.is_empty(), "{seen} {wrong:#?}");
}

/// Does not compile if one of the types can be compared with `==`: the call would be ambiguous.
#[test]
fn secrets_cannot_be_compared_with_the_equals_sign() {
    trait Neither<Marker> {
        const HOLDS: bool = true;
    }
    struct Comparable;
    impl<T: ?Sized> Neither<()> for T {}
    impl<T: ?Sized + PartialEq> Neither<Comparable> for T {}
    let all = [
        <ClientSecret as Neither<_>>::HOLDS,
        <Token as Neither<_>>::HOLDS,
        <SessionToken as Neither<_>>::HOLDS,
    ];
    assert_eq!(all, [true; 3]);
}
