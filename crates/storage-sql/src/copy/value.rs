//! Values and rows in the one form in which both databases are read, written and compared. They do not print: among them
//! are sealed secrets and the hashes of passwords.

use super::table::Table;
use crate::Param;

/// What a column holds in one row.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Value {
    Nothing,
    Number(i64),
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

impl<'value> From<&'value Value> for Param<'value> {
    fn from(value: &'value Value) -> Self {
        match value {
            Value::Nothing => Self::Number(None),
            Value::Number(number) => Self::from(*number),
            Value::Text(text) => Self::from(text),
            Value::Bytes(bytes) => Self::from(bytes.as_slice()),
        }
    }
}

impl Table {
    /// The values that tell `row` from all others.
    pub(crate) fn key_of(&self, row: &[Value]) -> Vec<Value> {
        self.key.iter().map(|place| row[*place].clone()).collect()
    }

    /// The same in words: `id 5`. What is in a key is no secret.
    pub(crate) fn name_of(&self, row: &[Value]) -> String {
        let parts: Vec<String> = self
            .keys()
            .zip(self.key_of(row))
            .map(|(column, value)| match value {
                Value::Number(number) => format!("{} {number}", column.name),
                Value::Text(text) => format!("{} {text}", column.name),
                _ => column.name.clone(),
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
