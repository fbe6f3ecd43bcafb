//! The audit trail can only be added to, on any connection.

use latchkey_storage::{Audit, AuditAction, Members};
use latchkey_storage_sql::postgres::PostgresStore;

use crate::backend::key;
use crate::fixtures::{add_application, add_member, at, operator};
use crate::opening::alter;

#[tokio::test]
async fn nobody_changes_deletes_or_empties_it() {
    let url = latchkey_testing::postgres::database();
    let store = PostgresStore::open(&url.parse().unwrap(), key()).await.unwrap();
    add_application(&store, "App").await;
    // By the owner of the database, and in whatever way.
    let (client, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls)
        .await
        .unwrap();
    tokio::spawn(connection);
    for sql in [
        "UPDATE audit SET member_id = 1",
        "DELETE FROM audit",
        "DELETE FROM audit WHERE id = 1",
        "TRUNCATE audit",
        "INSERT INTO audit (id, at, action, target, detail) VALUES (1, 0, 'secret_revealed', '', '') \
         ON CONFLICT (id) DO UPDATE SET action = excluded.action",
        "WITH gone AS (DELETE FROM audit RETURNING id) SELECT count(*) FROM gone",
    ] {
        let error = client.batch_execute(sql).await.unwrap_err();
        let words = error.as_db_error().unwrap().message();
        assert_eq!(words, "the audit trail can only be added to", "{sql}");
    }
    let trail = store.audit(10).await.unwrap();
    assert_eq!(trail.len(), 1);
    assert_eq!(trail[0].action, AuditAction::ApplicationCreated);

    // What the trail tells of may go.
    let ada = add_member(&store, "ada@b.example").await;
    store
        .remove_member(&ada.email, &operator(), at(2))
        .await
        .unwrap()
        .done()
        .unwrap();
    assert_eq!(store.audit(10).await.unwrap().len(), 3);
}

/// As `CockroachDB` and others do, which speak `PostgreSQL`'s language without all of its triggers.
#[tokio::test]
async fn a_database_without_such_triggers_is_used_all_the_same() {
    let url = latchkey_testing::postgres::database();
    alter(&url, "DROP EXTENSION plpgsql").await;
    let store = PostgresStore::open(&url.parse().unwrap(), key()).await.unwrap();
    let complete = PostgresStore::open(&crate::backend::url(), key()).await.unwrap();
    assert_eq!(store.schema().await.unwrap(), complete.schema().await.unwrap());
    add_application(&store, "App").await;
    alter(&url, "DELETE FROM audit").await;
    // The next start finds nothing to do.
    drop(store);
    let store = PostgresStore::open(&url.parse().unwrap(), key()).await.unwrap();
    assert!(store.audit(10).await.unwrap().is_empty());
}
