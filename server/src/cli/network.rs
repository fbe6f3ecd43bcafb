//! `latchkey network`

use clap::{Args, Subcommand};
use latchkey_domain::{Actor, Network, NetworkName, Plan, Slug};
use latchkey_storage::NetworkChange;
use serde_json::{Value, json};

use super::open::open;
use super::output::{OutputArgs, print, print_json};
use super::{CliError, DataArgs};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Show the network
    Show(OutputArgs),
    /// Change the network
    Set(SetArgs),
}

#[derive(Args, Debug)]
pub(super) struct SetArgs {
    /// What people see
    #[arg(long, value_parser = NetworkName::parse)]
    name: Option<NetworkName>,
    /// What stands in addresses, like my-community
    #[arg(long)]
    slug: Option<Slug>,
    /// launch, scale, growth or pro; OAuth applications need scale or above
    #[arg(long)]
    plan: Option<Plan>,
    #[command(flatten)]
    output: OutputArgs,
}

pub(super) async fn run(command: Command, data: &DataArgs) -> Result<(), CliError> {
    let (network, output) = match command {
        Command::Show(output) => (open(data).await?.store.network().await?, output),
        Command::Set(SetArgs {
            name,
            slug,
            plan,
            output,
        }) => {
            if name.is_none() && slug.is_none() && plan.is_none() {
                return Err(CliError::Usage(
                    "nothing to change: give --name, --slug or --plan".into(),
                ));
            }
            let instance = open(data).await?;
            let change = NetworkChange { name, slug, plan };
            let network = instance
                .store
                .change_network(change, &Actor::operator(), instance.clock.now())
                .await?;
            (network, output)
        }
    };
    if output.json {
        print_json(&as_json(&network));
    } else {
        let Network { id, name, slug, plan } = network;
        print(&format!("Name  {name}\nSlug  {slug}\nId    {id}\nPlan  {plan}"));
    }
    Ok(())
}

fn as_json(network: &Network) -> Value {
    let Network { id, name, slug, plan } = network;
    json!({ "id": id, "name": name, "slug": slug, "plan": plan.id() })
}
