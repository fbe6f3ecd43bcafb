//! Search on `SQLite`: one FTS5 table, which triggers keep in step (see `migrations/0006_limits.sql`). Its texts are folded.

use super::super::readable;
use super::code;
use latchkey_storage::content::{ItemKind, SearchRequest};

/// What matches, is of one of these kinds and may be seen, as `s`.
pub(super) fn matching(kinds: &[ItemKind]) -> String {
    let codes: Vec<String> = kinds.iter().map(|kind| code(*kind).to_string()).collect();
    format!(
        concat!(
            "search s WHERE s.search MATCH ?3 AND s.rowid % 8 IN ({}) AND (s.space IS NULL OR ",
            readable::in_space!("s.space"),
            ") AND (s.rowid % 8 <> 5 OR s.rowid / 8 IN (SELECT course_id FROM enrolments WHERE member_id = ?1))"
        ),
        codes.join(", ")
    )
}

/// The hits `h` with their texts as people wrote them.
const TEXTS: &str = "SELECT h.row, h.score, coalesce(p.title, e.title, o.name, u.title, ''), \
    coalesce(p.body_text, c.body_text, e.description_text, o.description, u.description, '') FROM hits h \
    LEFT JOIN posts p ON h.row % 8 = 1 AND p.id = h.row / 8 \
    LEFT JOIN comments c ON h.row % 8 = 2 AND c.id = h.row / 8 \
    LEFT JOIN events e ON h.row % 8 = 3 AND e.id = h.row / 8 \
    LEFT JOIN spaces o ON h.row % 8 = 4 AND o.id = h.row / 8 \
    LEFT JOIN courses u ON h.row % 8 = 5 AND u.id = h.row / 8 \
    ORDER BY h.score, h.row";

/// First which, then the texts: these are only read of what is shown.
pub(super) fn hits(request: &SearchRequest) -> String {
    let matching = matching(&request.kinds);
    let behind = match request.after {
        Some(_) => "AND (s.rank, s.rowid) > (?5, ?6)",
        None => "",
    };
    format!(
        "WITH hits AS MATERIALIZED (SELECT s.rowid AS row, s.rank AS score FROM {matching} {behind} \
         ORDER BY s.rank, s.rowid LIMIT ?4) {TEXTS}"
    )
}
