//! The actions of the demonstration's people and applications. Every step uses the same rules as real use, at the
//! time of the story.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use latchkey_domain::{
    Actor, Application, ApplicationDraft, Clock, Email, Member, RedirectUri, ScopeSet, Timestamp,
};
use latchkey_oauth::authorize::consent_form::{ALLOW, APPROVED, DECISION, DENY};
use latchkey_oauth::token_endpoint::ClientRequest;
use latchkey_oauth::{AuthorizationServer, Decision, EndpointError, RequestOrigin, SignedIn};
use latchkey_registration::Caller;
use secrecy::{ExposeSecret, SecretString};

use super::applications::App;
use super::chance::Chance;
use super::clock::StoryClock;
use super::{DemoError, HOST};
use crate::instance::Instance;
use crate::settings::PublicUrl;

/// The pair of RFC 7636 appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// How long an application takes to respond.
const MOMENT: Duration = Duration::from_secs(2);

type Pairs = Vec<(String, String)>;

/// The tokens that an application has for a member.
struct Tokens {
    access: String,
    refresh: String,
}

/// An application as its developer sees it.
struct Client {
    draft: ApplicationDraft,
    application: Application,
    /// When it first got a token.
    connected_at: Option<Timestamp>,
    secret: Option<SecretString>,
    redirect_uri: String,
}

/// The state of the story.
pub(super) struct Stage {
    instance: Instance,
    clock: Arc<StoryClock>,
    server: AuthorizationServer,
    clients: BTreeMap<App, Client>,
    tokens: BTreeMap<(App, String), Tokens>,
    chance: Chance,
}

