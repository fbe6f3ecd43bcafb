//! Numbered pages of a long list.

use serde::{Deserialize, Serialize};

/// Which page of a list is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageRequest {
    /// The page's number, from 1.
    pub number: u32,
    /// Rows on a page, at least 1.
    pub size: u32,
}

impl PageRequest {
    /// Page `number` (0 counts as 1) with `size` rows.
    pub fn new(number: u32, size: u32) -> Self {
        Self {
            number: number.max(1),
            size: size.max(1),
        }
    }

    /// How many rows come before this page.
    pub fn offset(self) -> u64 {
        u64::from(self.number - 1) * u64::from(self.size)
    }
}

/// A page of a list, and how much there is in all.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page<T> {
    /// The rows of this page, in order.
    pub items: Vec<T>,
    /// The page's number, from 1.
    pub number: u32,
    /// Rows on a full page.
    pub size: u32,
    /// Rows on all pages.
    pub total: u64,
}

impl<T> Page<T> {
    /// How many pages there are; at least 1, since an empty list has an empty first page.
    pub fn pages(&self) -> u32 {
        u32::try_from(self.total.div_ceil(u64::from(self.size.max(1))).max(1)).unwrap_or(u32::MAX)
    }

    /// The same page with each row changed by `change`.
    pub fn map<U>(self, change: impl FnMut(T) -> U) -> Page<U> {
        Page {
            items: self.items.into_iter().map(change).collect(),
            number: self.number,
            size: self.size,
            total: self.total,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_pages() {
        let page = |total| {
            Page::<u8> {
                items: vec![],
                number: 1,
                size: 20,
                total,
            }
            .pages()
        };
        assert_eq!(
            [page(0), page(1), page(20), page(21), page(10_000)],
            [1, 1, 1, 2, 500]
        );
    }

    #[test]
    fn page_zero_is_the_first() {
        assert_eq!(PageRequest::new(0, 20).offset(), 0);
        assert_eq!(PageRequest::new(3, 20).offset(), 40);
    }
}
