//! Who asks.

use latchkey_domain::content::Viewer;
use latchkey_domain::{ClientId, Member, ScopeSet};

/// Whose token asks, and what it may do right now.
#[derive(Clone, Debug)]
pub struct Caller {
    /// The application that has the token.
    pub application: ClientId,
    /// The member, as they are now.
    pub member: Member,
    /// What the token may do: what was granted, registered and is still permitted.
    pub scopes: ScopeSet,
}

impl Caller {
    /// Through whose eyes content is read.
    pub(crate) fn viewer(&self) -> Viewer {
        Viewer::of(&self.member)
    }
}
