//! `/sign-in/callback/{slug}` after a test: what a provider said, and what would happen.

use latchkey_domain::Provider;
use latchkey_domain::provider::Person;
use leptos::prelude::*;

use super::card::badge;
use super::provider_page;
use crate::components::breadcrumb::breadcrumb;
use crate::components::frame::Frame;
use crate::components::navigation::{AdminSection, Level, Visitor};

/// What a test of a provider showed.
#[derive(Clone, Debug)]
pub struct ProviderTestPage {
    pub frame: Frame,
    pub visitor: Visitor,
    pub provider: Provider,
    /// Who the provider says it is, if it came that far.
    pub person: Option<Person>,
    pub outcome: ProviderTestOutcome,
    /// In order. Secrets are masked.
    pub steps: Vec<ProviderTestStep>,
}

/// What a sign-in would do.
#[derive(Clone, Debug)]
pub enum ProviderTestOutcome {
    /// A member whose account there is linked is signed in.
    SignsIn { name: String, email: String },
    /// The account there is linked to a member, who is signed in.
    Joins { name: String, email: String },
    /// A new member.
    BecomesMember,
    /// Somebody who has to sign in the way they did so far: why, after “since”, such as “this member is a host”.
    AsksToSignIn {
        name: String,
        email: String,
        since: String,
    },
    /// Nobody: why, as a sentence.
    Refuses(String),
    /// The provider's answers are not what they have to be: what is wrong, as a sentence.
    Fails(String),
}

/// A request and its answer, or a check.
#[derive(Clone, Debug)]
pub struct ProviderTestStep {
    /// Such as “Read the provider's addresses”.
    pub title: String,
    /// As text, with line breaks; empty if there is none.
    pub request: String,
    pub answer: String,
    /// What it showed, as a sentence, or what is wrong.
    pub outcome: Result<String, String>,
}

impl ProviderTestPage {
    pub fn to_html(self) -> String {
        let Self {
            frame,
            visitor,
            provider,
            person,
            outcome,
            steps,
        } = self;
        let page = provider_page(&provider);
        let name = provider.spec.name.to_string();
        let is_good = outcome.is_good();
        // Where to begin: the button for what comes next is the loud one.
        let turn_on = (!provider.spec.is_on).then(|| {
            view! {
                <form method="post" action=format!("{page}/on")>
                    <button class="button" class:button-primary=is_good type="submit">
                        "Turn on"
                    </button>
                </form>
            }
        });
        let steps = steps.into_iter().enumerate().map(step).collect_view();
        let above = vec![AdminSection::SingleSignOn.link(), (name.clone(), page.clone())];
        frame.admin(
            &format!("Test of {name}"),
            visitor,
            AdminSection::SingleSignOn,
            Level::Below,
            view! {
                {breadcrumb(above)}
                <h1 class="page-title">
                    "Test of " <bdi>{name.clone()}</bdi> " " {badge(provider.spec.is_on)}
                </h1>
                <p class="page-lead">"Nothing was changed and nobody was signed in by this test."</p>
                {outcome_view(outcome, &name)}
                <div class="sso-card-actions">
                    {turn_on}
                    <a class="button" class:button-primary=!is_good href=page.clone()>
                        "Edit"
                    </a>
                    <a class="button" href=format!("{page}/test")>
                        "Test again"
                    </a>
                </div>
                {person.map(person_view)}
                <section class="test-part" aria-labelledby="steps-title">
                    <h2 class="settings-title" id="steps-title">
                        "Step by step"
                    </h2>
                    <p class="muted">"Secrets, codes and tokens are masked."</p>
                    <ol class="entries test-steps">{steps}</ol>
                </section>
            },
        )
    }
}

impl ProviderTestOutcome {
    /// Whether members can sign in like this.
    const fn is_good(&self) -> bool {
        match self {
            Self::SignsIn { .. } | Self::Joins { .. } | Self::BecomesMember | Self::AsksToSignIn { .. } => {
                true
            }
            Self::Refuses(_) | Self::Fails(_) => false,
        }
    }
}

