//! A part of a list that begins behind a row, wherever that row stands by now: rows that come and go before it move
//! nothing.

use std::collections::HashMap;

use latchkey_domain::text::fold;

/// Where a row stands in its list: by what the list is sorted, and the row's number, which settles ties.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Position {
    /// By what the list is sorted.
    pub key: SortKey,
    /// The row's number.
    pub id: i64,
}

/// What a list is sorted by.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum SortKey {
    /// A moment or a place.
    Number(i64),
    /// A name.
    Text(String),
    /// How well a hit matches: the bits of the number, so that it comes back exactly as it was.
    Score(u64),
}

/// Which end of a list comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// The smallest, the oldest, A.
    Ascending,
    /// The largest, the newest, Z.
    Descending,
}

/// Which part of a list is asked for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SliceRequest {
    /// Behind which row; from the beginning if there is none.
    pub after: Option<Position>,
    /// The most rows.
    pub limit: u32,
    /// In which order.
    pub direction: Direction,
}

impl SliceRequest {
    /// The same, behind a name as names are sorted now: a cursor may be older than that.
    pub(crate) fn folded(mut self) -> Self {
        if let Some(Position {
            key: SortKey::Text(name),
            ..
        }) = &mut self.after
        {
            *name = fold(name);
        }
        self
    }
}

/// A part of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slice<T> {
    /// The rows, each with where it stands.
    pub rows: Vec<(Position, T)>,
    /// Whether the list goes on.
    pub has_more: bool,
}

impl<T> Slice<T> {
    /// The rows without where they stand.
    pub fn into_items(self) -> Vec<T> {
        self.rows.into_iter().map(|(_, item)| item).collect()
    }
}

impl<T> Default for Slice<T> {
    fn default() -> Self {
        Self {
            rows: Vec::new(),
            has_more: false,
        }
    }
}

/// The beginning of the list below each of several things. A thing with nothing below it may be missing.
pub type Slices<Id, T> = HashMap<Id, Slice<T>>;
