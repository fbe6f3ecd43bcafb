//! The form of a provider, and its inputs.

use leptos::prelude::*;

use super::super::form::{ProviderField as F, ProviderForm, ProviderProblems, ProviderProtocol};
use super::choices::{credentials, people};
use crate::components::form::Field;

/// Where the answer of the userinfo address has what.
const PATHS: [F; 8] = [
    F::IdPath,
    F::EmailPath,
    F::EmailVerifiedPath,
    F::NamePath,
    F::GivenNamePath,
    F::FamilyNamePath,
    F::PicturePath,
    F::BioPath,
];

/// The form, sent to `action` by `button`. `has_secret` is that of a provider that is there.
pub(super) fn form_of(
    form: &ProviderForm,
    problems: &ProviderProblems,
    has_secret: Option<bool>,
    action: String,
    button: &'static str,
) -> impl IntoView + use<> {
    let inputs = |fields: &[F]| {
        fields
            .iter()
            .map(|field| input(*field, form, problems, has_secret))
            .collect_view()
    };
    let addresses: &[F] = match form.protocol {
        ProviderProtocol::OpenIdConnect => &[F::Issuer],
        ProviderProtocol::OAuth2 => &[F::Authorization, F::Token, F::Userinfo],
    };
    // A new provider gets a short name, which cannot be changed later.
    let slug = has_secret.is_none().then(|| inputs(&[F::Slug]));
    let paths = (form.protocol == ProviderProtocol::OAuth2).then(|| {
        view! {
            <fieldset class="sso-paths">
                <legend class="field-label">"What the userinfo address answers"</legend>
                <p class="field-hint">
                    "The name of each field in its JSON. Inside others, write the names from the outside in with dots between, such as user.email or emails.0.value. The test shows the answer."
                </p>
                <div class="more-fields">{inputs(&PATHS)}</div>
            </fieldset>
        }
    });
    view! {
        <form class="stack" method="post" action=action>
            <input type="hidden" name="kind" value=form.protocol.id() />
            {inputs(&[F::Name])}
            {slug}
            {inputs(addresses)}
            {inputs(&[F::ClientId, F::ClientSecret])}
            {credentials(form.credentials_in)}
            {inputs(&[F::Scopes])}
            {paths}
            {people(form)}
            <div class="settings-answers">
                <button class="button button-primary" type="submit">
                    {button}
                </button>
            </div>
        </form>
    }
}

fn input(
    field: F,
    form: &ProviderForm,
    problems: &ProviderProblems,
    has_secret: Option<bool>,
) -> impl IntoView + use<> {
    let (kind, required, hint) = look(field, form.protocol);
    let hint = match field {
        F::ClientSecret if has_secret == Some(true) => "Leave empty to keep the secret.",
        _ => hint,
    };
    Field {
        name: field.id(),
        label: field.label(),
        kind,
        // Not the password of somebody's account.
        autocomplete: if kind == "password" { "new-password" } else { "off" },
        hint: (!hint.is_empty()).then(|| hint.to_owned()),
        value: form.text(field).to_owned(),
        required,
        error: problems.get(&field).cloned(),
        autofocus: problems.keys().next() == Some(&field),
    }
    .into_view()
}

/// The kind of the input, whether it must be filled in, and what to enter; empty if the label says it all.
const fn look(field: F, protocol: ProviderProtocol) -> (&'static str, bool, &'static str) {
    match field {
        F::Name => ("text", true, "The button says “Continue with” and this name."),
        F::Slug => (
            "code",
            true,
            "Lower-case letters, digits and hyphens, such as google. It is the last part of the redirect URI and cannot be changed later.",
        ),
        F::Issuer => (
            "url",
            true,
            "The provider’s address, exactly as the provider writes it. All other addresses are read from there.",
        ),
        F::Authorization => ("url", true, "Where people sign in and agree."),
        F::Token => (
            "url",
            true,
            "Where this server exchanges the code for an access token.",
        ),
        F::Userinfo => ("url", true, "Where this server asks who it is."),
        F::ClientId => ("code", true, ""),
        F::ClientSecret => ("password", false, "Leave empty if the provider gave none."),
        F::Scopes => (
            "code",
            false,
            match protocol {
                ProviderProtocol::OpenIdConnect => {
                    "What to ask for, with spaces between. It needs openid; profile and email bring the name and the email."
                }
                ProviderProtocol::OAuth2 => {
                    "What to ask for, with spaces between, as the provider names it. Empty if it has none."
                }
            },
        ),
        F::IdPath => ("code", true, "Never changes for an account."),
        F::EmailVerifiedPath => ("code", false, "Is true or 1 if it is."),
        F::GivenNamePath => ("code", false, "If there is no whole name."),
        F::PicturePath => ("code", false, "The address of a picture."),
        F::EmailPath | F::NamePath | F::FamilyNamePath | F::BioPath => ("code", false, ""),
    }
}
