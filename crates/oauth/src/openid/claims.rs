//! What a client reads of a member, by scope (OpenID Connect Core sections 5.1 and 5.4).

use latchkey_domain::{MemberName, Scope, ScopeSet};
use latchkey_storage::{Grant, SignInProfile, StoreError};
use serde::Serialize;

use crate::AuthorizationServer;

/// Before the name of a space in `groups`, so that no space passes for a role.
const SPACE: &str = "space:";

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
    /// A name for programs that need one: unique, and never given to anybody else.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub preferred_username: Option<String>,
    /// The address of the picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub picture: Option<String>,
    /// When any of it last changed, in seconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<i64>,
    /// The email address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Whether the member proved that the address is theirs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email_verified: Option<bool>,
    /// The role in the network, and for some applications the spaces that the member joined: programs map groups to what
    /// people may do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub groups: Option<Vec<String>>,
}

impl MemberClaims {
    /// What `scopes` open; `profile` is read for the scope of that name. `read:userinfo` has the name and email of the hosted
    /// product's userinfo, `profile` and `email` have what OpenID Connect says.
    fn of(grant: &Grant, scopes: ScopeSet, profile: Option<SignInProfile>, issuer: &str) -> Self {
        let member = &grant.member;
        let email = scopes.contains(Scope::Email);
        let userinfo = scopes.contains(Scope::ReadUserinfo);
        let named = (scopes.contains(Scope::Profile) || userinfo).then_some(&member.name);
        let last = named.map(MemberName::last).filter(|last| !last.is_empty());
        let claims = Self {
            name: named.map(|name| name.as_str().to_owned()),
            given_name: named.map(|name| name.first().to_owned()),
            family_name: last.map(str::to_owned),
            email: (email || userinfo).then(|| member.email.to_string()),
            email_verified: email.then_some(member.email_verified),
            ..Self::default()
        };
        let Some(profile) = profile else {
            return claims;
        };
        let joined = profile
            .spaces
            .iter()
            .filter(|_| grant.application.spec.spaces_in_groups);
        let spaces = joined.map(|space| format!("{SPACE}{space}"));
        Self {
            preferred_username: Some(profile.username.as_str().to_owned()),
            picture: profile.picture.url(issuer),
            updated_at: Some(profile.changed_at.as_secs()),
            groups: Some([member.role.id().to_owned()].into_iter().chain(spaces).collect()),
            ..claims
        }
    }
}

impl AuthorizationServer {
    /// What `scopes` open of the member of a grant.
    pub(crate) async fn member_claims(
        &self,
        grant: &Grant,
        scopes: ScopeSet,
    ) -> Result<MemberClaims, StoreError> {
        let profile = if scopes.contains(Scope::Profile) {
            self.store().sign_in_profile(grant.member.id).await?
        } else {
            None
        };
        Ok(MemberClaims::of(grant, scopes, profile, self.issuer()))
    }
}

#[cfg(test)]
mod tests {
    use latchkey_domain::content::Picture;
    use latchkey_domain::{LogoId, MemberId, Username};

    use super::*;
    use crate::testing::{grant, seconds};

    fn claims(scopes: &str, spaces_in_groups: bool) -> serde_json::Value {
        let mut grant = grant();
        grant.application.spec.spaces_in_groups = spaces_in_groups;
        let scopes: ScopeSet = scopes.parse().unwrap();
        let profile = SignInProfile {
            username: Username::candidates(&grant.member.name, MemberId(3))
                .next()
                .unwrap(),
            picture: Picture {
                uploaded: "0123456789abcdef0123456789abcdef".parse::<LogoId>().ok(),
                elsewhere: None,
            },
            changed_at: seconds(0),
            spaces: ["book-club", "host"].map(|slug| slug.parse().unwrap()).to_vec(),
        };
        let profile = scopes.contains(Scope::Profile).then_some(profile);
        let claims = MemberClaims::of(&grant, scopes, profile, "https://net.example");
        serde_json::to_value(claims).unwrap()
    }

    #[test]
    fn each_scope_opens_its_own() {
        assert_eq!(claims("openid read:posts", false), serde_json::json!({}));
        assert_eq!(
            claims("openid profile", false),
            serde_json::json!({
                "name": "Ada Lovelace", "given_name": "Ada", "family_name": "Lovelace", "preferred_username": "ada-lovelace",
                "picture": "https://net.example/logos/0123456789abcdef0123456789abcdef", "updated_at": 1_700_000_000,
                "groups": ["member"],
            })
        );
        assert_eq!(
            claims("openid email", false),
            serde_json::json!({ "email": "ada@example.com", "email_verified": false })
        );
        assert_eq!(
            claims("read:userinfo", true),
            serde_json::json!({
                "name": "Ada Lovelace", "given_name": "Ada", "family_name": "Lovelace", "email": "ada@example.com",
            })
        );
    }

    /// A space may be called like a role.
    #[test]
    fn a_space_is_no_role() {
        assert_eq!(
            claims("openid profile", true)["groups"],
            serde_json::json!(["member", "space:book-club", "space:host"])
        );
    }
}
