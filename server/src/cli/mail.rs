//! `latchkey mail`

use clap::{Args, Subcommand};
use latchkey_domain::Email;
use latchkey_domain::random::random_token;
use latchkey_mail::Letter;

use super::open::open;
use super::output::print;
use super::{CliError, DataArgs};
use crate::settings::{MailArgs, PublicUrl};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Send a mail to an address, and print what the mail server answered
    Test(TestArgs),
}

#[derive(Args, Debug)]
pub(super) struct TestArgs {
    /// To whom
    address: Email,
    /// The address that members' browsers use, as for `serve`
    #[arg(long, value_name = "URL", env = "LATCHKEY_PUBLIC_URL")]
    public_url: Option<PublicUrl>,
    #[command(flatten)]
    mail: MailArgs,
}

pub(super) async fn run(command: Command, data: &DataArgs) -> Result<(), CliError> {
    let Command::Test(TestArgs {
        address,
        public_url,
        mail,
    }) = command;
    let file = data.file()?;
    let settings = mail.resolve(&file)?.ok_or_else(|| {
        CliError::Usage(
            "there is no mail server: give --smtp and --mail-from, as for `latchkey serve`".into(),
        )
    })?;
    let public_url = public_url
        .or(data.public_url()?)
        .unwrap_or(PublicUrl::localhost(0));
    let server = settings.server(&public_url)?;
    let instance = open(data).await?;
    let network = instance.store.network().await?.name;
    let (now, id) = (instance.clock.now(), random_token(instance.randomness.as_ref()));
    let letter = Letter::test(&settings.sender, &network, &address, now, id);
    match server.send(&letter).await {
        Ok(answer) => {
            print(&format!(
                "{} took the mail to {address}: {answer}",
                server.address()
            ));
            Ok(())
        }
        Err(refusal) => Err(CliError::Failed(format!("the mail was not taken: {refusal}"))),
    }
}
