//! Content: a file per kind, and how lists are cut ([`keyset`]).

mod comments;
mod community;
mod community_check;
mod courses;
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

use super::rows::Columns;
use crate::StoreError;

/// The numbers of `ids`, each once.
fn distinct(ids: impl IntoIterator<Item = i64>) -> Vec<i64> {
    let distinct: BTreeSet<i64> = ids.into_iter().collect();
    distinct.into_iter().collect()
}

/// The next two columns: HTML and its words.
fn rich_text(columns: &mut Columns<'_>) -> Result<RichText, StoreError> {
    Ok(RichText::kept(columns.get("html")?, columns.get("text")?))
}
