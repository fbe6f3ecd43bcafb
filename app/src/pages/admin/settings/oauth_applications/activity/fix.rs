//! What helps against a failure: a sentence for every one, and a button or link where there is something to press.

use latchkey_domain::{Application, Scope, ScopeSet};
use latchkey_registration::{ActivityLine, ActivityReason as Reason, Candidate};
use leptos::prelude::*;

use crate::components::navigation::{AdminSection, member_page};
use crate::pages::admin::settings::oauth_applications::address;

/// What a host can press.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    /// A page.
    Open { label: String, address: String },
    /// A change that needs no question.
    Press { label: &'static str, address: String },
}

/// What helps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fix {
    pub(crate) text: String,
    pub(crate) action: Option<Action>,
}

// Each failure has an action, or none.
#[allow(clippy::unnecessary_wraps)]
fn open(label: impl Into<String>, address: impl Into<String>) -> Option<Action> {
    Some(Action::Open {
        label: label.into(),
        address: address.into(),
    })
}

/// A page of an application.
fn page(application: &Application, page: &str) -> String {
    format!("{}/{}/{page}", address::PATH, application.client_id)
}

/// The scopes as a label: the first ones.
pub(crate) fn named(scopes: ScopeSet) -> String {
    let names: Vec<&str> = scopes.iter().map(Scope::id).collect();
    match names.as_slice() {
        [one] => (*one).to_owned(),
        [one, other] => format!("{one} and {other}"),
        many => format!("{} scopes", many.len()),
    }
}

impl Fix {
    fn new(text: impl Into<String>, action: Option<Action>) -> Self {
        Self {
            text: text.into(),
            action,
        }
    }

    /// What helps against the failure of an entry.
    pub(crate) fn of(line: &ActivityLine) -> Self {
        let reason = line.entry.event.reason;
        match &line.application {
            Some(application) if line.entry.is_matched => Self::in_application(line, application, reason),
            similar => Self::without_application(line, similar.as_ref(), reason),
        }
    }

    /// For a sign-in at a provider, whatever application sent the person.
    fn provider() -> Self {
        Self::new(
            "Test the provider: each step shows what was sent and what came back.",
            open("Open single sign-on", AdminSection::SingleSignOn.path()),
        )
    }

    /// For a request that named no application of this server.
    fn without_application(
        line: &ActivityLine,
        similar: Option<&Application>,
        reason: Option<Reason>,
    ) -> Self {
        let list = || open("Compare with your applications", address::PATH);
        if let Some(similar) = similar {
            let name = &similar.spec.name;
            let text = format!(
                "The client id looks like that of {name}, but is not the same. Copy it again into the settings of the program."
            );
            return Self::new(
                text,
                open(
                    format!("Show the credentials of {name}"),
                    page(similar, "credentials"),
                ),
            );
        }
        match reason {
            Some(Reason::ProviderFailed | Reason::ProviderRefused) => Self::provider(),
            Some(Reason::ClientIdMissing) => Self::new(
                "The request has no client id. The program that sent it has to add client_id: check that its settings are loaded.",
                list(),
            ),
            Some(Reason::ClientIdMalformed | Reason::ClientUnknown) => Self::new(
                "No application here has or had this client id. It is mistyped, cut off, or that of another server.",
                list(),
            ),
            // Deleted before or after the request.
            _ => {
                let query = form_urlencoded::Serializer::new(String::new())
                    .append_pair("target", line.entry.event.client.as_str())
                    .finish();
                Self::new(
                    "The application was deleted. Its client id never works again: register a new application, or remove the program that still asks.",
                    open(
                        "See who deleted it",
                        format!("{}?{query}", AdminSection::AuditTrail.path()),
                    ),
                )
            }
        }
    }

