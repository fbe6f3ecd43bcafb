//! What a member's grant to an application permits right now.

use crate::{Role, ScopeSet};

/// The scopes that have an effect: what was granted, what the application is still registered for, and what a member of this
/// role may still grant. Nothing of a grant is rewritten when one of these changes: a host who becomes a member loses the
/// host scopes at the next check, and an application a scope that it is no longer registered for.
pub fn effective_scopes(granted: ScopeSet, registered: ScopeSet, role: Role) -> ScopeSet {
    let grantable = role.grantable_scopes();
    granted
        .iter()
        .filter(|scope| registered.contains(*scope) && grantable.contains(*scope))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn host_scopes_end_with_the_role_and_scopes_with_their_registration() {
        let scopes = |text: &str| text.parse::<ScopeSet>().unwrap();
        let granted = scopes("read:posts write:posts host:read:network_members");
        let registered = scopes("read:posts host:read:network_members read:courses");
        assert_eq!(
            effective_scopes(granted, registered, Role::Host),
            scopes("read:posts host:read:network_members")
        );
        assert_eq!(
            effective_scopes(granted, registered, Role::Moderator),
            scopes("read:posts")
        );
    }
}
