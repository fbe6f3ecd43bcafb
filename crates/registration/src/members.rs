//! Who is connected to an application, and disconnecting one of them.

use latchkey_domain::{MemberId, Page, PageRequest};

use crate::{Caller, ConnectedMember, Registrar, RegistrationError, parse};

/// Members per page.
pub const MEMBERS_PAGE_SIZE: u32 = 50;

impl Registrar {
    /// Page `page` of the members who are connected to an application, who connected last first.
    pub async fn connected_members(
        &self,
        caller: &Caller,
        client_id: &str,
        page: u32,
    ) -> Result<Page<ConnectedMember>, RegistrationError> {
        Self::check_caller(caller)?;
        let client_id = parse(client_id)?;
        let page = PageRequest::new(page, MEMBERS_PAGE_SIZE);
        Ok(self.store.connected_members(&client_id, page).await?)
    }

    /// Revokes what one member granted to an application; how many grants and consents there were. Allowed on every plan,
    /// like everything that keeps members safe.
    pub async fn disconnect_member(
        &self,
        caller: &Caller,
        client_id: &str,
        member: MemberId,
    ) -> Result<u64, RegistrationError> {
        Self::check_caller(caller)?;
        let client_id = parse(client_id)?;
        self.store
            .disconnect_member(&client_id, member, &caller.actor, self.clock.now())
            .await?
            .ok_or(RegistrationError::NotFound)
    }
}