    fn in_application(line: &ActivityLine, application: &Application, reason: Option<Reason>) -> Self {
        let credentials = || open("Show credentials", page(application, "credentials"));
        let settings = || open("Open the settings", page(application, "settings"));
        let how = |part: &str| open("Show how", format!("{}#{part}", page(application, "use")));
        // Something that the program asked for was left out.
        if line.entry.event.succeeded {
            return Self::scopes(line, application);
        }
        let Some(reason) = reason else {
            return match line.candidate {
                Candidate::None => Self::new("The message says what was expected.", how("settings")),
                _ => Self::redirect_uri(line, application),
            };
        };
        match reason {
            Reason::RedirectUriMismatch => Self::redirect_uri(line, application),
            Reason::RedirectUriQuery => Self::new(
                "The program has to send the registered address exactly, without the query. What changes belongs into state.",
                how("settings"),
            ),
            Reason::RedirectUriMissing => Self::new(
                "The program has to send redirect_uri, because several are registered.",
                how("settings"),
            ),
            Reason::LogoutUriUnregistered => Self::new(
                "If this address belongs to the application, add it under After sign-out. If not, the program has to send a registered one.",
                settings(),
            ),
            Reason::ProviderFailed | Reason::ProviderRefused => Self::provider(),
            Reason::RedirectUriChanged => Self::new(
                "The program has to send the same redirect_uri twice: in the link, and when it exchanges the code.",
                how("program"),
            ),
            Reason::ScopeUnregistered | Reason::ApiScope => Self::scopes(line, application),
            Reason::ScopeUnknown => Self::new(
                "This network has no such scope. Remove it from the program's scope; the settings list all there are.",
                settings(),
            ),
            Reason::ScopeSeparator => Self::new(
                "Put spaces between the scopes, not commas: scope=read:posts write:posts.",
                how("settings"),
            ),
            Reason::ScopeNotGranted => Self::new(
                "A refresh can only ask for what was granted. Leave scope out, or send the member through the link again.",
                how("then"),
            ),
            Reason::ScopeHostOnly => Self::new(
                "Only hosts can grant these scopes. Leave them out for members, or sign in as a host.",
                settings(),
            ),
            Reason::ResourceUnknown => Self::new(
                "The program names something in resource that is not here. It has to send the address of the Headless API exactly, or leave resource out.",
                how("settings"),
            ),
            Reason::ResourceNotGranted => Self::new(
                "The program has to name the same resource in the link, or leave it out when it asks for tokens.",
                how("program"),
            ),
            Reason::ResourceOther => Self::new(
                "The program asked for a token for the Headless API alone. For userinfo it needs one that it asks for without resource.",
                how("program"),
            ),
            Reason::Paused if application.is_paused() => Self::new(
                "A host paused this application. Everything works again once it is resumed.",
                Some(Action::Press {
                    label: "Resume",
                    address: format!("{}/resume", address::activity(application.client_id.as_str())),
                }),
            ),
            Reason::Paused => Self::new(
                "The application was paused then and is resumed now. Try again.",
                how("then"),
            ),
            Reason::Suspended => Self::new(
                "A host suspended this member. The application can act for the member again once a host lets them in.",
                match line.entry.event.member {
                    Some(member) => open("Open the member", member_page(member)),
                    None => open("Open the members", AdminSection::Members.path()),
                },
            ),
            Reason::Plan => Self::new(
                "OAuth applications need the Scale plan or above.",
                open("Change the plan", "/admin/settings/network"),
            ),
            Reason::SecretMissing | Reason::CredentialsDiffer | Reason::BasicMalformed => Self::new(
                "The program has to send client_id and client_secret, in the body or by HTTP Basic, and only one pair of them.",
                credentials(),
            ),
            Reason::SecretUnneeded => Self::new(
                "A public application has no secret. Remove client_secret from the program, or make the application confidential.",
                settings(),
            ),
            Reason::SecretNone => Self::new(
                "The application has no secret right now. Create one and put it into the settings of the program.",
                open("New secret", page(application, "credentials")),
            ),
            Reason::SecretRetired => Self::new(
                "This secret was retired. Put the current one into the settings of the program.",
                credentials(),
            ),
            Reason::SecretWhiteSpace => Self::new(
                "The secret is right, but has a space or a line break at one end. Remove it from the settings of the program.",
                credentials(),
            ),
            Reason::SecretIsClientId => Self::new(
                "The client id was put where the secret belongs. Copy the secret.",
                credentials(),
            ),
            Reason::SecretLength | Reason::SecretCharacters | Reason::SecretOneOff => Self::new(
                "The secret was changed or cut when it was copied. Copy it again.",
                credentials(),
            ),
            Reason::SecretWrong => Self::new(
                "This is not and was not a secret of this application: perhaps another application's. Copy the right one, or create a new one.",
                credentials(),
            ),
            Reason::PkceMissing => Self::new(
                "The program has to use PKCE: send code_challenge, and code_challenge_method=S256, in the link.",
                how("program"),
            ),
            Reason::PkcePlain => Self::new(
                "Send code_challenge_method=S256 and the SHA-256 of the verifier. The method plain is not accepted.",
                how("program"),
            ),
            Reason::PkceChallenge => Self::new(
                "The challenge is the SHA-256 of the verifier in URL-safe base64 without padding: 43 characters.",
                how("program"),
            ),
            Reason::PkceVerifierMissing => Self::new(
                "Send code_challenge in the link and the code_verifier that belongs to it when exchanging the code: both or neither.",
                how("program"),
            ),
            Reason::PkceVerifierWrong => Self::new(
                "Keep the verifier of each attempt until its code is exchanged. Two attempts at once must not share one.",
                how("program"),
            ),
            Reason::StateMissing => Self::new("The program has to send state, or use PKCE.", how("program")),
            Reason::CodeExpired | Reason::CodeNotExchanged => Self::new(
                "The program has to exchange the code right after the redirect. Try the link again.",
                how("then"),
            ),
            Reason::CodeReused => Self::new(
                "A code works once. Exchange it once, also when the page is reloaded. The member has to go through the link again.",
                how("then"),
            ),
            Reason::CodeInvalid => Self::new(
                "The value is not a code of this server. Pass the code parameter of the redirect on unchanged.",
                how("program"),
            ),
            Reason::TokenInvalid => Self::new(
                "The value is not such a token of this server. Store tokens whole: they can have 255 characters.",
                how("program"),
            ),
            Reason::TokenOfAnother => Self::new(
                "The code or token was issued to another application. Check that all of client id, secret and tokens belong together.",
                credentials(),
            ),
            Reason::Revoked | Reason::GrantEnded => Self::new(
                "The access was revoked or ended. The member has to go through the link again.",
                open("See the connected members", page(application, "members")),
            ),
            Reason::AccessExpired | Reason::Superseded => Self::new(
                "Use the refresh token to get a new access token, and keep the newest pair only.",
                how("then"),
            ),
            Reason::RefreshExpired => Self::new(
                "The refresh token was not used for too long. The member has to go through the link again.",
                how("then"),
            ),
            Reason::RefreshReused => Self::new(
                "Either two parts of the program refresh at once, or somebody has a copy of the token. Keep only the newest refresh token; if you do not know why, create a new secret.",
                open("New secret", page(application, "credentials")),
            ),
            Reason::Explorer => Self::new(
                "This belongs to the API explorer. Nothing has to be changed in the program.",
                open("Open the API explorer", "/admin/headless-api/explorer"),
            ),
            Reason::PromptNone => Self::new(
                "With prompt=none nothing is asked. The program has to send the member through the link without it.",
                how("then"),
            ),
            Reason::Declined => Self::new(
                "The member declined. The program should say so and offer to try again.",
                how("then"),
            ),
            Reason::GrantType | Reason::Parameter | Reason::Unsupported | Reason::Unreadable => Self::new(
                "The message says which part of the request is wrong and what was expected.",
                how("program"),
            ),
            Reason::ApiNotYours => Self::new(
                "Members change only what they wrote themselves. The program should offer it to the author only.",
                open("Try it in the API explorer", "/admin/headless-api/explorer"),
            ),
            Reason::ApiNotFound => Self::new(
                "The object is gone, or this member may not see it. The program has to expect that.",
                open("Try it in the API explorer", "/admin/headless-api/explorer"),
            ),
            Reason::ApiInput | Reason::ApiTooComplex => Self::new(
                "The query has to be changed. The explorer shows what is allowed, and what a query costs.",
                open("Try it in the API explorer", "/admin/headless-api/explorer"),
            ),
            Reason::ApiThrottled => Self::new(
                "The program has to wait as long as Retry-After says, and ask for less at a time.",
                open("See the use of the API", "/admin/headless-api"),
            ),
            Reason::ApiTimeout => Self::new(
                "Ask for fewer rows at a time.",
                open("See the use of the API", "/admin/headless-api"),
            ),
            Reason::ApiFailed => Self::new(
                "The server failed. The operator finds the cause in its log, under the request id.",
                open("See the use of the API", "/admin/headless-api"),
            ),
            Reason::ClientIdMissing
            | Reason::ClientIdMalformed
            | Reason::ClientUnknown
            | Reason::ClientDeleted => Self::new(
                "The program has to send the client id of this application.",
                credentials(),
            ),
        }
    }

