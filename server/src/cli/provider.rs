//! `latchkey provider`

use std::fs::File;
use std::io::BufReader;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use latchkey_app::pages::{ProviderField as Field, ProviderForm, ProviderProtocol};
use latchkey_domain::provider::{CredentialsIn, Provider, ProviderKind, ProviderSpec};
use latchkey_domain::{Actor, Slug};
use latchkey_storage::ProviderListing;
use latchkey_storage::providers::{MOST_PROVIDERS, ProviderChange, SecretChange};
use serde_json::{Value, json};

use super::open::open;
use super::output::{OutputArgs, print, print_json, table};
use super::password::first_line;
use super::{CliError, DataArgs};
use crate::instance::Instance;
use crate::provider_form;

/// One more than a secret can have, with its line end.
const LONGEST: usize = 1_010;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Add a provider: by OpenID Connect with --issuer, or by OAuth 2.0 with --authorization, --token, --userinfo and --field-id
    Add(Box<AddArgs>),
    /// List the providers
    List(OutputArgs),
    /// Show a provider, without its secret
    Show {
        /// Its short name in addresses
        slug: Slug,
        #[command(flatten)]
        output: OutputArgs,
    },
    /// Offer a provider on the sign-in page
    On {
        /// Its short name in addresses
        slug: Slug,
    },
    /// Offer it no more
    Off {
        /// Its short name in addresses
        slug: Slug,
    },
    /// Delete a provider, with every link to an account there
    Delete {
        /// Its short name in addresses
        slug: Slug,
    },
    /// Whether members, but for hosts, sign in only with providers
    Only {
        /// true or false
        #[arg(action = clap::ArgAction::Set)]
        only: bool,
    },
}

#[derive(Args, Debug)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "each is a switch of the command line"
)]
pub(super) struct AddArgs {
    /// Its short name in addresses, like guild: people come back at PUBLIC-URL/sign-in/callback/guild
    #[arg(long)]
    slug: String,
    /// What the button says after “Continue with”
    #[arg(long)]
    name: String,
    /// The issuer of an OpenID Connect provider, like <https://login.example.com>
    #[arg(long, value_name = "URL", conflicts_with_all = ["authorization", "token", "userinfo"])]
    issuer: Option<String>,
    /// Where an OAuth 2.0 provider asks people
    #[arg(long, value_name = "URL", requires_all = ["token", "userinfo", "field_id"])]
    authorization: Option<String>,
    /// Where it exchanges codes
    #[arg(long, value_name = "URL", requires = "authorization")]
    token: Option<String>,
    /// Where it says who somebody is
    #[arg(long, value_name = "URL", requires = "authorization")]
    userinfo: Option<String>,
    /// The path to the account's id in that answer, like user.id
    #[arg(long, value_name = "PATH", requires = "authorization")]
    field_id: Option<String>,
    /// The path to the email, like user.emails.0.value
    #[arg(long, value_name = "PATH", requires = "authorization")]
    field_email: Option<String>,
    /// The path to whether the email was verified
    #[arg(long, value_name = "PATH", requires = "authorization")]
    field_email_verified: Option<String>,
    /// The path to the whole name
    #[arg(long, value_name = "PATH", requires = "authorization")]
    field_name: Option<String>,
    /// The path to the first name
    #[arg(long, value_name = "PATH", requires = "authorization")]
    field_given_name: Option<String>,
    /// The path to the last name
    #[arg(long, value_name = "PATH", requires = "authorization")]
    field_family_name: Option<String>,
    /// The path to the address of a picture
    #[arg(long, value_name = "PATH", requires = "authorization")]
    field_picture: Option<String>,
    /// The path to a few words about the person
    #[arg(long, value_name = "PATH", requires = "authorization")]
    field_bio: Option<String>,
    /// The client id that the provider gave
    #[arg(long, value_name = "ID", allow_hyphen_values = true)]
    client_id: String,
    /// The client secret is the first line of this file
    #[arg(long, value_name = "FILE")]
    client_secret_file: Option<PathBuf>,
    /// Send id and secret in the form instead of the header
    #[arg(long)]
    credentials_in_body: bool,
    /// What to ask for, with spaces between [default: openid profile email, or nothing for OAuth 2.0]
    #[arg(long)]
    scopes: Option<String>,
    /// Every address that it gives counts as verified
    #[arg(long)]
    verifies_emails: bool,
    /// People who are no members yet become members
    #[arg(long)]
    admit_new_people: bool,
    /// Name, email and picture of a member are what the provider says at each sign-in
    #[arg(long)]
    follow_profile: bool,
    /// Offer it on the sign-in page at once
    #[arg(long)]
    on: bool,
    #[command(flatten)]
    output: OutputArgs,
}

