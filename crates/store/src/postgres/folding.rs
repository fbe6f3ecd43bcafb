//! What earlier versions stored, in the form in which this one searches, sorts and compares: a step of the schemas that
//! takes more than SQL.

use super::migrations::{MIGRATIONS, NOT_EVERYWHERE};
use super::params::Param;
use super::rows::{self, Statements};
use super::transaction::Transaction;
use crate::StoreError;
use crate::content::words;
use crate::copy::table::{SEARCHED, Searched};
use crate::folding::{Stored, fold_members};
use crate::shared::searchable;

/// How many rows are read and written at a time; each may have texts of a hundred kilobytes.
const BATCH: i64 = 200;

/// The same for rows that are short.
const LARGE_BATCH: usize = 5_000;

/// Brings all over.
pub(super) async fn bring_over(tx: &Transaction) -> Result<(), StoreError> {
    members(tx).await?;
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
        tx.run_script(MIGRATIONS[NOT_EVERYWHERE]).await?;
    }
    for searched in SEARCHED {
        found(tx, searched).await?;
    }
    Ok(())
}

async fn members(tx: &Transaction) -> Result<(), StoreError> {
    let tx = tx.unhurried();
    let all = "SELECT id, email, name FROM members ORDER BY id";
    let all = rows::all(&tx, all, &[], |columns| {
        columns.table("members");
        Ok(Stored {
            id: columns.get("id")?,
            email: columns.get("email")?,
            name: columns.get("name")?,
        })
    })
    .await?;
    for batch in fold_members(all).chunks(LARGE_BATCH) {
        let params = [
            Param::Numbers(batch.iter().map(|member| member.id).collect()),
            Param::Texts(batch.iter().map(|member| Some(member.email.as_str())).collect()),
            Param::Texts(
                batch
                    .iter()
                    .map(|member| Some(member.sort_name.as_str()))
                    .collect(),
            ),
            Param::Texts(batch.iter().map(|member| Some(member.search.as_str())).collect()),
        ];
        tx.execute(
            "UPDATE members SET email = n.email, name_folded = n.name_folded, search = n.search \
             FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[]) AS n (id, email, name_folded, search) \
             WHERE members.id = n.id",
            &params,
        )
        .await?;
    }
    Ok(())
}

/// Fills the column `search` from two others.
async fn texts(tx: &Transaction, table: &'static str, [one, other]: [&str; 2]) -> Result<(), StoreError> {
    let tx = tx.unhurried();
    let read =
        format!("SELECT id, {one}, {other} FROM {table} WHERE id > $1 ORDER BY id LIMIT {LARGE_BATCH}");
    let write = format!(
        "UPDATE {table} SET search = n.search FROM unnest($1::bigint[], $2::text[]) AS n (id, search) \
         WHERE {table}.id = n.id"
    );
    let mut after = i64::MIN;
    loop {
        let batch = rows::all(&tx, &read, &[Param::from(after)], |columns| {
            columns.table(table);
            let id: i64 = columns.get("id")?;
            let (one, other): (String, String) = (columns.get("one")?, columns.get("other")?);
            Ok((id, searchable(&[&one, &other])))
        })
        .await?;
        let Some((last, _)) = batch.last() else {
            return Ok(());
        };
        after = *last;
        let params = [
            Param::Numbers(batch.iter().map(|(id, _)| *id).collect()),
            Param::Texts(batch.iter().map(|(_, text)| Some(text.as_str())).collect()),
        ];
        tx.execute(&write, &params).await?;
    }
}

/// Fills the column `words` anew, where it can differ from what it was: a text of ASCII alone has the words that it had.
async fn found(tx: &Transaction, searched: &Searched) -> Result<(), StoreError> {
    let tx = tx.unhurried();
    let (name, body) = (searched.table, searched.body);
    let title = searched.title.unwrap_or("''");
    let read = format!(
        "SELECT id, {title}, {body} FROM {name} WHERE id > $1 \
         AND (octet_length({title}) <> char_length({title}) OR octet_length({body}) <> char_length({body})) \
         ORDER BY id LIMIT {BATCH}"
    );
    let write = format!(
        "UPDATE {name} SET words = n.words::tsvector FROM unnest($1::bigint[], $2::text[]) AS n (id, words) \
         WHERE {name}.id = n.id AND {name}.words <> n.words::tsvector"
    );
    let mut after = i64::MIN;
    loop {
        let batch = rows::all(&tx, &read, &[Param::from(after)], |columns| {
            columns.table(name);
            let id: i64 = columns.get("id")?;
            let (title, body): (String, String) = (columns.get("title")?, columns.get("body")?);
            Ok((id, words::vector(&title, &body)))
        })
        .await?;
        let Some((last, _)) = batch.last() else {
            return Ok(());
        };
        after = *last;
        let params = [
            Param::Numbers(batch.iter().map(|(id, _)| *id).collect()),
            Param::Texts(batch.iter().map(|(_, words)| Some(words.as_str())).collect()),
        ];
        tx.execute(&write, &params).await?;
    }
}
