//! Whether what was written is what was read: every value of every row.

use std::cmp::Ordering;
use std::sync::Arc;

use super::ends::{Destination, Rows};
use super::table::Table;
use super::value::{Row, Value, replace_nul};
use latchkey_storage::StoreError;

/// Reads a table at both ends and refuses the first difference, by the table and the row's key. `tell` hears how many rows
/// were compared.
pub(super) async fn compare(
    source: &dyn Rows,
    target: &dyn Destination,
    table: &Arc<Table>,
    mut tell: impl FnMut(u64) + Send,
) -> Result<(), StoreError> {
    let written = target.written()?;
    let mut after = None;
    let mut compared = 0;
    loop {
        let (expected, found) = tokio::join!(
            source.read(table, after.clone()),
            written.read(table, after.clone())
        );
        let (mut expected, found) = (expected?, found?);
        if !target.holds_nul() {
            replace_nul(&mut expected);
        }
        refuse_difference(table, &expected, &found)?;
        let is_last = expected.len() < table.batch();
        compared += u64::try_from(expected.len()).unwrap_or(u64::MAX);
        after = expected.last().map(|row| table.key_of(row));
        if table.searched().is_some() && !expected.is_empty() {
            target.check_search(table, Arc::new(expected)).await?;
        }
        tell(compared);
        if is_last {
            return Ok(());
        }
    }
}

/// Batches behind the same key are the same.
fn refuse_difference(table: &Table, expected: &[Row], found: &[Row]) -> Result<(), StoreError> {
    const MISSING: &str = "the row is missing";
    const UNEXPECTED: &str = "the row is not in the source";

    let at = |row: &Row, what: &str| {
        Err(differs(&format!(
            "{}, {}: {what}",
            table.name,
            table.name_of(row)
        )))
    };
    for (expected, found) in expected.iter().zip(found) {
        match by_key(&table.key_of(expected), &table.key_of(found)) {
            Ordering::Less => return at(expected, MISSING),
            Ordering::Greater => return at(found, UNEXPECTED),
            Ordering::Equal => {}
        }
        let mut values = table.columns.iter().zip(expected.iter().zip(found));
        if let Some((column, _)) = values.find(|(_, (expected, found))| expected != found) {
            let what = format!("{} is not what it is in the source", column.name);
            return at(expected, &what);
        }
    }
    match (expected.get(found.len()), found.get(expected.len())) {
        (Some(row), _) => at(row, MISSING),
        (None, Some(row)) => at(row, UNEXPECTED),
        (None, None) => Ok(()),
    }
}

fn by_key(one: &[Value], other: &[Value]) -> Ordering {
    one.iter()
        .zip(other)
        .map(|(one, other)| match (one, other) {
            (Value::Number(one), Value::Number(other)) => one.cmp(other),
            (Value::Text(one), Value::Text(other)) => one.as_bytes().cmp(other.as_bytes()),
            _ => Ordering::Equal,
        })
        .find(|order| order.is_ne())
        .unwrap_or(Ordering::Equal)
}

/// What was read back is not what was written.
pub(crate) fn differs(what: &str) -> StoreError {
    StoreError::Open(format!(
        "what was written differs from what was read ({what}); nothing was kept of the copy: see that nothing else changes \
         the target, by a trigger or a rule, and that its disk is sound, and copy again"
    ))
}

#[cfg(test)]
mod tests {
    use super::super::table::{Column, Kind};
    use super::*;

    fn consents() -> Table {
        let column = |name: &str, kind, place_in_key| Column {
            name: name.to_owned(),
            kind,
            optional: false,
            place_in_key,
        };
        Table {
            name: "consents".to_owned(),
            columns: vec![
                column("member_id", Kind::Number, 1),
                column("application_id", Kind::Number, 2),
                column("scopes", Kind::Text, 0),
                column("granted_at", Kind::Number, 0),
            ],
            key: vec![0, 1],
            numbered: false,
            refers_to: vec![],
        }
    }

    fn consent(member: i64, application: i64, scopes: &str) -> Row {
        vec![
            Value::Number(member),
            Value::Number(application),
            Value::Text(scopes.to_owned()),
            Value::Number(7),
        ]
    }

    fn difference(found: &[Row]) -> String {
        let expected = [consent(1, 2, "a"), consent(1, 3, "geheim"), consent(2, 1, "c")];
        refuse_difference(&consents(), &expected, found)
            .map_or_else(|error| error.to_string(), |()| String::new())
    }

    #[test]
    fn a_difference_is_named_by_table_row_and_column() {
        let (one, two, three) = (consent(1, 2, "a"), consent(1, 3, "geheim"), consent(2, 1, "c"));
        assert_eq!(difference(&[one.clone(), two.clone(), three.clone()]), "");
        for (found, words) in [
            (
                vec![one.clone(), consent(1, 3, "b "), three.clone()],
                "consents, member_id 1, application_id 3: scopes is not what it is in the source",
            ),
            (
                vec![one.clone(), three.clone()],
                "consents, member_id 1, application_id 3: the row is missing",
            ),
            (
                vec![one.clone(), two.clone()],
                "consents, member_id 2, application_id 1: the row is missing",
            ),
            (
                vec![one.clone(), consent(1, 2, "a"), two.clone(), three.clone()],
                "consents, member_id 1, application_id 2: the row is not in the source",
            ),
            (
                vec![one, two, three, consent(9, 9, "d")],
                "consents, member_id 9, application_id 9: the row is not in the source",
            ),
        ] {
            let said = difference(&found);
            assert!(said.contains(words), "{said}");
            assert!(!said.contains("geheim"), "{said}");
        }
    }
}
