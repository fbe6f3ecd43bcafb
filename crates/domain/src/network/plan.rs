//! The plans of a network, from the smallest to the largest.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// What a network may use. A plan includes all that those before it include.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Plan {
    /// Without OAuth applications.
    Launch,
    /// The plan of a new self-hosted network, and the first with OAuth applications.
    #[default]
    Scale,
    /// Above Scale.
    Growth,
    /// The largest.
    Pro,
}

/// A plan that does not exist.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("“{0}” is not a plan; expected launch, scale, growth or pro")]
pub struct UnknownPlan(String);

impl Plan {
    /// Every plan, the smallest first.
    pub const ALL: [Self; 4] = [Self::Launch, Self::Scale, Self::Growth, Self::Pro];

    /// Whether OAuth applications can be created, edited and authorized.
    pub fn includes_oauth_applications(self) -> bool {
        self >= Self::Scale
    }

    /// The plan's name on the command line and at rest.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Launch => "launch",
            Self::Scale => "scale",
            Self::Growth => "growth",
            Self::Pro => "pro",
        }
    }

    /// The plan's name on pages.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Launch => "Launch",
            Self::Scale => "Scale",
            Self::Growth => "Growth",
            Self::Pro => "Pro",
        }
    }
}

impl FromStr for Plan {
    type Err = UnknownPlan;

    fn from_str(id: &str) -> Result<Self, UnknownPlan> {
        Self::ALL
            .into_iter()
            .find(|plan| plan.id() == id)
            .ok_or_else(|| UnknownPlan(id.chars().take(40).collect()))
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
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
