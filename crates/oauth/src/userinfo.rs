//! `GET /oauth/userinfo`: who granted the token (OpenID Connect Core section 5.3). `sub` and `id` with any token; what else, the
//! scopes say.

use serde::Serialize;

use crate::{AccessError, AuthorizationServer, MemberClaims, RequestOrigin, Subject};

/// The member who granted the token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Userinfo {
    /// The member's number, which never changes.
    pub sub: String,
    /// Same as `sub`: clients of servers without OIDC read the account from `id`.
    pub id: String,
    /// What the scopes open.
    #[serde(flatten)]
    pub member: MemberClaims,
}

impl AuthorizationServer {
    /// Answers a userinfo request, given the value of its `Authorization` header.
    pub async fn userinfo(
        &self,
        authorization: Option<&str>,
        origin: &RequestOrigin,
    ) -> Result<Userinfo, AccessError> {
        let access = self.verify_access(authorization, None, origin).await?;
        let Subject::Member(grant) = &access.subject;
        let id = grant.member.id.to_string();
        Ok(Userinfo {
            sub: id.clone(),
            id,
            member: self.member_claims(grant, access.scopes).await?,
        })
    }
}
