//! What earlier versions stored, in the form in which this one searches, sorts and compares: a step of the schemas that
//! takes more than SQL.

use super::transaction::Transaction;
use crate::applications::row::hosts_in;
use crate::copy::table::{SEARCHED, Searched};
use crate::folded_members::members;
use crate::{Param, rows};
use latchkey_storage::StoreError;
use latchkey_storage::content::words;
use latchkey_storage::shared::searchable;

/// Upgrades all rows. `guard` is the script that makes the audit trail refuse changes.
pub(super) async fn upgrade(tx: &Transaction, guard: &str) -> Result<(), StoreError> {
    members(&tx.unhurried()).await?;
    texts(tx, "applications", ["name", "client_id"]).await?;
    // The trail refuses every change; what is filled in here was not there.
    let guarded = "SELECT count(*) FROM pg_catalog.pg_trigger \
                   WHERE tgname = 'audit_only_grows' AND tgrelid = 'audit'::regclass";
    let guarded = rows::number(tx, guarded, &[]).await? > 0;
    if guarded {
        tx.run_script("DROP TRIGGER audit_only_grows ON audit; DROP FUNCTION latchkey_audit_only_grows()")
            .await?;
    }
    texts(tx, "audit", ["target", "detail"]).await?;
    if guarded {
        tx.run_script(guard).await?;
    }
    for searched in SEARCHED {
        found(tx, searched).await?;
    }
    Ok(())
}

/// Fills the column with the hosts of applications' redirect URIs, by which they are found.
pub(super) async fn hosts(tx: &Transaction) -> Result<(), StoreError> {
    let column = Derived {
        table: "applications",
        from: ["redirect_uris", "''"],
        only: "",
        batch: 5_000,
        set: "hosts = n.text",
        changed: "",
    };
    column.fill(tx, |redirect_uris, _| hosts_in(redirect_uris)).await
}

/// Fills the column `search` from two others.
async fn texts(tx: &Transaction, table: &'static str, [one, other]: [&str; 2]) -> Result<(), StoreError> {
    let columns = Derived {
        table,
        from: [one, other],
        only: "",
        batch: 5_000,
        set: "search = n.text",
        changed: "",
    };
    columns.fill(tx, |one, other| searchable(&[one, other])).await
}

/// Fills the column `words` anew, where it can differ from what it was: a text of ASCII alone has the words that it had.
async fn found(tx: &Transaction, searched: &Searched) -> Result<(), StoreError> {
    let (table, body) = (searched.table, searched.body);
    let title = searched.title.unwrap_or("''");
    let only = format!(
        "AND (octet_length({title}) <> char_length({title}) OR octet_length({body}) <> char_length({body}))"
    );
    let columns = Derived {
        table,
        from: [title, body],
        only: &only,
        // Each may have texts of a hundred kilobytes.
        batch: 200,
        set: "words = n.text::tsvector",
        changed: &format!("AND {table}.words <> n.text::tsvector"),
    };
    columns.fill(tx, words::vector).await
}

/// A column that follows from two texts.
struct Derived<'sql> {
    table: &'static str,
    /// The two texts, in SQL.
    from: [&'sql str; 2],
    /// Which rows.
    only: &'sql str,
    /// How many rows are read and written at a time.
    batch: usize,
    /// What is set to `n.text`.
    set: &'sql str,
    /// And in which of the rows.
    changed: &'sql str,
}

impl Derived<'_> {
    async fn fill(&self, tx: &Transaction, make: fn(&str, &str) -> String) -> Result<(), StoreError> {
        let Self {
            table,
            from: [one, other],
            only,
            batch,
            set,
            changed,
        } = self;
        let db = tx.unhurried();
        let read =
            format!("SELECT id, {one}, {other} FROM {table} WHERE id > ?1 {only} ORDER BY id LIMIT {batch}");
        let write = format!(
            "UPDATE {table} SET {set} FROM unnest(?1::bigint[], ?2::text[]) AS n (id, text) \
             WHERE {table}.id = n.id {changed}"
        );
        let mut after = i64::MIN;
        loop {
            let folded = rows::all(&db, &read, &[Param::from(after)], |columns| {
                columns.table(table);
                let id: i64 = columns.get("id")?;
                let (one, other): (String, String) = (columns.get("one")?, columns.get("other")?);
                Ok((id, make(&one, &other)))
            })
            .await?;
            let Some((last, _)) = folded.last() else {
                return Ok(());
            };
            after = *last;
            let params = [
                Param::Numbers(folded.iter().map(|(id, _)| *id).collect()),
                Param::Texts(folded.iter().map(|(_, text)| Some(text.as_str())).collect()),
            ];
            rows::execute(&db, &write, &params).await?;
        }
    }
}
