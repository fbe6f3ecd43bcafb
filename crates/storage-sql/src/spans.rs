//! Spans for traces: what a request did, and how long each part of it took. They are dropped unless the server was told to
//! send them; until then making one is a comparison with a number.
//!
//! A span of the target [`TRACES`] leaves the machine. So it never has a value that a client sent or that is stored:
//! names of operations, kinds and counts, and nothing else.

use latchkey_storage::TRACES;
use tracing::Span;

use crate::slow;
use latchkey_storage::StoreError;

/// An operation of the `SQLite` store. `Work` is its closure: the method that it was written in is its name.
pub(crate) fn operation<Work>() -> Span {
    let name = || slow::method(std::any::type_name::<Work>());
    tracing::debug_span!(
        target: TRACES,
        "store",
        otel.name = name(),
        otel.status_code = tracing::field::Empty,
        db.system.name = "sqlite",
        db.operation.name = name(),
    )
}

/// An operation of the `PostgreSQL` store that takes several statements; its name is that of its method.
pub(crate) fn transaction(name: &'static str) -> Span {
    tracing::debug_span!(
        target: TRACES,
        "store",
        otel.name = name,
        otel.status_code = tracing::field::Empty,
        db.system.name = "postgresql",
        db.operation.name = name,
    )
}

/// A statement to `PostgreSQL`, with its verb and the table that it begins with. Values are in parameters.
pub(crate) fn statement(sql: &str) -> Span {
    tracing::debug_span!(
        target: TRACES,
        "store",
        otel.name = summary(sql),
        otel.kind = "client",
        otel.status_code = tracing::field::Empty,
        db.system.name = "postgresql",
        db.query.summary = summary(sql),
    )
}

/// Notes on the span that it failed, if it did; not why, since the log says that.
pub(crate) fn judged<T>(span: &Span, outcome: Result<T, StoreError>) -> Result<T, StoreError> {
    if outcome.is_err() {
        span.record("otel.status_code", "ERROR");
    }
    outcome
}

/// `SELECT … FROM grants g …` is `SELECT grants`; `BEGIN …` is `BEGIN`.
fn summary(sql: &str) -> String {
    const VERBS: [&str; 7] = [
        "SELECT", "INSERT", "UPDATE", "DELETE", "BEGIN", "COMMIT", "ROLLBACK",
    ];
    let name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let mut verb = "";
    let mut words = sql.split_ascii_whitespace();
    while let Some(word) = words.next() {
        let word = word.trim_start_matches('(');
        if verb.is_empty() && VERBS.contains(&word) {
            verb = word;
        }
        let table_follows = matches!(word, "FROM" | "INTO") || (word == "UPDATE" && verb == "UPDATE");
        if table_follows
            && !verb.is_empty()
            && let Some(table) = words.next()
            && table.starts_with(name)
        {
            return format!("{verb} {}", table.split(|c| !name(c)).next().unwrap_or_default());
        }
    }
    if verb.is_empty() {
        return sql.split_ascii_whitespace().next().unwrap_or_default().to_owned();
    }
    verb.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_is_told_by_its_verb_and_its_table() {
        for (sql, expected) in [
            (
                "SELECT a, b FROM grants g JOIN members m ON true WHERE g.id = $1",
                "SELECT grants",
            ),
            (
                "INSERT INTO sessions (key) VALUES ($1) RETURNING id",
                "INSERT sessions",
            ),
            ("UPDATE grants SET a = $1", "UPDATE grants"),
            ("DELETE FROM sessions WHERE key = $1", "DELETE sessions"),
            (
                "WITH seen AS (UPDATE sessions SET a = $2 RETURNING member_id) UPDATE members SET b = 1",
                "UPDATE sessions",
            ),
            ("SELECT count(*) FROM (SELECT 1 FROM posts)", "SELECT posts"),
            ("BEGIN ISOLATION LEVEL SERIALIZABLE", "BEGIN"),
            ("COMMIT", "COMMIT"),
            ("SELECT 1", "SELECT"),
            ("CREATE TABLE a (b int)", "CREATE"),
            ("", ""),
        ] {
            assert_eq!(summary(sql), expected, "{sql}");
        }
    }

    #[test]
    fn nobody_listens_by_default() {
        assert!(operation::<()>().is_disabled());
        assert!(statement("SELECT 1").is_disabled());
    }
}
