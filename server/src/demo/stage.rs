//! The actions of the demonstration's people and applications. Every step uses the same rules as real use, at the
//! time of the story.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use latchkey_domain::{Actor, Application, Clock, Email, RedirectUri, ScopeSet, Timestamp};
use latchkey_oauth::authorize::consent_form::{ALLOW, APPROVED, DECISION, DENY};
use latchkey_oauth::token_endpoint::ClientRequest;
use latchkey_oauth::{AuthorizationServer, Decision, EndpointError, RequestOrigin, Resource, SignedIn};
use latchkey_registration::Caller;
use secrecy::{ExposeSecret, SecretString};

use super::chance::{Chance, StoryClock};
use super::content::{App, CONTENT};
use super::people::email_of;
use super::unexpected;
use crate::error::CliError;
use crate::instance::Instance;
use crate::settings::PublicUrl;

/// The pair of RFC 7636 appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// How long an application takes to respond.
const MOMENT: Duration = Duration::from_secs(2);

type Pairs = Vec<(String, String)>;

/// A wrong parameter and its value; an empty one removes the parameter.
type Change<'a> = Option<&'a (String, String)>;

/// The tokens that an application has for a member.
#[derive(Clone)]
pub(super) struct Tokens {
    access: String,
    refresh: String,
}

/// An application as its developer sees it.
struct Client {
    application: Application,
    /// When it first got a token.
    connected_at: Option<Timestamp>,
    secret: Option<SecretString>,
    redirect_uri: String,
}

/// The state of the story.
pub(super) struct Stage {
    instance: Instance,
    pub(super) clock: Arc<StoryClock>,
    server: AuthorizationServer,
    clients: BTreeMap<App, Client>,
    tokens: BTreeMap<(App, String), Tokens>,
    chance: Chance,
}

impl Stage {
    pub(super) fn new(instance: &Instance) -> Self {
        let clock = Arc::new(StoryClock::default());
        let instance = instance.with_clock(clock.clone());
        Self {
            // No stored data depends on the URL.
            server: instance.authorization_server(&PublicUrl::localhost(3000)),
            instance,
            clock,
            clients: BTreeMap::new(),
            tokens: BTreeMap::new(),
            chance: Chance::new(443),
        }
    }

    /// The usual requests of each application, the application as it is now, and when it first got a token.
    pub(super) fn connected(&self) -> impl Iterator<Item = (usize, &Application, Timestamp)> {
        self.clients.iter().filter_map(|(app, client)| {
            let usual = CONTENT.applications[app].requests;
            Some((usual, &client.application, client.connected_at?))
        })
    }

    /// The host registers an application.
    pub(super) async fn register(&mut self, app: App) -> Result<(), CliError> {
        let caller = self.host().await?;
        let draft = &CONTENT.applications[&app].draft;
        let registered = self.instance.registrar.create(&caller, draft).await?;
        let uris = &registered.application.spec.redirect_uris;
        // Prefers a redirect URI that is not on this machine, if there is one.
        let redirect_uri = uris.iter().find(|uri| !uri.is_loopback()).or(uris.iter().next());
        let client = Client {
            connected_at: None,
            redirect_uri: redirect_uri.map(RedirectUri::to_string).unwrap_or_default(),
            secret: registered
                .new_secret
                .map(|secret| secret.expose().to_owned().into()),
            application: registered.application,
        };
        self.clients.insert(app, client);
        Ok(())
    }

    /// The host adds a redirect URI.
    pub(super) async fn add_redirect_uri(&mut self, app: App, uri: &str) -> Result<(), CliError> {
        let (caller, id) = self.host_of(app).await?;
        let mut draft = CONTENT.applications[&app].draft.clone();
        draft.redirect_uris = format!("{}\n{uri}", draft.redirect_uris);
        let revision = self.client(app)?.application.revision;
        let registrar = &self.instance.registrar;
        let registered = registrar.update(&caller, &id, revision, &draft).await?;
        self.client(app)?.application = registered.application;
        Ok(())
    }

    /// The host pauses an application.
    pub(super) async fn pause(&mut self, app: App) -> Result<(), CliError> {
        let (caller, id) = self.host_of(app).await?;
        self.client(app)?.application = self.instance.registrar.set_paused(&caller, &id, true).await?;
        Ok(())
    }

    /// The host adds a second secret, which the developer uses from now on.
    pub(super) async fn replace_secret(&mut self, app: App) -> Result<(), CliError> {
        let (caller, id) = self.host_of(app).await?;
        let secret = self.instance.registrar.new_secret(&caller, &id).await?;
        self.client(app)?.secret = Some(secret.expose().to_owned().into());
        Ok(())
    }

