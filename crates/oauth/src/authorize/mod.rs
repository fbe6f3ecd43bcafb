//! `/oauth/authorize` (RFC 6749 section 3.1): an application asks, a person decides.
//!
//! A request passes through these modules in order: [`client_target`] (who asks, where the response goes),
//! [`request`] (for what), [`decision`] (sign in, ask, or answer at once), [`consent_form`] (the person's answer),
//! [`redirect`].

mod client_target;
pub mod consent_form;
mod decision;
mod error;
mod prompt;
mod redirect;
mod request;
mod requested_at;

use latchkey_domain::{Scope, ScopeSet, Timestamp};
use latchkey_storage::{ActivityKind, ActivityReason, GrantedSignIn, NewGrant, TRACES};
use tracing::Instrument;
use tracing::field::Empty;

use self::client_target::ClientTarget;
use self::consent_form::Answer;
pub use self::decision::{ConsentQuestion, Decision, SignIn, SignedIn};
pub(crate) use self::error::RedirectError;
pub use self::error::{PageError, RedirectCode};
pub use self::redirect::Redirect;
pub(crate) use self::redirect::append;
use self::request::{AuthorizationRequest, PARAMETERS};
use crate::activity::ActivityRecorder;
use crate::params::Params;
use crate::tokens::{Claims, ScopeLimit, TokenKind};
use crate::{AuthorizationServer, RequestOrigin};

const PATH: &str = "/oauth/authorize";

/// A request on its way through the endpoint.
struct Visit<'a> {
    params: Params<'a>,
    /// The form of the consent page; `None` for a request that comes from the application.
    form: Option<&'a [(String, String)]>,
    signed_in: Option<&'a SignedIn>,
    requested_at: Option<Timestamp>,
    now: Timestamp,
}

impl AuthorizationServer {
    /// Answers `GET /oauth/authorize`, given the parameters of the query and who is signed in.
    pub async fn authorize(
        &self,
        query: &[(String, String)],
        signed_in: Option<&SignedIn>,
        origin: &RequestOrigin,
    ) -> Decision {
        self.decide_and_count(query, None, signed_in, origin).await
    }

    /// Answers `POST /oauth/authorize`: the fields of the consent page, with the person's answer. The HTTP layer has
    /// verified that they come from that page (CSRF). They contain the whole request, which is checked again in full.
    pub async fn answer_consent(
        &self,
        form: &[(String, String)],
        signed_in: Option<&SignedIn>,
        origin: &RequestOrigin,
    ) -> Decision {
        self.decide_and_count(form, Some(form), signed_in, origin).await
    }

    async fn decide_and_count(
        &self,
        pairs: &[(String, String)],
        form: Option<&[(String, String)]>,
        signed_in: Option<&SignedIn>,
        origin: &RequestOrigin,
    ) -> Decision {
        let span = tracing::debug_span!(target: TRACES, "authorize", latchkey.decision = Empty);
        let decision = self
            .decide(pairs, form, signed_in, origin)
            .instrument(span.clone())
            .await;
        span.record("latchkey.decision", decision.kind());
        self.counters().count_decision(&decision);
        decision
    }

    async fn decide(
        &self,
        pairs: &[(String, String)],
        form: Option<&[(String, String)]>,
        signed_in: Option<&SignedIn>,
        origin: &RequestOrigin,
    ) -> Decision {
        let params = Params::new(pairs, PARAMETERS);
        let now = self.now();
        let requested_at = requested_at::read(&params, &self.token_key(), now);
        let visit = Visit {
            params,
            form,
            signed_in,
            requested_at,
            now,
        };
        let mut recorder = ActivityRecorder::new(ActivityKind::Authorization, origin);
        recorder.member = signed_in.map(|person| person.member.id);
        let target = match self.client_target(&visit.params, &mut recorder).await {
            Ok(target) => target,
            Err(error) => {
                if let Some(reason) = error.reason() {
                    self.record_failure(recorder, reason, &error.to_string()).await;
                }
                return Decision::Page(error);
            }
        };
        match self.respond(&visit, &target, &mut recorder).await {
            Ok(decision) => {
                self.record_success(recorder).await;
                decision
            }
            Err(error) => {
                if error.cause.is_none() {
                    recorder.missing_scopes = error.missing_scopes;
                    self.record_failure(recorder, error.reason, &error.description)
                        .await;
                }
                Decision::Redirect(target.refuse(error, origin))
            }
        }
    }

