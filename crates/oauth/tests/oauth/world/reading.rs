//! Reading responses.

use latchkey_oauth::{Access, Decision, EndpointError, Subject, TokenResponse};
use latchkey_storage::Grant;

use super::Pairs;

/// The parameters in the URL that the browser returned to.
pub(crate) struct Answer {
    pub(crate) address: String,
    pub(crate) parameters: Pairs,
}

impl Answer {
    pub(crate) fn get(&self, name: &str) -> Option<String> {
        let mut values = self
            .parameters
            .iter()
            .filter(|(other, _)| other == name)
            .map(|(_, value)| value.clone());
        let value = values.next();
        assert!(values.next().is_none(), "{name} is there twice");
        value
    }
}

#[track_caller]
pub(crate) fn answer(decision: &Decision) -> Answer {
    let Decision::Redirect(redirect) = decision else {
        panic!("no redirect: {decision:?}")
    };
    let (address, query) = redirect.location.split_once('?').unwrap();
    Answer {
        address: address.to_owned(),
        parameters: form_urlencoded::parse(query.as_bytes()).into_owned().collect(),
    }
}

/// The error that goes back to the application.
#[track_caller]
pub(crate) fn error(decision: &Decision) -> String {
    let answer = answer(decision);
    assert_eq!(answer.get("code"), None);
    answer.get("error").expect("an error")
}

/// Reads the query of a path that the browser returns to.
pub(crate) fn query_of(path: &str) -> Pairs {
    let (_, query) = path.split_once('?').unwrap();
    form_urlencoded::parse(query.as_bytes()).into_owned().collect()
}

/// The error's name and description.
#[track_caller]
pub(crate) fn refusal<T>(result: Result<T, EndpointError>) -> (&'static str, String) {
    match result {
        Ok(_) => panic!("it worked"),
        Err(error) => (error.code().id(), error.description().to_owned()),
    }
}

/// The grant that a token belongs to.
pub(crate) fn grant_of(access: &Access) -> &Grant {
    let Subject::Member(grant) = &access.subject;
    grant
}

/// The texts of the two tokens of a response.
pub(crate) trait Pair {
    fn access(&self) -> &str;
    fn refresh(&self) -> &str;
}

impl Pair for TokenResponse {
    fn access(&self) -> &str {
        self.access_token.expose()
    }

    #[track_caller]
    fn refresh(&self) -> &str {
        self.refresh_token.as_ref().expect("a refresh token").expose()
    }
}
