//! What went wrong, sorted by what to do about it.

use tokio_postgres::Error;
use tokio_postgres::error::SqlState;

use super::tls::Untrusted;
use crate::DriverError;
use latchkey_storage::StoreError;
pub(super) use latchkey_storage::error::text_of;

/// What a failed statement means for the transaction that it was part of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// Another transaction was in the way, or changed a table; the database undid this one and asks to try again.
    Conflict,
    /// The connection is gone, or the server is going. What was not committed is undone.
    Lost,
    /// Something else, that trying again does not help.
    Other,
}

impl Fault {
    /// The cause of `error`.
    pub(super) fn of(error: &StoreError) -> Self {
        statement_error(error).map_or(Self::Other, Self::of_statement)
    }

    fn of_statement(error: &Error) -> Self {
        match error.code() {
            Some(code) if is_conflict(code) || is_outdated(error) => Self::Conflict,
            Some(code) if is_going(code) => Self::Lost,
            None if error.is_closed() || has_io_error(error) => Self::Lost,
            _ => Self::Other,
        }
    }
}

/// What the driver said, if it was the driver.
pub(super) fn statement_error(error: &StoreError) -> Option<&Error> {
    error.of_database()?.downcast_ref()
}

/// Whether the database answered with one of these codes.
pub(super) fn has_code(error: &StoreError, codes: &[SqlState]) -> bool {
    let code = statement_error(error).and_then(Error::code);
    code.is_some_and(|code| codes.contains(code))
}

fn is_conflict(code: &SqlState) -> bool {
    [
        SqlState::T_R_SERIALIZATION_FAILURE,
        SqlState::T_R_DEADLOCK_DETECTED,
    ]
    .contains(code)
}

/// What was prepared cannot be run any more: a table has other columns now, or the database forgot it.
pub(super) fn is_outdated(error: &Error) -> bool {
    error.as_db_error().is_some_and(|error| {
        // "Cached plan must not change result type" has the code of all that is not supported, and texts are translated.
        *error.code() == SqlState::INVALID_SQL_STATEMENT_NAME
            || error.routine() == Some("RevalidateCachedQuery")
    })
}

/// The server stops, starts, or closes connections.
fn is_going(code: &SqlState) -> bool {
    [
        SqlState::ADMIN_SHUTDOWN,
        SqlState::CRASH_SHUTDOWN,
        SqlState::CANNOT_CONNECT_NOW,
        SqlState::CONNECTION_FAILURE,
        SqlState::CONNECTION_DOES_NOT_EXIST,
        SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT,
    ]
    .contains(code)
}

/// The database has no room, processors or patience left, is a replica for now, or will take it when others are done.
fn is_short_of_something(code: &SqlState) -> bool {
    // Class 53 is "insufficient resources": a full disk, no memory, too many connections.
    code.code().starts_with("53")
        || [
            SqlState::QUERY_CANCELED,
            SqlState::LOCK_NOT_AVAILABLE,
            SqlState::READ_ONLY_SQL_TRANSACTION,
        ]
        .contains(code)
}

fn has_io_error(error: &Error) -> bool {
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        if cause.is::<std::io::Error>() {
            return true;
        }
        source = cause.source();
    }
    false
}

/// Why there is no TLS with the server, if that is what failed.
pub(super) fn tls_failure(error: &Error) -> Option<String> {
    let cause = std::error::Error::source(error)?;
    if cause.is::<Untrusted>() {
        return Some(cause.to_string());
    }
    // The driver has no kinds for its errors.
    (cause.to_string() == "server does not support TLS").then(|| {
        "the server does not speak TLS: let it (`ssl = on`), or, on a network that you trust, leave sslmode out".to_owned()
    })
}

/// The connection was lost after the database was told to keep something and before it said that it did. Trying again
/// could do it twice, so it is not repeated.
pub(super) fn unknown_outcome(error: &StoreError) -> StoreError {
    StoreError::Database(
        format!(
            "the connection was lost while something was stored; whether it was stored is not known: {}",
            text_of(error)
        )
        .into(),
    )
}

/// A commit that the database refused did not happen. One that got no answer may have.
pub(super) fn not_committed(error: StoreError) -> StoreError {
    let is_refused = statement_error(&error).is_some_and(|error| error.code().is_some());
    if is_refused && Fault::of(&error) != Fault::Lost {
        error
    } else {
        unknown_outcome(&error)
    }
}

impl DriverError for Error {
    /// Of a statement before the commit, which undoes what its transaction did.
    fn into_store_error(self) -> StoreError {
        let is_passing =
            Fault::of_statement(&self) != Fault::Other || self.code().is_some_and(is_short_of_something);
        if is_passing {
            StoreError::Unavailable(self.into())
        } else {
            StoreError::Database(self.into())
        }
    }
}
