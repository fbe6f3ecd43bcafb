//! Which applications a list shows, and in which order.

use serde::{Deserialize, Serialize};

use crate::named;

/// What a host asks of the list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListQuery {
    /// Keeps applications whose name, client id or redirect host contains it; blank keeps all.
    pub search: String,
    /// Keeps applications in this state.
    pub filter: Option<ListFilter>,
    pub sort: ListSort,
}

named! {
    /// A state of applications.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
    #[serde(rename_all = "snake_case")]
    pub enum ListFilter: "a state of applications" {
        /// A request failed in the last hour.
        Failing = "failing" "Failing",
        Paused = "paused" "Paused",
        /// Without a secret.
        Public = "public" "Public",
        NeverUsed = "never-used" "Never used",
    }
}

named! {
    /// The order of the list.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
    #[serde(rename_all = "snake_case")]
    pub enum ListSort: "an order" {
        #[default]
        Newest = "newest" "Newest",
        /// By name, upper and lower case alike.
        Name = "name" "Name",
        /// The last used first; those that were never used last.
        LastUsed = "last-used" "Last used",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_reads_back() {
        for filter in ListFilter::ALL {
            assert_eq!(filter.id().parse(), Ok(filter));
        }
        for sort in ListSort::ALL {
            assert_eq!(sort.id().parse(), Ok(sort));
        }
        assert_eq!(
            "oldest".parse::<ListSort>().unwrap_err().to_string(),
            "“oldest” is not an order; expected newest, name or last-used"
        );
    }
}
