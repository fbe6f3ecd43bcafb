//! The actions of people and clients, one method each.

use latchkey_oauth::authorize::consent_form::{ALLOW, APPROVED, DECISION, DENY};
use latchkey_oauth::{
    Access, AccessError, AuthorizationServer, ConsentQuestion, Decision, EndpointError, Introspection,
    Resource, SignedIn, TokenResponse, Userinfo,
};

use super::{Client, Pairs, World, answer, in_body, origin, pairs, refreshes};

impl World {
    /// `person` (or nobody) follows the application's link.
    pub(crate) async fn visit(&self, query: &Pairs, person: Option<&SignedIn>) -> Decision {
        self.server.authorize(query, person, &origin()).await
    }

    /// The consent page that `person` gets.
    pub(crate) async fn consent_page(&self, query: &Pairs, person: &SignedIn) -> ConsentQuestion {
        match self.visit(query, Some(person)).await {
            Decision::Consent(page) => *page,
            other => panic!("no consent page: {other:?}"),
        }
    }

    /// `person` presses Allow with these scopes checked.
    pub(crate) async fn allow(&self, page: &ConsentQuestion, scopes: &str, person: &SignedIn) -> Decision {
        let mut form = page.hidden.clone();
        form.extend(
            scopes
                .split_whitespace()
                .map(|id| (APPROVED.to_owned(), id.to_owned())),
        );
        form.push((DECISION.to_owned(), ALLOW.to_owned()));
        self.server.answer_consent(&form, Some(person), &origin()).await
    }

    pub(crate) async fn deny(&self, page: &ConsentQuestion, person: &SignedIn) -> Decision {
        let mut form = page.hidden.clone();
        form.push((DECISION.to_owned(), DENY.to_owned()));
        self.server.answer_consent(&form, Some(person), &origin()).await
    }

    /// `person` allows everything the client asks for; returns the code.
    pub(crate) async fn code_for(&self, query: &Pairs, person: &SignedIn) -> String {
        let decision = match self.visit(query, Some(person)).await {
            Decision::Consent(page) => {
                let scopes = page.scopes.to_string();
                self.allow(&page, &scopes, person).await
            }
            other => other,
        };
        answer(&decision).get("code").expect("a code")
    }

    /// The whole flow: the client is allowed and gets its first pair of tokens.
    pub(crate) async fn connect(&self, client: &Client, person: &SignedIn) -> TokenResponse {
        self.connect_asking(client, &[], person).await
    }

    /// The same, with these changes to the authorization request.
    pub(crate) async fn connect_asking(
        &self,
        client: &Client,
        changes: &[(&str, &str)],
        person: &SignedIn,
    ) -> TokenResponse {
        let code = self.code_for(&client.asks(changes), person).await;
        self.exchange(client, &client.exchanges(&code, &[]))
            .await
            .unwrap()
    }

    /// The client sends a form to the token endpoint.
    pub(crate) async fn exchange(
        &self,
        client: &Client,
        form: &Pairs,
    ) -> Result<TokenResponse, EndpointError> {
        self.exchange_at(&self.server, client, form).await
    }

    /// The same at one of several nodes.
    pub(crate) async fn exchange_at(
        &self,
        node: &AuthorizationServer,
        client: &Client,
        form: &Pairs,
    ) -> Result<TokenResponse, EndpointError> {
        let form = client.with_credentials(form);
        node.token(in_body(&form), &origin()).await
    }

    pub(crate) async fn refresh(&self, client: &Client, token: &str) -> Result<TokenResponse, EndpointError> {
        self.exchange(client, &refreshes(token, &[])).await
    }

    pub(crate) async fn revoke(&self, client: &Client, token: &str) -> Result<(), EndpointError> {
        let form = client.with_credentials(&pairs(&[("token", token)]));
        self.server.revoke(in_body(&form), &origin()).await
    }

    pub(crate) async fn introspect(
        &self,
        client: &Client,
        token: &str,
    ) -> Result<Introspection, EndpointError> {
        let form = client.with_credentials(&pairs(&[("token", token)]));
        self.server.introspect(in_body(&form), &origin()).await
    }

    pub(crate) async fn use_token(&self, token: &str) -> Result<Access, AccessError> {
        self.server
            .verify_access(
                Some(&format!("Bearer {token}")),
                Some(Resource::HeadlessApi),
                &origin(),
            )
            .await
    }

    pub(crate) async fn userinfo(&self, token: &str) -> Result<Userinfo, AccessError> {
        self.server
            .userinfo(Some(&format!("Bearer {token}")), &origin())
            .await
    }
}