    /// The host reveals a secret.
    pub(super) async fn reveal_secret(&mut self, app: App) -> Result<(), CliError> {
        let (caller, id) = self.host_of(app).await?;
        self.instance.registrar.reveal_secret(&caller, &id, None).await?;
        Ok(())
    }

    /// A member follows the link of an application, with a change of its usual request.
    pub(super) async fn visit(
        &mut self,
        app: App,
        who: &str,
        change: Change<'_>,
    ) -> Result<Decision, CliError> {
        let (person, origin) = (self.person(who).await?, self.origin());
        let grantable = person.member.role.grantable_scopes();
        let client = self.client(app)?;
        // An application that serves hosts and members asks each for the scopes that they can grant.
        let scopes = client.application.spec.scopes.iter();
        let scopes: ScopeSet = scopes.filter(|scope| grantable.contains(*scope)).collect();
        let scopes = scopes.to_string();
        let usual = [
            ("response_type", "code"),
            ("client_id", client.application.client_id.as_str()),
            ("redirect_uri", &client.redirect_uri),
            ("scope", &scopes),
            ("state", "c2lnbiBtZSBpbg"),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
        ];
        let query = changed(&usual, change);
        Ok(self.server.authorize(&query, Some(&person), &origin).await)
    }

    /// A member presses Allow or Deny on the consent page; there is no page if a host skips consent.
    async fn answer(&mut self, decision: Decision, who: &str, allow: bool) -> Result<Decision, CliError> {
        let page = match decision {
            Decision::Consent(page) => page,
            other => return Ok(other),
        };
        self.clock.advance(MOMENT * 3);
        let person = self.person(who).await?;
        let approved = page
            .scopes
            .iter()
            .map(|scope| (APPROVED.to_owned(), scope.id().to_owned()));
        let mut form: Pairs = page.hidden.iter().cloned().chain(approved).collect();
        form.push((DECISION.to_owned(), if allow { ALLOW } else { DENY }.to_owned()));
        let origin = self.origin();
        Ok(self.server.answer_consent(&form, Some(&person), &origin).await)
    }

    /// A member denies the application's request.
    pub(super) async fn deny(&mut self, app: App, who: &str) -> Result<(), CliError> {
        let decision = self.visit(app, who, None).await?;
        self.answer(decision, who, false).await?;
        Ok(())
    }

    /// A member allows the application's request; returns the code.
    pub(super) async fn allow(&mut self, app: App, who: &str) -> Result<String, CliError> {
        let decision = self.visit(app, who, None).await?;
        match self.answer(decision, who, true).await? {
            Decision::Redirect(redirect) => code(&redirect.location),
            _ => None,
        }
        .ok_or_else(|| unexpected("an application got no code"))
    }

