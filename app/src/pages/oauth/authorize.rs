//! `/oauth/authorize`, the consent page: which application asks for what, for which member, and where the browser goes
//! next.

use latchkey_domain::{Member, RedirectUri, Scope, ScopeSet};
use latchkey_oauth::ConsentQuestion;
use latchkey_oauth::authorize::consent_form::{ALLOW, APPROVED, DECISION, DENY};
use leptos::prelude::*;

use crate::components::frame::Frame;
use crate::components::notice::error_notice;

/// Asks a person whether to allow an application.
#[derive(Clone, Debug)]
pub struct ConsentPage {
    pub frame: Frame,
    /// The question from the rules.
    pub question: ConsentQuestion,
}

impl ConsentPage {
    pub fn to_html(self) -> String {
        let Self { frame, question } = self;
        let ConsentQuestion {
            application,
            member,
            scopes,
            redirect_uri,
            is_explorer_login,
            hidden,
            return_to,
            nothing_approved,
        } = question;
        let name = application.spec.name.to_string();
        let network = frame.network.clone();
        let hidden = hidden
            .into_iter()
            .map(|(name, value)| view! { <input type="hidden" name=name value=value /> })
            .collect_view();
        let problem = nothing_approved.then(|| {
            error_notice("Nothing is selected. Select what you want to allow, or press Deny.".to_owned())
        });
        frame.card(
            &format!("Allow {name}?"),
            view! {
                <h1 class="panel-title consent-title">
                    <strong>{name.clone()}</strong> " wants to use your " {network} " account"
                </h1>
                {who(&member, return_to)}
                {problem}
                <form class="consent-form" method="post" action="/oauth/authorize">
                    {hidden}
                    {permissions(scopes, !nothing_approved)}
                    {if is_explorer_login { whereto_explorer(&name) } else { whereto(&redirect_uri, &name) }}
                    <div class="consent-answers">
                        <button class="button" type="submit" name=DECISION value=DENY>
                            "Deny"
                        </button>
                        <button class="button button-primary" type="submit" name=DECISION value=ALLOW>
                            "Allow"
                        </button>
                    </div>
                </form>
                <p class="muted consent-later">"You can revoke access at any time in Account > Connected apps."</p>
            },
        )
    }
}

/// The member who is asked. The form ends the session and comes back here through the sign-in page.
fn who(member: &Member, return_to: String) -> impl IntoView {
    let initial: String = member.name.as_str().chars().take(1).collect();
    view! {
        <div class="consent-who">
            <span class="consent-initial" aria-hidden="true">
                {initial}
            </span>
            <p class="consent-member">
                <span class="muted">"Signed in as "</span>
                <strong>{member.name.to_string()}</strong>
                <br />
                <span class="muted" translate="no">{member.email.to_string()}</span>
            </p>
            <form method="post" action="/sign-out">
                <input type="hidden" name="return_to" value=return_to />
                <button class="button button-quiet" type="submit">
                    "Not you?"
                </button>
            </form>
        </div>
    }
}

fn permissions(scopes: ScopeSet, ticked: bool) -> impl IntoView {
    let row = |scope: Scope| {
        let host = scope
            .is_host_only()
            .then(|| view! { <span class="badge badge-host">"Host only"</span> });
        view! {
            <label class="scope-row">
                <input type="checkbox" name=APPROVED value=scope.id() checked=ticked />
                <span class="scope-text">{scope.description()}</span>
                {host}
            </label>
        }
    };
    view! {
        <fieldset class="scope-group">
            <legend class="field-label">"It will be able to"</legend>
            <div class="scope-rows">{scopes.iter().map(row).collect_view()}</div>
        </fieldset>
    }
}

/// Where the browser goes when a host tries the application.
fn whereto_explorer(name: &str) -> AnyView {
    view! {
        <p class="consent-whereto">
            "Next you are back in the " <strong>"API explorer"</strong>
            " of this server, which acts as " {name.to_owned()} "."
        </p>
    }
    .into_any()
}