fn outcome_view(outcome: ProviderTestOutcome, provider: &str) -> impl IntoView + use<> {
    let who = |name: String, email: String| {
        view! {
            <bdi>{name}</bdi>
            " ("
            <span translate="no">{email}</span>
            ")"
        }
    };
    let provider = provider.to_owned();
    let (class, title, text) = match outcome {
        ProviderTestOutcome::SignsIn { name, email } => (
            "test-outcome test-good",
            "It works.",
            view! { "You would sign in as " {who(name, email)} ", whose account there is linked." }.into_any(),
        ),
        ProviderTestOutcome::Joins { name, email } => (
            "test-outcome test-good",
            "It works.",
            view! {
                "You would sign in as " {who(name, email)}
                ": the address is verified, so that the account there is linked to this member."
            }
            .into_any(),
        ),
        ProviderTestOutcome::BecomesMember => (
            "test-outcome test-good",
            "It works.",
            view! { "Nobody here has this account or address. You would become a new member." }.into_any(),
        ),
        ProviderTestOutcome::AsksToSignIn { name, email, since } => (
            "test-outcome test-good",
            "It works.",
            view! {
                "You would be asked to sign in as " {who(name, email)} " the way you did so far, and then be linked, since "
                {since} "."
            }
            .into_any(),
        ),
        ProviderTestOutcome::Refuses(reason) => (
            "test-outcome test-refused",
            "The provider works, but this account would be refused.",
            reason.into_any(),
        ),
        ProviderTestOutcome::Fails(reason) => (
            "test-outcome test-failed",
            "It does not work yet.",
            view! { {reason} " Nobody can sign in with " <bdi>{provider}</bdi> " like this." }.into_any(),
        ),
    };
    view! {
        <div class=class role="status">
            <p class="test-outcome-title">{title}</p>
            <p>{text}</p>
        </div>
    }
}

fn person_view(person: Person) -> impl IntoView {
    let Person {
        subject,
        email,
        email_verified,
        name,
        picture,
        bio,
    } = person;
    let fact = |label: &'static str, value: Option<AnyView>| {
        let value = value.unwrap_or_else(|| view! { <span class="muted">"Not given"</span> }.into_any());
        view! {
            <div>
                <dt>{label}</dt>
                <dd>{value}</dd>
            </div>
        }
    };
    let verified = if email_verified {
        " (verified)"
    } else {
        " (not verified)"
    };
    let email =
        email.map(|email| view! { <span translate="no">{email.to_string()}</span> {verified} }.into_any());
    let id = view! { <code class="mono" translate="no">{subject.to_string()}</code> }.into_any();
    view! {
        <section class="test-part" aria-labelledby="person-title">
            <h2 class="settings-title" id="person-title">
                "What was read"
            </h2>
            <dl class="test-person">
                {fact("Id", Some(id))} {fact("Email", email)}
                {fact("Name", name.map(|name| view! { <bdi>{name.to_string()}</bdi> }.into_any()))}
                {fact("Picture", picture.map(|address| view! { <span translate="no">{address}</span> }.into_any()))}
                {fact("Bio", bio.map(IntoAny::into_any))}
            </dl>
        </section>
    }
}

fn step((index, step): (usize, ProviderTestStep)) -> impl IntoView {
    let ProviderTestStep {
        title,
        request,
        answer,
        outcome,
    } = step;
    // What went wrong is open.
    let is_open = outcome.is_err();
    let (mark, text) = match outcome {
        Ok(text) => (
            view! { <span class="badge badge-done">"OK"</span> }.into_any(),
            text,
        ),
        Err(text) => (
            view! { <span class="badge badge-failed">"Failed"</span> }.into_any(),
            text,
        ),
    };
    let part = |label: &'static str, text: String| {
        (!text.is_empty()).then(|| {
            view! {
                <div class="test-exchange">
                    <p class="field-label">{label}</p>
                    <pre class="mono" translate="no">
                        {text}
                    </pre>
                </div>
            }
        })
    };
    view! {
        <li class="entry">
            <details open=is_open>
                <summary>
                    {mark}
                    <span class="entry-kind">{index + 1} ". " {title}</span>
                    <span class="entry-message">{text}</span>
                </summary>
                <div class="entry-body">{part("Request", request)} {part("Answer", answer)}</div>
            </details>
        </li>
    }
}