pub(super) async fn run(command: Command, data: &DataArgs) -> Result<(), CliError> {
    let by = Actor::operator();
    match command {
        Command::Add(args) => add(*args, data, &by).await,
        Command::List(output) => {
            let providers = open(data).await?.store.providers().await?;
            if output.json {
                print_json(&providers.iter().map(listed_as_json).collect());
            } else {
                let rows: Vec<_> = providers.iter().map(row).collect();
                print(&table(["SLUG", "NAME", "KIND", "STATE", "MEMBERS"], &rows));
            }
            Ok(())
        }
        Command::Show { slug, output } => {
            let provider = find(&open(data).await?, &slug).await?;
            show(&provider, output);
            Ok(())
        }
        Command::On { slug } => turn(data, &slug, true, &by).await,
        Command::Off { slug } => turn(data, &slug, false, &by).await,
        Command::Delete { slug } => {
            let instance = open(data).await?;
            let now = instance.clock.now();
            let deleted = instance.store.delete_provider(&slug, &by, now).await?;
            done(deleted, &slug)?;
            print(&format!("{slug} is deleted."));
            Ok(())
        }
        Command::Only { only } => {
            let instance = open(data).await?;
            let now = instance.clock.now();
            if !instance.store.set_providers_only(only, &by, now).await? {
                return Err(CliError::Failed(
                    "no provider is on: turn one on first with `latchkey provider on SLUG`".into(),
                ));
            }
            print(if only {
                "Members sign in only with providers. Hosts have a password at /sign-in/hosts."
            } else {
                "Members sign in with providers, a password or a passkey."
            });
            Ok(())
        }
    }
}

async fn add(args: AddArgs, data: &DataArgs, by: &Actor) -> Result<(), CliError> {
    let output = args.output;
    let secret = args.client_secret_file.as_ref().map(|path| {
        File::open(path)
            .and_then(|file| first_line(BufReader::new(file), LONGEST))
            .map_err(|error| CliError::Failed(format!("cannot read {}: {error}", path.display())))
    });
    let (is_on, mut form) = (args.on, args.into_form());
    if let Some(secret) = secret.transpose()? {
        form.set(Field::ClientSecret, secret.as_str());
    }
    let (spec, secret) = provider_form::read(&form, None).map_err(|problems| {
        let problems: Vec<_> = problems.into_values().collect();
        CliError::Usage(problems.join(" "))
    })?;
    let spec = ProviderSpec { is_on, ..spec };
    let secret = match secret {
        SecretChange::Set(secret) => Some(secret),
        SecretChange::Keep | SecretChange::Remove => None,
    };
    let instance = open(data).await?;
    let (slug, now) = (spec.slug.clone(), instance.clock.now());
    let provider = done(instance.store.add_provider(spec, secret, by, now).await?, &slug)?;
    show(&provider, output);
    Ok(())
}

impl AddArgs {
    /// The form of the page, filled in.
    fn into_form(self) -> ProviderForm {
        let is_openid = self.issuer.is_some();
        let mut form = ProviderForm::default();
        form.protocol = if is_openid {
            ProviderProtocol::OpenIdConnect
        } else {
            ProviderProtocol::OAuth2
        };
        form.credentials_in = if self.credentials_in_body {
            CredentialsIn::Body
        } else {
            CredentialsIn::Header
        };
        form.verifies_emails = self.verifies_emails;
        form.admits_new_people = self.admit_new_people;
        form.follows_profile = self.follow_profile;
        let default = if is_openid { "openid profile email" } else { "" };
        form.set(Field::Slug, self.slug);
        form.set(Field::Name, self.name);
        form.set(Field::ClientId, self.client_id);
        form.set(Field::Scopes, self.scopes.unwrap_or_else(|| default.to_owned()));
        for (field, text) in [
            (Field::Issuer, self.issuer),
            (Field::Authorization, self.authorization),
            (Field::Token, self.token),
            (Field::Userinfo, self.userinfo),
            (Field::IdPath, self.field_id),
            (Field::EmailPath, self.field_email),
            (Field::EmailVerifiedPath, self.field_email_verified),
            (Field::NamePath, self.field_name),
            (Field::GivenNamePath, self.field_given_name),
            (Field::FamilyNamePath, self.field_family_name),
            (Field::PicturePath, self.field_picture),
            (Field::BioPath, self.field_bio),
        ] {
            form.set(field, text.unwrap_or_default());
        }
        form
    }
}

