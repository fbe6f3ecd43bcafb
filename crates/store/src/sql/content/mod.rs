//! Content: a file per kind, and how lists are cut ([`keyset`]).

mod events;
pub(crate) mod keyset;
pub(crate) mod readable;

use std::collections::BTreeSet;

use latchkey_domain::content::RichText;

use super::Columns;
use crate::StoreError;

/// The numbers of `ids`, each once.
fn distinct(ids: impl IntoIterator<Item = i64>) -> Vec<i64> {
    let distinct: BTreeSet<i64> = ids.into_iter().collect();
    distinct.into_iter().collect()
}

/// The next two columns: HTML and its text.
fn rich_text(columns: &mut Columns<'_>) -> Result<RichText, StoreError> {
    Ok(RichText::kept(columns.get("html")?, columns.get("text")?))
}
