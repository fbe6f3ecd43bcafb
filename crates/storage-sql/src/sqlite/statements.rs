//! Statements on a connection. What an operation asks for is there at once.

use std::future::ready;
use std::pin::pin;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use futures_util::future::Either;
use rusqlite::types::{ToSqlOutput, Value, ValueRef};
use rusqlite::{Connection, ToSql, params_from_iter};

use crate::DriverResult;
use crate::database::dialect::Dialect;
use crate::database::statements::{Cell, EachRow, Row};
use crate::{Param, Reply, Statements};
use latchkey_storage::StoreError;
use latchkey_storage::content::slice::Bytes;

/// A connection that one thread at a time uses. The lock is never waited for: it makes of the connection something that an
/// operation may hold while it waits, as it has to on the other database.
pub(super) struct Held(Mutex<Connection>);

impl Held {
    pub(super) fn new(connection: Connection) -> Self {
        Self(Mutex::new(connection))
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, Connection> {
        // After a panic the writer rolls back, and a reader has nothing to lose.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn query_now(
        &self,
        sql: &str,
        params: &[Param<'_>],
        most: usize,
        each: &mut EachRow<'_>,
    ) -> Result<(), StoreError> {
        let connection = self.lock();
        let mut statement = connection
            .prepare_cached(&Dialect::Sqlite.spell(sql))
            .or_store_error()?;
        let mut rows = statement.query(params_from_iter(params)).or_store_error()?;
        let mut bytes = Bytes::up_to(most);
        while let Some(row) = rows.next().or_store_error()? {
            if most != usize::MAX {
                bytes.add(Row::bytes(row))?;
            }
            if each(row)?.is_break() {
                break;
            }
        }
        Ok(())
    }

    fn execute_now(&self, sql: &str, params: &[Param<'_>]) -> Result<u64, StoreError> {
        let connection = self.lock();
        let mut statement = connection
            .prepare_cached(&Dialect::Sqlite.spell(sql))
            .or_store_error()?;
        let changed = statement.execute(params_from_iter(params)).or_store_error()?;
        Ok(u64::try_from(changed).unwrap_or(u64::MAX))
    }
}

impl Statements for Held {
    fn dialect(&self) -> Dialect {
        Dialect::Sqlite
    }

    fn query<'work>(
        &'work self,
        sql: &'work str,
        params: &'work [Param<'work>],
        most: usize,
        each: &'work mut EachRow<'work>,
    ) -> Reply<'work, ()> {
        Either::Left(ready(self.query_now(sql, params, most, each)))
    }

    fn execute<'work>(&'work self, sql: &'work str, params: &'work [Param<'work>]) -> Reply<'work, u64> {
        Either::Left(ready(self.execute_now(sql, params)))
    }
}

/// Does `work` on a thread that may block.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| StoreError::Database(error.into()))?
}

/// What an operation answers.
pub(super) fn now<T>(answer: impl Future<Output = Result<T, StoreError>>) -> Result<T, StoreError> {
    match pin!(answer).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(outcome) => outcome,
        Poll::Pending => unreachable!("an operation of the store waits for nothing but statements"),
    }
}

impl Row for rusqlite::Row<'_> {
    fn cell(&self, index: usize) -> Result<Cell<'_>, String> {
        Ok(match self.get_ref(index).map_err(|error| error.to_string())? {
            ValueRef::Null => Cell::Null,
            ValueRef::Integer(number) => Cell::Number(number),
            ValueRef::Real(number) => Cell::Real(number),
            ValueRef::Text(text) => Cell::Text(str::from_utf8(text).map_err(|error| error.to_string())?),
            ValueRef::Blob(bytes) => Cell::Bytes(bytes),
        })
    }

    fn bytes(&self) -> usize {
        let columns = self.as_ref().column_count();
        (0..columns)
            .map(|index| match self.get_ref(index) {
                Ok(ValueRef::Text(bytes) | ValueRef::Blob(bytes)) => bytes.len(),
                _ => 0,
            })
            .sum()
    }
}

/// Lists are JSON arrays, which `json_each` makes rows of.
impl ToSql for Param<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        fn json(list: &impl serde::Serialize) -> rusqlite::Result<ToSqlOutput<'static>> {
            serde_json::to_string(list)
                .map(|json| ToSqlOutput::Owned(Value::Text(json)))
                .map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))
        }
        Ok(match self {
            Self::Number(value) => ToSqlOutput::Owned((*value).into()),
            Self::Real(value) => ToSqlOutput::Owned((*value).into()),
            Self::Truth(value) => ToSqlOutput::Owned((*value).into()),
            Self::Text(Some(text)) => ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes())),
            Self::Bytes(Some(bytes)) => ToSqlOutput::Borrowed(ValueRef::Blob(bytes)),
            Self::Text(None) | Self::Bytes(None) => ToSqlOutput::Owned(Value::Null),
            Self::Numbers(list) => json(list)?,
            Self::OptionalNumbers(list) => json(list)?,
            Self::OptionalTruths(list) => json(list)?,
            Self::Texts(list) => json(list)?,
            Self::ByteStrings(_) => {
                return Err(rusqlite::Error::ToSqlConversionFailure(
                    "there are no lists of bytes in SQLite".into(),
                ));
            }
        })
    }
}