    fn redirect_uri(line: &ActivityLine, application: &Application) -> Self {
        let client_id = application.client_id.as_str();
        let settings = || open("Open the settings", page(application, "settings"));
        match line.candidate {
            Candidate::Addable => Self::new(
                "If this address belongs to the application, add it. If not, the program has to send a registered one.",
                open(
                    "Add this redirect URI",
                    address::add_redirect_uri(client_id, line.entry.id),
                ),
            ),
            Candidate::Registered => Self::new(
                "This redirect URI is registered now. Try again.",
                open("Show how", format!("{}#settings", page(application, "use"))),
            ),
            Candidate::Full => Self::new(
                "The application has the maximum number of redirect URIs. Remove one to add this one.",
                settings(),
            ),
            Candidate::Foreign => Self::new(
                "No registered redirect URI has this host and port, and no host of this network sent this request. Edit the application to add it, and only if it is yours.",
                settings(),
            ),
            Candidate::OnlyQuery => Self::new(
                "Adding it does not help: the client must send a registered redirect URI exactly as it is registered.",
                open("Show how", format!("{}#settings", page(application, "use"))),
            ),
            Candidate::None => Self::new(
                "This address cannot be registered: it needs https, or http on a loopback address. The program has to send a registered one.",
                open("Show how", format!("{}#settings", page(application, "use"))),
            ),
        }
    }

