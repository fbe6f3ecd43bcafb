//! `latchkey demo`

use super::open::open;
use super::output::print;
use super::{CliError, DataArgs};
use crate::demo;

pub(super) async fn run(data: &DataArgs) -> Result<(), CliError> {
    let instance = open(data).await?;
    if !demo::may_fill(&*instance.store).await? {
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
