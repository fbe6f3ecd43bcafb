//! `/admin/settings/network`: what people see of the network, and its plan, for hosts.

use axum::extract::{Query, State};
use axum::response::{Html, IntoResponse, Redirect, Response};
use http::StatusCode;
use latchkey_app::pages::{NetworkForm, NetworkPage, NetworkProblems};
use latchkey_domain::{Color, Member, Network, NetworkName, Plan, Slug, WebLink};
use latchkey_storage::{NetworkChange, Setting};
use serde::Deserialize;

use super::failure::Failure;
use super::logos::{self, LogoForm};
use super::page_form::Form;
use super::pages::{frame, visitor};
use super::signed_in_host::SignedInHost;
use super::state::AppState;
use crate::logo::LogoError;

pub(super) const PATH: &str = "/admin/settings/network";

/// The form, as typed.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Typed {
    name: String,
    slug: String,
    plan: String,
    color: String,
    terms: String,
    privacy_policy: String,
    hosts_second_factor: Option<String>,
}

/// The result of the last form, from the URL. Only fixed texts are shown.
#[derive(Deserialize)]
pub(super) struct Outcome {
    saved: Option<String>,
    logo: Option<String>,
}

pub(super) async fn show(
    State(state): State<AppState>,
    SignedInHost { host, .. }: SignedInHost,
    Query(outcome): Query<Outcome>,
) -> Result<Response, Failure> {
    let saved = outcome.saved.map(|_| "The changes are saved.".to_owned());
    let page = NetworkPage {
        notice: saved.or_else(|| logos::notice(outcome.logo.as_deref())),
        ..page(&state, &host).await?
    };
    Ok(Html(page.to_html()).into_response())
}

/// Saves the form, or shows it again with what is wrong.
pub(super) async fn save(
    State(state): State<AppState>,
    SignedInHost { host, by, .. }: SignedInHost,
    Form(typed): Form<Typed>,
) -> Result<Response, Failure> {
    match typed.validate() {
        Ok(change) => {
            let (store, now) = (&state.instance.store, state.instance.clock.now());
            store.change_network(change, &by, now).await?;
            Ok(Redirect::to("/admin/settings/network?saved=1").into_response())
        }
        Err(problems) => {
            let page = NetworkPage {
                form: typed.into_form(),
                problems,
                ..page(&state, &host).await?
            };
            Ok(refused(page))
        }
    }
}

/// Sets or removes the network's logo.
pub(super) async fn set_logo(
    State(state): State<AppState>,
    SignedInHost { host, by, .. }: SignedInHost,
    form: LogoForm,
) -> Result<Response, Failure> {
    let logo = match form.logo(&state, &host).await {
        Ok(logo) => logo,
        Err(error) => return refuse_logo(&state, &host, error).await,
    };
    let outcome = logos::outcome(logo.as_ref());
    let (store, now) = (&state.instance.store, state.instance.clock.now());
    store.set_network_logo(logo, &by, now).await?;
    let address = format!("{PATH}?logo={outcome}");
    Ok(Redirect::to(&address).into_response())
}

/// The page after a picture was refused.
async fn refuse_logo(state: &AppState, host: &Member, error: LogoError) -> Result<Response, Failure> {
    let mut page = page(state, host).await?;
    page.problems.logo = Some(error.to_string());
    Ok(logos::refused(error, page.to_html()))
}

fn refused(page: NetworkPage) -> Response {
    (StatusCode::UNPROCESSABLE_ENTITY, Html(page.to_html())).into_response()
}

/// The page with the network as it is.
async fn page(state: &AppState, host: &Member) -> Result<NetworkPage, Failure> {
    let network = state.instance.store.network().await?;
    Ok(NetworkPage {
        frame: frame(state).await?,
        visitor: visitor(host),
        logo: network.logo.clone(),
        form: current(&network),
        problems: NetworkProblems::default(),
        notice: None,
    })
}

fn current(network: &Network) -> NetworkForm {
    let link = |link: Option<&WebLink>| link.map(ToString::to_string).unwrap_or_default();
    NetworkForm {
        name: network.name.to_string(),
        slug: network.slug.to_string(),
        plan: network.plan.id().to_owned(),
        color: network.color.map(|color| color.to_string()).unwrap_or_default(),
        terms: link(network.terms.as_ref()),
        privacy_policy: link(network.privacy_policy.as_ref()),
        hosts_second_factor: network.hosts_second_factor,
    }
}

impl Typed {
    /// The change, or what is wrong with each field.
    // What is wrong is shown once, for a form.
    #[allow(clippy::result_large_err)]
    fn validate(&self) -> Result<NetworkChange, NetworkProblems> {
        let name = NetworkName::parse(&self.name);
        let slug = self.slug.trim().parse::<Slug>();
        let plan = self.plan.parse::<Plan>();
        let color = optional(&self.color, str::parse::<Color>);
        let terms = optional(&self.terms, WebLink::parse);
        let privacy_policy = optional(&self.privacy_policy, WebLink::parse);
        match (name, slug, plan, color, terms, privacy_policy) {
            (Ok(name), Ok(slug), Ok(plan), Ok(color), Ok(terms), Ok(privacy_policy)) => Ok(NetworkChange {
                name: Some(name),
                slug: Some(slug),
                plan: Some(plan),
                color: Setting::exactly(color),
                terms: Setting::exactly(terms),
                privacy_policy: Setting::exactly(privacy_policy),
                hosts_second_factor: Some(self.hosts_second_factor.is_some()),
            }),
            (name, slug, plan, color, terms, privacy_policy) => Err(NetworkProblems {
                name: problem("The name", name),
                slug: slug.err().map(|error| format!("{error}.")),
                plan: plan.err().map(|_| "Choose a plan.".to_owned()),
                color: problem("The colour", color),
                terms: problem("The address", terms),
                privacy_policy: problem("The address", privacy_policy),
                logo: None,
            }),
        }
    }

    fn into_form(self) -> NetworkForm {
        NetworkForm {
            name: self.name,
            slug: self.slug,
            plan: self.plan,
            color: self.color,
            terms: self.terms,
            privacy_policy: self.privacy_policy,
            hosts_second_factor: self.hosts_second_factor.is_some(),
        }
    }
}

/// A field that may be empty.
fn optional<T, E>(text: &str, parse: impl FnOnce(&str) -> Result<T, E>) -> Result<Option<T>, E> {
    if text.trim().is_empty() {
        Ok(None)
    } else {
        parse(text).map(Some)
    }
}

/// What is wrong, as a sentence that begins with the name of the field.
fn problem<T, E: std::fmt::Display>(what: &str, read: Result<T, E>) -> Option<String> {
    read.err().map(|error| format!("{what} {error}."))
}
