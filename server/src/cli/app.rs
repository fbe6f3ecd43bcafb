//! `latchkey app`

use clap::{ArgAction, Args, Subcommand};
use latchkey_domain::{
    Application, ApplicationDraft, ClientSecret, ListQuery, Retirement, Scope, SecretId, SecretRecord,
    Timestamp,
};
use latchkey_registration::{Caller, Registrar, RegistrationError};
use latchkey_storage::ApplicationListing;
use serde_json::{Value, json};

use super::open::open;
use super::output::{OutputArgs, print, print_json, table};
use super::{CliError, DataArgs};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Register an application and print its secret
    Create(CreateArgs),
    /// List the applications, newest first
    List {
        /// Only those whose name or client id contains this
        #[arg(long, value_name = "TEXT", default_value = "")]
        search: String,
        #[command(flatten)]
        output: OutputArgs,
    },
    // A client id may start with `-h`, so commands that take one have no short flag for help.
    /// Show an application
    #[command(disable_help_flag = true)]
    Show {
        #[command(flatten)]
        which: Which,
        /// Print the secret too; this adds an entry to the audit trail
        #[arg(long)]
        reveal: bool,
        #[command(flatten)]
        output: OutputArgs,
    },
    /// Add a second secret and print it; both work until one of them is retired
    #[command(disable_help_flag = true)]
    NewSecret {
        #[command(flatten)]
        which: Which,
        #[command(flatten)]
        output: OutputArgs,
    },
    /// Retire one of two secrets, the older one unless --secret names one; it stops working at once
    #[command(disable_help_flag = true)]
    RetireSecret {
        #[command(flatten)]
        which: Which,
        /// The number of the secret, as `app show` prints it
        #[arg(long, value_name = "NUMBER")]
        secret: Option<i64>,
    },
    /// Delete an application for good; its tokens stop working at once
    #[command(disable_help_flag = true)]
    Delete {
        #[command(flatten)]
        which: Which,
    },
}

#[derive(Args, Debug)]
pub(super) struct CreateArgs {
    /// What hosts and members see
    #[arg(long)]
    name: String,
    /// Where members return to; may be repeated
    #[arg(long = "redirect-uri", value_name = "URI", required = true, num_args = 1..)]
    redirect_uris: Vec<String>,
    /// What the application may ask for, like read:posts; may be repeated
    #[arg(long = "scope", value_name = "SCOPE", required = true, num_args = 1..)]
    scopes: Vec<String>,
    /// A public client, which has no secret and must use PKCE
    #[arg(long)]
    public: bool,
    /// Skip the consent page
    #[arg(long)]
    skip_consent: bool,
    #[command(flatten)]
    output: OutputArgs,
}

#[derive(Args, Debug)]
pub(super) struct Which {
    /// The client id
    #[arg(allow_hyphen_values = true)]
    client_id: String,
    /// Print help
    #[arg(long, action = ArgAction::Help)]
    help: Option<bool>,
}

pub(super) async fn run(command: Command, data: &DataArgs) -> Result<(), CliError> {
    let caller = Caller::operator();
    match command {
        Command::Create(args) => {
            let output = args.output;
            let draft = args.into_draft()?;
            let created = open(data).await?.registrar.create(&caller, &draft).await?;
            show(&created.application, created.new_secret.as_ref(), None, output);
        }
        Command::List { search, output } => {
            let registrar = open(data).await?.registrar;
            let listings = all(&registrar, &caller, &search).await?;
            if output.json {
                print_json(&listings.iter().map(listed).collect());
            } else {
                let rows: Vec<_> = listings.iter().map(row).collect();
                print(&table(["CLIENT ID", "NAME", "TYPE", "CONNECTED"], &rows));
            }
        }
        Command::Show {
            which,
            reveal,
            output,
        } => {
            let registrar = open(data).await?.registrar;
            let listing = registrar.find(&caller, &which.client_id).await?;
            let confidential = listing.application.spec.client_type.is_confidential();
            let secret = if reveal && confidential {
                Some(registrar.reveal_secret(&caller, &which.client_id, None).await?)
            } else {
                None
            };
            show(&listing.application, secret.as_ref(), Some(&listing), output);
        }
        Command::NewSecret { which, output } => {
            let registrar = open(data).await?.registrar;
            let secret = registrar.new_secret(&caller, &which.client_id).await?;
            let listing = registrar.find(&caller, &which.client_id).await?;
            show(&listing.application, Some(&secret), Some(&listing), output);
        }
        Command::RetireSecret { which, secret } => {
            let registrar = open(data).await?.registrar;
            let listing = registrar.find(&caller, &which.client_id).await?;
            let id = match (secret, listing.secrets.last()) {
                (Some(number), _) => SecretId(number),
                (None, Some(oldest)) => oldest.id,
                (None, None) => return Err(RegistrationError::NoSecrets.into()),
            };
            registrar.retire_secret(&caller, &which.client_id, id).await?;
            print(&format!(
                "Retired secret {} of “{}”. Whatever still sends it is refused.",
                id.0, listing.application.spec.name
            ));
        }
        Command::Delete { which } => {
            let deleted = open(data)
                .await?
                .registrar
                .delete(&caller, &which.client_id)
                .await?;
            let count = deleted.connected_members;
            let members = if count == 1 {
                "1 member was"
            } else {
                &format!("{count} members were")
            };
            print(&format!(
                "Deleted “{}”; {members} connected.",
                deleted.application.spec.name
            ));
        }
    }
    Ok(())
}

