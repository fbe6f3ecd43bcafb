//! `/admin/settings/sso`: the providers, for hosts.

use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use latchkey_app::pages::{
    ExistingProvider, FROM_LIST, ProviderCard, ProviderField, ProviderForm, ProviderPage, ProviderPageOf,
    ProviderPreset, ProviderProblems, ProviderProtocol, SsoPage,
};
use latchkey_domain::provider::{Provider, ProviderSpec};
use latchkey_domain::{Actor, Member, Slug};
use latchkey_storage::providers::{MOST_PROVIDERS, ProviderChange, SecretChange};
use serde::Deserialize;

use super::slug::find;
use crate::http::failure::Failure;
use crate::http::logos::LogoForm;
use crate::http::page_form::{Form, FormBody};
use crate::http::pages::{scripted, scripted_frame, visitor};
use crate::http::signed_in_host::SignedInHost;
use crate::http::state::AppState;
use crate::provider_form;

pub(super) const PATH: &str = "/admin/settings/sso";

/// The result of the last form, from the URL. Only fixed texts are shown.
#[derive(Deserialize)]
pub(super) struct Done {
    done: Option<String>,
}

impl Done {
    fn notice(&self) -> Option<String> {
        let text = match self.done.as_deref()? {
            "added" => "The provider is added, and off. Test it, then turn it on.",
            "saved" => "The changes are saved.",
            "on" => "The provider is on: the sign-in page offers it.",
            "off" => "The provider is off: nobody signs in with it.",
            "deleted" => "The provider is deleted.",
            "logo" => "The picture is saved.",
            "only" => "Members sign in only with providers now. Keep the address for hosts.",
            "not-only" => "Members sign in with providers, a password or a passkey.",
            _ => return None,
        };
        Some(text.to_owned())
    }

    fn error(&self) -> Option<String> {
        let text = match self.done.as_deref()? {
            "needed" => {
                "Members sign in only with providers, and this is the last that is on. Let them sign in with a password first."
            }
            "none-on" => "No provider is on: turn one on first.",
            _ => return None,
        };
        Some(text.to_owned())
    }
}

fn after(path: &str, done: &str) -> Response {
    Redirect::to(&format!("{path}?done={done}")).into_response()
}

/// The page of a provider.
fn path_of(slug: &Slug) -> String {
    format!("{PATH}/{slug}")
}

/// The page that `form` is on: the list, or that of the provider.
fn came_from(form: &FormBody, slug: &Slug) -> String {
    let is_in_list = form_urlencoded::parse(&form.0).any(|(name, _)| name == FROM_LIST);
    if is_in_list {
        PATH.to_owned()
    } else {
        path_of(slug)
    }
}

