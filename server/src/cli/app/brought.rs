//! The client id and the secret that an application has on another server and keeps here. A secret comes from standard input
//! or a file, never from an argument that others could see in the process list.

use std::fs::File;
use std::io::{self, BufReader, IsTerminal};
use std::path::PathBuf;

use clap::Args;
use latchkey_domain::{ClientId, ClientSecret};
use latchkey_registration::Brought;
use zeroize::Zeroizing;

use crate::cli::password::first_line;
use crate::error::CliError;

/// One more than a secret can have, with its line end.
const LONGEST: usize = 260;

#[derive(Args, Debug)]
// The flags have the prefix, and clap takes their names from here.
#[allow(clippy::struct_field_names)]
pub(super) struct BroughtArgs {
    /// The client id that it has on another server: 8 to 128 letters, digits, and - . _ ~
    #[arg(long, value_name = "ID", allow_hyphen_values = true)]
    client_id: Option<String>,
    /// Keep the secret that it has there, the first line of standard input: 16 to 256 visible ASCII characters
    #[arg(long)]
    pub(super) client_secret_stdin: bool,
    /// The same, the first line of a file
    #[arg(long, value_name = "FILE", conflicts_with = "client_secret_stdin")]
    client_secret_file: Option<PathBuf>,
}

impl BroughtArgs {
    pub(super) fn read(self) -> Result<Brought, CliError> {
        let client_id = self.client_id.map(|text| {
            text.parse()
                .map_err(|_| CliError::Usage(format!("--client-id: expected {}", ClientId::EXPECTED)))
        });
        let client_id = client_id.transpose()?;
        let secret = if let Some(path) = self.client_secret_file {
            let line = File::open(&path).and_then(|file| first_line(BufReader::new(file), LONGEST));
            Some(line.map_err(|error| CliError::Failed(format!("cannot read {}: {error}", path.display())))?)
        } else if self.client_secret_stdin {
            let line = from_standard_input();
            Some(line.map_err(|error| {
                CliError::Failed(format!("cannot read the secret from standard input: {error}"))
            })?)
        } else {
            None
        };
        let secret = secret.map(|text| {
            ClientSecret::brought(&text).ok_or_else(|| {
                CliError::Usage(
                    "this cannot be a client secret: expected 16 to 256 visible ASCII characters in one line"
                        .into(),
                )
            })
        });
        Ok(Brought {
            client_id,
            secret: secret.transpose()?,
        })
    }
}

/// At a terminal it is not shown.
fn from_standard_input() -> io::Result<Zeroizing<String>> {
    let stdin = io::stdin();
    if stdin.is_terminal() {
        rpassword::prompt_password("Client secret: ").map(Zeroizing::new)
    } else {
        first_line(stdin.lock(), LONGEST)
    }
}