async fn turn(data: &DataArgs, slug: &Slug, is_on: bool, by: &Actor) -> Result<(), CliError> {
    let instance = open(data).await?;
    let spec = ProviderSpec {
        is_on,
        ..find(&instance, slug).await?.spec
    };
    let (store, now) = (&instance.store, instance.clock.now());
    done(
        store.change_provider(spec, SecretChange::Keep, by, now).await?,
        slug,
    )?;
    print(&format!("{slug} is {}.", if is_on { "on" } else { "off" }));
    Ok(())
}

async fn find(instance: &Instance, slug: &Slug) -> Result<Provider, CliError> {
    let provider = instance.store.provider(slug).await?;
    provider.ok_or_else(|| unknown(slug))
}

fn unknown(slug: &Slug) -> CliError {
    CliError::Failed(format!(
        "there is no provider {slug}: `latchkey provider list` shows which there are"
    ))
}

fn done(change: ProviderChange, slug: &Slug) -> Result<Provider, CliError> {
    let why = match change {
        ProviderChange::Done(provider) => return Ok(provider),
        ProviderChange::Unknown => return Err(unknown(slug)),
        ProviderChange::SlugTaken => format!("there is a provider {slug} already: choose another --slug"),
        ProviderChange::TooMany => format!("there are {MOST_PROVIDERS} providers already: delete one first"),
        ProviderChange::Needed => format!(
            "members sign in only with providers, and {slug} is the last that is on: `latchkey provider only false` first"
        ),
    };
    Err(CliError::Failed(why))
}

fn show(provider: &Provider, output: OutputArgs) {
    if output.json {
        print_json(&as_json(provider));
    } else {
        print(&as_text(provider));
    }
}

fn kind(spec: &ProviderSpec) -> &'static str {
    ProviderProtocol::of(&spec.kind).label()
}

fn state(spec: &ProviderSpec) -> &'static str {
    if spec.is_on { "on" } else { "off" }
}

fn row(listing: &ProviderListing) -> [String; 5] {
    let spec = &listing.provider.spec;
    [
        spec.slug.to_string(),
        spec.name.to_string(),
        kind(spec).to_owned(),
        state(spec).to_owned(),
        listing.members.to_string(),
    ]
}

fn as_text(provider: &Provider) -> String {
    let spec = &provider.spec;
    let mut lines = vec![
        format!("Name        {}", spec.name),
        format!("Slug        {}", spec.slug),
        format!("State       {}", state(spec)),
        format!("Kind        {}", kind(spec)),
    ];
    match &spec.kind {
        ProviderKind::OpenIdConnect { issuer } => lines.push(format!("Issuer      {issuer}")),
        ProviderKind::OAuth2 {
            authorization,
            token,
            userinfo,
            ..
        } => lines.extend([
            format!("Asks at     {authorization}"),
            format!("Tokens at   {token}"),
            format!("Userinfo    {userinfo}"),
        ]),
    }
    lines.push(format!("Client ID   {}", spec.client_id));
    lines.push(format!("Scopes      {}", spec.scopes));
    lines.join("\n")
}

/// The settings as they are kept, without the secret.
fn as_json(provider: &Provider) -> Value {
    let mut document = json!(provider.spec);
    document["has_secret"] = json!(provider.has_secret);
    document
}

fn listed_as_json(listing: &ProviderListing) -> Value {
    let mut document = as_json(&listing.provider);
    document["members"] = json!(listing.members);
    document["last_used_at"] = json!(listing.last_used_at.map(latchkey_domain::Timestamp::iso));
    document
}
