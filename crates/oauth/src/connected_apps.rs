//! The applications that a member allowed, and how the member revokes access (RFC 7009 is the client's side).

use latchkey_domain::{ClientId, Member, Timestamp, effective_scopes};
use latchkey_storage::{ActivityKind, ConnectedApp, Disconnected, StoreError};

use crate::activity::{ActivityRecorder, NamedClient};
use crate::{AuthorizationServer, RequestOrigin};

impl AuthorizationServer {
    /// A grant or consent given at or before this time has ended.
    pub(crate) fn granted_after(&self) -> Timestamp {
        self.now().minus(self.lifetimes().grant().duration())
    }

    /// The applications that `member` allowed, most recently used first, with the [scopes](effective_scopes) in
    /// effect right now.
    pub async fn connected_apps(&self, member: &Member) -> Result<Vec<ConnectedApp>, StoreError> {
        let mut connections = self
            .store()
            .connected_apps_of(member.id, self.granted_after())
            .await?;
        for connection in &mut connections {
            let registered = connection.application.spec.scopes;
            connection.scopes = effective_scopes(connection.scopes, registered, member.role);
        }
        Ok(connections)
    }

    /// The applications that a password change disconnected and the member has not reconnected.
    pub async fn disconnected_by_password(&self, member: &Member) -> Result<Vec<Disconnected>, StoreError> {
        self.store().disconnected_by_password(member.id).await
    }

    /// Revokes all that `member` granted an application, effective with the next request, and deletes the consent.
    /// Returns whether there was anything. The integrator sees it in Activity.
    pub async fn disconnect(
        &self,
        member: &Member,
        client_id: &ClientId,
        origin: &RequestOrigin,
    ) -> Result<bool, StoreError> {
        let ended = self.store().disconnect(member.id, client_id, self.now()).await?;
        if ended {
            let mut recorder = ActivityRecorder::new(ActivityKind::Revocation, origin);
            recorder.client = NamedClient::known(client_id);
            recorder.member = Some(member.id);
            recorder.message =
                Some("The member disconnected the application; its tokens were revoked.".to_owned());
            self.record_success(recorder).await;
        }
        Ok(ended)
    }
}
