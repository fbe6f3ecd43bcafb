//! Errors of the databases' drivers, as the store reports them.

use latchkey_storage::StoreError;

/// An error of a driver.
pub(crate) trait DriverError {
    /// What it means for the operation.
    fn into_store_error(self) -> StoreError;
}

/// What a driver answered.
pub(crate) trait DriverResult<T> {
    /// The same, with the store's error.
    fn or_store_error(self) -> Result<T, StoreError>;
}

impl<T, E: DriverError> DriverResult<T> for Result<T, E> {
    fn or_store_error(self) -> Result<T, StoreError> {
        self.map_err(E::into_store_error)
    }
}
