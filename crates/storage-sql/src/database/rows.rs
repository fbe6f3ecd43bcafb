//! The rows of a statement, as values.

use std::ops::ControlFlow;

use super::columns::Columns;
use super::dialect::Dialect;
use super::params::Param;
use super::statements::Statements;
use latchkey_storage::StoreError;

/// The first row that `sql` gives.
pub(crate) async fn first<T: Send>(
    db: &dyn Statements,
    sql: &str,
    params: &[Param<'_>],
    read: impl FnOnce(&mut Columns<'_>) -> Result<T, StoreError> + Send,
) -> Result<Option<T>, StoreError> {
    let (mut read, mut found) = (Some(read), None);
    let mut each = |row: &dyn super::statements::Row| {
        if let Some(read) = read.take() {
            found = Some(read(&mut Columns::of(row))?);
        }
        Ok(ControlFlow::Break(()))
    };
    db.query(sql, params, usize::MAX, &mut each).await?;
    Ok(found)
}

/// All rows that `sql` gives.
pub(crate) async fn all<T: Send>(
    db: &dyn Statements,
    sql: &str,
    params: &[Param<'_>],
    read: impl FnMut(&mut Columns<'_>) -> Result<T, StoreError> + Send,
) -> Result<Vec<T>, StoreError> {
    all_up_to(db, sql, params, usize::MAX, read).await
}

/// All rows that `sql` gives, if they have no more than `most` bytes.
pub(crate) async fn all_up_to<T: Send>(
    db: &dyn Statements,
    sql: &str,
    params: &[Param<'_>],
    most: usize,
    mut read: impl FnMut(&mut Columns<'_>) -> Result<T, StoreError> + Send,
) -> Result<Vec<T>, StoreError> {
    let mut all = Vec::new();
    let mut each = |row: &dyn super::statements::Row| {
        all.push(read(&mut Columns::of(row))?);
        Ok(ControlFlow::Continue(()))
    };
    db.query(sql, params, most, &mut each).await?;
    Ok(all)
}

/// The one number that `sql` gives.
pub(crate) async fn number(db: &dyn Statements, sql: &str, params: &[Param<'_>]) -> Result<i64, StoreError> {
    first(db, sql, params, |columns| columns.get("number"))
        .await?
        .ok_or_else(|| StoreError::Damaged("a statement that gives a number gave no row".to_owned()))
}

/// The same, for a count.
pub(crate) async fn count(db: &dyn Statements, sql: &str, params: &[Param<'_>]) -> Result<u64, StoreError> {
    Ok(u64::try_from(number(db, sql, params).await?).unwrap_or(0))
}

/// Whether there is what `sql`, a `SELECT EXISTS`, asks for.
pub(crate) async fn exists(db: &dyn Statements, sql: &str, params: &[Param<'_>]) -> Result<bool, StoreError> {
    Ok(first(db, sql, params, |columns| columns.get("exists"))
        .await?
        .unwrap_or(false))
}

/// Runs a statement; how many rows it changed.
pub(crate) async fn execute(db: &dyn Statements, sql: &str, params: &[Param<'_>]) -> Result<u64, StoreError> {
    db.execute(sql, params).await
}

/// Inserts a row with `RETURNING id`; its number.
pub(crate) async fn insert(db: &dyn Statements, sql: &str, params: &[Param<'_>]) -> Result<i64, StoreError> {
    number(db, sql, params).await
}

/// The fingerprint of the key that the database names, and goes on naming until the transaction ends.
pub(crate) async fn named_key(db: &dyn Statements) -> Result<String, StoreError> {
    key_named(db, "[[FOR SHARE|]]").await
}

/// The fingerprint of the key that the database names; `lock` is what to do with the row.
pub(crate) async fn key_named(db: &dyn Statements, lock: &str) -> Result<String, StoreError> {
    let sql = format!("SELECT CAST(value AS [[bytea|blob]]) FROM meta WHERE key = 'key_fingerprint' {lock}");
    let named = first(db, &sql, &[], |columns| {
        columns.table("meta").get::<Vec<u8>>("key_fingerprint")
    });
    String::from_utf8(named.await?.unwrap_or_default())
        .map_err(|_| StoreError::Damaged("meta.key_fingerprint is no text".to_owned()))
}

/// Locks the rows that `sql` names until the transaction ends. `SQLite` has one writer, which needs no lock.
pub(crate) async fn lock(db: &dyn Statements, sql: &str, params: &[Param<'_>]) -> Result<(), StoreError> {
    match db.dialect() {
        Dialect::Postgres => db.execute(sql, params).await.map(|_| ()),
        Dialect::Sqlite => Ok(()),
    }
}

/// Says with which key secrets are sealed from now on.
pub(crate) async fn name_key(db: &dyn Statements, fingerprint: &str) -> Result<(), StoreError> {
    let sql = "UPDATE meta SET value = [[convert_to(?1, 'UTF8')|?1]] WHERE key = 'key_fingerprint'";
    execute(db, sql, &[fingerprint.into()]).await.map(|_| ())
}
