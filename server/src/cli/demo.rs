//! `latchkey demo`

use clap::Args as ClapArgs;

use super::open::open;
use super::output::print;
use super::{CliError, DataArgs};
use crate::demo;

#[derive(ClapArgs, Debug)]
pub(super) struct Args {}

pub(super) async fn run(Args {}: Args, data: &DataArgs) -> Result<(), CliError> {
    let instance = open(data).await?;
    let store = &instance.store;
    let members = store
        .members(latchkey_domain::PageRequest::new(1, 1))
        .await?
        .total;
    let applications = store
        .applications(
            &latchkey_domain::ListQuery::default(),
            latchkey_domain::PageRequest::new(1, 1),
            latchkey_domain::Timestamp::from_millis(0),
        )
        .await?
        .total;
    if !store.is_demo().await? && (members > 0 || applications > 0) {
        return Err(CliError::Failed(
            "the network is not empty: use another data folder for the demonstration, with --data-dir".into(),
        ));
    }
    demo::fill(&instance).await?;
    print(&format!(
        "The network is the demonstration community.\n{}",
        demo::sign_ins()
    ));
    Ok(())
}
