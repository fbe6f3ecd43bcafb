//! The options of `latchkey app edit`.

use clap::Args;
use latchkey_domain::{ApplicationDraft, ApplicationSpec, IdTokenAlgorithm};

use super::create::lines;
use crate::error::CliError;

/// At least one of these.
#[derive(Args, Debug)]
#[group(required = true, multiple = true)]
pub(in crate::cli) struct EditArgs {
    /// What hosts and members see
    #[arg(long)]
    name: Option<String>,
    /// Where members return to, in place of all that there are; may be repeated
    #[arg(long = "redirect-uri", value_name = "URI")]
    redirect_uris: Vec<String>,
    /// What the application may ask for, in place of all that there is; may be repeated
    #[arg(long = "scope", value_name = "SCOPE")]
    scopes: Vec<String>,
    /// Whether to skip the consent page
    #[arg(long, value_name = "true|false")]
    skip_consent: Option<bool>,
    /// What it is, in a sentence; an empty text removes it
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,
    /// Where members read more about it; an empty text removes it
    #[arg(long, value_name = "URL")]
    website: Option<String>,
    /// Its privacy policy; an empty text removes it
    #[arg(long, value_name = "URL")]
    privacy_policy: Option<String>,
    /// Where it may send people who signed out, in place of all that there are; may be repeated; an empty text removes them
    #[arg(long = "post-logout-redirect-uri", value_name = "URI")]
    post_logout_redirect_uris: Vec<String>,
    /// Whether to tell it the spaces that a member joined, in the claim `groups`
    #[arg(long, value_name = "true|false")]
    spaces_in_groups: Option<bool>,
    /// How its ID tokens are signed
    #[arg(long, value_name = "RS256|ES256")]
    id_token_alg: Option<IdTokenAlgorithm>,
}

impl EditArgs {
    /// The form of an application with the changes.
    pub(super) fn apply(self, before: &ApplicationSpec) -> Result<ApplicationDraft, CliError> {
        let mut draft = ApplicationDraft::from_spec(before);
        if !self.redirect_uris.is_empty() {
            draft.redirect_uris = lines(&self.redirect_uris, "--redirect-uri")?;
        }
        if !self.post_logout_redirect_uris.is_empty() {
            draft.post_logout_redirect_uris =
                lines(&self.post_logout_redirect_uris, "--post-logout-redirect-uri")?;
        }
        if !self.scopes.is_empty() {
            draft.scopes = self.scopes;
        }
        draft.skip_consent = self.skip_consent.unwrap_or(draft.skip_consent);
        draft.spaces_in_groups = self.spaces_in_groups.unwrap_or(draft.spaces_in_groups);
        if let Some(algorithm) = self.id_token_alg {
            draft.es256 = algorithm == IdTokenAlgorithm::Es256;
        }
        for (field, given) in [
            (&mut draft.name, self.name),
            (&mut draft.description, self.description),
            (&mut draft.website, self.website),
            (&mut draft.privacy_policy, self.privacy_policy),
        ] {
            if let Some(given) = given {
                *field = given;
            }
        }
        Ok(draft)
    }
}
