//! What a member let in, and takes back: the member's side of revocation (RFC 7009 is the client's).

use latchkey_domain::{ClientId, Member, Timestamp};
use latchkey_storage::{ActivityKind, Connection, Disconnected, StoreError};

use crate::activity::Trail;
use crate::{AuthorizationServer, RequestOrigin};

impl AuthorizationServer {
    /// A grant or a consent that was given then or before has ended.
    pub(crate) fn granted_after(&self) -> Timestamp {
        self.now().minus(self.lifetimes().grant().duration())
    }

    /// The applications that `member` let in, the last used first. Of their scopes those that have an effect right now:
    /// what was granted, is still registered, and the member may still grant.
    pub async fn connections(&self, member: &Member) -> Result<Vec<Connection>, StoreError> {
        let mut connections = self
            .store()
            .connections_of(member.id, self.granted_after())
            .await?;
        for connection in &mut connections {
            connection.scopes = connection
                .scopes
                .intersection(connection.application.spec.scopes)
                .intersection(member.role.grantable_scopes());
        }
        Ok(connections)
    }

    /// The applications that a change of password disconnected and that the member has not connected again.
    pub async fn disconnected_by_password(&self, member: &Member) -> Result<Vec<Disconnected>, StoreError> {
        self.store().disconnected_by_password(member.id).await
    }

    /// Ends all that `member` granted to an application, from the next request on, and forgets the consent; whether
    /// there was anything. The integrator reads of it in Activity.
    pub async fn disconnect(
        &self,
        member: &Member,
        client_id: &ClientId,
        origin: &RequestOrigin,
    ) -> Result<bool, StoreError> {
        let ended = self.store().disconnect(member.id, client_id, self.now()).await?;
        if ended {
            let mut trail = Trail::new(ActivityKind::Revocation, origin);
            trail.client = Some(client_id.clone());
            trail.member = Some(member.id);
            trail.message =
                Some("The member disconnected the application; its tokens were revoked.".to_owned());
            self.record_success(trail).await;
        }
        Ok(ended)
    }
}
