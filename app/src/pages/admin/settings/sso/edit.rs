//! `/admin/settings/sso/add` and `/admin/settings/sso/{slug}`: the settings of a provider.

use latchkey_domain::Provider;
use latchkey_domain::provider::CredentialsIn;
use leptos::prelude::*;

use super::card::{badge, delete, turn};
use super::form::{
    ADMITS_NEW_PEOPLE, CREDENTIALS_IN, FOLLOWS_PROFILE, ProviderField, ProviderForm, ProviderProblems,
    ProviderProtocol, VERIFIES_EMAILS, credentials_id,
};
use super::preset::ProviderPreset;
use super::{copy_row, provider_page};
use crate::components::breadcrumb::breadcrumb;
use crate::components::form::{Field, Toggle};
use crate::components::frame::Frame;
use crate::components::navigation::{AdminSection, Level, Visitor};
use crate::components::notice::{error_notice, status_notice};
use crate::components::picture_form::{PictureKind, picture_form};

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
            form: ProviderForm::of_preset(preset),
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
        let notices = view! {
            {notice.map(status_notice)}
            {error.map(error_notice)}
            {summary(&problems)}
        };
        let (title, content) = match subject {
            ProviderPageOf::New(preset) => {
                let title = match preset.name {
                    "" => format!("Add {}", generic_title(preset)),
                    name => format!("Add {name}"),
                };
                (
                    title.clone(),
                    new_provider(title, preset, &origin, &form, problems, notices).into_any(),
                )
            }
            ProviderPageOf::Existing(existing) => (
                existing.provider.spec.name.to_string(),
                existing_provider(*existing, &origin, &form, problems, notices).into_any(),
            ),
        };
        frame.admin(
            &title,
            visitor,
            AdminSection::SingleSignOn,
            Level::Below,
            view! {
                {breadcrumb(vec![AdminSection::SingleSignOn.link()])}
                {content}
            },
        )
    }
}

/// What a preset without a name is called after “Add”.
fn generic_title(preset: &ProviderPreset) -> &'static str {
    match preset.id {
        "latchkey" => "another Latchkey",
        _ if preset.protocol == ProviderProtocol::OAuth2 => "an OAuth 2.0 provider",
        _ => "an OpenID Connect provider",
    }
}

/// What is wrong, with links to the fields.
fn summary(problems: &ProviderProblems) -> Option<impl IntoView + use<>> {
    let lead = match problems.len() {
        0 => return None,
        1 => "Nothing was saved. One field is wrong:".to_owned(),
        many => format!("Nothing was saved. {many} fields are wrong:"),
    };
    let fields = problems
        .keys()
        .map(|field| {
            view! {
                <li>
                    <a href=format!("#{}", field.name())>{field.label()}</a>
                </li>
            }
        })
        .collect_view();
    Some(view! {
        <div class="notice notice-error" role="alert">
            <div>
                <p>{lead}</p>
                <ul class="bullets">{fields}</ul>
            </div>
        </div>
    })
}

