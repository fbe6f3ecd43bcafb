//! What membership costs.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use super::Title;
use super::id::id;
use crate::{Timestamp, named};

id! {
    /// A plan that members can be on.
    MembershipPlanId
}

/// A plan that members of the network can be on. (What the network itself may use is [`crate::Plan`].)
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MembershipPlan {
    pub id: MembershipPlanId,
    /// What it is called; one of a kind.
    pub name: Title,
    /// What it includes, as plain text.
    pub description: String,
    /// The price in hundredths of the currency; 0 if it is free.
    pub price_cents: u32,
    /// The currency of the price.
    pub currency: Currency,
    /// How often the price is due.
    pub interval: BillingInterval,
    /// When it was created.
    pub created_at: Timestamp,
}

/// Three capital letters (ISO 4217).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Currency(String);

/// Text that is no currency.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("“{0}” is not a currency; expected three capital letters like EUR")]
pub struct CurrencyError(String);

impl Currency {
    /// The letters.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Currency {
    type Err = CurrencyError;

    fn from_str(code: &str) -> Result<Self, CurrencyError> {
        if code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_uppercase()) {
            Ok(Self(code.to_owned()))
        } else {
            Err(CurrencyError(code.chars().take(40).collect()))
        }
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

named! {
    /// How often a price is due.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum BillingInterval: "an interval" {
        Once = "once",
        Month = "month",
        Year = "year",
    }
}