/// The list.
pub(super) async fn show(
    State(state): State<AppState>,
    SignedInHost { host, .. }: SignedInHost,
    Query(done): Query<Done>,
) -> Result<Response, Failure> {
    let store = &state.instance.store;
    let card = |listing: latchkey_storage::ProviderListing| ProviderCard {
        members: listing.members,
        last_sign_in_at: listing.last_used_at,
        last_failure: state.providers.last_failure(listing.provider.id),
        provider: listing.provider,
    };
    let page = SsoPage {
        frame: scripted_frame(&state, &["copy.js"]).await?,
        visitor: visitor(&host),
        origin: state.public_url.origin().to_owned(),
        providers: store.providers().await?.into_iter().map(card).collect(),
        providers_only: store.network().await?.providers_only,
        notice: done.notice(),
        error: done.error(),
        now: state.instance.clock.now(),
    };
    Ok(scripted(StatusCode::OK, page.to_html()))
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct OnlyForm {
    providers_only: Option<String>,
}

/// Says whether members sign in only with providers.
pub(super) async fn set_only(
    State(state): State<AppState>,
    SignedInHost { by, .. }: SignedInHost,
    Form(form): Form<OnlyForm>,
) -> Result<Response, Failure> {
    let only = form.providers_only.is_some();
    let (store, now) = (&state.instance.store, state.instance.clock.now());
    let done = match (store.set_providers_only(only, &by, now).await?, only) {
        (false, _) => "none-on",
        (true, true) => "only",
        (true, false) => "not-only",
    };
    Ok(after(PATH, done))
}

#[derive(Deserialize)]
pub(super) struct Wanted {
    #[serde(default)]
    preset: String,
}

/// The form for a new provider.
pub(super) async fn show_add(
    State(state): State<AppState>,
    SignedInHost { host, .. }: SignedInHost,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Failure> {
    let preset = ProviderPreset::find(&wanted.preset).ok_or(Failure::NotFound)?;
    Ok(scripted(
        StatusCode::OK,
        page_new(&state, &host, preset).await?.to_html(),
    ))
}

async fn page_new(
    state: &AppState,
    host: &Member,
    preset: &'static ProviderPreset,
) -> Result<ProviderPage, Failure> {
    let frame = scripted_frame(state, &["copy.js"]).await?;
    let origin = state.public_url.origin().to_owned();
    Ok(ProviderPage::new(frame, visitor(host), origin, preset))
}

fn typed(body: &FormBody) -> ProviderForm {
    let fields = form_urlencoded::parse(&body.0);
    ProviderForm::read(fields.map(|(name, value)| (name.into_owned(), value.into_owned())))
}

/// Adds a provider, which is off at first, or shows the form again with what is wrong.
pub(super) async fn add(
    State(state): State<AppState>,
    SignedInHost { host, by, .. }: SignedInHost,
    Query(wanted): Query<Wanted>,
    body: FormBody,
) -> Result<Response, Failure> {
    let typed = typed(&body);
    let preset = ProviderPreset::find(&wanted.preset)
        .or_else(|| ProviderPreset::find(typed.protocol.preset()))
        .ok_or(Failure::NotFound)?;
    let (problems, error) = match provider_form::read(&typed, None) {
        Err(problems) => (problems, None),
        Ok((spec, secret)) => {
            let (store, now) = (&state.instance.store, state.instance.clock.now());
            let path = path_of(&spec.slug);
            let secret = match secret {
                SecretChange::Set(secret) => Some(secret),
                SecretChange::Keep | SecretChange::Remove => None,
            };
            match store.add_provider(spec, secret, &by, now).await? {
                ProviderChange::Done(_) => return Ok(after(&path, "added")),
                ProviderChange::TooMany => {
                    let most = format!("There are {MOST_PROVIDERS} providers already. Delete one first.");
                    (ProviderProblems::new(), Some(most))
                }
                _ => {
                    let taken = "Another provider has this short name. Choose another.".to_owned();
                    (ProviderProblems::from([(ProviderField::Slug, taken)]), None)
                }
            }
        }
    };
    let page = ProviderPage {
        form: typed,
        problems,
        error,
        ..page_new(&state, &host, preset).await?
    };
    Ok(scripted(StatusCode::UNPROCESSABLE_ENTITY, page.to_html()))
}

/// The form of a provider that is there.
pub(super) async fn show_edit(
    State(state): State<AppState>,
    SignedInHost { host, .. }: SignedInHost,
    Path(slug): Path<String>,
    Query(done): Query<Done>,
) -> Result<Response, Failure> {
    let provider = find(&state, &slug).await?.ok_or(Failure::NotFound)?;
    let page = ProviderPage {
        notice: done.notice(),
        error: done.error(),
        ..page_of(&state, &host, provider, None).await?
    };
    Ok(scripted(StatusCode::OK, page.to_html()))
}

async fn page_of(
    state: &AppState,
    host: &Member,
    provider: Provider,
    logo_error: Option<String>,
) -> Result<ProviderPage, Failure> {
    let store = &state.instance.store;
    let listed = store.providers().await?;
    let members = listed
        .iter()
        .find(|listing| listing.provider.id == provider.id)
        .map_or(0, |listing| listing.members);
    Ok(ProviderPage {
        frame: scripted_frame(state, &["copy.js"]).await?,
        visitor: visitor(host),
        origin: state.public_url.origin().to_owned(),
        form: ProviderForm::of_spec(&provider.spec),
        subject: ProviderPageOf::Existing(Box::new(ExistingProvider {
            provider,
            members,
            providers_only: store.network().await?.providers_only,
            logo_error,
        })),
        problems: ProviderProblems::new(),
        notice: None,
        error: None,
    })
}

/// Saves the form, or shows it again with what is wrong.
pub(super) async fn save(
    State(state): State<AppState>,
    SignedInHost { host, by, .. }: SignedInHost,
    Path(slug): Path<String>,
    body: FormBody,
) -> Result<Response, Failure> {
    let provider = find(&state, &slug).await?.ok_or(Failure::NotFound)?;
    // The protocol does not change: who somebody is there depends on it.
    let mut typed = typed(&body);
    typed.protocol = ProviderProtocol::of(&provider.spec.kind);
    match provider_form::read(&typed, Some((&provider.spec.slug, provider.spec.is_on))) {
        Ok((spec, secret)) => {
            let path = path_of(&spec.slug);
            change(&state, (spec, secret), &by, (&path, "saved")).await
        }
        Err(problems) => {
            let page = ProviderPage {
                form: typed,
                problems,
                ..page_of(&state, &host, provider, None).await?
            };
            Ok(scripted(StatusCode::UNPROCESSABLE_ENTITY, page.to_html()))
        }
    }
}

/// Changes a provider, and goes on to `path`, which then says what was `done`.
async fn change(
    state: &AppState,
    (spec, secret): (ProviderSpec, SecretChange),
    by: &Actor,
    (path, done): (&str, &str),
) -> Result<Response, Failure> {
    let (store, now) = (&state.instance.store, state.instance.clock.now());
    match store.change_provider(spec, secret, by, now).await? {
        ProviderChange::Done(_) => Ok(after(path, done)),
        ProviderChange::Needed => Ok(after(path, "needed")),
        _ => Err(Failure::NotFound),
    }
}

/// Offers the provider on the sign-in page.
pub(super) async fn turn_on(
    state: State<AppState>,
    host: SignedInHost,
    slug: Path<String>,
    form: FormBody,
) -> Result<Response, Failure> {
    turn(state, host, slug, (form, true)).await
}

/// Offers it no more.
pub(super) async fn turn_off(
    state: State<AppState>,
    host: SignedInHost,
    slug: Path<String>,
    form: FormBody,
) -> Result<Response, Failure> {
    turn(state, host, slug, (form, false)).await
}

async fn turn(
    State(state): State<AppState>,
    SignedInHost { by, .. }: SignedInHost,
    Path(slug): Path<String>,
    (form, is_on): (FormBody, bool),
) -> Result<Response, Failure> {
    let provider = find(&state, &slug).await?.ok_or(Failure::NotFound)?;
    let spec = ProviderSpec {
        is_on,
        ..provider.spec
    };
    let path = came_from(&form, &spec.slug);
    let done = if is_on { "on" } else { "off" };
    change(&state, (spec, SecretChange::Keep), &by, (&path, done)).await
}

/// Deletes a provider, with every link to it.
pub(super) async fn delete(
    State(state): State<AppState>,
    SignedInHost { by, .. }: SignedInHost,
    Path(slug): Path<String>,
    form: FormBody,
) -> Result<Response, Failure> {
    let provider = find(&state, &slug).await?.ok_or(Failure::NotFound)?;
    let (store, now) = (&state.instance.store, state.instance.clock.now());
    let slug = provider.spec.slug;
    match store.delete_provider(&slug, &by, now).await? {
        ProviderChange::Needed => Ok(after(&came_from(&form, &slug), "needed")),
        _ => Ok(after(PATH, "deleted")),
    }
}

/// Sets or removes the picture on the button.
pub(super) async fn set_logo(
    State(state): State<AppState>,
    SignedInHost { host, by, .. }: SignedInHost,
    Path(slug): Path<String>,
    form: LogoForm,
) -> Result<Response, Failure> {
    let provider = find(&state, &slug).await?.ok_or(Failure::NotFound)?;
    let logo = match form.logo(&state, &host).await {
        Ok(logo) => logo,
        Err(error) => {
            let page = page_of(&state, &host, provider, Some(error.to_string())).await?;
            return Ok(scripted(StatusCode::UNPROCESSABLE_ENTITY, page.to_html()));
        }
    };
    let (store, now) = (&state.instance.store, state.instance.clock.now());
    let slug = provider.spec.slug;
    store.set_provider_logo(&slug, logo, &by, now).await?;
    Ok(after(&path_of(&slug), "logo"))
}
