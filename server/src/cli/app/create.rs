//! The options of `latchkey app create`.

use clap::Args;
use latchkey_domain::{ApplicationDraft, IdTokenAlgorithm};
use latchkey_registration::Brought;

use super::brought::BroughtArgs;
use crate::cli::output::OutputArgs;
use crate::error::CliError;

#[derive(Args, Debug)]
pub(in crate::cli) struct CreateArgs {
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
    #[arg(long, conflicts_with_all = ["client_secret_stdin", "client_secret_file"])]
    public: bool,
    /// Skip the consent page
    #[arg(long)]
    skip_consent: bool,
    /// What it is, in a sentence, for the members who are asked to allow it
    #[arg(long, value_name = "TEXT", default_value = "")]
    description: String,
    /// Where members read more about it: an https address
    #[arg(long, value_name = "URL", default_value = "")]
    website: String,
    /// Its privacy policy: an https address
    #[arg(long, value_name = "URL", default_value = "")]
    privacy_policy: String,
    /// Where it may send people who signed out; may be repeated
    #[arg(long = "post-logout-redirect-uri", value_name = "URI")]
    post_logout_redirect_uris: Vec<String>,
    /// Tell it the spaces that a member joined, in the claim `groups`
    #[arg(long)]
    spaces_in_groups: bool,
    /// How its ID tokens are signed: RS256 or, for programs that ask for it, ES256
    #[arg(long, value_name = "RS256|ES256", default_value_t)]
    id_token_alg: IdTokenAlgorithm,
    #[command(flatten)]
    brought: BroughtArgs,
    #[command(flatten)]
    pub(super) output: OutputArgs,
}

impl CreateArgs {
    /// The form, filled in, and what is brought from another server.
    pub(super) fn read(self) -> Result<(ApplicationDraft, Brought), CliError> {
        let draft = ApplicationDraft {
            name: self.name,
            redirect_uris: lines(&self.redirect_uris, "--redirect-uri")?,
            scopes: self.scopes,
            confidential: !self.public,
            skip_consent: self.skip_consent,
            description: self.description,
            website: self.website,
            privacy_policy: self.privacy_policy,
            post_logout_redirect_uris: lines(&self.post_logout_redirect_uris, "--post-logout-redirect-uri")?,
            spaces_in_groups: self.spaces_in_groups,
            es256: self.id_token_alg == IdTokenAlgorithm::Es256,
        };
        Ok((draft, self.brought.read()?))
    }
}

/// The URIs of an option as the form has them: one per line, so a line break inside a URI would split it in two.
pub(super) fn lines(uris: &[String], option: &str) -> Result<String, CliError> {
    if uris.iter().any(|uri| uri.contains(['\n', '\r'])) {
        return Err(CliError::Usage(format!(
            "a redirect URI has a line break in it: give {option} for each"
        )));
    }
    Ok(uris.join("\n"))
}
