//! What can go wrong below the rules.

use std::error::Error;

use thiserror::Error as ThisError;

/// Why an operation failed. What a rule can act on is in the operations' own outcomes; this is the rest.
#[derive(Debug, ThisError)]
pub enum StoreError {
    /// The database answered with an error. The chain goes to the log, never to a client.
    #[error("the database failed: {0}")]
    Database(#[source] Box<dyn Error + Send + Sync>),
    /// A row cannot be read: it was changed by hand or is damaged.
    #[error("a stored value is damaged: {0}")]
    Damaged(String),
    /// A secret cannot be unsealed: the key is not the one it was sealed with.
    #[error("a sealed secret cannot be opened: the key file is not the one that it was sealed with")]
    Unsealable,
    /// The writer has stopped: the server is shutting down.
    #[error("the database is closed")]
    Closed,
    /// Opening failed, in words for the operator that say what to do.
    #[error("{0}")]
    Open(String),
}
