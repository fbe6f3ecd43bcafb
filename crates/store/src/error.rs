//! What can go wrong below the rules.

use std::error::Error;

use thiserror::Error as ThisError;

/// Why an operation failed. What a rule can act on is in the operations' own outcomes; this is the rest.
#[derive(Debug, ThisError)]
pub enum StoreError {
    /// The database answered with an error. The chain goes to the log, never to a client.
    #[error("the database failed: {0}")]
    Database(#[source] Box<dyn Error + Send + Sync>),
    /// The database cannot be reached, is busy or has no room. Surely nothing was stored, and the same works once that
    /// is over. The chain goes to the log, as above.
    #[error("the database is not available: {0}")]
    Unavailable(#[source] Box<dyn Error + Send + Sync>),
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

impl StoreError {
    /// If the same may soon work, what to tell whoever asked: a 503 in the terms of HTTP. `None` if it is no use to try
    /// again, or if what was asked may have been done.
    pub fn try_again(&self) -> Option<&'static str> {
        match self {
            Self::Unavailable(_) => {
                Some("the server cannot get at its data at the moment; try again in a few seconds")
            }
            Self::Closed => Some("the server is shutting down; try again in a moment"),
            Self::Database(_) | Self::Damaged(_) | Self::Unsealable | Self::Open(_) => None,
        }
    }

    /// What the database said, if it was the database that failed.
    pub(crate) fn of_database(&self) -> Option<&(dyn Error + Send + Sync + 'static)> {
        match self {
            Self::Database(source) | Self::Unavailable(source) => Some(&**source),
            _ => None,
        }
    }
}
