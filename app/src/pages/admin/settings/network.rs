//! `/admin/settings/network`: what people see of the network, and its plan.

use latchkey_domain::{LogoId, Plan};
use leptos::prelude::*;

use crate::components::form::{Field, Toggle};
use crate::components::frame::Frame;
use crate::components::navigation::{AdminSection, Level, Visitor};
use crate::components::notice::{error_notice, status_notice};
use crate::components::picture_form::{PictureKind, picture_form};

/// The settings of the network.
#[derive(Clone, Debug)]
pub struct NetworkPage {
    pub frame: Frame,
    pub visitor: Visitor,
    pub logo: Option<LogoId>,
    pub form: NetworkForm,
    pub problems: NetworkProblems,
    /// What was just done, as a sentence.
    pub notice: Option<String>,
}

/// The form, as typed.
#[derive(Clone, Debug, Default)]
pub struct NetworkForm {
    pub name: String,
    pub slug: String,
    /// A plan's id.
    pub plan: String,
    pub color: String,
    pub terms: String,
    pub privacy_policy: String,
    pub hosts_second_factor: bool,
}

/// What is wrong with a field, as a sentence.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NetworkProblems {
    pub name: Option<String>,
    pub slug: Option<String>,
    pub plan: Option<String>,
    pub color: Option<String>,
    pub terms: Option<String>,
    pub privacy_policy: Option<String>,
    pub logo: Option<String>,
}

impl NetworkPage {
    pub fn to_html(self) -> String {
        let Self {
            frame,
            visitor,
            logo,
            form,
            problems,
            notice,
        } = self;
        let network = frame.network.clone();
        let plans = plans(&form.plan, problems.plan);
        let name = Field {
            name: "name",
            label: "Name",
            kind: "text",
            autocomplete: "off",
            hint: Some("Members see it on every page, and when an application asks for access.".into()),
            value: form.name,
            required: true,
            autofocus: problems.name.is_some(),
            error: problems.name,
        };
        let slug = Field {
            name: "slug",
            label: "Slug",
            kind: "code",
            autocomplete: "off",
            hint: Some(
                "The network’s name in the address of the Headless API. Applications that use the address have to change it with you."
                    .into(),
            ),
            value: form.slug,
            required: true,
            autofocus: problems.slug.is_some(),
            error: problems.slug,
        };
        let look = [
            Field {
                name: "color",
                label: "Accent colour (optional)",
                kind: "code",
                autocomplete: "off",
                hint: Some(
                    "For buttons and links, such as #1f6feb. It is made darker or lighter where text could not be read otherwise."
                        .into(),
                ),
                value: form.color,
                required: false,
                autofocus: problems.color.is_some(),
                error: problems.color,
            },
            Field {
                name: "terms",
                label: "Terms (optional)",
                kind: "url",
                autocomplete: "off",
                hint: Some("A web address that starts with https://. It is linked below sign-in and consent.".into()),
                value: form.terms,
                required: false,
                autofocus: problems.terms.is_some(),
                error: problems.terms,
            },
            Field {
                name: "privacy_policy",
                label: "Privacy policy (optional)",
                kind: "url",
                autocomplete: "off",
                hint: Some("The same for your privacy policy.".into()),
                value: form.privacy_policy,
                required: false,
                autofocus: problems.privacy_policy.is_some(),
                error: problems.privacy_policy,
            },
        ];
        let second_factor = Toggle::checkbox(
            "hosts_second_factor",
            "Hosts must use a second factor",
            "Hosts without an authenticator app set one up at their next sign-in. Nobody is signed out.",
            form.hosts_second_factor,
        );
        let action = format!("{}/logo", AdminSection::Network.path());
        frame.admin(
            "Network",
            visitor,
            AdminSection::Network,
            Level::Section,
            view! {
                <h1 class="page-title">"Network"</h1>
                <p class="page-lead">"What members see of the network, and what it may use."</p>
                {notice.map(status_notice)}
                <section class="settings-section">
                    <form class="stack" method="post" action=AdminSection::Network.path()>
                        {name.into_view()}
                        {slug.into_view()}
                        {plans}
                        {look.map(Field::into_view).into_iter().collect_view()}
                        {second_factor.into_view()}
                        <div class="settings-answers">
                            <button class="button button-primary" type="submit">
                                "Save"
                            </button>
                        </div>
                    </form>
                </section>
                <section class="settings-section">
                    <h2 class="settings-title">"Logo"</h2>
                    {picture_form(PictureKind::Logo, &network, logo.as_ref(), action, problems.logo)}
                </section>
            },
        )
    }
}

/// What a plan includes.
const fn includes(plan: Plan) -> &'static str {
    match plan {
        Plan::Launch => {
            "Without OAuth applications: none can be created, edited or authorized. Those that members connected earlier go on."
        }
        Plan::Scale => "With OAuth applications, which use the Headless API.",
        Plan::Growth | Plan::Pro => "The same as Scale.",
    }
}

fn plans(chosen: &str, error: Option<String>) -> impl IntoView + use<> {
    let rows = Plan::ALL
        .into_iter()
        .map(|plan| {
            let checked = plan.id() == chosen;
            view! {
                <label class="plan-row">
                    <input type="radio" name="plan" value=plan.id() checked=checked required=true />
                    <span>
                        <strong>{plan.label()}</strong>
                        <span class="muted plan-includes">{includes(plan)}</span>
                    </span>
                </label>
            }
        })
        .collect_view();
    view! {
        <fieldset class="plan-rows">
            <legend class="field-label">"Plan"</legend>
            <p class="field-hint">"Only hosts see the plan. An application that is refused because of the plan learns which plan it is."</p>
            {rows}
            {error.map(error_notice)}
        </fieldset>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{assert_sound, frame, visitor};

    fn page() -> NetworkPage {
        NetworkPage {
            frame: frame(),
            visitor: visitor(true),
            logo: None,
            form: NetworkForm {
                name: "River <b>Club".into(),
                slug: "river-club".into(),
                plan: "scale".into(),
                ..NetworkForm::default()
            },
            problems: NetworkProblems::default(),
            notice: None,
        }
    }

    #[test]
    fn shows_the_network_as_it_is() {
        let html = page().to_html();
        assert_sound(&html);
        for text in [
            "value=\"River &lt;b&gt;Club\"",
            "value=\"river-club\"",
            "action=\"/admin/settings/network/logo\"",
            "Upload the logo",
            "Those that members connected earlier go on.",
        ] {
            assert!(html.contains(text), "{text} in {html}");
        }
        assert_eq!(html.matches("type=\"radio\"").count(), 4);
        assert_eq!(html.matches(" checked").count(), 1);
        assert!(!html.contains("role=\"alert\"") && !html.contains("autofocus"));
    }

    #[test]
    fn keeps_what_was_typed_and_says_what_is_wrong() {
        let mut page = page();
        page.form.color = "\"><b>".into();
        page.problems.color = Some("The colour is wrong.".into());
        let html = page.to_html();
        assert_sound(&html);
        assert!(
            html.contains("The colour is wrong.") && html.contains("aria-invalid=\"true\""),
            "{html}"
        );
        assert!(
            !html.contains("<b>") && html.matches("autofocus").count() == 1,
            "{html}"
        );
    }
}
