//! Sign-ins whose browser is at a provider.

use latchkey_domain::Timestamp;
use latchkey_domain::provider::ProviderId;
use latchkey_storage::StoreError;
use latchkey_storage::providers::{WaitingKey, WaitingSignIn};

use crate::{Statements, params, rows};

pub(super) async fn begin(
    db: &dyn Statements,
    key: WaitingKey,
    waiting: &WaitingSignIn,
    (most, at): (u32, Timestamp),
) -> Result<(), StoreError> {
    // Two statements, each by a key: a row can be large, and one that looks at all rows would read them whole.
    let sql = "DELETE FROM provider_sign_ins WHERE expires_at <= ?1";
    db.execute(sql, params![at]).await?;
    let sql = "DELETE FROM provider_sign_ins WHERE id <= \
               (SELECT id FROM provider_sign_ins ORDER BY id DESC LIMIT 1 OFFSET ?1)";
    db.execute(sql, params![most.saturating_sub(1)]).await?;
    let sql = "INSERT INTO provider_sign_ins (key, provider_id, content, expires_at) VALUES (?1, ?2, ?3, ?4) \
               ON CONFLICT (key) DO NOTHING";
    let params = params![
        &key.0,
        waiting.provider.0,
        waiting.content.as_str(),
        waiting.expires_at
    ];
    db.execute(sql, params).await?;
    Ok(())
}

pub(super) async fn take(
    db: &dyn Statements,
    key: WaitingKey,
    at: Timestamp,
) -> Result<Option<WaitingSignIn>, StoreError> {
    let sql = "DELETE FROM provider_sign_ins WHERE key = ?1 RETURNING provider_id, content, expires_at";
    let taken = rows::first(db, sql, params![&key.0], |columns| {
        columns.table("provider_sign_ins");
        Ok(WaitingSignIn {
            provider: ProviderId(columns.get("provider_id")?),
            content: columns.get("content")?,
            expires_at: columns.time("expires_at")?,
        })
    })
    .await?;
    Ok(taken.filter(|waiting| waiting.expires_at > at))
}
