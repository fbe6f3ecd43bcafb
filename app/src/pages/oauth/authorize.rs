//! `/oauth/authorize`, the consent page: which application asks for what, for which member, and where the browser goes
//! next.

use latchkey_domain::{Application, Member, RedirectUri, Scope, ScopeSet, counted};
use latchkey_oauth::ConsentQuestion;
use latchkey_oauth::authorize::consent_form::{ALLOW, APPROVED, DECISION, DENY};
use leptos::prelude::*;

use crate::components::frame::Frame;
use crate::components::logo::logo;
use crate::components::notice::error_notice;
use crate::components::profile_links::profile_links;
use crate::time::{date, iso};

/// Asks a person whether to allow an application.
#[derive(Clone, Debug)]
pub struct ConsentPage {
    pub frame: Frame,
    /// The question from the rules.
    pub question: ConsentQuestion,
    pub background: Background,
}

/// What helps a member to judge an application.
#[derive(Clone, Debug, Default)]
pub struct Background {
    /// Who registered it; `None` if it was the operator.
    pub added_by: Option<Member>,
    /// How many members are connected to it.
    pub connected_members: u64,
}

impl ConsentPage {
    pub fn to_html(self) -> String {
        let Self {
            frame,
            question,
            background,
        } = self;
        let ConsentQuestion {
            application,
            member,
            scopes,
            granted_before,
            redirect_uri,
            is_explorer_login,
            hidden,
            return_to,
            nothing_approved,
        } = question;
        let name = application.spec.name.to_string();
        let network = frame.network.clone();
        let picture = logo(&name, application.logo.as_ref(), "logo-large");
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
                <div class="consent-head">
                    {picture}
                    <h1 class="panel-title consent-title">
                        <strong>{name.clone()}</strong> " wants to use your " {network} " account"
                    </h1>
                </div>
                {about(&application, &background)}
                {who(&member, return_to)}
                {problem}
                <form class="consent-form" method="post" action="/oauth/authorize">
                    {hidden}
                    {permissions(&application, scopes, granted_before, !nothing_approved)}
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

/// What the application is, in its host's words, and where it comes from.
fn about(application: &Application, background: &Background) -> impl IntoView + use<> {
    let profile = &application.spec.profile;
    let description = profile
        .description
        .as_ref()
        .map(|description| view! { <p class="consent-description">{description.as_str().to_owned()}</p> });
    let links = profile_links(profile);
    // The operator added it, or a host whose account is gone.
    let added = match &background.added_by {
        Some(member) if member.role.is_host() => format!("Added by {} (host) on ", member.name),
        Some(member) => format!("Added by {} on ", member.name),
        None => "Added on ".to_owned(),
    };
    let used = match background.connected_members {
        0 => "not used by a member yet".to_owned(),
        members => format!("used by {}", counted(members, "member")),
    };
    let at = application.created_at;
    view! {
        {description}
        {links}
        <p class="muted consent-origin">
            {added} <time datetime=iso(at)>{date(at)}</time> " · " {used}
        </p>
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

/// What it asks for, reading and writing apart. If some of it was granted before, the rest is marked as new.
fn permissions(
    application: &Application,
    scopes: ScopeSet,
    granted_before: ScopeSet,
    ticked: bool,
) -> impl IntoView + use<> {
    let gives_spaces = application.spec.spaces_in_groups;
    let (sign_in, others): (Vec<_>, Vec<_>) = scopes.iter().partition(|scope| scope.is_sign_in());
    let (change, see): (Vec<_>, Vec<_>) = others
        .into_iter()
        .partition(|scope| scope.id().starts_with("write:"));
    let new = scopes.without(granted_before);
    let is_more = !new.is_empty() && new != scopes;
    let new = if is_more { new } else { ScopeSet::EMPTY };
    view! {
        {is_more.then(|| view! { <p class="muted consent-more">"You allowed some of this before."</p> })}
        {permission_group("Sign in", sign_in, new, (ticked, gives_spaces))}
        {permission_group("See", see, new, (ticked, gives_spaces))}
        {permission_group("Change", change, new, (ticked, gives_spaces))}
    }
}

fn permission_group(
    title: &'static str,
    scopes: Vec<Scope>,
    new: ScopeSet,
    (ticked, gives_spaces): (bool, bool),
) -> impl IntoView {
    let row = |scope: Scope| {
        let mark = new
            .contains(scope)
            .then(|| view! { <span class="badge badge-new">"New"</span> });
        let host = scope
            .is_host_only()
            .then(|| view! { <span class="badge badge-host">"Host only"</span> });
        view! {
            <label class="scope-row">
                <input type="checkbox" name=APPROVED value=scope.id() checked=ticked />
                <span class="scope-text">{what_it_gives(scope, gives_spaces)}</span>
                {mark}
                {host}
            </label>
        }
    };
    (!scopes.is_empty()).then(|| {
        view! {
            <fieldset class="scope-group">
                <legend class="field-label">{title}</legend>
                <div class="scope-rows">{scopes.into_iter().map(row).collect_view()}</div>
            </fieldset>
        }
    })
}

/// The scope's description, or what exactly a member gives away with it.
fn what_it_gives(scope: Scope, gives_spaces: bool) -> &'static str {
    match scope {
        Scope::Profile if gives_spaces => {
            "View your name, your picture, your role and the spaces that you joined"
        }
        Scope::Profile => "View your name, your picture and your role in the network",
        Scope::ReadUserinfo => "View your name and email address",
        scope => scope.description(),
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
    use latchkey_domain::{Description, MemberId, MemberName, Role, Timestamp, WebLink};

    use super::*;
    use crate::testing::{application, assert_sound, frame};

    fn question(redirect_uri: &str, scopes: &str, nothing_approved: bool) -> ConsentQuestion {
        ConsentQuestion {
            scopes: scopes.parse().unwrap(),
            granted_before: ScopeSet::EMPTY,
            application: application("Mobile <b>App"),
            member: Member {
                id: MemberId(1),
                email: "ada@example.com".parse().unwrap(),
                name: MemberName::parse("Ada Lovelace").unwrap(),
                role: Role::Member,
                joined_at: Timestamp::from_millis(0),
                email_verified: false,
                suspended_at: None,
                second_factor: false,
            },
            redirect_uri: redirect_uri.parse().unwrap(),
            is_explorer_login: redirect_uri.contains("/admin/headless-api/"),
            hidden: vec![("state".into(), "\"><script>".into())],
            return_to: "/oauth/authorize?a=1&b=2".into(),
            nothing_approved,
        }
    }

    fn page(redirect_uri: &str, scopes: &str, nothing_approved: bool) -> String {
        ConsentPage {
            frame: frame(),
            question: question(redirect_uri, scopes, nothing_approved),
            background: Background::default(),
        }
        .to_html()
    }

    #[test]
    fn says_all_that_programs_learn_of_a_member() {
        let mut page = ConsentPage {
            frame: frame(),
            question: question("https://app.example/cb", "openid profile", false),
            background: Background::default(),
        };
        let html = page.clone().to_html();
        assert!(
            html.contains("View your name, your picture and your role in the network"),
            "{html}"
        );
        page.question.application.spec.spaces_in_groups = true;
        let html = page.to_html();
        assert!(
            html.contains("your role and the spaces that you joined"),
            "{html}"
        );
    }

    #[test]
    fn says_what_is_known_of_the_application() {
        let mut page = ConsentPage {
            frame: frame(),
            question: question("https://app.example/cb", "read:userinfo write:posts", false),
            background: Background::default(),
        };
        let html = page.clone().to_html();
        assert!(
            html.contains("Added on ") && html.contains(" · not used by a member yet"),
            "{html}"
        );
        assert!(html.contains("logo-initial") && !html.contains("<img"), "{html}");
        let application = &mut page.question.application;
        application.logo = "ab".repeat(16).parse().ok();
        application.spec.profile.description = Description::parse("Plans <b>events").ok();
        application.spec.profile.website = WebLink::parse("https://app.example/about?a&b").ok();
        application.spec.profile.privacy_policy = WebLink::parse("https://app.example/privacy").ok();
        page.background = Background {
            added_by: Some(Member {
                name: MemberName::parse("Robin Hale").unwrap(),
                role: Role::Host,
                ..page.question.member.clone()
            }),
            connected_members: 12,
        };
        page.frame.terms = WebLink::parse("https://river.example/terms").ok();
        let html = page.to_html();
        assert_sound(&html);
        for text in [
            "Added by Robin Hale (host) on <time datetime=\"1970-01-01T00:00:00Z\">1 Jan 1970</time> · used by 12 members",
            "Plans &lt;b&gt;events",
            "href=\"https://app.example/about?a&amp;b\"",
            ">app.example</a>",
            "href=\"https://app.example/privacy\"",
            "href=\"https://river.example/terms\"",
            "src=\"/logos/abab",
            "View your name and email address",
            ">See</legend>",
            ">Change</legend>",
        ] {
            assert!(html.contains(text), "{text} in {html}");
        }
        assert_eq!(
            html.matches("target=\"_blank\"").count(),
            html.matches("rel=\"noopener\"").count()
        );
    }

    #[test]
    fn what_is_new_is_marked_if_some_of_it_was_allowed_before() {
        let with = |granted_before: &str| {
            let mut page = ConsentPage {
                frame: frame(),
                question: question("https://app.example/cb", "read:posts write:posts", false),
                background: Background::default(),
            };
            page.question.granted_before = granted_before.parse().unwrap();
            page.to_html()
        };
        let html = with("read:posts read:userinfo");
        assert_sound(&html);
        assert!(html.contains("You allowed some of this before."), "{html}");
        assert_eq!(html.matches(">New</span>").count(), 1);
        for nothing_new in ["read:posts write:posts", "read:userinfo"] {
            let html = with(nothing_new);
            assert!(!html.contains("before.") && !html.contains(">New<"), "{html}");
        }
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
