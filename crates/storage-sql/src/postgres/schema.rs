//! What runs with the statements on Latchkey's tables though no migration made it: triggers, rules and policies, which may
//! hide rows or copy them elsewhere. Tables and views beside Latchkey's are the operator's own business.

use std::collections::BTreeSet;

use super::migrations::MIGRATIONS;
use super::rows::{self, Statements};
use latchkey_storage::StoreError;

/// Everything of the kind in Latchkey's schema.
const ATTACHED: &str = "SELECT kind, name::text, c.relname::text FROM (\
    SELECT 'trigger' AS kind, tgname AS name, tgrelid AS relation FROM pg_trigger WHERE NOT tgisinternal \
    UNION ALL SELECT 'rule', rulename, ev_class FROM pg_rewrite WHERE rulename <> '_RETURN' \
    UNION ALL SELECT 'policy', polname, polrelid FROM pg_policy\
    ) attached JOIN pg_class c ON c.oid = relation JOIN pg_namespace n ON n.oid = c.relnamespace \
    WHERE n.nspname = current_schema() ORDER BY 3, 1, 2";

/// What is there and no migration made, each in words.
pub(super) async fn differences(db: &dyn Statements) -> Result<Vec<String>, StoreError> {
    let ours: BTreeSet<(&str, &str)> = MIGRATIONS.iter().flat_map(|(_, sql)| triggers_in(sql)).collect();
    let found = rows::all(db, ATTACHED, &[], |columns| {
        Ok((
            columns.get::<String>("kind")?,
            columns.get::<String>("name")?,
            columns.get::<String>("relname")?,
        ))
    })
    .await?;
    Ok(found
        .into_iter()
        .filter(|(kind, name, table)| kind != "trigger" || !ours.contains(&(name.as_str(), table.as_str())))
        .map(|(kind, name, table)| format!("has the {kind} “{}” on {table}", name.escape_debug()))
        .collect())
}

/// The triggers that a migration makes, each with its table.
fn triggers_in(sql: &str) -> Vec<(&str, &str)> {
    let words: Vec<&str> = sql.split_whitespace().collect();
    let mut triggers = Vec::new();
    for (at, pair) in words.windows(2).enumerate() {
        if pair != ["CREATE", "TRIGGER"] {
            continue;
        }
        let rest = &words[at + 2..];
        let table = rest.iter().position(|word| *word == "ON");
        if let (Some(name), Some(table)) = (rest.first(), table.and_then(|on| rest.get(on + 1))) {
            triggers.push((*name, *table));
        }
    }
    triggers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_triggers_of_migrations_are_found() {
        let sql = "CREATE TABLE a (b INT); CREATE TRIGGER c BEFORE UPDATE OR DELETE\n ON a FOR EACH ROW EXECUTE FUNCTION d();";
        assert_eq!(triggers_in(sql), [("c", "a")]);
        let ours: Vec<_> = MIGRATIONS.iter().flat_map(|(_, sql)| triggers_in(sql)).collect();
        assert!(ours.contains(&("audit_only_grows", "audit")), "{ours:?}");
    }
}
