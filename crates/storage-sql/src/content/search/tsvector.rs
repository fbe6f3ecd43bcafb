//! Search on `PostgreSQL`: each table has its words in a column and an index over it (see `words`).

use super::super::readable;
use super::code;
use latchkey_storage::content::{ItemKind, SearchRequest};

/// The columns for title and body of a kind, where it is, and who may find it.
const fn table(kind: ItemKind) -> (&'static str, &'static str, &'static str) {
    match kind {
        ItemKind::Post => (
            "t.title, t.body_text",
            "posts t",
            readable::in_space!("t.space_id"),
        ),
        ItemKind::Comment => (
            "'', t.body_text",
            "comments t JOIN posts p ON p.id = t.post_id",
            readable::in_space!("p.space_id"),
        ),
        ItemKind::Event => (
            "t.title, t.description_text",
            "events t",
            concat!("(t.space_id IS NULL OR ", readable::in_space!("t.space_id"), ")"),
        ),
        ItemKind::Space => ("t.name, t.description", "spaces t", readable::in_space!("t.id")),
        ItemKind::Course => (
            "t.title, t.description",
            "courses t",
            // The second parameter is there in every one of these, for its number.
            "(?2 OR TRUE) AND t.id IN (SELECT course_id FROM enrolments WHERE member_id = ?1)",
        ),
    }
}

/// What matches, is of one of these kinds and may be seen, as `row`, `score`, `title`, `body`. A word in a title counts four
/// times one in a body, and one in a short text more than one in a long text. As on `SQLite`, better matches have smaller
/// numbers.
pub(super) fn matching(kinds: &[ItemKind]) -> String {
    let parts: Vec<String> = ItemKind::ALL
        .iter()
        .filter(|kind| kinds.contains(kind))
        .map(|kind| {
            let (columns, from, may_find) = table(*kind);
            let code = code(*kind);
            format!(
                "(SELECT t.id * 8 + {code}, -ts_rank('{{0, 0, 0.25, 1}}', t.words, ?3::tsquery, 1)::float8, {columns} \
                 FROM {from} WHERE t.words @@ ?3::tsquery AND {may_find})"
            )
        })
        .collect();
    format!(
        "({}) AS found (row, score, title, body)",
        parts.join(" UNION ALL ")
    )
}

pub(super) fn hits(request: &SearchRequest) -> String {
    let matching = matching(&request.kinds);
    let behind = match request.after {
        Some(_) => "WHERE (score, row) > (?5, ?6)",
        None => "",
    };
    format!("SELECT row, score, title, body FROM {matching} {behind} ORDER BY score, row LIMIT ?4")
}
