//! Why a sign-in through a provider failed.

use std::fmt;

use latchkey_outgoing::OutgoingError;
use thiserror::Error;

/// Why a sign-in through a provider failed. The text is for hosts: what failed at which step and what to do. It may
/// repeat a few words of the provider (an error code and its description), made harmless; never a secret, code or token.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ProviderError {
    /// A request got no answer.
    #[error("{step}: {error}")]
    Request {
        /// The step's title.
        step: &'static str,
        /// Why.
        error: OutgoingError,
    },
    /// An answer with an error status that says nothing else.
    #[error("{step}: the provider answered with the status {status}. {}", status_advice(*.status))]
    Status {
        /// The step's title.
        step: &'static str,
        /// The status.
        status: u16,
    },
    /// An answer that is not a JSON object.
    #[error("{step}: the answer is {}, not a JSON object. Check the address", page_text(*.is_page))]
    NotJson {
        /// The step's title.
        step: &'static str,
        /// Whether it is HTML.
        is_page: bool,
    },
    /// A member of an answer is missing or has another form.
    #[error("{step}: the answer has no usable `{member}`")]
    Member {
        /// The step's title.
        step: &'static str,
        /// The member's name.
        member: &'static str,
    },
    /// An issuer that has no document by the rules.
    #[error("the issuer must not contain a ?: enter the issuer itself, such as https://login.example.com")]
    IssuerQuery,
    /// The document is that of another issuer.
    #[error("{}", issuer_text(.configured, .found))]
    Issuer {
        /// As the host entered it.
        configured: String,
        /// As the document says.
        found: String,
    },
    /// An encrypted issuer with an endpoint that is not.
    #[error(
        "the discovery document names an `{0}` that starts with http://, though the issuer starts with https://"
    )]
    Insecure(&'static str),
    /// The person declined.
    #[error("the person declined at the provider (access_denied)")]
    Declined,
    /// The provider sent the browser back with an error.
    #[error("the provider did not sign the person in: {0}. {advice}", advice = .0.authorization_advice())]
    Authorization(Refusal),
    /// The browser came back without anything.
    #[error("the provider sent the browser back without a code")]
    NoCode,
    /// The callback is of another provider (RFC 9207).
    #[error(
        "the browser came back from another provider than it was sent to: the parameter `iss` is not the issuer"
    )]
    MixUp,
    /// The callback does not say of which provider it is, though the document promises that.
    #[error("the provider promises the parameter `iss` in its answer (RFC 9207), and it was missing")]
    IssMissing,
    /// The token request was refused.
    #[error("the provider refused the token request: {0}. {advice}", advice = .0.token_advice())]
    Token(Refusal),
    /// A token that is no bearer token.
    #[error("the provider gave an access token of another type than `Bearer`, which cannot be used")]
    TokenType,
    /// The ID token is not good.
    #[error("the ID token is not valid: {0}")]
    IdToken(#[from] IdTokenError),
    /// Userinfo is of somebody else.
    #[error("userinfo is of another account than the ID token: its `sub` differs")]
    UserInfoSubject,
    /// There is no id at the path.
    #[error(
        "the user info has no usable id at `{0}`: expected text, or a whole number. Look at the answer and correct the path"
    )]
    NoId(String),
    /// A new sign-in was asked for at a provider that cannot show one.
    #[error("plain OAuth 2.0 cannot show when somebody signed in; OpenID Connect can")]
    NoProofOfTime,
    /// The authorization address cannot be used.
    #[error("the authorization address cannot be read")]
    AuthorizationAddress,
}

/// What is not valid about an ID token (OpenID Connect Core section 3.1.3.7).
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
#[allow(missing_docs)] // The text says it.
pub enum IdTokenError {
    #[error("it cannot be read")]
    Malformed,
    #[error("it is encrypted. Turn the encryption of ID tokens off at the provider")]
    Encrypted,
    #[error("it has extensions that are not known here (`crit`)")]
    Critical,
    #[error("it is signed with {0}. Choose one of RS256, PS256, ES256, ES384 and EdDSA at the provider")]
    Algorithm(String),
    #[error(
        "its key is not among the provider's keys. If the provider has just changed its keys, try again in a minute"
    )]
    KeyUnknown,
    #[error("it does not say with which of several keys it is signed (`kid`)")]
    KeyAmbiguous,
    #[error("its key is not for signing with the algorithm that it names")]
    KeyUnfit,
    #[error("its RSA key has {0} bits; at least 2048 are needed")]
    KeySmall(usize),
    #[error("its signature is wrong")]
    Signature,
    #[error("it has no usable `{0}`")]
    Claim(&'static str),
    #[error("it is of another issuer (`iss`)")]
    Issuer,
    #[error("it is for another client id (`aud`). Check the client id")]
    Audience,
    #[error("it is for another client id (`azp`). Check the client id")]
    AuthorizedParty,
    #[error("{}", clock_text(*.seconds))]
    Clock {
        /// By how much the provider's clock is ahead; behind if negative.
        seconds: i64,
    },
    #[error("it expired before it arrived. Check how long ID tokens are valid at the provider")]
    Expired,
    #[error("it is not valid yet (`nbf`)")]
    NotYet,
    #[error("it belongs to another sign-in (`nonce`)")]
    Nonce,
    #[error("it belongs to another access token (`at_hash`)")]
    AccessToken,
    #[error("it does not say when the person signed in (`auth_time`), which was asked for")]
    AuthTimeMissing,
    #[error("the provider did not ask the person to sign in again (`auth_time` is too old)")]
    AuthTimeOld,
}

