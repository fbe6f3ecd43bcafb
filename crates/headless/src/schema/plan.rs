//! Plans.

use async_graphql::{Context, Enum, ID, Object};
use latchkey_domain::Scope;
use latchkey_domain::content::{BillingInterval, MembershipPlan, MembershipPlanId};

use super::identified::Identified;
use crate::access::Extent::All;
use crate::access::{self, Gate, ObjectScopes, Open, any_token};
use crate::context::store;
use crate::counts::count;
use crate::error::ApiError;
use crate::id::global;
use crate::kind::Kind;
use crate::time::DateTime;

impl access::Object for MembershipPlan {
    const SCOPES: ObjectScopes = &[(Scope::HostReadNetworkPlans, All)];
}

count!(AllPlans = |batch| batch.store.count_membership_plans());

/// How often a price is due.
#[derive(Clone, Copy, Debug, Enum, PartialEq, Eq)]
#[graphql(remote = "BillingInterval")]
pub(crate) enum Interval {
    /// Once.
    Once,
    /// Each month.
    Month,
    /// Each year.
    Year,
}

pub(crate) struct PlanNode(pub(crate) Open<MembershipPlan>);

impl Identified for PlanNode {
    type Content = MembershipPlan;

    async fn find(ctx: &Context<'_>, number: i64) -> Result<Option<Self>, ApiError> {
        let ids = vec![MembershipPlanId(number)];
        let found = store(ctx)?.membership_plans_by_id(ids).await?;
        Ok(Gate::of(ctx)?.find_readable(found).map(Self))
    }
}

/// A plan that members can be on. `host:read:network_plans` opens it.
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

    /// The name.
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
        self.0.interval.into()
    }

    /// When it was created.
    #[graphql(directive = any_token::apply())]
    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }
}
