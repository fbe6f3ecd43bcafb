//! How a table is described. [`crate::sqlite::copy::catalogue`] reads the descriptions from the catalogue of a database that
//! `SQLite`'s migrations made; `PostgreSQL`'s make tables of the same names, columns and keys, and a test holds both to that.
//!
//! What no catalogue says is in this file, each with why.

/// What a column holds. Times are numbers in both databases, lists are text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A whole number, or yes or no: 1 or 0.
    Number,
    Text,
    Bytes,
    /// A value of `meta`: bytes in `PostgreSQL`, in `SQLite` what its key says.
    Meta,
}

#[derive(Clone, Debug)]
pub(crate) struct Column {
    pub(crate) name: String,
    pub(crate) kind: Kind,
    /// Whether it may be empty.
    pub(crate) optional: bool,
    /// From 1; 0 if it is not in the key.
    pub(crate) place_in_key: u32,
}

#[derive(Debug)]
pub(crate) struct Table {
    pub(crate) name: String,
    pub(crate) columns: Vec<Column>,
    /// The places of the columns that tell a row from all others, and by which rows are sorted. They are never empty.
    pub(crate) key: Vec<usize>,
    /// Whether the database counts the rows in a column `id`, and never gives a number twice.
    pub(crate) numbered: bool,
    /// The tables that its rows refer to.
    pub(crate) refers_to: Vec<String>,
}

/// Where search finds the rows of a table. `SQLite` says it in the text of its triggers, `PostgreSQL` nowhere: there the
/// store itself writes the words.
#[derive(Debug)]
pub(crate) struct Searched {
    pub(crate) table: &'static str,
    /// The column with the title, if rows have one.
    pub(crate) title: Option<&'static str>,
    /// The column with the text.
    pub(crate) body: &'static str,
    /// The rest of a row's number in `SQLite`'s index by 8.
    pub(crate) code: i64,
    /// Whose readers may find a row `t`, in SQL.
    pub(crate) space: &'static str,
}

/// Every table that is searched.
pub(crate) const SEARCHED: &[Searched] = &[
    searched("posts", Some("title"), "body_text", 1, "t.space_id"),
    searched(
        "comments",
        None,
        "body_text",
        2,
        "(SELECT p.space_id FROM posts p WHERE p.id = t.post_id)",
    ),
    searched("events", Some("title"), "description_text", 3, "t.space_id"),
    searched("spaces", Some("name"), "description", 4, "t.id"),
    searched("courses", Some("title"), "description", 5, "NULL"),
];

const fn searched(
    table: &'static str,
    title: Option<&'static str>,
    body: &'static str,
    code: i64,
    space: &'static str,
) -> Searched {
    Searched {
        table,
        title,
        body,
        code,
        space,
    }
}

/// Bytes that the server key sealed; the first of them is the key's number. A target without that key is refused.
const SEALED: &[&str] = &["client_secrets", "authenticators", "signing_keys", "providers"];

/// Rows that stay behind: which version wrote a file is that version's to say.
const ONLY: (&str, &str) = ("meta", "key <> 'written_by'");

/// A new database has rows in these already, which a copy replaces.
const FILLED: [&str; 2] = ["meta", "network"];

/// Rows of this are pictures, of up to a megabyte each.
const PICTURES: &str = "logos";

impl Table {
    /// How many rows are in memory at a time. Those with a text in HTML may each have a hundred kilobytes and more; the
    /// words of such a text are in a column beside it.
    pub(crate) fn batch(&self) -> usize {
        if self.name == PICTURES {
            20
        } else if self.columns.iter().any(|column| column.name.ends_with("_text")) {
            200
        } else {
            2_000
        }
    }

    /// Which rows a copy is about, in SQL, if not all.
    pub(crate) fn only(&self) -> Option<&'static str> {
        (self.name == ONLY.0).then_some(ONLY.1)
    }

    /// Where search finds its rows, if it does.
    pub(crate) fn searched(&self) -> Option<&'static Searched> {
        SEARCHED.iter().find(|one| one.table == self.name)
    }

    /// Whether a new database has rows in it already, which a copy replaces.
    pub(crate) fn is_there_from_the_start(&self) -> bool {
        FILLED.contains(&self.name.as_str())
    }

    /// The place of the column with what the server key sealed.
    pub(crate) fn sealed(&self) -> Option<usize> {
        SEALED.contains(&self.name.as_str()).then(|| self.place("sealed"))
    }

    /// Where a column is in a row.
    pub(crate) fn place(&self, column: &str) -> usize {
        self.columns
            .iter()
            .position(|one| one.name == column)
            .unwrap_or_else(|| unreachable!("a table names its own columns: {}.{column}", self.name))
    }

    /// The names of the columns as SQL has them, with commas between.
    pub(crate) fn column_names(&self) -> String {
        let names: Vec<String> = self.columns.iter().map(|column| quoted(&column.name)).collect();
        names.join(", ")
    }

    pub(crate) fn keys(&self) -> impl Iterator<Item = &Column> {
        self.key.iter().map(|place| &self.columns[*place])
    }
}

/// A name as SQL has it, also one that is a word of the language.
pub(crate) fn quoted(name: &str) -> String {
    format!("\"{name}\"")
}
