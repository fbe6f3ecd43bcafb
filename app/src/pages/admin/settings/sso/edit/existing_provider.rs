//! A provider that is there: its settings, its logo, and how to be rid of it.

use leptos::prelude::*;

use super::super::card::{badge, delete, turn};
use super::super::form::{ProviderForm, ProviderProblems};
use super::super::{provider_page, section};
use super::fields::form_of;
use super::{ExistingProvider, redirect_uri};
use crate::components::picture_form::{PictureKind, picture_form};

pub(super) fn heading(existing: &ExistingProvider) -> impl IntoView + use<> {
    let provider = &existing.provider;
    view! {
        <header class="page-header">
            <h1 class="page-title">
                <bdi>{provider.spec.name.to_string()}</bdi>
                " "
                {badge(provider.spec.is_on)}
            </h1>
            <div class="sso-card-actions">
                <a class="button" href=format!("{}/test", provider_page(provider))>
                    "Test"
                </a>
                {turn(provider, existing.providers_only, false)}
            </div>
        </header>
    }
}

pub(super) fn sections(
    existing: ExistingProvider,
    origin: &str,
    form: &ProviderForm,
    problems: &ProviderProblems,
) -> impl IntoView + use<> {
    let ExistingProvider {
        provider,
        members,
        providers_only,
        logo_error,
    } = existing;
    let page = provider_page(&provider);
    let logo = picture_form(
        PictureKind::Logo,
        provider.spec.name.as_str(),
        provider.logo.as_ref(),
        format!("{page}/logo"),
        logo_error,
    );
    let redirect_uri = redirect_uri(
        origin,
        provider.spec.slug.as_str(),
        "Enter it at the provider exactly like this.",
    );
    let here = view! {
        <p class="field-hint sso-hint">
            "Members are known by their id at this provider. For another service, add a provider: its ids belong to other people."
        </p>
        {form_of(form, problems, Some(provider.has_secret), page, "Save")}
    };
    let delete = view! { <div class="sso-delete">{delete(&provider, members, providers_only, false)}</div> };
    view! {
        {section("there", "At the provider", redirect_uri)}
        {section("here", "Here", here)}
        {section("logo", "Logo on the button", logo)}
        {section("delete", "Delete", delete)}
    }
}
