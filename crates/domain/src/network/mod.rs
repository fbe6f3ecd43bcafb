//! The network that an instance serves.

mod color;
mod plan;
mod slug;

use std::fmt;

use serde::{Deserialize, Serialize};

pub use self::color::{Color, ColorError};
pub use self::plan::Plan;
pub use self::slug::{Slug, SlugError};
use crate::text::{self, TextError};
use crate::{LogoId, WebLink};

/// A line of 1 to 80 visible characters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct NetworkName(String);

impl NetworkName {
    /// The most characters that a name can have.
    pub const MAX_LENGTH: usize = 80;

    /// Reads a name; the white space around it does not count.
    pub fn parse(text: &str) -> Result<Self, TextError> {
        text::line(text, Self::MAX_LENGTH).map(Self)
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for NetworkName {
    type Error = TextError;

    fn try_from(text: String) -> Result<Self, TextError> {
        Self::parse(&text)
    }
}

impl From<NetworkName> for String {
    fn from(name: NetworkName) -> Self {
        name.0
    }
}

impl fmt::Display for NetworkName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Network {
    pub id: i64,
    /// What people see.
    pub name: NetworkName,
    /// The name in URLs.
    pub slug: Slug,
    /// What it may use.
    pub plan: Plan,
    /// Shown instead of the mark of Latchkey.
    pub logo: Option<LogoId>,
    /// The colour of buttons and links.
    pub color: Option<Color>,
    /// Its terms of use.
    pub terms: Option<WebLink>,
    pub privacy_policy: Option<WebLink>,
    /// Whether hosts need a second factor to sign in.
    pub hosts_second_factor: bool,
    /// Whether members, but for hosts, sign in only with providers.
    pub providers_only: bool,
}
