//! Opening the database, and the words for an operator whose database cannot be opened.

use std::path::PathBuf;

use tokio_postgres::error::SqlState;

use super::errors::{statement_error, text_of, tls_failure};
use super::pool::Connections;
use super::{Postgres, PostgresStore, PostgresUrl, migrations};
use crate::keychain::{Current, Keychain};
use crate::keyring::Keyring;
use crate::keys::ServerKey;
use crate::rows;
use latchkey_storage::StoreError;

impl PostgresStore {
    /// Whether there is a Latchkey database at `url` already, which then has a key.
    pub async fn is_initialized(url: &PostgresUrl) -> Result<bool, StoreError> {
        let connections = Connections::new(url)?;
        Ok(migrations::version(&connections)
            .await
            .map_err(|error| explain(url, error))?
            .is_some())
    }

    /// The schema of the database at `url` if it is to get a newer one when it is opened; `None` if there is nothing to do, or
    /// if it is not these keys'.
    pub async fn behind(url: &PostgresUrl, ring: &Keyring) -> Result<Option<i64>, StoreError> {
        let connections = Connections::new(url)?;
        let version = migrations::version(&connections)
            .await
            .map_err(|error| explain(url, error))?
            .filter(|version| *version < migrations::LATEST);
        let ours = version.is_some() && named_here(&connections, url, ring).await.is_ok();
        Ok(version.filter(|_| ours))
    }

    /// Opens the database at `url` with one key.
    pub async fn open(url: &PostgresUrl, key: ServerKey) -> Result<Self, StoreError> {
        Self::open_with(url, Keyring::of(key), None).await
    }

    /// Opens the database at `url` with the keys of this node, and brings it to this version's schema. The database itself
    /// has to be there. There may be more keys in `file` at any time.
    pub async fn open_with(
        url: &PostgresUrl,
        ring: Keyring,
        file: Option<PathBuf>,
    ) -> Result<Self, StoreError> {
        let connections = Connections::new(url)?;
        let opened = async {
            // Before anything is changed: a wrong key may mean a wrong database.
            if migrations::version(&connections).await?.is_some() {
                named_here(&connections, url, &ring).await?;
            }
            migrations::run(&connections, url, &ring.current().fingerprint()).await?;
            // If several nodes create the first schema at once, one of them decides whose key it is.
            named_here(&connections, url, &ring).await
        };
        let named = opened.await.map_err(|error| explain(url, error))?;
        let keys = Keychain::new(file, Current::OfDatabase, ring);
        keys.lead(&named)?;
        Ok(Self(Postgres { connections, keys }))
    }

    /// The number of the database's schema.
    pub async fn schema(&self) -> Result<i64, StoreError> {
        Ok(migrations::version(&self.0.connections).await?.unwrap_or(0))
    }
}

/// The fingerprint of the key that the database names. Refuses a node that does not have it.
async fn named_here(
    connections: &Connections,
    url: &PostgresUrl,
    ring: &Keyring,
) -> Result<String, StoreError> {
    let named = rows::key_named(&connections.named("open"), "").await?;
    if ring.has(&named) {
        return Ok(named);
    }
    Err(StoreError::Open(format!(
        "this node’s key is not the one that the database {url} was sealed with; every node needs the same latchkey.key: \
         put the original one here, from another node or a backup"
    )))
}

/// An error while opening, in words that say what to do.
pub(super) fn explain(url: &PostgresUrl, error: StoreError) -> StoreError {
    let Some(source) = error.of_database() else {
        return error;
    };
    let code = statement_error(&error).and_then(tokio_postgres::Error::code);
    if let Some(why) = statement_error(&error).and_then(tls_failure) {
        return StoreError::Open(format!("no TLS with PostgreSQL at {url}: {why}"));
    }
    let is = |state: &SqlState| code == Some(state);
    let why = text_of(source);
    StoreError::Open(if is(&SqlState::INVALID_CATALOG_NAME) {
        format!("there is no database at {url}: make it with CREATE DATABASE, or correct --database ({why})")
    } else if is(&SqlState::INVALID_PASSWORD) || is(&SqlState::INVALID_AUTHORIZATION_SPECIFICATION) {
        format!("PostgreSQL rejects the login at {url}: correct user and password in --database ({why})")
    } else if is(&SqlState::INSUFFICIENT_PRIVILEGE) {
        format!("the user of {url} may not make tables there: let it own the database ({why})")
    } else if is(&SqlState::LOCK_NOT_AVAILABLE) {
        format!("{url} is in use: stop the servers and commands that use it, and try again ({why})")
    } else if code.is_none() {
        format!("PostgreSQL cannot be reached at {url}: start it, or correct --database ({why})")
    } else {
        format!("cannot open the database {url}: {why}")
    })
}
