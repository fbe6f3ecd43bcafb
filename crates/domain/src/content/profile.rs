//! A member as others see them.

use fluent_uri::Uri;
use thiserror::Error;

use crate::{LogoId, Member, Timestamp};

/// A member, with what only the roster shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    pub member: Member,
    /// When the member was last here; `None` if never.
    pub last_active_at: Option<Timestamp>,
    pub picture: Picture,
}

/// The picture of a member, if there is one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Picture {
    /// The one that the member uploaded, or a host imported as a file.
    pub uploaded: Option<LogoId>,
    /// The one elsewhere that an import named. The other one goes before it.
    pub elsewhere: Option<AvatarUrl>,
}

impl Picture {
    /// Its address, on a server at this address.
    pub fn url(&self, server: &str) -> Option<String> {
        match (&self.uploaded, &self.elsewhere) {
            (Some(id), _) => Some(format!("{server}{}", id.path())),
            (None, Some(url)) => Some(url.as_str().to_owned()),
            (None, None) => None,
        }
    }
}

/// The address of a picture: `https`, at most 500 characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AvatarUrl(String);

/// Text that is no address of a picture.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("“{0}” is not the address of a picture; expected https:// and at most 500 characters")]
pub struct AvatarUrlError(String);

impl AvatarUrl {
    /// Reads an address.
    pub fn parse(text: &str) -> Result<Self, AvatarUrlError> {
        let is_good = text.len() <= 500
            && Uri::parse(text).is_ok_and(|uri| {
                uri.scheme().as_str().eq_ignore_ascii_case("https")
                    && uri
                        .authority()
                        .is_some_and(|authority| !authority.host().is_empty())
            });
        if is_good {
            Ok(Self(text.to_owned()))
        } else {
            Err(AvatarUrlError(text.chars().take(80).collect()))
        }
    }

    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_members_own_picture_goes_before_an_imported_one() {
        let elsewhere = AvatarUrl::parse("https://a.example/ada.png").ok();
        let id: LogoId = "0123456789abcdef0123456789abcdef".parse().unwrap();
        let url = |uploaded: Option<&LogoId>, elsewhere: Option<&AvatarUrl>| {
            let picture = Picture {
                uploaded: uploaded.cloned(),
                elsewhere: elsewhere.cloned(),
            };
            picture.url("https://net.example")
        };
        let own = "https://net.example/logos/0123456789abcdef0123456789abcdef".to_owned();
        assert_eq!(url(Some(&id), elsewhere.as_ref()), Some(own));
        assert_eq!(
            url(None, elsewhere.as_ref()),
            Some("https://a.example/ada.png".to_owned())
        );
        assert_eq!(url(None, None), None);
    }

    #[test]
    fn only_https_is_a_picture() {
        assert!(AvatarUrl::parse("https://a.example/ada.png").is_ok());
        for bad in [
            "",
            "ada.png",
            "http://a.example/a.png",
            "javascript:alert(1)",
            "https:///a.png",
        ] {
            assert!(AvatarUrl::parse(bad).is_err(), "{bad}");
        }
    }
}
