//! What is chosen, not typed: how the secret is sent, and who gets in.

use latchkey_domain::provider::CredentialsIn;
use leptos::prelude::*;

use super::super::form::{
    ADMITS_NEW_PEOPLE, CREDENTIALS_IN, FOLLOWS_PROFILE, ProviderForm, VERIFIES_EMAILS, credentials_id,
};
use crate::components::form::Toggle;

/// How the secret is sent.
pub(super) fn credentials(chosen: CredentialsIn) -> impl IntoView {
    let rows = [
        (
            CredentialsIn::Header,
            "In a header",
            "What most providers expect (client_secret_basic).",
        ),
        (
            CredentialsIn::Body,
            "In the form",
            "For providers that answer invalid_client otherwise (client_secret_post).",
        ),
    ]
    .map(|(credentials_in, label, hint)| {
        let value = credentials_id(credentials_in);
        Toggle {
            kind: "radio",
            id: format!("{CREDENTIALS_IN}-{value}"),
            name: CREDENTIALS_IN,
            value,
            is_chosen: credentials_in == chosen,
            label,
            hint,
        }
        .into_view()
    });
    // A choice other than the usual one is not hidden.
    let is_open = chosen == CredentialsIn::Body;
    view! {
        <details class="more" open=is_open>
            <summary>"How the client ID and secret are sent"</summary>
            <fieldset class="sso-choices">
                <legend class="visually-hidden">"How the client ID and secret are sent"</legend>
                {rows}
            </fieldset>
        </details>
    }
}

/// Who gets in as whom.
pub(super) fn people(form: &ProviderForm) -> impl IntoView + use<> {
    let toggles = [
        Toggle::checkbox(
            VERIFIES_EMAILS,
            "This provider verifies every email address",
            "Not needed if the provider itself says which addresses are verified, as Google, Auth0, Keycloak and Latchkey do. Careful: anyone who has an account there with a member’s address becomes that member here. Tick it only if nobody can get an account there with the address of somebody else.",
            form.verifies_emails,
        ),
        Toggle::checkbox(
            ADMITS_NEW_PEOPLE,
            "People who are not members yet become members",
            "At their first sign-in, if their email address is verified. Otherwise only people whom a host has added get in.",
            form.admits_new_people,
        ),
        Toggle::checkbox(
            FOLLOWS_PROFILE,
            "Name, email and picture follow the provider",
            "At each sign-in, the member’s name and picture here become those at the provider, and so does the email, if it is verified. A host keeps the email.",
            form.follows_profile,
        ),
    ]
    .map(Toggle::into_view);
    view! {
        <fieldset class="sso-choices">
            <legend class="field-label">"Who gets in"</legend>
            <p class="field-hint">
                "A first sign-in joins the member with the same email address, if the address is verified and the member is not a host. Everyone else signs in as before, once, and links the account under Account > Linked accounts."
            </p>
            {toggles}
        </fieldset>
    }
}
