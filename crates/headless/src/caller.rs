//! The member and the application behind a request.

use latchkey_domain::content::Viewer;
use latchkey_domain::{ClientId, Member, ScopeSet};

/// The member whose token is used, and what the token may do now.
#[derive(Clone, Debug)]
pub struct Caller {
    /// The application that has the token.
    pub application: ClientId,
    /// The member, as they are now.
    pub member: Member,
    /// What the token may do: what was granted and registered and is still permitted.
    pub scopes: ScopeSet,
}

impl Caller {
    /// The member as the store needs it to read content.
    pub(crate) fn viewer(&self) -> Viewer {
        Viewer::of(&self.member)
    }
}
