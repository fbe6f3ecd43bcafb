//! `latchkey member`

use clap::{ArgGroup, Args, Subcommand};
use latchkey_accounts::NewMember;
use latchkey_domain::{Actor, Email, ListedMember, Member, MemberName, Role};
use latchkey_mail::Mailing;
use latchkey_storage::members::sessions_detail;
use serde_json::{Value, json};

use super::open::open;
use super::output::{OutputArgs, print, print_json, table};
use super::password::read_new_password;
use super::{CliError, DataArgs};
use crate::instance::Instance;
use crate::invitations;
use crate::settings::PublicUrl;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Add a member; the password is the first line of standard input
    Add(AddArgs),
    /// List the members, and who of them can sign in
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
    /// Change a member's email. The new one is not verified. With a mail server, a mail goes to the old one
    SetEmail {
        /// The member's email
        email: Email,
        /// The new one
        new: Email,
    },
    /// Make links with which members choose a password and sign in: one each, for 7 days
    Invite(InviteArgs),
    /// Keep a member out: their sessions end, and their tokens are refused from the next request on. Nothing is deleted
    Suspend {
        /// The member's email
        email: Email,
    },
    /// Let a suspended member in again
    Resume {
        /// The member's email
        email: Email,
    },
    /// Remove a member's authenticator app, for when the phone and the recovery codes are gone. Ends their sessions
    ResetSecondFactor {
        /// The member's email
        email: Email,
    },
    /// Sign a member out everywhere
    EndSessions {
        /// The member's email
        email: Email,
    },
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
    /// Read no password: `member invite` makes a link with which the member chooses one
    #[arg(long)]
    no_password: bool,
    #[command(flatten)]
    output: OutputArgs,
}