    fn scopes(line: &ActivityLine, application: &Application) -> Self {
        let is_api = line.entry.event.reason == Some(Reason::ApiScope);
        let scopes = line.addable_scopes();
        if !scopes.is_empty() {
            let text = if is_api {
                "The application is not registered for this scope. Add it, then send the member through the link again."
            } else if line.entry.event.succeeded {
                "Add it if the application needs it. It works without."
            } else {
                "Add it if the application needs it. If not, the program has to leave it out."
            };
            let address = address::add_scopes(application.client_id.as_str(), line.entry.id);
            return Self::new(text, open(format!("Add {}", named(scopes)), address));
        }
        let text = if is_api {
            "The scope is registered, but this token does not have it. The program has to ask for it in the link, and only hosts can grant scopes that begin with host."
        } else {
            "The scope is registered now. Try again."
        };
        Self::new(
            text,
            open("Show how", format!("{}#settings", page(application, "use"))),
        )
    }

    pub(crate) fn view(self) -> impl IntoView {
        let action = self.action.map(|action| match action {
            Action::Open { label, address } => view! {
                <a class="button" href=address>
                    {label}
                </a>
            }
            .into_any(),
            Action::Press { label, address } => view! {
                <form method="post" action=address>
                    <button class="button" type="submit">
                        {label}
                    </button>
                </form>
            }
            .into_any(),
        });
        view! {
            <div class="entry-fix">
                <p>{self.text}</p>
                {action}
            </div>
        }
    }
}

#[cfg(test)]
#[path = "fix_tests.rs"]
mod tests;
