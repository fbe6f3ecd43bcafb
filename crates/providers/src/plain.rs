//! Who came back, by plain OAuth 2.0: what an address answers for the access token.

use latchkey_domain::ProviderSpec;
use latchkey_domain::provider::{Person, ProfileFields, ProviderUrl, Subject};
use latchkey_outgoing::OutgoingAnswer;

use crate::mask::Secrets;
use crate::openid::{USERINFO, userinfo_request};
use crate::profile::Profile;
use crate::step::{Fetch, not_json, object};
use crate::token::TokenRequest;
use crate::{Callback, Expected, ProviderClient, ProviderError, Transcript, fields};

/// The addresses of a provider after the browser came back, and where its answer says what.
pub(crate) struct Endpoints<'a> {
    pub(crate) token: &'a ProviderUrl,
    pub(crate) userinfo: &'a ProviderUrl,
    pub(crate) fields: &'a ProfileFields,
}

impl ProviderClient {
    pub(crate) async fn identify_plain(
        &self,
        spec: &ProviderSpec,
        endpoints: Endpoints<'_>,
        secret: Option<&str>,
        callback: &Callback,
        expected: &Expected<'_>,
        log: &mut Transcript,
    ) -> Result<Person, ProviderError> {
        let mut code = callback.code(None);
        if code.is_ok() && expected.signed_in_since.is_some() {
            code = Err(ProviderError::NoProofOfTime);
        }
        callback.note(&code, log);
        let mut secrets = Secrets::default();
        let request = TokenRequest {
            spec,
            endpoint: endpoints.token,
            secret,
            code: code?,
            expected,
            is_openid: false,
        };
        let tokens = self.tokens(&request, &mut secrets, log).await?;
        let (request, shown) = userinfo_request(endpoints.userinfo, &tokens.access);
        let fetch = Fetch {
            title: USERINFO,
            request,
            shown,
            secrets: &secrets,
        };
        let read = |answer: &OutgoingAnswer| {
            // Read as a whole first: that is bounded in depth.
            object(USERINFO, answer)?;
            let json = str::from_utf8(&answer.body).map_err(|_| not_json(USERINFO, answer))?;
            let id = &endpoints.fields.id;
            let subject = fields::id(json, id).and_then(|id| Subject::parse(&id).ok());
            let subject = subject.ok_or_else(|| ProviderError::NoId(id.to_string()))?;
            let profile = Profile::of_fields(json, endpoints.fields);
            Ok(((subject, profile), "an account".to_owned()))
        };
        let (subject, profile) = self.fetch(fetch, log, read).await?;
        Ok(profile.person(subject, log))
    }
}
