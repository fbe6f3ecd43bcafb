//! `/admin/settings/sso/add` and `/admin/settings/sso/{slug}`: the settings of a provider.

mod choices;
mod existing_provider;
mod fields;
mod new_provider;
mod problems;
#[cfg(test)]
mod tests;

use latchkey_domain::Provider;
use leptos::prelude::*;

use self::problems::summary;
use super::copy_row;
use super::form::{ProviderForm, ProviderProblems};
use super::preset::ProviderPreset;
use crate::components::breadcrumb::breadcrumb;
use crate::components::frame::Frame;
use crate::components::navigation::{AdminSection, Level, Visitor};
use crate::components::notice::{error_notice, status_notice};

/// The form that adds a provider, or the page of one.
#[derive(Clone, Debug)]
pub struct ProviderPage {
    pub frame: Frame,
    pub visitor: Visitor,
    /// The public URL of this site: `https://example.org`.
    pub origin: String,
    /// Whether a provider is added, or which one is edited.
    pub subject: ProviderPageOf,
    pub form: ProviderForm,
    pub problems: ProviderProblems,
    /// What was just done, as a sentence.
    pub notice: Option<String>,
    /// Why nothing was done, as a sentence.
    pub error: Option<String>,
}

/// What the page is about.
#[derive(Clone, Debug)]
pub enum ProviderPageOf {
    /// A new provider.
    New(&'static ProviderPreset),
    /// A provider that is there.
    Existing(Box<ExistingProvider>),
}

/// A provider that is there.
#[derive(Clone, Debug)]
pub struct ExistingProvider {
    pub provider: Provider,
    /// How many members have an account there that is linked.
    pub members: u64,
    /// Whether members sign in only with providers.
    pub providers_only: bool,
    /// Why the last picture was refused, as a sentence.
    pub logo_error: Option<String>,
}

impl ProviderPage {
    /// The form that adds a provider, as its preset fills it in.
    pub fn new(frame: Frame, visitor: Visitor, origin: String, preset: &'static ProviderPreset) -> Self {
        Self {
            frame,
            visitor,
            origin,
            subject: ProviderPageOf::New(preset),
            form: preset.form(),
            problems: ProviderProblems::new(),
            notice: None,
            error: None,
        }
    }

    pub fn to_html(self) -> String {
        let Self {
            frame,
            visitor,
            origin,
            subject,
            form,
            problems,
            notice,
            error,
        } = self;
        let (title, heading, sections) = match subject {
            ProviderPageOf::New(preset) => (
                new_provider::title(preset),
                new_provider::heading(preset).into_any(),
                new_provider::sections(preset, &origin, &form, &problems).into_any(),
            ),
            ProviderPageOf::Existing(existing) => (
                existing.provider.spec.name.to_string(),
                existing_provider::heading(&existing).into_any(),
                existing_provider::sections(*existing, &origin, &form, &problems).into_any(),
            ),
        };
        frame.admin(
            &title,
            visitor,
            AdminSection::SingleSignOn,
            Level::Below,
            view! {
                {breadcrumb(vec![AdminSection::SingleSignOn.link()])}
                {heading}
                {notice.map(status_notice)}
                {error.map(error_notice)}
                {summary(&problems)}
                {sections}
            },
        )
    }
}

/// Where the provider sends people back to.
fn redirect_uri(origin: &str, slug: &str, hint: &'static str) -> impl IntoView + use<> {
    view! {
        <p class="field-label">"Redirect URI"</p>
        {copy_row("redirect-uri", format!("{origin}/sign-in/callback/{slug}"))}
        <p class="field-hint">{hint}</p>
    }
}