/// An error that the provider sent (RFC 6749 sections 4.1.2.1 and 5.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    code: String,
    description: Option<String>,
}

/// Whose it is to do something, for texts and metrics.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Blame {
    /// The person declined, or took too long.
    Person,
    /// The provider is down or slow.
    Outage,
    /// A host or the operator has to change something here or at the provider.
    Settings,
    /// What came back was not what was asked for: a mistake of the provider, or an attack.
    Answer,
}

impl Refusal {
    /// The most characters that are kept.
    const CODE: usize = 60;
    const DESCRIPTION: usize = 200;

    /// Keeps what is harmless.
    pub(crate) fn new(code: &str, description: Option<&str>) -> Self {
        let is_word = |char: &char| char.is_ascii_alphanumeric() || matches!(char, '_' | '-' | '.');
        let code: String = code.chars().filter(is_word).take(Self::CODE).collect();
        Self {
            code: if code.is_empty() {
                "an error".to_owned()
            } else {
                code
            },
            description: description.map(line).filter(|text| !text.is_empty()),
        }
    }

    /// The error code, such as `invalid_client`.
    pub fn code(&self) -> &str {
        &self.code
    }

    fn authorization_advice(&self) -> &'static str {
        match self.code.as_str() {
            "redirect_uri_mismatch" | "invalid_redirect_uri" => REDIRECT_ADVICE,
            "invalid_scope" => "Check the scopes",
            "unauthorized_client" | "invalid_client" => {
                "Check the client id, and that the client may use codes"
            }
            "unsupported_response_type" => "Allow the authorization code flow at the provider",
            "server_error" | "temporarily_unavailable" => "Try again in a minute",
            "login_required" | "interaction_required" | "consent_required" | "account_selection_required" => {
                "The person has to sign in at the provider first"
            }
            _ => "Check the client id, the scopes and the redirect URI at the provider",
        }
    }

    fn token_advice(&self) -> &'static str {
        match self.code.as_str() {
            "invalid_client" | "incorrect_client_credentials" => {
                "Check the client id and the secret, and whether the provider expects them in the header or in the form"
            }
            "invalid_grant" | "bad_verification_code" => {
                "The code was used before or has expired, or the redirect URI is another than the one registered. Try again"
            }
            "redirect_uri_mismatch" | "invalid_redirect_uri" => REDIRECT_ADVICE,
            "unauthorized_client" | "unsupported_grant_type" => {
                "Allow the authorization code flow at the provider"
            }
            "invalid_scope" => "Check the scopes",
            "server_error" | "temporarily_unavailable" => "Try again in a minute",
            _ => "Check the client id, the secret and the redirect URI at the provider",
        }
    }

    fn blame(&self) -> Blame {
        match self.code.as_str() {
            "server_error" | "temporarily_unavailable" | "slow_down" => Blame::Outage,
            "invalid_grant"
            | "bad_verification_code"
            | "login_required"
            | "interaction_required"
            | "consent_required"
            | "account_selection_required" => Blame::Person,
            _ => Blame::Settings,
        }
    }
}

const REDIRECT_ADVICE: &str = "Register the redirect URI at the provider exactly as it is shown here";

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.code)?;
        match &self.description {
            Some(description) => write!(f, " (“{description}”)"),
            None => Ok(()),
        }
    }
}

/// One short line of visible ASCII: nothing in it can pose as something else.
fn line(text: &str) -> String {
    let is_plain = |char: &char| matches!(char, ' '..='~');
    let plain: String = text.chars().filter(is_plain).take(Refusal::DESCRIPTION).collect();
    plain.trim().trim_end_matches('.').to_owned()
}

