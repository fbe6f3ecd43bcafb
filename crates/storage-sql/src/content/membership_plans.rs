//! Plans that members can be on.

use async_trait::async_trait;
use latchkey_domain::content::{BillingInterval, Currency, MembershipPlan, MembershipPlanId, Title};

use super::distinct;
use super::keyset::List;
use crate::{Columns, Database, Param, SqlStore, rows};
use latchkey_storage::StoreError;
use latchkey_storage::content::{MembershipPlans, Slice, SliceRequest};

/// What [`read`] reads, of `membership_plans t`.
macro_rules! columns {
    () => {
        "t.id, t.name, t.description, t.price_cents, t.currency, t.billing, t.created_at"
    };
}

fn read(columns: &mut Columns<'_>) -> Result<MembershipPlan, StoreError> {
    columns.table("membership_plans");
    Ok(MembershipPlan {
        id: MembershipPlanId(columns.get("id")?),
        name: columns.parsed("name", Title::parse)?,
        description: columns.get("description")?,
        price_cents: columns.get("price_cents")?,
        currency: columns.parsed("currency", str::parse::<Currency>)?,
        interval: columns.parsed("billing", str::parse::<BillingInterval>)?,
        created_at: columns.time("created_at")?,
    })
}

static ALL: List = List {
    columns: columns!(),
    from: "membership_plans t",
    filter: "TRUE",
    key: "t.created_at",
    id: "t.id",
    by_text: false,
};

#[async_trait]
impl<D: Database> MembershipPlans for SqlStore<D> {
    async fn membership_plans(&self, slice: SliceRequest) -> Result<Slice<MembershipPlan>, StoreError> {
        self.scan(slice, |db, slice| Box::pin(ALL.slice(db, vec![], slice, read)))
            .await
    }

    async fn count_membership_plans(&self) -> Result<u64, StoreError> {
        self.look_up((), |db, ()| {
            Box::pin(rows::count(db, "SELECT count(*) FROM membership_plans", &[]))
        })
        .await
    }

    async fn membership_plans_by_id(
        &self,
        ids: Vec<MembershipPlanId>,
    ) -> Result<Vec<MembershipPlan>, StoreError> {
        let ids = distinct(ids.into_iter().map(|id| id.0));
        self.look_up([Param::from(ids)], |db, parameters| {
            let sql = concat!(
                "SELECT ",
                columns!(),
                " FROM membership_plans t WHERE t.id = ANY(?1)"
            );
            Box::pin(rows::all(db, sql, parameters, read))
        })
        .await
    }
}
