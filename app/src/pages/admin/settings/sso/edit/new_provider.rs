//! A provider that is added: what to do there, and the form, which a preset has filled in.

use leptos::prelude::*;

use super::super::form::{ProviderField, ProviderForm, ProviderProblems, ProviderProtocol};
use super::super::preset::ProviderPreset;
use super::super::section;
use super::fields::form_of;
use super::redirect_uri;
use crate::components::navigation::AdminSection;

pub(super) fn title(preset: &ProviderPreset) -> String {
    let name = match (preset.name, preset.id, preset.protocol) {
        ("", "latchkey", _) => "another Latchkey",
        ("", _, ProviderProtocol::OAuth2) => "an OAuth 2.0 provider",
        ("", _, ProviderProtocol::OpenIdConnect) => "an OpenID Connect provider",
        (name, ..) => name,
    };
    format!("Add {name}")
}

pub(super) fn heading(preset: &'static ProviderPreset) -> impl IntoView {
    // Only the two presets of no provider in particular differ in nothing but the protocol.
    let is_generic = preset.id == preset.protocol.preset();
    let protocols = is_generic.then(|| {
        let links = ProviderProtocol::ALL.map(|protocol| {
            let current = (protocol == preset.protocol).then_some("page");
            view! {
                <a class="filter" href=address(protocol.preset()) aria-current=current>
                    {protocol.label()}
                </a>
            }
        });
        view! {
            <nav class="filters sso-kinds" aria-label="Kind of provider">
                {links}
            </nav>
        }
    });
    view! {
        <h1 class="page-title">{title(preset)}</h1>
        <p class="page-lead">"It is off at first: you test it, and then turn it on."</p>
        {protocols}
    }
}

pub(super) fn sections(
    preset: &'static ProviderPreset,
    origin: &str,
    form: &ProviderForm,
    problems: &ProviderProblems,
) -> impl IntoView + use<> {
    let slug = match form.text(ProviderField::Slug).trim() {
        "" => "SHORT-NAME",
        slug => slug,
    };
    let redirect_uri = redirect_uri(
        origin,
        slug,
        "The last part is the short name below. If you choose another, enter the address with that one.",
    );
    let steps = preset
        .steps
        .iter()
        .map(|step| view! { <li>{*step}</li> })
        .collect_view();
    let at_provider = view! {
        {redirect_uri}
        <ol class="steps">{steps}</ol>
        <p class="field-hint">
            "Latchkey’s guide “Single sign-on” says more, in the section “" {preset.guide} "”."
        </p>
    };
    let here = form_of(form, problems, None, address(preset.id), "Add the provider");
    view! {
        {preset.warning.map(|warning| view! { <p class="notice notice-warning">{warning}</p> })}
        {section("there", "1. At the provider", at_provider)}
        {section("here", "2. Here", here)}
    }
}

/// The form with this preset.
fn address(preset: &str) -> String {
    format!("{}/add?preset={preset}", AdminSection::SingleSignOn.path())
}
