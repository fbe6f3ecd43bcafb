//! `latchkey app`: [`create`] and [`edit`] read what an application is from flags, [`transfer`] from a file; [`brought`] what
//! it keeps of another server.

pub(in crate::cli) mod brought;
mod create;
mod edit;
mod show;
mod transfer;

use clap::{ArgAction, Args, Subcommand};
use latchkey_domain::{ListQuery, SecretId};
use latchkey_registration::{ApplicationListing, Caller, Registrar, RegistrationError};

use self::create::CreateArgs;
use self::edit::EditArgs;
use self::show::{listed, row, show};
use self::transfer::ImportArgs;
use super::open::open;
use super::output::{OutputArgs, print, print_json, table};
use super::{CliError, DataArgs};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Register an application and print its secret
    Create(CreateArgs),
    /// List the applications, newest first
    List {
        /// Only those whose name, client id or redirect host contains this
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
    /// Change an application; what is not given stays as it is
    #[command(disable_help_flag = true)]
    Edit {
        #[command(flatten)]
        which: Which,
        #[command(flatten)]
        change: EditArgs,
        #[command(flatten)]
        output: OutputArgs,
    },
    /// Print an application as JSON, without its secret, for `app import`
    #[command(disable_help_flag = true)]
    Export {
        #[command(flatten)]
        which: Which,
    },
    /// Register the application of an exported file and print its secret
    Import(ImportArgs),
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
            let (draft, brought) = args.read()?;
            let registrar = open(data).await?.registrar;
            let created = registrar.create_with(&caller, &draft, brought).await?;
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
        Command::Edit {
            which,
            change,
            output,
        } => {
            let registrar = open(data).await?.registrar;
            let before = registrar.find(&caller, &which.client_id).await?.application;
            let draft = change.apply(&before.spec)?;
            let edited = registrar
                .update(&caller, &which.client_id, before.revision, &draft)
                .await?;
            show(&edited.application, None, None, output);
        }
        Command::Export { which } => {
            let registrar = open(data).await?.registrar;
            print(&registrar.export(&caller, &which.client_id).await?.to_json());
        }
        Command::Import(args) => transfer::import(args, &caller, data).await?,
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