    async fn respond(
        &self,
        visit: &Visit<'_>,
        target: &ClientTarget,
        recorder: &mut ActivityRecorder<'_>,
    ) -> Result<Decision, RedirectError> {
        let request = self.read(&visit.params, target).await;
        let request = match (request, visit.signed_in) {
            // A link alone never redirects to an application, not even with an error. Otherwise anyone could register
            // an application, break a request on purpose and abuse this server's reputation (RFC 9700 section
            // 4.11.2).
            (Err(_), None) if visit.params.get("prompt") != Ok(Some("none")) => {
                return Ok(self.sign_in(visit, target, false));
            }
            (request, _) => request?,
        };
        let Some(person) = decision::signed_in(&request, visit.signed_in, visit.requested_at, visit.now)?
        else {
            return Ok(self.sign_in(visit, target, true));
        };
        if !self.is_hinted(&request, person).await? {
            // Who has just signed in as somebody else would do so again.
            if request.prompt.none || decision::is_since(person, visit.requested_at) {
                return Err(RedirectError::new(
                    RedirectCode::LoginRequired,
                    ActivityReason::PromptNone,
                    "another member is signed in than the one whom `id_token_hint` names",
                ));
            }
            return Ok(self.sign_in(visit, target, true));
        }
        self.check_target(target).await?;
        decision::may_grant(&request, person.member.role)?;
        match visit.form.and_then(|form| Answer::read(form, person.member.id)) {
            Some(Answer::Deny) => Err(RedirectError::new(
                RedirectCode::AccessDenied,
                ActivityReason::Declined,
                "the member declined on the consent page",
            )),
            Some(Answer::Allow(approved)) => {
                let approved = approved.intersection(request.scopes);
                if approved.is_empty() {
                    let before = self.granted_before(person, target).await?;
                    return Ok(self.ask(visit, &request, person, before, true));
                }
                let remember = !target.application.spec.skip_consent && !self.is_explorer_login(target);
                self.grant(visit, &request, person, approved, remember, recorder)
                    .await
            }
            None => {
                let before = self.granted_before(person, target).await?;
                if decision::asks(&request, before)? {
                    Ok(self.ask(visit, &request, person, before, false))
                } else {
                    self.grant(visit, &request, person, request.scopes, false, recorder)
                        .await
                }
            }
        }
    }

