//! `GET /oauth/userinfo`: who granted the token. `sub` and `id` with any token; name and email with `read:userinfo`.
//! Members are named as in OIDC Core section 5.1, which clients already support.

use latchkey_domain::Scope;
use latchkey_storage::Grant;
use serde::Serialize;

use crate::{AccessError, AuthorizationServer, RequestOrigin, Subject};

/// The member who granted the token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Userinfo {
    /// The member's number, which never changes.
    pub sub: String,
    /// Same as `sub`: clients of servers without OIDC read the account from `id`.
    pub id: String,
    /// The profile, with `read:userinfo`.
    #[serde(flatten)]
    pub profile: Option<Profile>,
}

/// The basic profile.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Profile {
    /// The full name.
    pub name: String,
    /// The name without its last word.
    pub given_name: String,
    /// The last word of the name, if it has more than one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub family_name: Option<String>,
    /// The email address.
    pub email: String,
}

impl AuthorizationServer {
    /// Answers a userinfo request, given the value of its `Authorization` header.
    pub async fn userinfo(
        &self,
        authorization: Option<&str>,
        origin: &RequestOrigin,
    ) -> Result<Userinfo, AccessError> {
        let access = self.verify_access(authorization, origin).await?;
        let Subject::Member(Grant { member, .. }) = &access.subject;
        let profile = access.scopes.contains(Scope::ReadUserinfo).then(|| Profile {
            name: member.name.as_str().to_owned(),
            given_name: member.name.first().to_owned(),
            family_name: Some(member.name.last())
                .filter(|last| !last.is_empty())
                .map(str::to_owned),
            email: member.email.to_string(),
        });
        let id = member.id.to_string();
        Ok(Userinfo {
            sub: id.clone(),
            id,
            profile,
        })
    }
}
