//! How a table is described, see [`super::tables`].

/// What a column holds. Times are numbers in both databases, lists are text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A whole number.
    Number,
    /// Yes or no, which is 0 or 1 in `SQLite`.
    Truth,
    /// Text.
    Text,
    /// Bytes.
    Bytes,
    /// Bytes that the server key sealed; the first of them is the key's number.
    Sealed,
    /// A value of `meta`: bytes in `PostgreSQL`, in `SQLite` what its key says.
    Meta,
}

/// A column.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Column {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    /// Whether it may be empty.
    pub(crate) optional: bool,
}

impl Column {
    pub(super) const fn or_nothing(self) -> Self {
        Self {
            optional: true,
            ..self
        }
    }
}

/// Where search finds the rows of a table.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Searched {
    /// The column with the title, if rows have one.
    pub(crate) title: Option<&'static str>,
    /// The column with the text.
    pub(crate) body: &'static str,
    /// The rest of a row's number in `SQLite`'s index by 8.
    pub(crate) code: i64,
    /// Whose readers may find a row `t`, in SQL.
    pub(crate) space: &'static str,
}

/// A table.
#[derive(Debug)]
pub(crate) struct Table {
    pub(crate) name: &'static str,
    /// The columns that tell a row from all others, and by which rows are sorted. They are never empty.
    pub(crate) key: &'static [&'static str],
    pub(crate) columns: &'static [Column],
    /// Whether the database counts the rows, and never gives a number twice.
    pub(crate) numbered: bool,
    /// Which rows a copy is about, in SQL, if not all.
    pub(crate) only: Option<&'static str>,
    pub(crate) searched: Option<Searched>,
    /// How many rows are in memory at a time.
    pub(crate) batch: usize,
}

impl Table {
    pub(super) const fn keyed(
        name: &'static str,
        key: &'static [&'static str],
        columns: &'static [Column],
    ) -> Self {
        Self {
            name,
            key,
            columns,
            numbered: false,
            only: None,
            searched: None,
            batch: 2_000,
        }
    }

    /// A table with a column `id` that the database counts.
    pub(super) const fn numbered(name: &'static str, columns: &'static [Column]) -> Self {
        Self {
            numbered: true,
            ..Self::keyed(name, &["id"], columns)
        }
    }

    /// For rows of which each may be as large as a text can be, a hundred kilobytes and more.
    pub(super) const fn large(self) -> Self {
        Self { batch: 200, ..self }
    }

    pub(super) const fn searched(
        self,
        title: Option<&'static str>,
        body: &'static str,
        (code, space): (i64, &'static str),
    ) -> Self {
        Self {
            searched: Some(Searched {
                title,
                body,
                code,
                space,
            }),
            ..self
        }
    }

    pub(super) const fn only(self, condition: &'static str) -> Self {
        Self {
            only: Some(condition),
            ..self
        }
    }

    /// Whether a new database has rows in it already, which a copy replaces.
    pub(crate) fn is_there_from_the_start(&self) -> bool {
        ["meta", "network"].contains(&self.name)
    }

    /// Where a column stands.
    pub(crate) fn place(&self, column: &str) -> usize {
        self.columns
            .iter()
            .position(|one| one.name == column)
            .unwrap_or_else(|| unreachable!("a table names its own columns: {}.{column}", self.name))
    }

    /// The names of the columns as SQL has them, with commas between.
    pub(crate) fn column_names(&self) -> String {
        let names: Vec<String> = self.columns.iter().map(|column| quoted(column.name)).collect();
        names.join(", ")
    }

    /// The columns of the key, as what `sql` makes of each.
    pub(crate) fn keys(&self, sql: impl Fn(&Column) -> String) -> String {
        let keys: Vec<String> = self
            .key
            .iter()
            .map(|key| sql(&self.columns[self.place(key)]))
            .collect();
        keys.join(", ")
    }
}

/// A name as SQL has it, also one that is a word of the language.
pub(crate) fn quoted(name: &str) -> String {
    format!("\"{name}\"")
}

pub(super) const fn column(name: &'static str, kind: Kind) -> Column {
    Column {
        name,
        kind,
        optional: false,
    }
}

pub(super) const fn number(name: &'static str) -> Column {
    column(name, Kind::Number)
}

pub(super) const fn truth(name: &'static str) -> Column {
    column(name, Kind::Truth)
}

pub(super) const fn text(name: &'static str) -> Column {
    column(name, Kind::Text)
}

pub(super) const fn bytes(name: &'static str) -> Column {
    column(name, Kind::Bytes)
}

/// A column in words. `place` is that in the key, from 1.
#[cfg(test)]
pub(crate) fn column_in_words(
    (table, column, name): (&str, &str, &str),
    optional: bool,
    place: usize,
    numbered: bool,
) -> String {
    let optional = if optional { ", or nothing" } else { "" };
    let key = if place > 0 {
        format!(", key {place}")
    } else {
        String::new()
    };
    let numbered = if numbered { ", numbered" } else { "" };
    format!("{table}.{column} {name}{optional}{key}{numbered}")
}
