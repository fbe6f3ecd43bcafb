//! What a client wants the person to be asked: `prompt` of OIDC Core section 3.1.2.1, which clients of plain OAuth
//! servers use too.

use latchkey_storage::ActivityReason;

use super::error::{RedirectCode, RedirectError};

/// What to ask the person, beyond what is necessary.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Prompt {
    /// Show no page at all; fail instead.
    pub(super) none: bool,
    /// Sign in again, even with a session.
    pub(super) login: bool,
    /// Ask for consent, even if it was given before.
    pub(super) consent: bool,
}

impl Prompt {
    pub(super) fn read(text: Option<&str>) -> Result<Self, RedirectError> {
        let mut prompt = Self::default();
        for value in text
            .unwrap_or_default()
            .split(' ')
            .filter(|value| !value.is_empty())
        {
            match value {
                "none" => prompt.none = true,
                "login" => prompt.login = true,
                // The consent page shows who is signed in and offers to switch accounts.
                "consent" | "select_account" => prompt.consent = true,
                _ => {
                    return Err(RedirectError::new(
                        RedirectCode::InvalidRequest,
                        ActivityReason::Unsupported,
                        "`prompt` has a value that is not known; expected none, login or consent",
                    ));
                }
            }
        }
        if prompt.none && (prompt.login || prompt.consent) {
            return Err(RedirectError::new(
                RedirectCode::InvalidRequest,
                ActivityReason::Unsupported,
                "`prompt` has none and another value; send none alone",
            ));
        }
        Ok(prompt)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_combine_but_for_none() {
        let read = |text| Prompt::read(Some(text));
        assert_eq!(Prompt::read(None).unwrap(), Prompt::default());
        assert!(read("none").unwrap().none);
        assert_eq!(
            read("login consent").unwrap(),
            Prompt {
                none: false,
                login: true,
                consent: true
            }
        );
        assert!(read("select_account").unwrap().consent);
        for text in ["none login", "consent none", "create", "LOGIN"] {
            assert_eq!(
                read(text).unwrap_err().code,
                RedirectCode::InvalidRequest,
                "{text}"
            );
        }
    }
}