    /// An application exchanges a code, with a change of its usual request.
    pub(super) async fn exchange(
        &mut self,
        app: App,
        code: &str,
        change: Change<'_>,
    ) -> Result<Option<Tokens>, CliError> {
        let redirect_uri = self.client(app)?.redirect_uri.clone();
        let usual = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", &redirect_uri),
            ("code_verifier", VERIFIER),
        ];
        self.token(app, &usual, change).await
    }

    async fn refresh(&mut self, app: App, token: &str) -> Result<Option<Tokens>, CliError> {
        let usual = [("grant_type", "refresh_token"), ("refresh_token", token)];
        self.token(app, &usual, None).await
    }

    /// The tokens that an application gets; `None` if refused.
    async fn token(
        &mut self,
        app: App,
        usual: &[(&str, &str)],
        change: Change<'_>,
    ) -> Result<Option<Tokens>, CliError> {
        self.clock.advance(MOMENT);
        let origin = self.origin();
        let client = self.client(app)?;
        let id = client.application.client_id.to_string();
        let secret = client.secret.clone().unwrap_or_default();
        let credentials = [
            ("client_id", id.as_str()),
            ("client_secret", secret.expose_secret()),
        ];
        let all: Vec<_> = usual
            .iter()
            .copied()
            .chain(credentials.into_iter().filter(|(_, value)| !value.is_empty()))
            .collect();
        let form = changed(&all, change);
        let request = ClientRequest {
            authorization: None,
            form: &form,
        };
        match self.server.token(request, &origin).await {
            Ok(tokens) => Ok(Some(Tokens {
                access: tokens.access_token.expose().to_owned(),
                refresh: tokens
                    .refresh_token
                    .map(|token| token.expose().to_owned())
                    .unwrap_or_default(),
            })),
            Err(EndpointError::Refused { .. }) => Ok(None),
            Err(EndpointError::Unavailable(error)) => Err(error.into()),
        }
    }

    /// A member connects an application, which uses its first token at once.
    pub(super) async fn connect(&mut self, app: App, who: &str) -> Result<(), CliError> {
        let code = self.allow(app, who).await?;
        let tokens = self.exchange(app, &code, None).await?;
        let tokens = tokens.ok_or_else(|| unexpected("an application got no tokens"))?;
        self.call(&tokens.access).await;
        let now = self.clock.now();
        self.client(app)?.connected_at.get_or_insert(now);
        self.tokens.insert((app, who.to_owned()), tokens);
        Ok(())
    }

    /// An application does something for a member: it refreshes its tokens, and uses the new one.
    pub(super) async fn use_again(&mut self, app: App, who: &str) -> Result<(), CliError> {
        let Tokens { refresh, .. } = self.tokens(app, who)?;
        if let Some(tokens) = self.refresh(app, &refresh).await? {
            self.call(&tokens.access).await;
            self.tokens.insert((app, who.to_owned()), tokens);
        }
        Ok(())
    }

    /// An application uses its last token, even if it has expired.
    pub(super) async fn use_old_token(&mut self, app: App, who: &str) -> Result<(), CliError> {
        let Tokens { access, .. } = self.tokens(app, who)?;
        self.call(&access).await;
        Ok(())
    }

    /// A thief uses a copied refresh token after the application did.
    pub(super) async fn steal(&mut self, app: App, who: &str) -> Result<(), CliError> {
        let Tokens { refresh: copy, .. } = self.tokens(app, who)?;
        self.use_again(app, who).await?;
        self.clock.advance(Duration::from_secs(15 * 60));
        self.refresh(app, &copy).await?;
        Ok(())
    }

    /// A member disconnects an application on the account page.
    pub(super) async fn disconnect(&mut self, app: App, who: &str) -> Result<(), CliError> {
        let person = self.person(who).await?;
        let id = self.client(app)?.application.client_id.clone();
        let origin = self.origin();
        self.server.disconnect(&person.member, &id, &origin).await?;
        Ok(())
    }

    /// A request with an access token. It may be refused, as part of the story.
    async fn call(&mut self, access: &str) {
        self.clock.advance(MOMENT);
        let (origin, authorization) = (self.origin(), format!("Bearer {access}"));
        let _ = self
            .server
            .verify_access(Some(&authorization), Some(Resource::HeadlessApi), &origin)
            .await;
    }

    /// The member with this name, just signed in.
    async fn person(&self, who: &str) -> Result<SignedIn, CliError> {
        let email: Result<Email, _> = email_of(who).parse();
        let email = email.map_err(|_| unexpected("somebody has no email"))?;
        let member = self.instance.store.member_by_email(&email).await?;
        Ok(SignedIn {
            member: member.ok_or_else(|| unexpected("somebody is no member"))?,
            at: self.clock.now(),
            session: None,
            proof: None,
        })
    }

    async fn host(&mut self) -> Result<Caller, CliError> {
        let host = self.person("host").await?.member;
        let RequestOrigin { address, request_id } = self.origin();
        let actor = Actor {
            member: Some(host.id),
            address,
            request_id,
        };
        Ok(Caller::member(&host, actor))
    }

    /// The host, and the client ID of an application to change.
    async fn host_of(&mut self, app: App) -> Result<(Caller, String), CliError> {
        let id = self.client(app)?.application.client_id.to_string();
        Ok((self.host().await?, id))
    }

    fn client(&mut self, app: App) -> Result<&mut Client, CliError> {
        let client = self.clients.get_mut(&app);
        client.ok_or_else(|| unexpected("an application is not registered yet"))
    }

    fn tokens(&self, app: App, who: &str) -> Result<Tokens, CliError> {
        let tokens = self.tokens.get(&(app, who.to_owned())).cloned();
        tokens.ok_or_else(|| unexpected("an application has no tokens"))
    }

    /// The origin of the next request: an address for documentation (RFC 5737).
    fn origin(&mut self) -> RequestOrigin {
        let address = format!("203.0.113.{}", 10 + self.chance.below(200));
        let half = |chance: &mut Chance| chance.below(1 << 32);
        let request_id = format!("{:08x}{:08x}", half(&mut self.chance), half(&mut self.chance));
        RequestOrigin {
            address: Some(address),
            request_id: Some(request_id),
        }
    }
}

/// The code in the URL that a browser is sent back to.
fn code(location: &str) -> Option<String> {
    let (_, query) = location.split_once('?')?;
    form_urlencoded::parse(query.as_bytes())
        .find(|(name, _)| name == "code")
        .map(|(_, value)| value.into_owned())
}

fn changed(usual: &[(&str, &str)], change: Change<'_>) -> Pairs {
    let value = |name: &str, usual: &str| match change {
        Some((changed, value)) if changed == name => value.clone(),
        _ => usual.to_owned(),
    };
    let all = usual
        .iter()
        .map(|(name, usual)| ((*name).to_owned(), value(name, usual)));
    all.filter(|(_, value)| !value.is_empty()).collect()
}