/// Where the browser goes after either answer. Shows only the host of the address, because the rest tells people
/// nothing.
fn whereto(redirect_uri: &RedirectUri, name: &str) -> AnyView {
    let host = redirect_uri.host().to_owned();
    let place = view! { <strong class="consent-host" translate="no">{host.clone()}</strong> };
    if redirect_uri.is_loopback() {
        view! {
            <p class="notice notice-warning">
                <span>
                    "Next you are sent to " {place}
                    ", which is a program on this device. Allow only if you have just started "
                    {name.to_owned()} " on this device yourself."
                </span>
            </p>
        }
        .into_any()
    } else if redirect_uri.is_private_use() {
        view! {
            <p class="consent-whereto">
                "Next your device opens the app that is installed for " {place} " links."
            </p>
        }
        .into_any()
    } else {
        view! { <p class="consent-whereto">"Next you are sent to " {place}</p> }.into_any()
    }
}

#[cfg(test)]
mod tests {
    use latchkey_domain::{MemberId, MemberName, Role, Timestamp};

    use super::*;
    use crate::testing::{application, assert_sound, frame};

    fn page(redirect_uri: &str, scopes: &str, nothing_approved: bool) -> String {
        let question = ConsentQuestion {
            scopes: scopes.parse().unwrap(),
            application: application("Mobile <b>App"),
            member: Member {
                id: MemberId(1),
                email: "ada@example.com".parse().unwrap(),
                name: MemberName::parse("Ada Lovelace").unwrap(),
                role: Role::Member,
                joined_at: Timestamp::from_millis(0),
            },
            redirect_uri: redirect_uri.parse().unwrap(),
            is_explorer_login: redirect_uri.contains("/admin/headless-api/"),
            hidden: vec![("state".into(), "\"><script>".into())],
            return_to: "/oauth/authorize?a=1&b=2".into(),
            nothing_approved,
        };
        ConsentPage {
            frame: frame(),
            question,
        }
        .to_html()
    }

    #[test]
    fn says_who_wants_what_as_whom_and_where_it_leads() {
        let html = page(
            "https://app.example/cb",
            "read:posts host:read:network_events",
            false,
        );
        assert_sound(&html);
        for text in [
            "<strong>Mobile &lt;b&gt;App</strong> wants to use your River Club account",
            "Ada Lovelace",
            "ada@example.com",
            "Not you?",
            "value=\"/oauth/authorize?a=1&amp;b=2\"",
            "View posts you have created",
            "View events in the network",
            "Next you are sent to <strong translate=\"no\" class=\"consent-host\">app.example</strong>",
            "name=\"decision\" value=\"deny\"",
            "name=\"decision\" value=\"allow\"",
            "name=\"state\" value=\"&quot;&gt;&lt;script&gt;\"",
        ] {
            assert!(html.contains(text), "{text} in {html}");
        }
        assert_eq!(html.matches("name=\"approved\"").count(), 2);
        assert_eq!(html.matches(" checked").count(), 2);
        assert_eq!(html.matches("Host only").count(), 1);
        assert!(!html.contains("role=\"alert\"") && !html.contains("notice-warning"));
    }

    #[test]
    fn warns_of_programs_on_the_device() {
        for (uri, place) in [
            ("http://127.0.0.1:5000/cb", "127.0.0.1:5000"),
            ("http://localhost/cb", "localhost"),
        ] {
            let html = page(uri, "read:posts", false);
            assert_sound(&html);
            assert!(
                html.contains("notice-warning") && html.contains(&format!(">{place}<")),
                "{html}"
            );
        }
        let html = page("com.example.app:/cb", "read:posts", false);
        assert!(!html.contains("notice-warning") && html.contains(">com.example.app<"));
    }

    #[test]
    fn an_explorer_login_leads_back_to_the_explorer() {
        let html = page(
            "http://localhost:3000/admin/headless-api/explorer/callback",
            "read:posts",
            false,
        );
        assert_sound(&html);
        assert!(html.contains("API explorer") && !html.contains("notice-warning"));
    }

    #[test]
    fn says_so_when_nothing_was_ticked_and_leaves_it_unticked() {
        let html = page("https://app.example/cb", "read:posts", true);
        assert_sound(&html);
        assert!(html.contains("role=\"alert\"") && html.contains("Nothing is selected"));
        assert!(!html.contains(" checked"));
    }
}