#[cfg(test)]
mod tests {
    use latchkey_domain::MemberName;
    use latchkey_domain::provider::Subject;

    use super::*;
    use crate::testing::{assert_sound, frame, provider, visitor};

    fn page(outcome: ProviderTestOutcome) -> ProviderTestPage {
        ProviderTestPage {
            frame: frame(),
            visitor: visitor(true),
            provider: provider("Club <b>"),
            person: None,
            outcome,
            steps: vec![
                ProviderTestStep {
                    title: "Read the provider’s addresses".into(),
                    request: "GET https://login.example/.well-known/openid-configuration".into(),
                    answer: "200\n{\"issuer\": \"<b>\"}".into(),
                    outcome: Ok("The issuer is the one of this provider.".into()),
                },
                ProviderTestStep {
                    title: "Exchange the code".into(),
                    request: "POST https://login.example/token".into(),
                    answer: String::new(),
                    outcome: Err("The provider did not answer in 10 seconds.".into()),
                },
            ],
        }
    }

    #[test]
    fn says_first_whether_it_works() {
        let ada = || ("Ada <b>".to_owned(), "ada@example.com".to_owned());
        let ((name, email), (name_again, email_again), (asked, asked_email)) = (ada(), ada(), ada());
        for (outcome, text) in [
            (
                ProviderTestOutcome::SignsIn { name, email },
                "You would sign in as <bdi>Ada &lt;b&gt;</bdi>",
            ),
            (
                ProviderTestOutcome::Joins {
                    name: name_again,
                    email: email_again,
                },
                "the address is verified",
            ),
            (ProviderTestOutcome::BecomesMember, "would become a new member"),
            (
                ProviderTestOutcome::AsksToSignIn {
                    name: asked,
                    email: asked_email,
                    since: "this member is a host".into(),
                },
                "since this member is a host.",
            ),
            (
                ProviderTestOutcome::Refuses("It is suspended.".into()),
                "It is suspended.",
            ),
            (
                ProviderTestOutcome::Fails("It did not answer.".into()),
                "It does not work yet.",
            ),
        ] {
            let html = page(outcome).to_html();
            assert_sound(&html);
            assert!(html.contains(text), "{text} in {html}");
            assert!(!html.contains("<b>"), "{html}");
        }
    }

    #[test]
    fn shows_each_step_and_opens_what_failed() {
        let html = page(ProviderTestOutcome::Fails("It did not answer.".into())).to_html();
        assert_eq!(html.matches("<details open").count(), 1, "{html}");
        for text in [
            "1. Read the provider’s addresses",
            "{\"issuer\": \"&lt;b&gt;\"}",
            "did not answer in 10 seconds",
            "action=\"/admin/settings/sso/club/on\"",
            "href=\"/admin/settings/sso/club\"",
        ] {
            assert!(html.contains(text), "{text} in {html}");
        }
    }

    #[test]
    fn shows_what_was_read() {
        let mut page = page(ProviderTestOutcome::BecomesMember);
        page.provider.spec.is_on = true;
        page.person = Some(Person {
            subject: Subject::parse("auth0|1<b>").unwrap(),
            email: "ada@example.com".parse().ok(),
            email_verified: false,
            name: MemberName::parse("Ada").ok(),
            picture: None,
            bio: Some("Plays <b>".into()),
        });
        let html = page.to_html();
        assert_sound(&html);
        for text in [
            "auth0|1&lt;b&gt;",
            "(not verified)",
            "Not given",
            "Plays &lt;b&gt;",
        ] {
            assert!(html.contains(text), "{text} in {html}");
        }
        assert!(!html.contains("club/on\""), "{html}");
    }
}
