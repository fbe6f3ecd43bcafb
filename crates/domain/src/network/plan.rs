//! The plans of a network, from the smallest to the largest.

use serde::{Deserialize, Serialize};

use crate::named;

named! {
    /// What a network may use. A plan includes all that those before it include.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
    #[serde(rename_all = "snake_case")]
    pub enum Plan: "a plan" {
        /// Without OAuth applications.
        Launch = "launch" "Launch",
        /// The plan of a new self-hosted network, and the first with OAuth applications.
        #[default]
        Scale = "scale" "Scale",
        /// Above Scale.
        Growth = "growth" "Growth",
        /// The largest.
        Pro = "pro" "Pro",
    }
}

impl Plan {
    /// Whether OAuth applications can be created, edited and authorized.
    pub fn includes_oauth_applications(self) -> bool {
        self >= Self::Scale
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn oauth_applications_come_with_scale() {
        assert_eq!(
            Plan::ALL.map(Plan::includes_oauth_applications),
            [false, true, true, true]
        );
        assert_eq!(Plan::default(), Plan::Scale);
        for plan in Plan::ALL {
            assert_eq!(plan.id().parse(), Ok(plan));
        }
    }
}
