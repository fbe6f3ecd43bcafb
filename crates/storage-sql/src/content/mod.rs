//! Content: a file per kind, and how lists are cut ([`keyset`]).

mod comments;
mod community;
mod courses;
mod events;
mod keyset;
mod membership_plans;
mod posts;
mod profiles;
mod quota;
mod readable;
mod search;
mod spaces;

use std::collections::BTreeSet;

use latchkey_domain::content::RichText;

use super::Columns;
use latchkey_storage::StoreError;

/// The numbers of `ids`, each once.
fn distinct(ids: impl IntoIterator<Item = i64>) -> Vec<i64> {
    let distinct: BTreeSet<i64> = ids.into_iter().collect();
    distinct.into_iter().collect()
}

/// The next two columns: HTML and its text.
fn rich_text(columns: &mut Columns<'_>) -> Result<RichText, StoreError> {
    Ok(RichText::kept(columns.get("html")?, columns.get("text")?))
}

/// The parameters of a row that search finds by a title and a body. On `PostgreSQL` a column has their words, as the last
/// parameter; on `SQLite` triggers keep an index.
macro_rules! searched {
    ($db:expr, ($title:expr, $body:expr), [$($value:expr),* $(,)?]) => {{
        let mut row = vec![$($crate::Param::from($value)),*];
        if $db.dialect() == $crate::database::dialect::Dialect::Postgres {
            row.push(latchkey_storage::content::words::vector($title, $body).into());
        }
        row
    }};
}
use searched;
