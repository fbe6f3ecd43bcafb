//! The pictures of applications, of members and of the network. Each is kept once, however many have it, and is deleted with its last use.

use async_trait::async_trait;
use latchkey_domain::LogoId;

use crate::StoreError;

/// A picture, as it is served, and its name.
pub type Logo = (LogoId, Vec<u8>);

/// Reading logos. [`Applications`](crate::Applications),
/// [`SignInProfiles`](crate::SignInProfiles) and [`Networks`](crate::Networks) set them.
#[async_trait]
pub trait Logos: Send + Sync {
    /// The picture with this name; `None` if nobody has it (any more).
    async fn logo(&self, id: &LogoId) -> Result<Option<Vec<u8>>, StoreError>;
}
