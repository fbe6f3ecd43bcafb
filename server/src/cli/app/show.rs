//! An application as text and as JSON.

use latchkey_domain::{
    Application, ApplicationDraft, ClientSecret, IdTokenAlgorithm, Retirement, SecretRecord, Timestamp,
};
use latchkey_registration::ApplicationListing;
use serde_json::{Value, json};

use crate::cli::output::{OutputArgs, print, print_json};

pub(super) fn show(
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
    let told = draft_of(application);
    for (label, text) in [
        ("Description", told.description),
        ("Website", told.website),
        ("Privacy policy", told.privacy_policy),
        (
            "After sign-out",
            told.post_logout_redirect_uris.replace('\n', "\n               "),
        ),
    ] {
        if !text.is_empty() {
            lines.push(format!("{label:<14} {text}"));
        }
    }
    if spec.spaces_in_groups {
        lines.push("Groups         role and spaces".to_owned());
    }
    if spec.id_token_algorithm != IdTokenAlgorithm::default() {
        lines.push(format!("ID tokens      signed with {}", spec.id_token_algorithm));
    }
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

pub(super) fn row(listing: &ApplicationListing) -> [String; 4] {
    let Application { client_id, spec, .. } = &listing.application;
    [
        client_id.to_string(),
        spec.name.to_string(),
        spec.client_type.label().to_owned(),
        listing.connected_members.to_string(),
    ]
}

pub(super) fn listed(listing: &ApplicationListing) -> Value {
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
    let told = draft_of(application);
    json!({
        "client_id": application.client_id,
        "name": told.name,
        "redirect_uris": told.redirect_uris.lines().collect::<Vec<_>>(),
        "scopes": told.scopes,
        "confidential": told.confidential,
        "skip_consent": told.skip_consent,
        "description": optional(&told.description),
        "website": optional(&told.website),
        "privacy_policy": optional(&told.privacy_policy),
        "post_logout_redirect_uris": told.post_logout_redirect_uris.lines().collect::<Vec<_>>(),
        "spaces_in_groups": told.spaces_in_groups,
        "id_token_signed_response_alg": application.spec.id_token_algorithm,
        "paused": application.is_paused(),
        "created_at": application.created_at.iso(),
        "last_used_at": application.last_used_at.map(Timestamp::iso),
    })
}

/// An application in plain texts.
fn draft_of(application: &Application) -> ApplicationDraft {
    ApplicationDraft::from_spec(&application.spec)
}

/// What is left out is `null`.
fn optional(text: &str) -> Option<&str> {
    (!text.is_empty()).then_some(text)
}
