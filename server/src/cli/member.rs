//! `latchkey member`

use clap::{ArgGroup, Args, Subcommand};
use latchkey_accounts::{Invitation, NewMember};
use latchkey_app::pages::SIGN_IN_LINK;
use latchkey_domain::{Actor, Email, Member, MemberName, Role};
use serde_json::{Value, json};

use super::open::open;
use super::output::{OutputArgs, print, print_json, table};
use super::password::read_new_password;
use super::{CliError, DataArgs};
use crate::settings::PublicUrl;
use crate::spreadsheet;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Add a member; the password is the first line of standard input
    Add(AddArgs),
    /// List the members
    List(OutputArgs),
    /// Change what a member may do
    SetRole {
        /// The member's email
        email: Email,
        /// host, moderator or member
        role: Role,
    },
    /// Change a member's password, which is the first line of standard input. This ends the member's sessions and
    /// disconnects the applications that the member authorized
    SetPassword {
        /// The member's email
        email: Email,
        /// Keep the connected applications: their access and refresh tokens continue to work. Use it only if nobody else knew
        /// the old password
        #[arg(long)]
        keep_apps: bool,
    },
    /// Make links with which members choose a password and sign in: one each, for 7 days
    Invite(InviteArgs),
    /// Remove a member with their sessions and connected applications
    Remove {
        /// The member's email
        email: Email,
    },
}

#[derive(Args, Debug)]
pub(super) struct AddArgs {
    /// The email address that the member signs in with
    #[arg(long)]
    email: Email,
    /// The name that others see
    #[arg(long, value_parser = MemberName::parse)]
    name: MemberName,
    /// host, moderator or member
    #[arg(long, default_value = "member")]
    role: Role,
    #[command(flatten)]
    output: OutputArgs,
}

#[derive(Args, Debug)]
#[group(skip)]
#[command(group(ArgGroup::new("whom").required(true)))]
pub(super) struct InviteArgs {
    /// The members' emails
    #[arg(value_name = "EMAIL", group = "whom")]
    emails: Vec<Email>,
    /// Everyone who has never chosen how to sign in
    #[arg(long, group = "whom")]
    all_not_invited: bool,
    /// Print a table for other programs: email, name and link, with commas between
    #[arg(long)]
    csv: bool,
    /// The address that members' browsers use, as for `serve`
    #[arg(long, value_name = "URL", env = "LATCHKEY_PUBLIC_URL")]
    public_url: Option<PublicUrl>,
}

pub(super) async fn run(command: Command, data: &DataArgs) -> Result<(), CliError> {
    let by = Actor::operator();
    match command {
        Command::Add(AddArgs {
            email,
            name,
            role,
            output,
        }) => {
            let password = read_new_password()?;
            let member = open(data)
                .await?
                .roster
                .add(
                    NewMember {
                        email,
                        name,
                        role,
                        password,
                    },
                    &by,
                )
                .await?;
            if output.json {
                print_json(&as_json(&member));
            } else {
                print(&format!(
                    "Added {} <{}> as {}.",
                    member.name, member.email, member.role
                ));
            }
        }
        Command::List(output) => {
            let members = open(data).await?.roster.all().await?;
            if output.json {
                print_json(&members.iter().map(as_json).collect());
            } else {
                let rows: Vec<_> = members.iter().map(row).collect();
                print(&table(["ID", "EMAIL", "NAME", "ROLE", "JOINED"], &rows));
            }
        }
        Command::SetRole { email, role } => {
            let member = open(data).await?.roster.set_role(&email, role, &by).await?;
            print(&format!("{} is now {}.", member.email, member.role));
        }
        Command::SetPassword { email, keep_apps } => {
            let password = read_new_password()?;
            let set = open(data)
                .await?
                .roster
                .set_password(&email, &password, keep_apps, &by)
                .await?;
            let applications = match (keep_apps, set.applications) {
                (true, _) => "Connected applications were kept.".to_owned(),
                (false, 1) => "1 connected application was disconnected.".to_owned(),
                (false, many) => format!("{many} connected applications were disconnected."),
            };
            print(&format!(
                "{} has a new password and is signed out everywhere. {applications}",
                set.member.email
            ));
        }
        Command::Invite(args) => invite(args, data, &by).await?,
        Command::Remove { email } => {
            let member = open(data).await?.roster.remove(&email, &by).await?;
            print(&format!("Removed {} <{}>.", member.name, member.email));
        }
    }
    Ok(())
}

async fn invite(args: InviteArgs, data: &DataArgs, by: &Actor) -> Result<(), CliError> {
    let public_url = match args.public_url {
        Some(url) => Some(url),
        None => data.public_url()?,
    };
    let Some(public_url) = public_url else {
        return Err(CliError::Usage(
            "--public-url is missing: give the address that members' browsers use, like https://oauth.example.org".into(),
        ));
    };
    let links = open(data).await?.links;
    let invitations = if args.all_not_invited {
        links.invite_all(by).await?
    } else {
        links.invite(&args.emails, by).await?
    };
    let rows: Vec<[String; 3]> = invitations
        .iter()
        .map(|Invitation { member, token }| {
            let link = format!("{}{SIGN_IN_LINK}?token={}", public_url.origin(), token.expose());
            [member.email.to_string(), member.name.to_string(), link]
        })
        .collect();
    if args.csv {
        let mut text = spreadsheet::line(&["email", "name", "link"]);
        for row in &rows {
            text.push_str(&spreadsheet::line(&row.each_ref().map(String::as_str)));
        }
        print(text.trim_end());
    } else if rows.is_empty() {
        print("Everyone has chosen how to sign in.");
    } else {
        print(&table(["EMAIL", "NAME", "LINK"], &rows));
    }
    Ok(())
}

fn row(member: &Member) -> [String; 5] {
    let joined = member.joined_at.iso();
    [
        member.id.to_string(),
        member.email.to_string(),
        member.name.to_string(),
        member.role.to_string(),
        joined.split('T').next().unwrap_or_default().to_owned(),
    ]
}

fn as_json(member: &Member) -> Value {
    json!({
        "id": member.id.0,
        "email": member.email,
        "name": member.name,
        "role": member.role.id(),
        "joined_at": member.joined_at.iso(),
    })
}