impl Stage {
    pub(super) fn new(instance: &Instance, now: Timestamp) -> Self {
        let clock = Arc::new(StoryClock::at(now));
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

    /// Sets the time of the next step.
    pub(super) fn set_time(&self, time: Timestamp) {
        self.clock.set(time);
    }

    /// Moves the clock before the next step.
    pub(super) fn wait(&self, duration: Duration) {
        self.clock.advance(duration);
    }

    /// The applications as they are now, and when each first got a token.
    pub(super) fn connected(&self) -> impl Iterator<Item = (App, &Application, Timestamp)> {
        self.clients
            .iter()
            .filter_map(|(app, client)| Some((*app, &client.application, client.connected_at?)))
    }

    /// The host registers an application.
    pub(super) async fn register(&mut self, app: App, draft: &ApplicationDraft) -> Result<(), DemoError> {
        let caller = self.host().await?;
        let registered = self.instance.registrar.create(&caller, draft).await?;
        let uris = &registered.application.spec.redirect_uris;
        // Prefers a redirect URI that is not on this machine, if there is one.
        let redirect_uri = uris.iter().find(|uri| !uri.is_loopback()).or(uris.iter().next());
        let client = Client {
            draft: draft.clone(),
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
    pub(super) async fn add_redirect_uri(&mut self, app: App, uri: &str) -> Result<(), DemoError> {
        let caller = self.host().await?;
        let client = self.client_mut(app)?;
        client.draft.redirect_uris = format!("{}\n{uri}", client.draft.redirect_uris);
        let (id, revision) = (
            client.application.client_id.to_string(),
            client.application.revision,
        );
        let draft = client.draft.clone();
        let registrar = &self.instance.registrar;
        let registered = registrar.update(&caller, &id, revision, &draft).await?;
        self.client_mut(app)?.application = registered.application;
        Ok(())
    }

    /// The host pauses an application.
    pub(super) async fn pause(&mut self, app: App) -> Result<(), DemoError> {
        let caller = self.host().await?;
        let id = self.client(app)?.application.client_id.to_string();
        self.client_mut(app)?.application = self.instance.registrar.set_paused(&caller, &id, true).await?;
        Ok(())
    }

    /// The host adds a second secret, which the developer uses from now on.
    pub(super) async fn replace_secret(&mut self, app: App) -> Result<(), DemoError> {
        let caller = self.host().await?;
        let id = self.client(app)?.application.client_id.to_string();
        let secret = self.instance.registrar.new_secret(&caller, &id).await?;
        self.client_mut(app)?.secret = Some(secret.expose().to_owned().into());
        Ok(())
    }

    /// The host reveals a secret.
    pub(super) async fn reveal_secret(&mut self, app: App) -> Result<(), DemoError> {
        let caller = self.host().await?;
        let id = self.client(app)?.application.client_id.to_string();
        self.instance.registrar.reveal_secret(&caller, &id, None).await?;
        Ok(())
    }

    /// A member follows the link of an application, with `changes` to its usual request: a value replaces, an empty
    /// one removes.
    pub(super) async fn visit(
        &mut self,
        app: App,
        email: &str,
        changes: &[(&str, &str)],
    ) -> Result<Decision, DemoError> {
        let (person, origin) = (self.person(email).await?, self.origin());
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
        let query = changed(&usual, changes);
        Ok(self.server.authorize(&query, Some(&person), &origin).await)
    }

    /// A member presses Allow or Deny on the consent page; there is no page if a host skips consent.
    async fn answer(&mut self, decision: Decision, email: &str, allow: bool) -> Result<Decision, DemoError> {
        let page = match decision {
            Decision::Consent(page) => page,
            other => return Ok(other),
        };
        self.clock.advance(MOMENT * 3);
        let person = self.person(email).await?;
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
    pub(super) async fn deny(&mut self, app: App, email: &str) -> Result<(), DemoError> {
        let decision = self.visit(app, email, &[]).await?;
        self.answer(decision, email, false).await?;
        Ok(())
    }

    /// A member allows the application's request; returns the code.
    pub(super) async fn allow(&mut self, app: App, email: &str) -> Result<String, DemoError> {
        let decision = self.visit(app, email, &[]).await?;
        match self.answer(decision, email, true).await? {
            Decision::Redirect(redirect) => code(&redirect.location),
            _ => None,
        }
        .ok_or(DemoError::Story("an application got no code"))
    }

    /// An application exchanges a code, with `changes` to its usual request.
    pub(super) async fn exchange(
        &mut self,
        app: App,
        code: &str,
        changes: &[(&str, &str)],
    ) -> Result<Option<(String, String)>, DemoError> {
        let redirect_uri = self.client(app)?.redirect_uri.clone();
        let usual = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", &redirect_uri),
            ("code_verifier", VERIFIER),
        ];
        self.token(app, &usual, changes).await
    }

    async fn refresh(&mut self, app: App, token: &str) -> Result<Option<(String, String)>, DemoError> {
        self.token(
            app,
            &[("grant_type", "refresh_token"), ("refresh_token", token)],
            &[],
        )
        .await
    }

    /// The access and refresh token that an application gets; `None` if refused.
    async fn token(
        &mut self,
        app: App,
        usual: &[(&str, &str)],
        changes: &[(&str, &str)],
    ) -> Result<Option<(String, String)>, DemoError> {
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
        let form = changed(&all, changes);
        let request = ClientRequest {
            authorization: None,
            form: &form,
        };
        match self.server.token(request, &origin).await {
            Ok(tokens) => Ok(Some((
                tokens.access_token.expose().to_owned(),
                tokens
                    .refresh_token
                    .map(|token| token.expose().to_owned())
                    .unwrap_or_default(),
            ))),
            Err(EndpointError::Refused { .. }) => Ok(None),
            Err(EndpointError::Unavailable(error)) => Err(error.into()),
        }
    }

    /// A member connects an application, which uses its first token at once.
    pub(super) async fn connect(&mut self, app: App, email: &str) -> Result<(), DemoError> {
        let code = self.allow(app, email).await?;
        let tokens = self.exchange(app, &code, &[]).await?;
        let (access, refresh) = tokens.ok_or(DemoError::Story("an application got no tokens"))?;
        self.call(&access).await;
        let now = self.clock.now();
        self.client_mut(app)?.connected_at.get_or_insert(now);
        self.tokens
            .insert((app, email.to_owned()), Tokens { access, refresh });
        Ok(())
    }

    /// An application does something for a member: it refreshes its tokens, and uses the new one.
    pub(super) async fn use_again(&mut self, app: App, email: &str) -> Result<(), DemoError> {
        let key = (app, email.to_owned());
        let before = self
            .tokens
            .get(&key)
            .ok_or(DemoError::Story("an application has no tokens"))?;
        let refresh = before.refresh.clone();
        if let Some((access, refresh)) = self.refresh(app, &refresh).await? {
            self.call(&access).await;
            self.tokens.insert(key, Tokens { access, refresh });
        }
        Ok(())
    }

    /// An application uses its last token, even if it has expired.
    pub(super) async fn use_old_token(&mut self, app: App, email: &str) -> Result<(), DemoError> {
        let tokens = self.tokens.get(&(app, email.to_owned()));
        let access = tokens
            .ok_or(DemoError::Story("an application has no tokens"))?
            .access
            .clone();
        self.call(&access).await;
        Ok(())
    }

    /// A thief uses a copied refresh token after the application did.
    pub(super) async fn steal(&mut self, app: App, email: &str) -> Result<(), DemoError> {
        let tokens = self.tokens.get(&(app, email.to_owned()));
        let copy = tokens
            .ok_or(DemoError::Story("an application has no tokens"))?
            .refresh
            .clone();
        self.use_again(app, email).await?;
        self.clock.advance(Duration::from_secs(15 * 60));
        self.refresh(app, &copy).await?;
        Ok(())
    }

    /// A member disconnects an application on the account page.
    pub(super) async fn disconnect(&mut self, app: App, email: &str) -> Result<(), DemoError> {
        let person = self.person(email).await?;
        let id = self.client(app)?.application.client_id.clone();
        let origin = self.origin();
        self.server.disconnect(&person.member, &id, &origin).await?;
        Ok(())
    }

    /// A request with an access token. It may be refused, as part of the story.
    async fn call(&mut self, access: &str) {
        self.clock.advance(MOMENT);
        let origin = self.origin();
        let _ = self
            .server
            .verify_access(Some(&format!("Bearer {access}")), &origin)
            .await;
    }

    /// The member with this email, just signed in.
    async fn person(&self, email: &str) -> Result<SignedIn, DemoError> {
        let email: Email = email
            .parse()
            .map_err(|_| DemoError::Story("somebody has no email"))?;
        let member: Option<Member> = self.instance.store.member_by_email(&email).await?;
        Ok(SignedIn {
            member: member.ok_or(DemoError::Story("somebody is no member"))?,
            at: self.clock.now(),
            session: None,
        })
    }

    async fn host(&mut self) -> Result<Caller, DemoError> {
        let host = self.person(HOST).await?.member;
        let RequestOrigin { address, request_id } = self.origin();
        let actor = Actor {
            member: Some(host.id),
            address,
            request_id,
        };
        Ok(Caller::member(&host, actor))
    }

    fn client(&self, app: App) -> Result<&Client, DemoError> {
        self.clients
            .get(&app)
            .ok_or(DemoError::Story("an application is not registered yet"))
    }

    fn client_mut(&mut self, app: App) -> Result<&mut Client, DemoError> {
        self.clients
            .get_mut(&app)
            .ok_or(DemoError::Story("an application is not registered yet"))
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

fn changed(usual: &[(&str, &str)], changes: &[(&str, &str)]) -> Pairs {
    let value = |name: &str, usual: &str| {
        let change = changes.iter().find(|(other, _)| *other == name);
        change.map_or(usual, |(_, value)| value).to_owned()
    };
    let all = usual
        .iter()
        .map(|(name, usual)| ((*name).to_owned(), value(name, usual)));
    all.filter(|(_, value)| !value.is_empty()).collect()
}
