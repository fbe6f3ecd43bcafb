//! `/admin/settings/oauth-applications/{client_id}/use`: an application's settings and a program in the integrator's
//! language, ready to copy.

mod environment;
mod message;
mod next;
mod programs;
mod recipes;
mod snippet;

use latchkey_domain::{Application, ClientSecret, RedirectUri, Scope, TimeSpan};
use leptos::prelude::*;

use self::next::next;
use self::programs::{PROGRAMS, Program};
use self::recipes::RECIPES;
use self::snippet::{block, copy_button};
use super::address;
use super::head::plain_head;
use super::tab::Tab;
use crate::components::frame::Frame;
use crate::components::navigation::{AdminSection, Level, Visitor};

pub use self::environment::{Endpoints, Environment};
pub use self::message::DeveloperMessage;
pub use self::recipes::Recipe;

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
    /// The program that it is for; `None` for one that somebody writes.
    pub recipe: Option<&'static Recipe>,
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
            recipe,
            endpoints,
            secret,
            code_lifetime,
        } = self;
        let name = application.spec.name.to_string();
        let network = frame.network.clone();
        let signs_in = application.spec.scopes.contains(Scope::OpenId);
        let environment = Environment {
            application: &application,
            redirect_uri: &redirect_uri,
            endpoints: &endpoints,
            network: &network,
        };
        let content = if let Some(recipe) = recipe {
            settings_of(recipe, &environment, secret.as_ref()).into_any()
        } else {
            view! {
                <p class="tab-lead">
                    "The settings of this application, and a small program that uses them: it asks a member, exchanges the code, calls the Headless API and refreshes its tokens."
                </p>
                {settings(&environment, secret.as_ref())}
                {program(&application)}
                {next(&application, &redirect_uri, endpoints.clone(), code_lifetime)}
            }
            .into_any()
        };
        frame.admin(
            &format!("Use {name}"),
            visitor,
            AdminSection::OauthApplications,
            Level::Below,
            view! {
                {plain_head(&application, Tab::UseIt, failures)}
                {application.is_paused().then(paused)}
                {signs_in.then(|| program_choice(&application, recipe))}
                {content}
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

/// For which program the settings are.
fn program_choice(application: &Application, chosen: Option<&Recipe>) -> AnyView {
    let own = (String::new(), "Your own program".to_owned());
    let recipes = RECIPES
        .iter()
        .map(|recipe| (recipe.id.to_owned(), recipe.label.to_owned()));
    let address = address::use_it(application.client_id.as_str());
    let chosen = chosen.map_or("", |recipe| recipe.id);
    choice(
        ("program-choice", "program", "Set up"),
        [own].into_iter().chain(recipes),
        chosen,
        &address,
    )
}

/// What is typed into a program that exists.
fn settings_of(
    recipe: &'static Recipe,
    environment: &Environment<'_>,
    secret: Option<&ClientSecret>,
) -> impl IntoView + use<> {
    let application = environment.application;
    let registered = if recipe.registered(application).is_some() {
        view! { <p class="muted">"It is registered."</p> }.into_any()
    } else {
        view! {
            <p class="notice notice-warning">
                <span>
                    "No redirect URI of this application ends so. "
                    <a href=address::application(application.client_id.as_str(), Tab::Settings)>"Add it in the settings"</a>
                    "."
                </span>
            </p>
        }
        .into_any()
    };
    let text = recipe.to_text(environment, secret);
    view! {
        <section class="use-step" aria-labelledby="redirect">
            <h2 id="redirect">"1. The redirect URI"</h2>
            <p>
                "The address of the program, and behind it "
                <code class="mono" translate="no">{recipe.callback}</code> "."
            </p>
            {registered}
        </section>
        <section class="use-step" aria-labelledby="settings">
            <h2 id="settings">"2. The settings"</h2>
            <div class="snippet">
                {snippet_bar(recipe.file, Some(recipe), environment, secret)}
                {block("env", recipe.file, &text, recipe.comment)}
            </div>
        </section>
    }
}

/// The name of the settings, and the buttons that show and copy them.
fn snippet_bar(
    file: &'static str,
    recipe: Option<&Recipe>,
    environment: &Environment<'_>,
    secret: Option<&ClientSecret>,
) -> impl IntoView + use<> {
    let Environment {
        application,
        redirect_uri,
        ..
    } = *environment;
    let address = address::use_it(application.client_id.as_str());
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("redirect_uri", redirect_uri.as_str());
    if let Some(recipe) = recipe {
        query.append_pair("program", recipe.id);
    }
    let query = query.finish();
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
    view! {
        <div class="snippet-bar">
            <span class="mono snippet-name" translate="no">{file}</span>
            {toggle}
            {copy_button(file, "env", copy_from)}
        </div>
    }
}

/// The `.env` block, with its choices.
fn settings(environment: &Environment<'_>, secret: Option<&ClientSecret>) -> impl IntoView + use<> {
    let Environment {
        application,
        redirect_uri,
        ..
    } = *environment;
    let kept = if application.spec.client_type.is_confidential() {
        "Only this file holds the client secret. Keep it out of version control."
    } else {
        "A public application has no secret. Nothing in this file is confidential."
    };
    let uris = &application.spec.redirect_uris;
    let address = address::use_it(application.client_id.as_str());
    let choice = uris.only().is_none().then(|| {
        choice(
            ("redirect-uri", "redirect_uri", "Redirect URI"),
            uris.iter().map(|uri| (uri.to_string(), uri.to_string())),
            redirect_uri.as_str(),
            &address,
        )
    });
    view! {
        <section class="use-step" aria-labelledby="settings">
            <h2 id="settings">"1. The settings"</h2>
            <p class="muted">"Save them as " <code class="mono" translate="no">".env"</code> ". " {kept}</p>
            {choice}
            <div class="snippet">
                {snippet_bar(".env", None, environment, secret)}
                {block("env", ".env", &environment.to_text(secret), "#")}
            </div>
        </section>
    }
}

/// A choice that opens the page anew: id, name and label, then values and their names.
fn choice(
    (id, name, label): (&'static str, &'static str, &'static str),
    options: impl IntoIterator<Item = (String, String)>,
    chosen: &str,
    address: &str,
) -> AnyView {
    let options = options
        .into_iter()
        .map(|(value, label)| {
            let selected = value == chosen;
            view! {
                <option value=value selected=selected>
                    {label}
                </option>
            }
        })
        .collect_view();
    view! {
        <form class="use-choice" method="get" action=address.to_owned()>
            <label class="field-label" for=id>
                {label}
            </label>
            <select class="input" translate="no" id=id name=name>
                {options}
            </select>
            <button class="button" type="submit">
                "Use this one"
            </button>
        </form>
    }
    .into_any()
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
