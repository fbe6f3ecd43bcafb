//! Clients: what a host registered, and what their developer knows and sends.

use latchkey_domain::{ApplicationDraft, ApplicationSpec, ClientId, ClientType};
use latchkey_oauth::token_endpoint::ClientRequest;

use super::{CHALLENGE, Pairs, VERIFIER, pairs};

/// An application, as its developer sees it.
pub(crate) struct Client {
    pub(crate) id: ClientId,
    pub(crate) secret: Option<String>,
    pub(crate) redirect_uri: String,
}

impl Client {
    /// The parameters of its authorization request, with `changes`: a value replaces, an empty one removes.
    pub(crate) fn asks(&self, changes: &[(&str, &str)]) -> Pairs {
        let usual = [
            ("response_type", "code"),
            ("client_id", self.id.as_str()),
            ("redirect_uri", &self.redirect_uri),
            ("scope", "read:posts write:posts"),
            ("state", "xyz"),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
        ];
        changed(&usual, changes)
    }

    pub(crate) fn exchanges(&self, code: &str, changes: &[(&str, &str)]) -> Pairs {
        let usual = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", &self.redirect_uri),
            ("code_verifier", VERIFIER),
        ];
        changed(&usual, changes)
    }

    pub(super) fn with_credentials(&self, form: &Pairs) -> Pairs {
        let mut form = form.clone();
        form.push(("client_id".into(), self.id.to_string()));
        form.extend(
            self.secret
                .iter()
                .map(|secret| ("client_secret".into(), secret.clone())),
        );
        form
    }
}

/// A request whose credentials, if it has any, are in its form.
pub(crate) fn in_body(form: &Pairs) -> ClientRequest<'_> {
    ClientRequest {
        authorization: None,
        form,
    }
}

/// A refresh, with `changes`.
pub(crate) fn refreshes(token: &str, changes: &[(&str, &str)]) -> Pairs {
    changed(
        &[("grant_type", "refresh_token"), ("refresh_token", token)],
        changes,
    )
}

fn changed(usual: &[(&str, &str)], changes: &[(&str, &str)]) -> Pairs {
    let mut all = pairs(usual);
    for (name, value) in changes {
        all.retain(|(other, _)| other != name);
        all.extend((!value.is_empty()).then(|| ((*name).to_owned(), (*value).to_owned())));
    }
    all
}

/// The host's form.
pub(crate) fn spec(redirect_uris: &str, scopes: &str) -> ApplicationSpec {
    let draft = ApplicationDraft {
        name: "Mobile App".into(),
        redirect_uris: redirect_uris.into(),
        scopes: scopes.split_whitespace().map(str::to_owned).collect(),
        confidential: !redirect_uris.contains("com.example.app:"),
        ..ApplicationDraft::default()
    };
    draft.validate().unwrap()
}

pub(crate) fn public(spec: ApplicationSpec) -> ApplicationSpec {
    ApplicationSpec {
        client_type: ClientType::Public,
        ..spec
    }
}

pub(crate) fn trusted(spec: ApplicationSpec) -> ApplicationSpec {
    ApplicationSpec {
        skip_consent: true,
        ..spec
    }
}