fn new_provider(
    title: String,
    preset: &'static ProviderPreset,
    origin: &str,
    form: &ProviderForm,
    problems: ProviderProblems,
    notices: impl IntoView,
) -> impl IntoView {
    let path = AdminSection::SingleSignOn.path();
    let slug = match form.text(ProviderField::Slug).trim() {
        "" => "SHORT-NAME",
        slug => slug,
    };
    let redirect_uri = redirect_uri(origin, slug);
    let steps = preset
        .steps
        .iter()
        .map(|step| view! { <li>{*step}</li> })
        .collect_view();
    // Only those of no provider in particular differ in nothing else.
    let is_generic = preset.id == preset.protocol.preset();
    let choice = is_generic.then(|| {
        let links = ProviderProtocol::ALL.map(|protocol| {
            let current = (protocol == preset.protocol).then_some("page");
            view! {
                <a class="filter" href=format!("{path}/add?preset={}", protocol.preset()) aria-current=current>
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
        <h1 class="page-title">{title}</h1>
        <p class="page-lead">"It is off at first: you test it, and then turn it on."</p>
        {choice}
        {notices}
        {preset.warning.map(|warning| view! { <p class="notice notice-warning">{warning}</p> })}
        <section class="settings-section" aria-labelledby="there-title">
            <h2 class="settings-title" id="there-title">
                "1. At the provider"
            </h2>
            <p class="field-label">"Redirect URI"</p>
            {copy_row("redirect-uri", redirect_uri)}
            <p class="field-hint">
                "The last part is the short name below. If you choose another, enter the address with that one."
            </p>
            <ol class="steps">{steps}</ol>
            <p class="field-hint">
                "More in "
                <code class="mono" translate="no">
                    "docs/sso.md"
                </code> " in Latchkey’s repository, section “" {preset.guide} "”."
            </p>
        </section>
        <section class="settings-section" aria-labelledby="here-title">
            <h2 class="settings-title" id="here-title">
                "2. Here"
            </h2>
            <form class="stack" method="post" action=format!("{path}/add?preset={}", preset.id)>
                {fields(form, problems, None)}
                <div class="settings-answers">
                    <button class="button button-primary" type="submit">
                        "Add the provider"
                    </button>
                </div>
            </form>
        </section>
    }
}

fn existing_provider(
    existing: ExistingProvider,
    origin: &str,
    form: &ProviderForm,
    problems: ProviderProblems,
    notices: impl IntoView,
) -> impl IntoView {
    let ExistingProvider {
        provider,
        members,
        providers_only,
        logo_error,
    } = existing;
    let page = provider_page(&provider);
    let name = provider.spec.name.to_string();
    view! {
        <header class="page-header">
            <h1 class="page-title">
                <bdi>{name.clone()}</bdi>
                " "
                {badge(provider.spec.is_on)}
            </h1>
            <div class="sso-card-actions">
                <a class="button" href=format!("{page}/test")>
                    "Test"
                </a>
                {turn(&provider, providers_only, &page)}
            </div>
        </header>
        {notices}
        <section class="settings-section" aria-labelledby="there-title">
            <h2 class="settings-title" id="there-title">
                "At the provider"
            </h2>
            <p class="field-label">"Redirect URI"</p>
            {copy_row("redirect-uri", redirect_uri(origin, provider.spec.slug.as_str()))}
            <p class="field-hint">"Enter it at the provider exactly like this."</p>
        </section>
        <section class="settings-section" aria-labelledby="here-title">
            <h2 class="settings-title" id="here-title">
                "Here"
            </h2>
            <p class="field-hint sso-hint">
                "Members are known by their id at this provider. For another service, add a provider: its ids belong to other people."
            </p>
            <form class="stack" method="post" action=page.clone()>
                {fields(form, problems, Some(provider.has_secret))}
                <div class="settings-answers">
                    <button class="button button-primary" type="submit">
                        "Save"
                    </button>
                </div>
            </form>
        </section>
        <section class="settings-section" aria-labelledby="logo-title">
            <h2 class="settings-title" id="logo-title">
                "Logo on the button"
            </h2>
            {picture_form(PictureKind::Logo, &name, provider.logo.as_ref(), format!("{page}/logo"), logo_error)}
        </section>
        <section class="settings-section sso-delete" aria-labelledby="delete-title">
            <h2 class="settings-title" id="delete-title">
                "Delete"
            </h2>
            {delete(&provider, members, providers_only, &page)}
        </section>
    }
}

/// Where the provider sends people back to.
fn redirect_uri(origin: &str, slug: &str) -> String {
    format!("{origin}/sign-in/callback/{slug}")
}

/// What the inputs have in common: the values and what is wrong with them.
struct Inputs<'a> {
    form: &'a ProviderForm,
    problems: ProviderProblems,
    /// The first field with a problem.
    first: Option<ProviderField>,
}

impl Inputs<'_> {
    fn input(
        &mut self,
        field: ProviderField,
        kind: &'static str,
        required: bool,
        hint: Option<&str>,
    ) -> impl IntoView + use<> {
        Field {
            name: field.name(),
            label: field.label(),
            kind,
            // Not the password of somebody's account.
            autocomplete: if kind == "password" { "new-password" } else { "off" },
            hint: hint.map(str::to_owned),
            value: self.form.text(field).to_owned(),
            required,
            error: self.problems.remove(&field),
            autofocus: self.first == Some(field),
        }
        .into_view()
    }
}

/// All fields of the form. `has_secret` is that of a provider that is there.
fn fields(
    form: &ProviderForm,
    problems: ProviderProblems,
    has_secret: Option<bool>,
) -> impl IntoView + use<> {
    let first = problems.keys().next().copied();
    let mut inputs = Inputs {
        form,
        problems,
        first,
    };
    let name = inputs.input(
        ProviderField::Name,
        "text",
        true,
        Some("The button says “Continue with” and this name."),
    );
    let slug = has_secret.is_none().then(|| {
        inputs.input(
            ProviderField::Slug,
            "code",
            true,
            Some("Lower-case letters, digits and hyphens, such as google. It is the last part of the redirect URI and cannot be changed later."),
        )
    });
    let addresses = match form.protocol {
        ProviderProtocol::OpenIdConnect => inputs
            .input(
                ProviderField::Issuer,
                "url",
                true,
                Some("The provider’s address, exactly as the provider writes it. All other addresses are read from there."),
            )
            .into_any(),
        ProviderProtocol::OAuth2 => view! {
            {inputs.input(ProviderField::Authorization, "url", true, Some("Where people sign in and agree."))}
            {inputs.input(ProviderField::Token, "url", true, Some("Where this server exchanges the code for an access token."))}
            {inputs.input(ProviderField::Userinfo, "url", true, Some("Where this server asks who it is."))}
        }
        .into_any(),
    };
    let client_id = inputs.input(ProviderField::ClientId, "code", true, None);
    let secret_hint = match has_secret {
        Some(true) => "Leave empty to keep the secret.",
        Some(false) | None => "Leave empty if the provider gave none.",
    };
    let secret = inputs.input(ProviderField::ClientSecret, "password", false, Some(secret_hint));
    let scopes_hint = match form.protocol {
        ProviderProtocol::OpenIdConnect => {
            "What to ask for, with spaces between. It needs openid; profile and email bring the name and the email."
        }
        ProviderProtocol::OAuth2 => {
            "What to ask for, with spaces between, as the provider names it. Empty if it has none."
        }
    };
    let scopes = inputs.input(ProviderField::Scopes, "code", false, Some(scopes_hint));
    let paths = (form.protocol == ProviderProtocol::OAuth2).then(|| profile_paths(&mut inputs));
    view! {
        <input type="hidden" name="kind" value=form.protocol.id() />
        {name}
        {slug}
        {addresses}
        {client_id}
        {secret}
        {credentials(form.credentials_in)}
        {scopes}
        {paths}
        {people(form)}
    }
}

/// Where the answer of the userinfo address has what.
fn profile_paths(inputs: &mut Inputs<'_>) -> impl IntoView + use<> {
    let rows = [
        (ProviderField::IdPath, true, Some("Never changes for an account.")),
        (ProviderField::EmailPath, false, None),
        (
            ProviderField::EmailVerifiedPath,
            false,
            Some("Is true or 1 if it is."),
        ),
        (ProviderField::NamePath, false, None),
        (
            ProviderField::GivenNamePath,
            false,
            Some("If there is no whole name."),
        ),
        (ProviderField::FamilyNamePath, false, None),
        (
            ProviderField::PicturePath,
            false,
            Some("The address of a picture."),
        ),
        (ProviderField::BioPath, false, None),
    ]
    .into_iter()
    .map(|(field, required, hint)| inputs.input(field, "code", required, hint))
    .collect_view();
    view! {
        <fieldset class="sso-paths">
            <legend class="field-label">"What the userinfo address answers"</legend>
            <p class="field-hint">
                "The name of each field in its JSON. Inside others, write the names from the outside in with dots between, such as user.email or emails.0.value. The test shows the answer."
            </p>
            <div class="more-fields">{rows}</div>
        </fieldset>
    }
}

/// How the secret is sent.
fn credentials(chosen: CredentialsIn) -> impl IntoView {
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
fn people(form: &ProviderForm) -> impl IntoView + use<> {
    let toggles = [
        Toggle::checkbox(
            VERIFIES_EMAILS,
            "This provider verifies every email address",
            "Not needed if the provider itself says which addresses are verified, as Google, Auth0, Keycloak and Latchkey do. Careful: whoever has an account there with a member’s address becomes that member here. Tick it only if nobody can get an account there with the address of somebody else.",
            form.verifies_emails,
        ),
        Toggle::checkbox(
            ADMITS_NEW_PEOPLE,
            "People who are not members yet become members",
            "At their first sign-in, if their email address is verified. Otherwise only those get in whom a host has added.",
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

#[cfg(test)]
mod tests {
    use super::super::preset::PRESETS;
    use super::*;
    use crate::testing::{assert_sound, frame, provider, visitor};

    fn add(id: &str) -> ProviderPage {
        let preset = ProviderPreset::find(id).unwrap();
        ProviderPage::new(frame(), visitor(true), "https://club.example".into(), preset)
    }

    fn edit() -> ProviderPage {
        let provider = provider("Club <b>");
        ProviderPage {
            form: ProviderForm::of_spec(&provider.spec),
            subject: ProviderPageOf::Existing(Box::new(ExistingProvider {
                provider,
                members: 3,
                providers_only: true,
                logo_error: None,
            })),
            ..add("openid")
        }
    }

    #[test]
    fn each_preset_fills_in_its_form() {
        for preset in PRESETS {
            let html = add(preset.id).to_html();
            assert_sound(&html);
            let preset_field = format!("action=\"/admin/settings/sso/add?preset={}\"", preset.id);
            let kind = format!("name=\"kind\" value=\"{}\"", preset.protocol.id());
            assert!(html.contains(&preset_field) && html.contains(&kind), "{html}");
            let is_openid = preset.protocol == ProviderProtocol::OpenIdConnect;
            assert_eq!(html.contains("name=\"issuer\""), is_openid);
            assert_eq!(html.contains("name=\"field_id\""), !is_openid);
            for (_, text) in preset.texts {
                assert!(html.contains(&format!("value=\"{text}\"")), "{text} in {html}");
            }
        }
    }

    #[test]
    fn says_what_to_enter_at_the_provider() {
        let html = add("google").to_html();
        assert!(
            html.contains(">https://club.example/sign-in/callback/google<"),
            "{html}"
        );
        assert!(html.contains("data-copy=\"#redirect-uri\""), "{html}");
        let html = add("openid").to_html();
        assert!(html.contains("/sign-in/callback/SHORT-NAME<"), "{html}");
        assert!(
            html.contains("href=\"/admin/settings/sso/add?preset=oauth2\""),
            "{html}"
        );
    }

    #[test]
    fn keeps_what_was_typed_but_not_the_secret() {
        let mut page = add("oauth2");
        page.form.set(ProviderField::Token, "\"><b>nowhere");
        page.form.set(ProviderField::ClientSecret, "hush-hush");
        page.problems = [
            (ProviderField::Token, "The token address is wrong.".to_owned()),
            (ProviderField::IdPath, "The id is missing.".to_owned()),
        ]
        .into();
        let html = page.to_html();
        assert_sound(&html);
        for text in [
            "2 fields are wrong",
            "href=\"#token\"",
            "href=\"#field_id\"",
            "The token address is wrong.",
            "The id is missing.",
        ] {
            assert!(html.contains(text), "{text} in {html}");
        }
        assert!(!html.contains("<b>") && !html.contains("hush"), "{html}");
        assert_eq!(html.matches(" autofocus").count(), 1);
        assert_eq!(html.matches("aria-invalid=\"true\"").count(), 2);
    }

    #[test]
    fn a_provider_that_is_there_is_edited_tested_and_deleted() {
        let html = edit().to_html();
        assert_sound(&html);
        for text in [
            "Club &lt;b&gt;",
            ">https://club.example/sign-in/callback/club<",
            "action=\"/admin/settings/sso/club\"",
            "action=\"/admin/settings/sso/club/logo\"",
            "action=\"/admin/settings/sso/club/delete\"",
            "href=\"/admin/settings/sso/club/test\"",
            "Leave empty to keep the secret.",
            "value=\"https://login.example\"",
        ] {
            assert!(html.contains(text), "{text} in {html}");
        }
        assert!(!html.contains("name=\"slug\""), "{html}");
    }
}
