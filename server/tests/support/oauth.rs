//! OAuth from each side: what a developer knows of an application, what the application sends, and what a person
//! presses.

use latchkey_domain::{Actor, ApplicationDraft, Role};
use latchkey_registration::Caller;
use latchkey_storage::{ActivityQuery, NetworkChange};
use reqwest::Method;
use serde_json::Value;

use super::{Answer, Browser, TestApp};

/// The pair of RFC 7636 appendix B.
pub(crate) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

pub(crate) type Form = Vec<(String, String)>;

/// An application, as its developer sees it.
#[derive(Clone)]
pub(crate) struct Client {
    pub(crate) id: String,
    pub(crate) secret: Option<String>,
    pub(crate) redirect_uri: String,
}

/// A host's form for a web application.
pub(crate) fn web_app() -> ApplicationDraft {
    ApplicationDraft {
        name: "Mobile App".into(),
        redirect_uris: "https://myapp.com/oauth/callback".into(),
        scopes: [
            "read:posts",
            "write:posts",
            "read:userinfo",
            "host:read:network_events",
        ]
        .map(str::to_owned)
        .into(),
        ..ApplicationDraft::default()
    }
}

/// The same for an application in the browser, without a secret.
pub(crate) fn browser_app() -> ApplicationDraft {
    ApplicationDraft {
        name: "Browser App".into(),
        redirect_uris: "https://spa.example/callback".into(),
        confidential: false,
        ..web_app()
    }
}

impl Client {
    /// The link that sends a person here, with `changes`: a value replaces, an empty one removes.
    pub(crate) fn asks(&self, changes: &[(&str, &str)]) -> String {
        let usual = [
            ("response_type", "code"),
            ("client_id", self.id.as_str()),
            ("redirect_uri", &self.redirect_uri),
            ("scope", "read:posts write:posts"),
            ("state", "xyz"),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
        ];
        let query = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(changed(&usual, changes))
            .finish();
        format!("/oauth/authorize?{query}")
    }

    /// The form that exchanges a code, with its credentials in the body, and `changes`.
    pub(crate) fn exchanges(&self, code: &str, changes: &[(&str, &str)]) -> Form {
        let usual = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", &self.redirect_uri),
            ("code_verifier", VERIFIER),
        ];
        changed(&self.with_credentials(&usual), changes)
    }

    pub(crate) fn refreshes(&self, token: &str) -> Form {
        changed(
            &self.with_credentials(&[("grant_type", "refresh_token"), ("refresh_token", token)]),
            &[],
        )
    }

    /// The form that names a token, to revoke or introspect it.
    pub(crate) fn names(&self, token: &str) -> Form {
        changed(&self.with_credentials(&[("token", token)]), &[])
    }

    fn with_credentials<'a>(&'a self, form: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
        let mut form = form.to_vec();
        form.push(("client_id", &self.id));
        form.extend(self.secret.as_deref().map(|secret| ("client_secret", secret)));
        form
    }
}

fn changed(usual: &[(&str, &str)], changes: &[(&str, &str)]) -> Form {
    let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    let mut all: Form = usual.iter().map(own).collect();
    for change in changes {
        all.retain(|(name, _)| name != change.0);
        all.extend((!change.1.is_empty()).then(|| own(change)));
    }
    all
}

/// The URL that a browser returned to.
#[derive(Debug)]
pub(crate) struct Callback {
    pub(crate) address: String,
    parameters: Form,
}

impl Callback {
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let mut values = self.parameters.iter().filter(|(other, _)| other == name);
        let value = values.next().map(|(_, value)| value.as_str());
        assert!(values.next().is_none(), "{name} is there twice");
        value
    }

    #[track_caller]
    pub(crate) fn code(&self) -> String {
        self.get("code").unwrap_or_else(|| panic!("{self:?}")).to_owned()
    }

    /// The error and its description.
    #[track_caller]
    pub(crate) fn error(&self) -> (&str, &str) {
        assert_eq!(self.get("code"), None);
        (
            self.get("error").unwrap_or_else(|| panic!("{self:?}")),
            self.get("error_description").unwrap(),
        )
    }
}

impl Answer {
    /// The URL that the browser was sent to: an application, by 303.
    #[track_caller]
    pub(crate) fn callback(&self) -> Callback {
        self.assert_status(303);
        let location = self.header("location");
        assert!(!location.starts_with('/'), "not to an application: {location}");
        let (address, query) = location.split_once('?').unwrap();
        Callback {
            address: address.to_owned(),
            parameters: form_urlencoded::parse(query.as_bytes()).into_owned().collect(),
        }
    }

    /// The hidden fields of the form that posts to `action`.
    #[track_caller]
    pub(crate) fn hidden(&self, action: &str) -> Form {
        let form = self
            .text
            .split("<form")
            .find(|form| form.contains(&format!("action=\"{action}\"")))
            .unwrap_or_else(|| panic!("no form for {action} in {}", self.text));
        let form = form.split("</form>").next().unwrap();
        form.split("<input ")
            .filter(|input| input.starts_with("type=\"hidden\""))
            .map(|input| (attribute(input, "name"), attribute(input, "value")))
            .collect()
    }

    /// Checks a JSON error of RFC 6749 section 5.2 and returns its description.
    #[track_caller]
    pub(crate) fn assert_error(&self, status: u16, error: &str) -> String {
        self.assert_status(status);
        assert_eq!(self.header("content-type"), "application/json");
        assert_eq!(self.header("cache-control"), "no-store");
        assert_eq!(self.header("pragma"), "no-cache");
        assert_eq!(self.header("x-request-id").len(), 16);
        let json = self.json();
        assert_eq!(json["error"], error, "{json}");
        json["error_description"].as_str().unwrap().to_owned()
    }
}

