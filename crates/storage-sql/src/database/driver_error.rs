//! Errors of the databases' drivers, as the store reports them.

use latchkey_storage::StoreError;

pub(crate) trait DriverError {
    /// What it means for the operation.
    fn into_store_error(self) -> StoreError;
}

/// A driver's answer.
pub(crate) trait DriverResult<T> {
    /// The same, with the store's error.
    fn or_store_error(self) -> Result<T, StoreError>;
}

impl<T, E: DriverError> DriverResult<T> for Result<T, E> {
    fn or_store_error(self) -> Result<T, StoreError> {
        self.map_err(E::into_store_error)
    }
}
