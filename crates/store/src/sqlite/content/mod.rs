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

/// The numbers of `ids`, each once, as a JSON array, which `json_each` makes rows of.
fn json_array(ids: impl IntoIterator<Item = i64>) -> String {
    let distinct: BTreeSet<i64> = ids.into_iter().collect();
    let numbers: Vec<String> = distinct.iter().map(i64::to_string).collect();
    format!("[{}]", numbers.join(","))
}

/// The next two columns: HTML and its words.
fn rich_text(columns: &mut Columns<'_, '_>) -> Result<RichText, StoreError> {
    Ok(RichText::kept(columns.get("html")?, columns.get("text")?))
}