impl CreateArgs {
    fn into_draft(self) -> Result<ApplicationDraft, CliError> {
        // The form has one URI per line, so a line break inside a URI would split it in two.
        if self.redirect_uris.iter().any(|uri| uri.contains(['\n', '\r'])) {
            return Err(CliError::Usage(
                "a redirect URI has a line break in it: give --redirect-uri for each".into(),
            ));
        }
        Ok(ApplicationDraft {
            name: self.name,
            redirect_uris: self.redirect_uris.join("\n"),
            scopes: self.scopes,
            confidential: !self.public,
            skip_consent: self.skip_consent,
            ..ApplicationDraft::default()
        })
    }
}

async fn all(
    registrar: &Registrar,
    caller: &Caller,
    search: &str,
) -> Result<Vec<ApplicationListing>, CliError> {
    let query = ListQuery {
        search: search.to_owned(),
        ..ListQuery::default()
    };
    let mut listings = Vec::new();
    for number in 1.. {
        let page = registrar.list(caller, &query, number).await?;
        let last = page.number >= page.pages();
        listings.extend(page.items);
        if last {
            break;
        }
    }
    Ok(listings)
}

fn show(
    application: &Application,
    secret: Option<&ClientSecret>,
    listing: Option<&ApplicationListing>,
    output: OutputArgs,
) {
    if output.json {
        let mut document = listing.map_or_else(|| as_json(application), listed);
        if let Some(secret) = secret {
            document["client_secret"] = secret.expose().into();
        }
        return print_json(&document);
    }
    let spec = &application.spec;
    let mut lines = vec![
        format!("Name           {}", spec.name),
        format!("Client ID      {}", application.client_id),
        format!("Type           {}", spec.client_type.label()),
        format!(
            "Redirect URI   {}",
            spec.redirect_uris.to_lines().replace('\n', "\n               ")
        ),
        format!("Scopes         {}", spec.scopes),
        format!(
            "Consent screen {}",
            if spec.skip_consent { "Skipped" } else { "Shown" }
        ),
    ];
    if let Some(secret) = secret {
        lines.insert(2, format!("Client Secret  {}", secret.expose()));
    }
    if application.is_paused() {
        lines.push("Paused         yes".to_owned());
    }
    if let Some(listing) = listing {
        lines.extend(secrets(listing).map(|(secret, retirement)| {
            let used = secret
                .last_used_at
                .map_or("never used".to_owned(), |at| format!("last used {}", at.iso()));
            let advice = retirement.map_or("", |retirement| match retirement {
                Retirement::NotMoved => "; keep it: the new secret has not been used yet",
                Retirement::StillUsed => "; keep it: it was used again after the new secret first was",
                Retirement::Safe => "; safe to retire: not used since the new secret first was",
            });
            format!(
                "Secret         {}, made {}, {used}{advice}",
                secret.id.0,
                secret.created_at.iso()
            )
        }));
        lines.push(format!("Connected      {}", listing.connected_members));
    }
    print(&lines.join("\n"));
}

fn row(listing: &ApplicationListing) -> [String; 4] {
    let Application { client_id, spec, .. } = &listing.application;
    [
        client_id.to_string(),
        spec.name.to_string(),
        spec.client_type.label().to_owned(),
        listing.connected_members.to_string(),
    ]
}

fn listed(listing: &ApplicationListing) -> Value {
    let mut document = as_json(&listing.application);
    document["connected_members"] = listing.connected_members.into();
    document["secrets"] = secrets(listing).map(secret_as_json).collect();
    document
}

/// The secrets, newest first, each with advice on retiring it if there is a newer one.
fn secrets(listing: &ApplicationListing) -> impl Iterator<Item = (&SecretRecord, Option<Retirement>)> {
    let newer = std::iter::once(None).chain(listing.secrets.iter().map(Some));
    let judged = |(secret, newer): (_, Option<_>)| {
        (secret, newer.map(|newer| SecretRecord::retirement(secret, newer)))
    };
    listing.secrets.iter().zip(newer).map(judged)
}

/// `safe_to_retire` is absent without a newer secret.
fn secret_as_json((secret, retirement): (&SecretRecord, Option<Retirement>)) -> Value {
    json!({
        "number": secret.id,
        "created_at": secret.created_at.iso(),
        "first_used_at": secret.first_used_at.map(Timestamp::iso),
        "last_used_at": secret.last_used_at.map(Timestamp::iso),
        "safe_to_retire": retirement.map(|retirement| retirement == Retirement::Safe),
    })
}

fn as_json(application: &Application) -> Value {
    let spec = &application.spec;
    json!({
        "client_id": application.client_id,
        "name": spec.name,
        "redirect_uris": spec.redirect_uris.to_lines().lines().collect::<Vec<_>>(),
        "scopes": spec.scopes.iter().map(Scope::id).collect::<Vec<_>>(),
        "confidential": spec.client_type.is_confidential(),
        "skip_consent": spec.skip_consent,
        "paused": application.is_paused(),
        "created_at": application.created_at.iso(),
        "last_used_at": application.last_used_at.map(Timestamp::iso),
    })
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Line {
        #[command(subcommand)]
        command: Command,
    }

    #[test]
    fn a_client_id_may_begin_with_anything() {
        for start in ["a", "-a", "-h", "-V", "--a", "--help", "--json", "_", "-", "---"] {
            let id = format!("{start}{}", "x".repeat(43 - start.len()));
            for arguments in [["app", "show", &id, "--json"], ["app", "show", "--json", &id]] {
                let line = Line::try_parse_from(arguments).unwrap_or_else(|error| panic!("{id}: {error}"));
                let Command::Show { which, output, .. } = line.command else {
                    panic!("{id}")
                };
                assert_eq!(which.client_id, id);
                assert!(output.json);
            }
        }
        assert!(Line::try_parse_from(["app", "show", "--help"]).is_err());
    }
}
