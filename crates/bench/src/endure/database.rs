//! A database of its own for a measurement: a file in the data folder, or one in a private cluster. It is read and filled
//! beside the server.

use std::fmt;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use clap::ValueEnum;
use rusqlite::{Connection, OpenFlags};

use super::postgres::{Cluster, ensure_supported};

/// A kind of database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Kind {
    Sqlite,
    /// A private cluster for the run
    Postgres,
}

impl Kind {
    /// The private cluster, for `PostgreSQL`.
    pub(crate) fn cluster(self) -> Result<Option<Rc<Cluster>>> {
        if self == Self::Sqlite {
            return Ok(None);
        }
        ensure_supported()?;
        Ok(Some(Rc::new(Cluster::start()?)))
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
        })
    }
}

/// The place of the data.
pub(crate) enum Database {
    Sqlite(PathBuf),
    Postgres(Rc<Cluster>, String),
}

impl Database {
    /// The file in this data folder, or a new database of this name in the cluster. Returns its URL, too.
    pub(crate) fn create(
        data: &Path,
        cluster: Option<&Rc<Cluster>>,
        name: &str,
    ) -> Result<(Self, Option<String>)> {
        Ok(match cluster {
            Some(cluster) => {
                let url = cluster.database(name)?;
                (Self::Postgres(Rc::clone(cluster), name.to_owned()), Some(url))
            }
            None => (Self::Sqlite(data.join("latchkey.db")), None),
        })
    }

    /// The numbers in the first row of a query's result.
    pub(crate) fn numbers<const N: usize>(&self, query: &str) -> Result<[i64; N]> {
        let numbers: Vec<i64> = match self {
            Self::Sqlite(file) => {
                open(file)?.query_row(query, [], |row| (0..N).map(|column| row.get(column)).collect())?
            }
            Self::Postgres(cluster, name) => cluster
                .sql(name, query)?
                .split('|')
                .map(|number| number.parse().with_context(|| format!("{number} is no number")))
                .collect::<Result<_>>()?,
        };
        let count = numbers.len();
        let numbers = numbers.try_into().ok();
        numbers.with_context(|| format!("{count} numbers instead of {N}: {query}"))
    }

    /// The text in the first column of a query's first row.
    pub(crate) fn text(&self, query: &str) -> Result<String> {
        match self {
            Self::Sqlite(file) => Ok(open(file)?.query_row(query, [], |row| row.get(0))?),
            Self::Postgres(cluster, name) => cluster.sql(name, query),
        }
    }

    /// Runs a statement.
    pub(crate) fn execute(&self, sql: &str) -> Result<()> {
        match self {
            Self::Sqlite(file) => open(file)?.execute_batch(sql)?,
            Self::Postgres(cluster, name) => {
                cluster.sql(name, sql)?;
            }
        }
        Ok(())
    }

    /// A truth value as its columns have it.
    pub(crate) fn boolean(&self, value: bool) -> String {
        match self {
            Self::Sqlite(_) => u8::from(value).to_string(),
            Self::Postgres(..) => value.to_string(),
        }
    }

    /// Leaves the files as a server would: without a long log, and with statistics.
    pub(crate) fn settle(&self) -> Result<()> {
        match self {
            Self::Sqlite(file) => {
                open(file)?.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
            }
            Self::Postgres(cluster, name) => {
                cluster.sql(name, "VACUUM ANALYZE")?;
                cluster.sql(name, "CHECKPOINT")?;
            }
        }
        Ok(())
    }
}

/// Opens a file that a server may have open.
pub(super) fn open(file: &Path) -> Result<Connection> {
    let connection = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    connection.busy_timeout(Duration::from_secs(10))?;
    Ok(connection)
}

/// Checks every page, index and reference of the `SQLite` file in a data folder.
pub(super) fn check_integrity(data: &Path) -> Result<()> {
    let connection = open(&data.join("latchkey.db"))?;
    let said: String = connection.query_row("PRAGMA integrity_check", [], |row| row.get(0))?;
    ensure!(said == "ok", "the database is damaged: {said}");
    let dangling = connection
        .prepare("PRAGMA foreign_key_check")?
        .query_map([], |_| Ok(()))?
        .count();
    ensure!(dangling == 0, "{dangling} rows refer to rows that are not there");
    Ok(())
}
