//! What is in a database from its first schema on.

use crate::random;
use crate::{Statements, params, rows};
use latchkey_storage::StoreError;

/// Makes the network, and what the database knows about itself.
pub(crate) async fn fill(db: &dyn Statements, key_fingerprint: &str) -> Result<(), StoreError> {
    // Six or seven digits, as a network's number has on the hosted product; clients must not rely on it being 1.
    let network = 100_000 + i64::from(u32::from_ne_bytes(random::bytes()?)) % 9_900_000;
    let salt: [u8; 16] = random::bytes()?;
    rows::execute(
        db,
        "INSERT INTO network (id, name, slug, plan) VALUES (?1, 'My Community', 'my-community', 'scale')",
        params![network],
    )
    .await?;
    rows::execute(
        db,
        "INSERT INTO meta (key, value) VALUES ('setup_salt', ?1), ('key_fingerprint', [[convert_to(?2, 'UTF8')|?2]])",
        params![&salt, key_fingerprint],
    )
    .await
    .map(|_| ())
}
