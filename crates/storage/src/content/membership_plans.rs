//! Plans that members can be on.

use async_trait::async_trait;
use latchkey_domain::content::{MembershipPlan, MembershipPlanId};

use super::{Slice, SliceRequest};
use crate::StoreError;

/// Reading plans.
#[async_trait]
pub trait MembershipPlans: Send + Sync {
    /// All plans, by age.
    async fn membership_plans(&self, slice: SliceRequest) -> Result<Slice<MembershipPlan>, StoreError>;

    async fn count_membership_plans(&self) -> Result<u64, StoreError>;

    /// Those of these plans that there are.
    async fn membership_plans_by_id(
        &self,
        ids: Vec<MembershipPlanId>,
    ) -> Result<Vec<MembershipPlan>, StoreError>;
}
