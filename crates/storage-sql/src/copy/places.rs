//! The source of a copy and its target, whichever databases they are.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::ends::{Destination, Rows};
use super::table::Table;
use super::value::{Row, Value};
use crate::keyring::Keyring;
use crate::postgres::PostgresUrl;
use crate::sqlite::SqliteStore;
use crate::{postgres, sqlite};
use latchkey_storage::StoreError;

/// Where a network is, or is to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// An `SQLite` file.
    Sqlite(PathBuf),
    /// A `PostgreSQL` database.
    Postgres(PostgresUrl),
}

impl Place {
    /// Whether both are one database, as far as their names tell.
    pub fn is(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Sqlite(one), Self::Sqlite(other)) => match (one.canonicalize(), other.canonicalize()) {
                (Ok(one), Ok(other)) => one == other,
                _ => one == other,
            },
            (Self::Postgres(one), Self::Postgres(other)) => one.is_same_database(other),
            _ => false,
        }
    }
}

impl fmt::Display for Place {
    /// Without a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => path.display().fmt(f),
            Self::Postgres(url) => url.fmt(f),
        }
    }
}

/// How many rows a table has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableRows {
    pub table: String,
    pub rows: u64,
}

/// A network that is going to be copied, as it was when it was opened; it can be used meanwhile.
pub struct Source {
    pub(super) rows: Box<dyn Rows>,
    /// The number of `SQLite`'s schema with the same tables.
    pub(super) schema: usize,
    /// The tables, those that others refer to first.
    pub(super) described: Vec<Arc<Table>>,
    place: Place,
    network: String,
    key_fingerprint: String,
    tables: Vec<TableRows>,
}

impl Source {
    /// Opens the database at `place`, changes nothing in it, and refuses one with another schema than this version's.
    pub async fn open(place: &Place) -> Result<Self, StoreError> {
        let rows: Box<dyn Rows> = match place {
            Place::Sqlite(path) => Box::new(sqlite::copy::Snapshot::open(path).await?),
            Place::Postgres(url) => Box::new(postgres::copy::Snapshot::open(url).await?),
        };
        Self::of(rows, place.clone(), SqliteStore::latest_schema()).await
    }

    /// Opens the backup at `path`, an `SQLite` file. One with an older schema is brought up as a copy in `folder`, which
    /// goes with this; the file itself stays as it is.
    pub async fn open_backup(path: &Path, folder: &Path) -> Result<Self, StoreError> {
        let snapshot = sqlite::copy::Snapshot::open_backup(path, folder).await?;
        let place = Place::Sqlite(path.to_owned());
        Self::of(Box::new(snapshot), place, SqliteStore::latest_schema()).await
    }

    /// A database with the tables of `SQLite`'s schema `schema`.
    pub(super) async fn of(rows: Box<dyn Rows>, place: Place, schema: usize) -> Result<Self, StoreError> {
        let described = sqlite::copy::tables(schema)?;
        let mut tables = Vec::with_capacity(described.len());
        for table in &described {
            tables.push(TableRows {
                table: table.name.clone(),
                rows: rows.count(table).await?,
            });
        }
        let no_network = || StoreError::Open(format!("{place} holds no network; it is damaged"));
        let named = |name: &str| {
            described
                .iter()
                .find(|table| table.name == name)
                .ok_or_else(no_network)
        };
        let text =
            |table: &Table, column: &str, row: Option<&Row>| match row.map(|row| &row[table.place(column)]) {
                Some(Value::Text(text)) => Ok(text.clone()),
                Some(Value::Bytes(bytes)) => String::from_utf8(bytes.clone()).map_err(|_| no_network()),
                _ => Err(no_network()),
            };
        let (network, meta) = (named("network")?, named("meta")?);
        let name = text(network, "name", rows.read(network, None).await?.first())?;
        let facts = rows.read(meta, None).await?;
        let fingerprint = facts
            .iter()
            .find(|row| row[meta.place("key")] == Value::Text("key_fingerprint".to_owned()));
        let key_fingerprint = text(meta, "value", fingerprint)?;
        Ok(Self {
            rows,
            schema,
            described,
            place,
            network: name,
            key_fingerprint,
            tables,
        })
    }

    /// The network's name.
    pub fn network(&self) -> &str {
        &self.network
    }

    pub fn tables(&self) -> &[TableRows] {
        &self.tables
    }

    /// How many rows a table has.
    pub fn rows_of(&self, table: &str) -> u64 {
        self.tables
            .iter()
            .find(|one| one.table == table)
            .map_or(0, |one| one.rows)
    }

    /// Whether `keys` has the key that the secrets are sealed with.
    pub fn is_sealed_with(&self, keys: &Keyring) -> bool {
        keys.has(&self.key_fingerprint)
    }
}

/// An empty database that a network is going to be copied into. Dropping it leaves everything as it was.
pub struct Target {
    pub(super) to: Box<dyn Destination>,
    pub(super) place: Place,
}

impl Target {
    /// Takes the database at `place`, or makes it. It has to be empty: one that has nothing in it, or a network that was
    /// never used.
    pub async fn open(place: &Place) -> Result<Self, StoreError> {
        let to: Box<dyn Destination> = match place {
            Place::Sqlite(path) => Box::new(sqlite::copy::NewDatabase::in_place_of_nothing(path).await?),
            Place::Postgres(url) => Box::new(postgres::copy::NewDatabase::in_place_of_nothing(url).await?),
        };
        Ok(Self {
            to,
            place: place.clone(),
        })
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Source({})", self.place)
    }
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Target({})", self.place)
    }
}
