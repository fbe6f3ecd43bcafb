//! How the two databases spell a statement.
//!
//! A statement is written as `PostgreSQL` has it, with `?1` for its first parameter. Where `SQLite` needs other words, both
//! are in the statement: `[[for PostgreSQL|for SQLite]]`. `= ANY(?1)`, where a list is compared, needs no second form.

use std::borrow::Cow;
use std::sync::LazyLock;

use memchr::memchr;
use memchr::memmem::Finder;

/// A database's way to spell a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    Postgres,
    Sqlite,
}

impl Dialect {
    /// `sql` as this database reads it.
    pub(crate) fn spell(self, sql: &str) -> Cow<'_, str> {
        let sql = self.choose(sql);
        match self {
            Self::Postgres => dollars(&sql).into(),
            Self::Sqlite => match lists(&sql) {
                Some(spelled) => spelled.into(),
                None => sql,
            },
        }
    }

    /// Takes one of the two forms wherever there are two.
    fn choose(self, sql: &str) -> Cow<'_, str> {
        // Each statement passes here, on its way to a cache of prepared ones.
        if memchr(b'[', sql.as_bytes()).is_none() {
            return sql.into();
        }
        let mut chosen = String::new();
        let mut rest = sql;
        while let Some((before, behind)) = rest.split_once("[[") {
            let parts = behind
                .split_once("]]")
                .and_then(|(forms, behind)| Some((forms.split_once('|')?, behind)));
            let Some(((postgres, sqlite), behind)) = parts else {
                break;
            };
            chosen.push_str(before);
            chosen.push_str(match self {
                Self::Postgres => postgres,
                Self::Sqlite => sqlite,
            });
            rest = behind;
        }
        chosen.push_str(rest);
        chosen.into()
    }
}

/// `?1` as `$1`.
fn dollars(sql: &str) -> String {
    let mut spelled = String::with_capacity(sql.len());
    let mut rest = sql;
    while let Some((before, behind)) = rest.split_once('?') {
        spelled.push_str(before);
        let is_parameter = behind.starts_with(|c: char| c.is_ascii_digit());
        spelled.push(if is_parameter { '$' } else { '?' });
        rest = behind;
    }
    spelled.push_str(rest);
    spelled
}

/// `= ANY(?1)` as `IN (SELECT value FROM json_each(?1))`, if there is any: a list is a JSON array on `SQLite`.
fn lists(sql: &str) -> Option<String> {
    const LIST: &str = "= ANY(?";
    static FINDER: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(LIST));
    FINDER.find(sql.as_bytes()).map(|_| {
        let mut spelled = String::with_capacity(sql.len() + 32);
        let mut rest = sql;
        while let Some((before, behind)) = rest.split_once(LIST) {
            let (number, behind) = behind.split_once(')').unwrap_or((behind, ""));
            spelled.push_str(before);
            spelled.push_str("IN (SELECT value FROM json_each(?");
            spelled.push_str(number);
            spelled.push_str("))");
            rest = behind;
        }
        spelled.push_str(rest);
        spelled
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_database_reads_its_own_words() {
        for (sql, postgres, sqlite) in [
            ("SELECT 1", "SELECT 1", "SELECT 1"),
            (
                "SELECT a FROM b WHERE c = ?1 AND d = ?12 [[FOR UPDATE|]]",
                "SELECT a FROM b WHERE c = $1 AND d = $12 FOR UPDATE",
                "SELECT a FROM b WHERE c = ?1 AND d = ?12 ",
            ),
            ("[[a|b]]", "a", "b"),
            ("[[|x]][[y|]]", "y", "x"),
            (
                "SELECT a FROM b WHERE id = ANY(?1) OR NOT d = ANY(?3)",
                "SELECT a FROM b WHERE id = ANY($1) OR NOT d = ANY($3)",
                "SELECT a FROM b WHERE id IN (SELECT value FROM json_each(?1)) \
                 OR NOT d IN (SELECT value FROM json_each(?3))",
            ),
            ("SELECT '?' [[1", "SELECT '?' [[1", "SELECT '?' [[1"),
        ] {
            assert_eq!(Dialect::Postgres.spell(sql), postgres);
            assert_eq!(Dialect::Sqlite.spell(sql), sqlite);
        }
    }

    #[test]
    fn what_is_the_same_is_not_copied() {
        assert!(matches!(
            Dialect::Sqlite.spell("SELECT a FROM b WHERE c = ?1"),
            Cow::Borrowed(_)
        ));
    }
}
