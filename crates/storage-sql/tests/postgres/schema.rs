//! What runs on Latchkey's tables though no migration made it is named.

use latchkey_storage::Store;
use latchkey_storage_sql::postgres::PostgresStore;

use crate::backend::key;
use crate::opening::alter;

#[tokio::test]
async fn triggers_rules_and_policies_of_others_are_named() {
    let url = latchkey_testing::postgres::database();
    let store = PostgresStore::open(&url.parse().unwrap(), key()).await.unwrap();
    assert_eq!(store.schema_differences().await.unwrap(), Vec::<String>::new());
    alter(
        &url,
        "CREATE TABLE mine (x TEXT); CREATE VIEW theirs AS SELECT * FROM mine; \
         CREATE FUNCTION copied() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END'; \
         CREATE TRIGGER copied AFTER INSERT ON sessions FOR EACH ROW EXECUTE FUNCTION copied(); \
         CREATE RULE hidden AS ON DELETE TO grants DO INSTEAD NOTHING; \
         CREATE POLICY theirs ON members USING (id > 1)",
    )
    .await;
    assert_eq!(
        store.schema_differences().await.unwrap(),
        [
            "has the rule “hidden” on grants",
            "has the policy “theirs” on members",
            "has the trigger “copied” on sessions",
        ]
    );
}