fn attribute(tag: &str, name: &str) -> String {
    let value = tag
        .split(&format!(" {name}=\""))
        .nth(1)
        .or_else(|| tag.split(&format!("{name}=\"")).nth(1));
    value
        .and_then(|rest| rest.split('"').next())
        .unwrap_or_default()
        .replace("&quot;", "\"")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&")
}

pub(crate) fn borrowed(form: &Form) -> Vec<(&str, &str)> {
    form.iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect()
}

impl Browser {
    /// Presses Allow on a consent page, with these scopes checked.
    pub(crate) async fn allow(&self, page: &Answer, scopes: &str) -> Answer {
        let mut form = page.hidden("/oauth/authorize");
        form.extend(scopes.split_whitespace().map(|id| ("approved".into(), id.into())));
        form.push(("decision".into(), "allow".into()));
        self.post("/oauth/authorize", &borrowed(&form)).await
    }

    pub(crate) async fn deny(&self, page: &Answer) -> Answer {
        let mut form = page.hidden("/oauth/authorize");
        form.push(("decision".into(), "deny".into()));
        self.post("/oauth/authorize", &borrowed(&form)).await
    }

    /// Follows the application's link and allows everything it asks for; returns the code.
    pub(crate) async fn lets_in(&self, client: &Client, changes: &[(&str, &str)]) -> String {
        let answer = self.get(&client.asks(changes)).await;
        if answer.status == 200 {
            let ticked: Vec<_> = answer
                .text
                .split("name=\"approved\" value=\"")
                .skip(1)
                .map(|rest| rest.split('"').next().unwrap())
                .collect();
            let scopes = ticked.join(" ");
            return self.allow(&answer, &scopes).await.callback().code();
        }
        answer.callback().code()
    }
}

impl TestApp {
    /// Registers a host's form.
    pub(crate) async fn register(&self, draft: ApplicationDraft) -> Client {
        let registered = self
            .instance
            .registrar
            .create(&Caller::operator(), &draft)
            .await
            .unwrap();
        Client {
            id: registered.application.client_id.to_string(),
            secret: registered.new_secret.map(|secret| secret.expose().to_owned()),
            redirect_uri: draft.redirect_uris.lines().next().unwrap().to_owned(),
        }
    }

    /// A confidential application at `https://myapp.com/oauth/callback`.
    pub(crate) async fn web_app(&self) -> Client {
        self.register(web_app()).await
    }

    /// A public application at `https://spa.example/callback`.
    pub(crate) async fn browser_app(&self) -> Client {
        self.register(browser_app()).await
    }

    /// Sends a form as a program does.
    pub(crate) async fn send_form(&self, path: &str, form: &Form) -> Answer {
        let program = self.browser();
        program.send(program.bare(Method::POST, path).form(form)).await
    }

    pub(crate) async fn exchange(&self, client: &Client, code: &str) -> Answer {
        self.send_form("/oauth/token", &client.exchanges(code, &[])).await
    }

    pub(crate) async fn refresh(&self, client: &Client, tokens: &Value) -> Answer {
        let token = tokens["refresh_token"].as_str().unwrap();
        self.send_form("/oauth/token", &client.refreshes(token)).await
    }

    /// The whole flow: the person allows the application, and it gets its first pair of tokens.
    pub(crate) async fn connect(&self, client: &Client, person: &Browser) -> Value {
        self.connect_for(client, person, "read:posts write:posts").await
    }

    pub(crate) async fn connect_for(&self, client: &Client, person: &Browser, scope: &str) -> Value {
        let code = person.lets_in(client, &[("scope", scope)]).await;
        self.exchange(client, &code).await.assert_status(200).json()
    }

    /// Calls userinfo with an access token.
    pub(crate) async fn userinfo(&self, tokens: &Value) -> Answer {
        let program = self.browser();
        let token = tokens["access_token"].as_str().unwrap();
        let request = program.bare(Method::GET, "/oauth/userinfo").bearer_auth(token);
        program.send(request).await
    }

    /// Changes the registered form.
    pub(crate) async fn edit(&self, client: &Client, draft: ApplicationDraft) {
        let registrar = &self.instance.registrar;
        let caller = Caller::operator();
        let revision = registrar
            .find(&caller, &client.id)
            .await
            .unwrap()
            .application
            .revision;
        registrar
            .update(&caller, &client.id, revision, &draft)
            .await
            .unwrap();
    }

    pub(crate) async fn pause(&self, client: &Client) {
        let registrar = &self.instance.registrar;
        registrar
            .set_paused(&Caller::operator(), &client.id, true)
            .await
            .unwrap();
    }

    pub(crate) async fn delete(&self, client: &Client) {
        let registrar = &self.instance.registrar;
        registrar.delete(&Caller::operator(), &client.id).await.unwrap();
    }

    pub(crate) async fn set_role(&self, email: &str, role: Role) {
        let roster = &self.instance.roster;
        roster
            .set_role(&email.parse().unwrap(), role, &Actor::operator())
            .await
            .unwrap();
    }

    pub(crate) async fn set_plan(&self, plan: &str) {
        let change = NetworkChange {
            plan: Some(plan.parse().unwrap()),
            ..NetworkChange::default()
        };
        let store = &self.instance.store;
        store
            .change_network(change, &Actor::operator(), self.instance.clock.now())
            .await
            .unwrap();
    }

    /// The integrator's activity entries, newest first: whether it worked, and the message.
    pub(crate) async fn activity(&self, client: &Client) -> Vec<(bool, String)> {
        let query = ActivityQuery::of(&client.id.parse().unwrap());
        let entries = self.instance.store.activity(&query, None, 1_000).await.unwrap();
        entries
            .into_iter()
            .map(|entry| (entry.event.succeeded, entry.event.message))
            .collect()
    }
}
