//! Values and rows in the one form in which both databases are read, written and compared. They do not print: among them
//! are sealed secrets and the hashes of passwords.

use super::table::Table;

/// What a column holds in one row.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Value {
    Nothing,
    Number(i64),
    Truth(bool),
    Text(String),
    Bytes(Vec<u8>),
}

/// A row: the values of a table's columns, in their order.
pub(crate) type Row = Vec<Value>;

impl Value {
    pub(crate) fn number(&self) -> Option<i64> {
        match self {
            Self::Number(number) => Some(*number),
            _ => None,
        }
    }

    pub(crate) fn truth(&self) -> Option<bool> {
        match self {
            Self::Truth(truth) => Some(*truth),
            _ => None,
        }
    }

    pub(crate) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(crate) fn bytes(&self) -> Option<&[u8]> {
        match self {
            Self::Bytes(bytes) => Some(bytes),
            _ => None,
        }
    }
}

impl Table {
    /// The values that tell `row` from all others.
    pub(crate) fn key_of(&self, row: &[Value]) -> Vec<Value> {
        self.key
            .iter()
            .map(|column| row[self.place(column)].clone())
            .collect()
    }

    /// The same in words: `id 5`. What is in a key is no secret.
    pub(crate) fn name_of(&self, row: &[Value]) -> String {
        let parts: Vec<String> = self
            .key
            .iter()
            .map(|column| match &row[self.place(column)] {
                Value::Number(number) => format!("{column} {number}"),
                Value::Text(text) => format!("{column} {text}"),
                _ => (*column).to_owned(),
            })
            .collect();
        parts.join(", ")
    }
}

/// What `PostgreSQL`'s text cannot hold, and this in its place: as everywhere in that store.
const NUL: char = '\0';
const IN_PLACE_OF_NUL: &str = "\u{FFFD}";

/// Replaces what `PostgreSQL` cannot hold; in how many values.
pub(crate) fn replace_nul(rows: &mut [Row]) -> u64 {
    let mut replaced = 0;
    for value in rows.iter_mut().flatten() {
        if let Value::Text(text) = value
            && text.contains(NUL)
        {
            *text = text.replace(NUL, IN_PLACE_OF_NUL);
            replaced += 1;
        }
    }
    replaced
}
