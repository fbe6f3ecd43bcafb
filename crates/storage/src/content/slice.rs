//! A part of a list that begins after a row, wherever that row is by now: rows that come and go before it move
//! nothing.

use std::collections::HashMap;

use latchkey_domain::text::fold;

use crate::StoreError;

/// The position of a row in its list: by what the list is sorted, and the row's number, which settles ties.
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
    /// A time or a position.
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
    /// The most bytes of rows. If there are more it fails with [`StoreError::TooLarge`](crate::StoreError::TooLarge),
    /// and no more than that was read.
    pub most_bytes: usize,
}

impl SliceRequest {
    /// The same, behind a name as names are sorted now: a cursor may be older than that.
    #[must_use]
    pub fn folded(mut self) -> Self {
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
    /// The rows, each with its position.
    pub rows: Vec<(Position, T)>,
    /// Whether the list goes on.
    pub has_more: bool,
    /// How many bytes the rows have.
    pub bytes: usize,
}

impl<T> Slice<T> {
    /// The same with each row changed by `change`.
    pub fn map<U>(self, mut change: impl FnMut(T) -> U) -> Slice<U> {
        let rows = self.rows.into_iter();
        Slice {
            rows: rows.map(|(position, item)| (position, change(item))).collect(),
            has_more: self.has_more,
            bytes: self.bytes,
        }
    }

    /// The rows without their positions.
    pub fn into_items(self) -> Vec<T> {
        self.rows.into_iter().map(|(_, item)| item).collect()
    }
}

impl<T> Default for Slice<T> {
    fn default() -> Self {
        Self {
            rows: Vec::new(),
            has_more: false,
            bytes: 0,
        }
    }
}

/// The beginning of the list below each of several things. A thing with nothing below it may be missing.
pub type Slices<Id, T> = HashMap<Id, Slice<T>>;

/// Counts the bytes of rows as they are read.
pub struct Bytes {
    pub read: usize,
    most: usize,
}

impl Bytes {
    /// Up to so many.
    pub const fn up_to(most: usize) -> Self {
        Self { read: 0, most }
    }

    /// Counts a row, before its values are copied.
    pub fn add(&mut self, row: usize) -> Result<(), StoreError> {
        self.read = self.read.saturating_add(row);
        if self.read > self.most {
            return Err(StoreError::TooLarge(self.most));
        }
        Ok(())
    }
}