#[derive(Args, Debug)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "each is a switch of the command line"
)]
#[group(skip)]
#[command(group(ArgGroup::new("whom").required(true)))]
pub(super) struct InviteArgs {
    /// The members' emails
    #[arg(value_name = "EMAIL", group = "whom")]
    emails: Vec<Email>,
    /// Everyone who has never chosen how to sign in and has no link that works
    #[arg(long, group = "whom")]
    all_not_invited: bool,
    /// With --all-not-invited: also those who have a link. It ends, and another takes its place
    #[arg(long, requires = "all_not_invited", conflicts_with = "emails")]
    again: bool,
    /// Send the links by mail instead of printing them: a server that has --smtp sends them
    #[arg(long, conflicts_with = "csv")]
    mail: bool,
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
        Command::Add(args) => add(args, data, &by).await?,
        Command::List(output) => {
            let members = open(data).await?.roster.all().await?;
            if output.json {
                print_json(&members.iter().map(listed_as_json).collect());
            } else {
                let rows: Vec<_> = members.iter().map(row).collect();
                let header = ["ID", "EMAIL", "NAME", "ROLE", "STATE", "JOINED"];
                print(&table(header, &rows));
            }
        }
        Command::SetRole { email, role } => {
            let member = open(data).await?.roster.set_role(&email, role, &by).await?;
            print(&format!("{} is now {}.", member.email, member.role));
        }
        Command::SetEmail { email, new } => {
            let member = open(data).await?.roster.set_email(&email, &new, &by).await?;
            print(&format!("{} signs in as {} now.", member.name, member.email));
        }
        Command::SetPassword { email, keep_apps } => set_password(&email, keep_apps, data, &by).await?,
        Command::Suspend { email } => {
            let member = open(data).await?.roster.set_suspended(&email, true, &by).await?;
            print(&format!(
                "{} is suspended and signed out everywhere. Tokens are refused until `latchkey member resume {}`.",
                member.email, member.email
            ));
        }
        Command::Resume { email } => {
            let member = open(data).await?.roster.set_suspended(&email, false, &by).await?;
            print(&format!(
                "{} can sign in again, and their connected applications work again.",
                member.email
            ));
        }
        Command::ResetSecondFactor { email } => {
            let Instance {
                roster,
                second_factor,
                ..
            } = open(data).await?;
            for member in roster.find_all(&[email]).await? {
                let words = if second_factor.remove(&member, &by).await? {
                    "has no second factor any more, and is signed out everywhere"
                } else {
                    "has no second factor"
                };
                print(&format!("{} {words}.", member.email));
            }
        }
        Command::EndSessions { email } => {
            let roster = open(data).await?.roster;
            let ended = roster.end_all_sessions(&email, &by).await?;
            print(&format!(
                "{email} is signed out everywhere: {}.",
                sessions_detail(ended)
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

async fn add(args: AddArgs, data: &DataArgs, by: &Actor) -> Result<(), CliError> {
    let AddArgs {
        email,
        name,
        role,
        no_password,
        output,
    } = args;
    let password = if no_password {
        None
    } else {
        Some(read_new_password()?)
    };
    let new = NewMember {
        email,
        name,
        role,
        password,
    };
    let member = open(data).await?.roster.add(new, by).await?;
    if output.json {
        print_json(&as_json(&member));
    } else {
        print(&format!(
            "Added {} <{}> as {}.",
            member.name, member.email, member.role
        ));
    }
    Ok(())
}

async fn set_password(email: &Email, keep_apps: bool, data: &DataArgs, by: &Actor) -> Result<(), CliError> {
    let password = read_new_password()?;
    let set = open(data)
        .await?
        .roster
        .set_password(email, &password, keep_apps, by)
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
    Ok(())
}

async fn invite(args: InviteArgs, data: &DataArgs, by: &Actor) -> Result<(), CliError> {
    if args.mail {
        return invite_by_mail(&args, data, by).await;
    }
    let public_url = match args.public_url {
        Some(url) => Some(url),
        None => data.public_url()?,
    };
    let Some(public_url) = public_url else {
        return Err(CliError::Usage(
            "--public-url is missing: give the address that members' browsers use, like https://oauth.example.org".into(),
        ));
    };
    let Instance { links, roster, .. } = open(data).await?;
    let invitations = if args.all_not_invited {
        links.invite_all(args.again, by).await?
    } else {
        links.invite(roster.find_all(&args.emails).await?, by).await?
    };
    let origin = public_url.origin();
    if args.csv {
        print(invitations::csv(&invitations, origin).trim_end());
    } else if invitations.is_empty() {
        print(if args.again {
            "Everyone has chosen how to sign in."
        } else {
            "Everyone can sign in, or has a link that works; --again makes new ones for those."
        });
    } else {
        let cells = |invitation| invitations::cells(invitation, origin);
        let rows: Vec<_> = invitations.iter().map(cells).collect();
        print(&table(["EMAIL", "NAME", "LINK"], &rows));
    }
    Ok(())
}

/// Queues mails, which the server sends.
async fn invite_by_mail(args: &InviteArgs, data: &DataArgs, by: &Actor) -> Result<(), CliError> {
    let instance = open(data).await?;
    let mailing = Mailing::new(instance.store.clone(), instance.clock.clone(), None);
    let queued = if args.all_not_invited {
        mailing.invite_all(args.again, by).await?
    } else {
        let members = instance.roster.find_all(&args.emails).await?;
        mailing.invite(&members, by).await?
    };
    print(&match queued {
        0 => "No mail was added: each member has one that waits, or got several within the last hour."
            .to_owned(),
        1 => "1 mail waits. A server that has --smtp sends it.".to_owned(),
        many => format!("{many} mails wait. A server that has --smtp sends them."),
    });
    Ok(())
}

fn row(listed: &ListedMember) -> [String; 6] {
    let member = &listed.member;
    let joined = member.joined_at.iso();
    [
        member.id.to_string(),
        member.email.to_string(),
        member.name.to_string(),
        member.role.to_string(),
        listed.state().id().to_owned(),
        joined.split('T').next().unwrap_or_default().to_owned(),
    ]
}

fn listed_as_json(listed: &ListedMember) -> Value {
    let mut json = as_json(&listed.member);
    json["state"] = json!(listed.state().id());
    json
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
