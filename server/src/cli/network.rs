//! `latchkey network`

use std::str::FromStr;

use clap::{Args, Subcommand};
use latchkey_domain::{Actor, Color, ColorError, Network, NetworkName, Plan, Slug, WebLink, WebLinkError};
use latchkey_storage::{NetworkChange, Setting};
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
    /// The name that people see
    #[arg(long, value_parser = NetworkName::parse)]
    name: Option<NetworkName>,
    /// The name in addresses, like my-community
    #[arg(long)]
    slug: Option<Slug>,
    /// launch, scale, growth or pro; OAuth applications need scale or above
    #[arg(long)]
    plan: Option<Plan>,
    /// The colour of buttons and links, like '#1f6feb'; "" removes it
    #[arg(long, value_parser = color)]
    color: Option<Setting<Color>>,
    /// The web address of the terms of use; "" removes it
    #[arg(long, value_name = "URL", value_parser = link)]
    terms: Option<Setting<WebLink>>,
    /// The web address of the privacy policy; "" removes it
    #[arg(long, value_name = "URL", value_parser = link)]
    privacy_policy: Option<Setting<WebLink>>,
    #[command(flatten)]
    output: OutputArgs,
    /// Whether hosts need a second factor to sign in
    #[arg(long, value_name = "true|false", action = clap::ArgAction::Set)]
    hosts_second_factor: Option<bool>,
}

fn color(text: &str) -> Result<Setting<Color>, ColorError> {
    setting(text, Color::from_str)
}

fn link(text: &str) -> Result<Setting<WebLink>, WebLinkError> {
    setting(text, WebLink::parse)
}

/// An empty text removes the setting.
fn setting<T, E>(text: &str, parse: impl FnOnce(&str) -> Result<T, E>) -> Result<Setting<T>, E> {
    if text.is_empty() {
        return Ok(Setting::Remove);
    }
    parse(text).map(Setting::Set)
}

pub(super) async fn run(command: Command, data: &DataArgs) -> Result<(), CliError> {
    let (network, output) = match command {
        Command::Show(output) => (open(data).await?.store.network().await?, output),
        Command::Set(SetArgs {
            name,
            slug,
            plan,
            color,
            terms,
            privacy_policy,
            hosts_second_factor,
            output,
        }) => {
            let nothing = name.is_none()
                && slug.is_none()
                && plan.is_none()
                && color.is_none()
                && terms.is_none()
                && privacy_policy.is_none()
                && hosts_second_factor.is_none();
            if nothing {
                return Err(CliError::Usage(
                    "nothing to change: give --name, --slug, --plan, --color, --terms, --privacy-policy or --hosts-second-factor"
                        .into(),
                ));
            }
            let instance = open(data).await?;
            let change = NetworkChange {
                name,
                slug,
                plan,
                color: color.unwrap_or_default(),
                terms: terms.unwrap_or_default(),
                privacy_policy: privacy_policy.unwrap_or_default(),
                hosts_second_factor,
            };
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
        print(&as_text(&network));
    }
    Ok(())
}

fn as_text(network: &Network) -> String {
    let Network {
        id, name, slug, plan, ..
    } = network;
    let mut lines = vec![
        format!("Name            {name}"),
        format!("Slug            {slug}"),
        format!("Id              {id}"),
        format!("Plan            {plan}"),
    ];
    let color = network.color.map(|color| format!("Colour          {color}"));
    let terms = network.terms.as_ref();
    let policy = network.privacy_policy.as_ref();
    lines.extend(color);
    lines.extend(terms.map(|link| format!("Terms           {link}")));
    lines.extend(policy.map(|link| format!("Privacy policy  {link}")));
    let factor = network
        .hosts_second_factor
        .then(|| "Second factor   needed by hosts".to_owned());
    lines.extend(factor);
    lines.join("\n")
}

fn as_json(network: &Network) -> Value {
    json!({
        "id": network.id,
        "name": network.name,
        "slug": network.slug,
        "plan": network.plan.id(),
        "logo": network.logo,
        "color": network.color,
        "terms": network.terms,
        "privacy_policy": network.privacy_policy,
        "hosts_second_factor": network.hosts_second_factor,
    })
}
