//! `/admin/settings/oauth-applications/{client_id}/use`: an application's settings and a program in the integrator's
//! language, ready to copy.

mod environment;
mod message;
mod next;
mod programs;
mod snippet;

use latchkey_domain::{Application, ClientSecret, RedirectUri, TimeSpan};
use leptos::prelude::*;

use self::next::next;
use self::programs::{PROGRAMS, Program};
use self::snippet::{block, copy_button};
use super::address;
use super::head::plain_head;
use super::tabs::Tab;
use crate::components::frame::Frame;
use crate::components::navigation::{AdminSection, Level, Visitor};

pub use self::environment::{Endpoints, Environment};
pub use self::message::DeveloperMessage;

/// How to use an application.
#[derive(Clone, Debug)]
pub struct UseItPage {
    pub frame: Frame,
    pub visitor: Visitor,
    pub application: Application,
    /// How many of its requests failed in the last hour.
    pub failures: u64,
    /// The redirect URI in the settings.
    pub redirect_uri: RedirectUri,
    /// The URLs in the settings.
    pub endpoints: Endpoints,
    /// Its secret, if the host has revealed it.
    pub secret: Option<ClientSecret>,
    /// How long a code is valid.
    pub code_lifetime: TimeSpan,
}

impl UseItPage {
    /// The redirect URI that an integrator can try first: one on their own machine if there is one, else the first.
    pub fn first_choice(application: &Application) -> Option<&RedirectUri> {
        let all = &application.spec.redirect_uris;
        all.iter()
            .find(|uri| uri.is_loopback())
            .or_else(|| all.iter().next())
    }

    pub fn to_html(self) -> String {
        let Self {
            frame,
            visitor,
            application,
            failures,
            redirect_uri,
            endpoints,
            secret,
            code_lifetime,
        } = self;
        let name = application.spec.name.to_string();
        let network = frame.network.clone();
        frame.admin(
            &format!("Use {name}"),
            visitor,
            AdminSection::OauthApplications,
            Level::Below,
            view! {
                {plain_head(&application, Tab::UseIt, failures)}
                <p class="tab-lead">
                    "The settings of this application, and a small program that uses them: it asks a member, exchanges the code, calls the Headless API and refreshes its tokens."
                </p>
                {application.is_paused().then(paused)}
                {settings(&application, &redirect_uri, &endpoints, network, secret)}
                {program(&application)}
                {next(&application, &redirect_uri, endpoints, code_lifetime)}
            },
        )
    }
}

fn paused() -> impl IntoView {
    view! {
        <p class="notice notice-warning">
            "This application is paused. The server refuses its requests until a host resumes it."
        </p>
    }
}

/// The `.env` block, with its choices.
fn settings(
    application: &Application,
    redirect_uri: &RedirectUri,
    endpoints: &Endpoints,
    network: String,
    secret: Option<ClientSecret>,
) -> impl IntoView + use<> {
    let environment = Environment {
        application,
        redirect_uri,
        endpoints,
        network: &network,
    };
    let address = address::use_it(application.client_id.as_str());
    let query = form_urlencoded::Serializer::new(String::new())
        .append_pair("redirect_uri", redirect_uri.as_str())
        .finish();
    let masked = application.spec.client_type.is_confidential() && secret.is_none();
    let copy_from = masked.then(|| format!("{address}/env?{query}"));
    let toggle = if masked {
        view! {
            <form method="post" action=format!("{address}?{query}#settings")>
                <button class="button button-quiet" type="submit">
                    "Show the secret"
                </button>
            </form>
        }
        .into_any()
    } else if secret.is_some() {
        view! {
            <a class="button button-quiet" href=format!("{address}?{query}")>
                "Hide the secret"
            </a>
        }
        .into_any()
    } else {
        ().into_any()
    };
    let kept = if application.spec.client_type.is_confidential() {
        "Only this file holds the client secret. Keep it out of version control."
    } else {
        "A public application has no secret. Nothing in this file is confidential."
    };
    view! {
        <section class="use-step" aria-labelledby="settings">
            <h2 id="settings">"1. The settings"</h2>
            <p class="muted">"Save them as " <code class="mono" translate="no">".env"</code> ". " {kept}</p>
            {choice(application, redirect_uri, &address)}
            <div class="snippet">
                <div class="snippet-bar">
                    <span class="mono snippet-name" translate="no">".env"</span>
                    {toggle}
                    {copy_button(".env", "env", copy_from)}
                </div>
                {block("env", ".env", &environment.to_text(secret.as_ref()), "#")}
            </div>
        </section>
    }
}

/// The choice of the redirect URI, if there are several.
fn choice(application: &Application, chosen: &RedirectUri, address: &str) -> Option<impl IntoView + use<>> {
    let uris = &application.spec.redirect_uris;
    (uris.iter().count() > 1).then(|| {
        let options = uris
            .iter()
            .map(|uri| {
                view! {
                    <option value=uri.to_string() selected=uri == chosen>
                        {uri.to_string()}
                    </option>
                }
            })
            .collect_view();
        view! {
            <form class="use-choice" method="get" action=address.to_owned()>
                <label class="field-label" for="redirect-uri">
                    "Redirect URI"
                </label>
                <select class="input mono" translate="no" id="redirect-uri" name="redirect_uri">
                    {options}
                </select>
                <button class="button" type="submit">
                    "Use this one"
                </button>
            </form>
        }
    })
}

/// The programs, one of which is visible at a time.
fn program(application: &Application) -> impl IntoView + use<> {
    let confidential = application.spec.client_type.is_confidential();
    let tabs = PROGRAMS
        .iter()
        .enumerate()
        .map(|(index, program)| {
            let id = format!("tab-{}", program.id);
            view! {
                <input
                    class="tab-choice"
                    type="radio"
                    name="language"
                    id=id.clone()
                    value=program.id
                    checked=index == 0
                />
                <label class="tab" for=id>
                    {program.language}
                </label>
            }
        })
        .collect_view();
    let panels = PROGRAMS
        .iter()
        .map(|program| panel(program, confidential))
        .collect_view();
    let how = if confidential {
        "It authenticates with the client secret and also uses PKCE."
    } else {
        "It has no secret. PKCE proves that the code belongs to it."
    };
    view! {
        <section class="use-step" aria-labelledby="program">
            <h2 id="program">"2. The program"</h2>
            <p class="muted">"Save it beside " <code class="mono" translate="no">".env"</code> " and run it in a terminal. " {how}</p>
            <fieldset class="tabs">
                <legend class="visually-hidden">"Language"</legend>
                {tabs}
                {panels}
            </fieldset>
        </section>
    }
}

fn panel(program: &'static Program, confidential: bool) -> impl IntoView {
    let Program {
        id, language, file, ..
    } = *program;
    let run = format!("run-{id}");
    view! {
        <div class=format!("tab-panel tab-panel-{id}")>
            <h3 class="visually-hidden">{language}</h3>
            <div class="snippet">
                <div class="snippet-bar">
                    <span class="mono snippet-name" translate="no">{file}</span>
                    {copy_button(file, id, None)}
                </div>
                {block(id, file, program.text(confidential), program.comment)}
            </div>
            <div class="snippet snippet-run">
                <div class="snippet-bar">
                    <span class="snippet-name">"Run it"</span>
                    {copy_button("the command", &run, None)}
                </div>
                {block(&run, "Run it", program.run, "#")}
            </div>
        </div>
    }
}

#[cfg(test)]
mod tests;
