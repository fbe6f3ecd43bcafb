//! Plans.

use async_graphql::{Enum, ID, Object};
use latchkey_domain::content::{BillingInterval, MembershipPlan};

use crate::access::any_token;
use crate::id::{Kind, global};
use crate::open::Open;
use crate::time::DateTime;

/// How often a price is due.
#[derive(Clone, Copy, Debug, Enum, PartialEq, Eq)]
pub(crate) enum Interval {
    /// Once.
    Once,
    /// Each month.
    Month,
    /// Each year.
    Year,
}

/// A plan.
pub(crate) struct PlanNode(pub(crate) Open<MembershipPlan>);

/// A plan that members can be on.
#[Object(name = "Plan")]
impl PlanNode {
    /// The global id.
    #[graphql(directive = any_token::apply())]
    pub(super) async fn id(&self) -> ID {
        global(Kind::Plan, self.0.id.0)
    }

    /// The number in the global id.
    #[graphql(directive = any_token::apply())]
    async fn resource_id(&self) -> String {
        self.0.id.to_string()
    }

    /// What it is called.
    #[graphql(directive = any_token::apply())]
    async fn name(&self) -> &str {
        self.0.name.as_str()
    }

    /// What it includes.
    #[graphql(directive = any_token::apply())]
    async fn description(&self) -> &str {
        &self.0.description
    }

    /// The price in hundredths of the currency; 0 if it is free.
    #[graphql(directive = any_token::apply())]
    async fn price_cents(&self) -> u32 {
        self.0.price_cents
    }

    /// The currency of the price: three letters.
    #[graphql(directive = any_token::apply())]
    async fn currency(&self) -> &str {
        self.0.currency.as_str()
    }

    /// How often the price is due.
    #[graphql(directive = any_token::apply())]
    async fn interval(&self) -> Interval {
        match self.0.interval {
            BillingInterval::Once => Interval::Once,
            BillingInterval::Month => Interval::Month,
            BillingInterval::Year => Interval::Year,
        }
    }

    /// Since when.
    #[graphql(directive = any_token::apply())]
    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }
}
