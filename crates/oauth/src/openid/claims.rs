//! What a client reads of a member, by scope (OpenID Connect Core sections 5.1 and 5.4).

use latchkey_domain::{Member, MemberName, Scope, ScopeSet};
use serde::Serialize;

/// Claims about a member; those that no scope opens are left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct MemberClaims {
    /// The full name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The name without its last word.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub given_name: Option<String>,
    /// The last word of the name, if it has more than one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub family_name: Option<String>,
    /// The email address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Whether the member proved that the address is theirs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email_verified: Option<bool>,
    /// The role in the network, as a group: programs map groups to what people may do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub groups: Option<[&'static str; 1]>,
}

impl MemberClaims {
    /// What `scopes` open. `read:userinfo` has the name and email of the hosted product's userinfo, `profile` and `email` have
    /// what OpenID Connect says.
    pub(crate) fn of(member: &Member, scopes: ScopeSet) -> Self {
        let (profile, email) = (scopes.contains(Scope::Profile), scopes.contains(Scope::Email));
        let userinfo = scopes.contains(Scope::ReadUserinfo);
        let named = (profile || userinfo).then_some(&member.name);
        let last = named.map(MemberName::last).filter(|last| !last.is_empty());
        Self {
            name: named.map(|name| name.as_str().to_owned()),
            given_name: named.map(|name| name.first().to_owned()),
            family_name: last.map(str::to_owned),
            email: (email || userinfo).then(|| member.email.to_string()),
            email_verified: email.then_some(member.email_verified),
            groups: profile.then(|| [member.role.id()]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::grant;

    fn claims(scopes: &str) -> serde_json::Value {
        let claims = MemberClaims::of(&grant().member, scopes.parse().unwrap());
        serde_json::to_value(claims).unwrap()
    }

    #[test]
    fn each_scope_opens_its_own() {
        assert_eq!(claims("openid read:posts"), serde_json::json!({}));
        assert_eq!(
            claims("openid profile"),
            serde_json::json!({
                "name": "Ada Lovelace", "given_name": "Ada", "family_name": "Lovelace", "groups": ["member"],
            })
        );
        assert_eq!(
            claims("openid email"),
            serde_json::json!({ "email": "ada@example.com", "email_verified": false })
        );
        assert_eq!(
            claims("read:userinfo"),
            serde_json::json!({
                "name": "Ada Lovelace", "given_name": "Ada", "family_name": "Lovelace", "email": "ada@example.com",
            })
        );
    }
}