    /// Reads a request whose application and redirect URI were already checked.
    async fn read<'a>(
        &self,
        params: &'a Params<'_>,
        target: &'a ClientTarget,
    ) -> Result<AuthorizationRequest<'a>, RedirectError> {
        let request = AuthorizationRequest::read(params, target)?;
        let resource = self.requested_resource(params).await?;
        Ok(AuthorizationRequest { resource, ..request })
    }

    /// Whether the person is the one whom the request means, if it says whom.
    async fn is_hinted(
        &self,
        request: &AuthorizationRequest<'_>,
        person: &SignedIn,
    ) -> Result<bool, RedirectError> {
        let Some(id_token) = request.id_token_hint else {
            return Ok(true);
        };
        match self.hinted(id_token).await? {
            Some(hinted) if hinted.client_id == request.target.application.client_id => {
                Ok(hinted.member == person.member.id)
            }
            _ => Err(RedirectError::new(
                RedirectCode::InvalidRequest,
                ActivityReason::Parameter,
                "`id_token_hint` is not an ID token that this server made for this application",
            )),
        }
    }

    /// What the person granted the application before.
    async fn granted_before(
        &self,
        person: &SignedIn,
        target: &ClientTarget,
    ) -> Result<ScopeSet, RedirectError> {
        let client_id = &target.application.client_id;
        let after = self.granted_after();
        Ok(self
            .store()
            .remembered_consent(person.member.id, client_id, after)
            .await?)
    }

    /// Fails if the application cannot be authorized right now.
    async fn check_target(&self, target: &ClientTarget) -> Result<(), RedirectError> {
        if target.application.is_paused() {
            return Err(RedirectError::new(
                RedirectCode::UnauthorizedClient,
                ActivityReason::Paused,
                "a host of the network paused this application; try again when it is resumed",
            ));
        }
        let plan = self.store().network().await?.plan;
        if !plan.includes_oauth_applications() {
            let words = format!(
                "the network is on the {} plan, and OAuth applications come with Scale and above; a host can change the plan",
                plan.label()
            );
            return Err(RedirectError::new(
                RedirectCode::UnauthorizedClient,
                ActivityReason::Plan,
                words,
            ));
        }
        Ok(())
    }

    /// Whether the API explorer is trying the application out. Its consent is not remembered, since it does not apply
    /// to the application itself.
    fn is_explorer_login(&self, target: &ClientTarget) -> bool {
        self.explorer_redirect_uri().as_ref() == Some(&target.redirect_uri)
    }

    fn sign_in(&self, visit: &Visit<'_>, target: &ClientTarget, again: bool) -> Decision {
        Decision::SignIn(SignIn {
            return_to: self.return_to(visit),
            application: target.application.spec.name.clone(),
            again: again && visit.signed_in.is_some(),
        })
    }

    fn ask(
        &self,
        visit: &Visit<'_>,
        request: &AuthorizationRequest<'_>,
        person: &SignedIn,
        granted_before: ScopeSet,
        nothing_approved: bool,
    ) -> Decision {
        let mut hidden: Vec<_> = visit
            .params
            .pairs()
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        hidden.push((consent_form::MEMBER.to_owned(), person.member.id.to_string()));
        Decision::Consent(Box::new(ConsentQuestion {
            application: request.target.application.clone(),
            member: person.member.clone(),
            scopes: request.scopes,
            granted_before,
            is_explorer_login: self.is_explorer_login(request.target),
            redirect_uri: request.target.redirect_uri.clone(),
            hidden,
            return_to: self.return_to(visit),
            nothing_approved,
        }))
    }

    /// The request's own URL, with the time at which it first arrived.
    fn return_to(&self, visit: &Visit<'_>) -> String {
        let first = requested_at::write(
            &visit.params,
            &self.token_key(),
            visit.requested_at.unwrap_or(visit.now),
        );
        format!(
            "{PATH}?{}&{}={first}",
            requested_at::query(&visit.params),
            requested_at::PARAMETER
        )
    }

    /// Something changed before the grant could be stored: the application was deleted, or the member was signed out,
    /// removed or lost a role. Checks the request again from the start.
    async fn begin_again(
        &self,
        visit: &Visit<'_>,
        request: &AuthorizationRequest<'_>,
    ) -> Result<Decision, RedirectError> {
        let client_id = &request.target.application.client_id;
        if self.store().application(client_id).await?.is_none() {
            return Ok(Decision::Page(PageError::UnknownApplication));
        }
        if request.prompt.none {
            return Err(RedirectError::new(
                RedirectCode::LoginRequired,
                ActivityReason::PromptNone,
                "the member was signed out during the request, and `prompt` is none",
            ));
        }
        Ok(self.sign_in(visit, request.target, false))
    }

    /// Stores the authorization and sends the browser back with a code.
    async fn grant(
        &self,
        visit: &Visit<'_>,
        request: &AuthorizationRequest<'_>,
        person: &SignedIn,
        scopes: ScopeSet,
        remember: bool,
        recorder: &mut ActivityRecorder<'_>,
    ) -> Result<Decision, RedirectError> {
        let ClientTarget {
            application,
            registered,
            requested,
            ..
        } = request.target;
        let mut salt = [0; 16];
        self.0.randomness.fill(&mut salt);
        let grant = NewGrant {
            client_id: application.client_id.clone(),
            member: person.member.id,
            session: person.session,
            scopes,
            requested_redirect_uri: requested.clone(),
            redirect_uri: registered.clone(),
            code_challenge: request
                .code_challenge
                .clone()
                .map(crate::pkce::CodeChallenge::into_string),
            salt,
            code_expires_at: visit.now.plus(self.lifetimes().code().duration()),
            remember: remember.then(|| self.granted_after()),
            is_explorer_login: self.is_explorer_login(request.target),
            sign_in: scopes.contains(Scope::OpenId).then(|| GrantedSignIn {
                at: person.at,
                proof: person.proof,
                nonce: request.nonce.map(str::to_owned),
            }),
            resource: request.resource,
        };
        let Some(id) = self.store().create_grant(grant, visit.now).await? else {
            return self.begin_again(visit, request).await;
        };
        let claims = Claims {
            grant: id,
            generation: 0,
            issued_at: visit.now,
            limit: ScopeLimit::NONE,
        };
        let code = self.token_key().make(TokenKind::Code, &claims, &salt);
        recorder.message = Some(format!(
            "Authorized for {scopes}{}; a code was sent to {}.{}",
            if visit.form.is_some() {
                ""
            } else {
                " without asking again"
            },
            request.target.redirect_uri.host(),
            request.left_out.sentences()
        ));
        recorder.missing_scopes = request.left_out.unregistered;
        Ok(Decision::Redirect(Redirect {
            location: request.target.location(&[("code", code.expose())]),
            error: None,
            cause: None,
        }))
    }
}
