//! Opening the database, and the words for an operator whose database cannot be opened.

use tokio_postgres::error::SqlState;

use super::errors::{statement_error, tls_failure, words};
use super::pool::Connections;
use super::{PostgresStore, PostgresUrl, migrations, rows};
use crate::StoreError;
use crate::keys::ServerKey;
use crate::sealing::Sealer;

impl PostgresStore {
    /// Whether there is a Latchkey database at `url` already, which then has a key.
    pub async fn is_begun(url: &PostgresUrl) -> Result<bool, StoreError> {
        let connections = Connections::new(url)?;
        Ok(migrations::version(&connections)
            .await
            .map_err(|error| explain(url, error))?
            .is_some())
    }

    /// Opens the database at `url` and brings it to this version's schema. The database itself has to be there.
    pub async fn open(url: &PostgresUrl, key: ServerKey) -> Result<Self, StoreError> {
        let connections = Connections::new(url)?;
        let opened = async {
            // Before anything is changed: whoever has the wrong key has the wrong database, or the other way round.
            if migrations::version(&connections).await?.is_some() {
                refuse_other_key(&connections, url, &key).await?;
            }
            migrations::run(&connections, url, &key.fingerprint()).await?;
            // Of nodes that make the first schema at once, one decides whose key it is.
            refuse_other_key(&connections, url, &key).await
        };
        opened.await.map_err(|error| explain(url, error))?;
        Ok(Self {
            connections,
            sealer: Sealer::new(&key).into(),
            key,
        })
    }

    /// The number of the database's schema.
    pub async fn schema(&self) -> Result<i64, StoreError> {
        Ok(migrations::version(&self.connections).await?.unwrap_or(0))
    }
}

async fn refuse_other_key(
    connections: &Connections,
    url: &PostgresUrl,
    key: &ServerKey,
) -> Result<(), StoreError> {
    let sealed_with = rows::first(
        &connections.named("open"),
        "SELECT value FROM meta WHERE key = 'key_fingerprint'",
        &[],
        |columns| columns.table("meta").get::<Vec<u8>>("key_fingerprint"),
    )
    .await?;
    if sealed_with.as_deref() == Some(key.fingerprint().as_bytes()) {
        return Ok(());
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
    let why = words(source);
    StoreError::Open(if is(&SqlState::INVALID_CATALOG_NAME) {
        format!("there is no database at {url}: make it with CREATE DATABASE, or correct --database ({why})")
    } else if is(&SqlState::INVALID_PASSWORD) || is(&SqlState::INVALID_AUTHORIZATION_SPECIFICATION) {
        format!("PostgreSQL lets nobody in at {url}: correct user and password in --database ({why})")
    } else if is(&SqlState::INSUFFICIENT_PRIVILEGE) {
        format!("the user of {url} may not make tables there: let it own the database ({why})")
    } else if is(&SqlState::LOCK_NOT_AVAILABLE) {
        format!(
            "somebody is working with {url}: stop the servers and commands that use it, and try again ({why})"
        )
    } else if code.is_none() {
        format!("PostgreSQL cannot be reached at {url}: start it, or correct --database ({why})")
    } else {
        format!("cannot open the database {url}: {why}")
    })
}
