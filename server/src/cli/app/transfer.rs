//! Registering the application of a file.

use std::io::{self, Read};
use std::path::{Path, PathBuf};

use clap::Args;
use latchkey_domain::limits;
use latchkey_registration::{ApplicationExport, Caller, RegistrationError};

use super::brought::BroughtArgs;
use super::show::show;
use crate::cli::DataArgs;
use crate::cli::open::open;
use crate::cli::output::OutputArgs;
use crate::error::CliError;

#[derive(Args, Debug)]
pub(in crate::cli) struct ImportArgs {
    /// A file of `app export`, or - for standard input. It is checked like the form of the page. Its client id is kept; without
    /// one, a new one is made
    file: PathBuf,
    #[command(flatten)]
    brought: BroughtArgs,
    #[command(flatten)]
    output: OutputArgs,
}

pub(super) async fn import(args: ImportArgs, caller: &Caller, data: &DataArgs) -> Result<(), CliError> {
    let ImportArgs {
        file,
        brought,
        output,
    } = args;
    if file == Path::new("-") && brought.client_secret_stdin {
        return Err(CliError::Usage(
            "the file and the secret cannot both come from standard input: use --client-secret-file".into(),
        ));
    }
    let failed = |what: &dyn std::fmt::Display| {
        CliError::Failed(format!("{}: {what}; nothing was imported", file.display()))
    };
    let text = read(&file).map_err(|error| failed(&error))?;
    let (client_id, draft) = ApplicationExport::from_json(&text)
        .and_then(|application| application.to_draft())
        .map_err(|error| failed(&error))?;
    let mut brought = brought.read()?;
    brought.client_id = brought.client_id.or(client_id);
    let registrar = open(data).await?.registrar;
    let created = registrar.create_with(caller, &draft, brought).await;
    let created = created.map_err(|error| match error {
        RegistrationError::Invalid(_) => failed(&error.to_string().trim_end_matches('.')),
        error => error.into(),
    })?;
    show(&created.application, created.new_secret.as_ref(), None, output);
    Ok(())
}

/// The text of a file that is not too long for one application.
fn read(file: &Path) -> io::Result<String> {
    let most = limits::APPLICATION_BYTES as u64 + 1;
    let mut text = String::new();
    if file == Path::new("-") {
        io::stdin().lock().take(most).read_to_string(&mut text)?;
    } else {
        std::fs::File::open(file)?.take(most).read_to_string(&mut text)?;
    }
    if text.len() > limits::APPLICATION_BYTES {
        return Err(io::Error::other("is too long for one application"));
    }
    Ok(text)
}
