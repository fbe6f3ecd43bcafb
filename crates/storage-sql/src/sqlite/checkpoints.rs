//! Checkpoints beside the writer. What is written goes to the log first, and from there into the file: after a thousand pages
//! the writer stops to do that, and all that wait for it wait longer. A background writer of many pages does it for
//! the writer, with a connection of its own: `SQLite` lets the writer go on meanwhile. When the writer comes to look, there is
//! little left to do.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use super::connection;
use super::readers::Tidy;

/// The connection that makes checkpoints.
pub(super) struct Checkpoints(Tidy);

impl Checkpoints {
    pub(super) fn open(path: &Path) -> rusqlite::Result<Self> {
        let connection = connection::open_for_writing(path)?;
        // As safely as the writer does it.
        connection::prepare_for_writing(&connection)?;
        Ok(Self(Arc::new(Mutex::new(connection))))
    }

    /// The connection, for those that may outlive the store.
    pub(super) fn tidy(&self) -> Tidy {
        Arc::clone(&self.0)
    }

    /// Brings as much of the log into the file as is not read or written right now.
    pub(super) async fn make(&self) {
        let connection = Arc::clone(&self.0);
        let made = tokio::task::spawn_blocking(move || {
            let connection = connection.lock().unwrap_or_else(PoisonError::into_inner);
            connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()))
        })
        .await;
        // Whatever it was, the writer meets it as well, and reports it.
        if let Ok(Err(error)) = made {
            tracing::debug!(%error, "there was no checkpoint");
        }
    }
}
