//! Random bytes for what only the store makes: keys, nonces, the salt and the number of a new database.

use latchkey_storage::StoreError;

/// Fills `bytes` from the operating system's source.
pub(crate) fn fill(bytes: &mut [u8]) -> Result<(), StoreError> {
    getrandom::fill(bytes).map_err(|error| {
        StoreError::Open(format!(
            "the operating system gives no random bytes: {error}; check that /dev/urandom is there"
        ))
    })
}

/// An array of random bytes.
pub(crate) fn bytes<const N: usize>() -> Result<[u8; N], StoreError> {
    let mut bytes = [0; N];
    fill(&mut bytes)?;
    Ok(bytes)
}