impl ProviderError {
    /// Whose it is to do something.
    pub fn blame(&self) -> Blame {
        match self {
            Self::Request { error, .. } => match error {
                OutgoingError::Resolve { .. }
                | OutgoingError::Connect { .. }
                | OutgoingError::Http { .. }
                | OutgoingError::TooSlow { .. } => Blame::Outage,
                _ => Blame::Settings,
            },
            Self::Status { status, .. } if *status >= 500 || *status == 429 => Blame::Outage,
            Self::Status { .. }
            | Self::NotJson { .. }
            | Self::Member { .. }
            | Self::IssuerQuery
            | Self::Issuer { .. }
            | Self::Insecure(_)
            | Self::TokenType
            | Self::NoId(_)
            | Self::NoProofOfTime
            | Self::AuthorizationAddress => Blame::Settings,
            Self::Declined => Blame::Person,
            Self::Authorization(refusal) | Self::Token(refusal) => refusal.blame(),
            Self::IdToken(error) => match error {
                IdTokenError::AuthTimeOld => Blame::Person,
                IdTokenError::Encrypted
                | IdTokenError::Algorithm(_)
                | IdTokenError::KeySmall(_)
                | IdTokenError::Clock { .. }
                | IdTokenError::AuthTimeMissing => Blame::Settings,
                _ => Blame::Answer,
            },
            Self::NoCode | Self::MixUp | Self::IssMissing | Self::UserInfoSubject => Blame::Answer,
        }
    }

    /// What the person reads who wanted to sign in.
    pub fn for_people(&self) -> &'static str {
        match self {
            Self::Declined => {
                "You declined at the provider, so you are not signed in. Try again, or sign in another way."
            }
            Self::IdToken(IdTokenError::AuthTimeOld) => {
                "The provider did not ask you to sign in again. Sign out there, then try again."
            }
            _ => match self.blame() {
                Blame::Person => "The sign-in at the provider was not finished in time. Try again.",
                Blame::Outage => {
                    "The provider did not answer. Try again in a minute, or sign in another way."
                }
                Blame::Settings => {
                    "Signing in with this provider does not work at the moment. Sign in another way, and tell a host."
                }
                Blame::Answer => {
                    "The provider’s answer could not be accepted. Try again, or sign in another way."
                }
            },
        }
    }
}

fn page_text(is_page: bool) -> &'static str {
    if is_page { "a web page" } else { "something else" }
}

fn status_advice(status: u16) -> &'static str {
    match status {
        404 | 405 | 410 => "Check the address",
        401 | 403 => "Check the client id, the secret and the scopes",
        429 => "It gets too many requests. Try again later",
        500.. => "Try again in a minute. If it stays, look at the provider's log",
        _ => "Look at the provider's log",
    }
}

fn issuer_text(configured: &str, found: &str) -> String {
    if configured.trim_end_matches('/') == found.trim_end_matches('/') {
        let (with, enter) = if found.ends_with('/') {
            ("ends with a slash", "with")
        } else {
            ("does not end with a slash", "without")
        };
        return format!("the provider's issuer {with}: enter {found}, {enter} the slash at the end");
    }
    format!(
        "the discovery document is of another issuer: it says {found}, the settings say {configured}. Enter exactly what it says"
    )
}

fn clock_text(seconds: i64) -> String {
    let minutes = seconds.unsigned_abs().div_ceil(60);
    let way = if seconds > 0 { "ahead of" } else { "behind" };
    format!(
        "the clocks differ: the provider's is {minutes} minutes {way} that of this machine, and at most 5 are accepted. Set both by a time server"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_provider_says_is_made_harmless() {
        let refusal = Refusal::new("invalid_client<script>\n", Some("No\u{202e} such\nclient.  "));
        assert_eq!(refusal.to_string(), "invalid_clientscript (“No suchclient”)");
        let refusal = Refusal::new("💥", Some(&"x".repeat(1_000)));
        assert_eq!(refusal.code(), "an error");
        assert!(refusal.to_string().chars().count() < 250);
    }

    #[test]
    fn a_slash_at_the_end_is_named() {
        let text = issuer_text("https://a.example", "https://a.example/");
        assert_eq!(
            text,
            "the provider's issuer ends with a slash: enter https://a.example/, with the slash at the end"
        );
        let text = issuer_text("https://a.example/", "https://a.example");
        assert!(
            text.contains("does not end with a slash: enter https://a.example, without"),
            "{text}"
        );
        assert!(issuer_text("https://a.example", "https://b.example").contains("another issuer"));
    }

    #[test]
    fn clocks_say_by_how_much() {
        assert!(clock_text(600).contains("10 minutes ahead of"));
        assert!(clock_text(-601).contains("11 minutes behind"));
    }
}
