//! Which applications a list shows, and in which order.

use serde::{Deserialize, Serialize};

use crate::words::words;

/// What a host asks of the list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListQuery {
    /// Keeps applications whose name, client id or redirect host contains it; blank keeps all.
    pub search: String,
    /// Keeps applications in this state.
    pub filter: Option<ListFilter>,
    pub sort: ListSort,
}

/// A state of applications.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ListFilter {
    /// A request failed in the last hour.
    Failing,
    Paused,
    /// Without a secret.
    Public,
    NeverUsed,
}

/// The order of the list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ListSort {
    #[default]
    Newest,
    /// By name, upper and lower case alike.
    Name,
    /// The last used first; those that were never used last.
    LastUsed,
}

words!(ListFilter: Failing = "failing" "Failing", Paused = "paused" "Paused", Public = "public" "Public", NeverUsed = "never-used" "Never used");
words!(ListSort: Newest = "newest" "Newest", Name = "name" "Name", LastUsed = "last-used" "Last used");

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::UnknownWord;

    #[test]
    fn every_word_reads_back() {
        for filter in ListFilter::ALL {
            assert_eq!(filter.id().parse(), Ok(*filter));
        }
        for sort in ListSort::ALL {
            assert_eq!(sort.id().parse(), Ok(*sort));
        }
        assert_eq!("oldest".parse::<ListSort>(), Err(UnknownWord));
    }
}
