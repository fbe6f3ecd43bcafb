//! The keys that sign ID tokens.

use async_trait::async_trait;
use latchkey_domain::{IdTokenAlgorithm, Timestamp};
use latchkey_storage::StoreError;
use latchkey_storage::signing_keys::{KeptSigningKeys, SigningKey, SigningKeys};

use crate::Isolation::{RowLocked, Statement};
use crate::keychain::Keychain;
use crate::sealing::Owner;
use crate::{Database, SqlStore, Statements, params, rows};

async fn all(db: &dyn Statements, keys: &Keychain) -> Result<KeptSigningKeys, StoreError> {
    let server_key = rows::key_named(db, "").await?;
    let sql = "SELECT id, alg, sealed, made_under, signs_from FROM signing_keys ORDER BY id DESC";
    let kept = rows::all(db, sql, &[], |columns| {
        columns.table("signing_keys");
        let id = columns.get::<i64>("id")?;
        let algorithm = columns.parsed("alg", str::parse::<IdTokenAlgorithm>)?;
        let sealed = columns.get::<Vec<u8>>("sealed")?;
        let made_under: String = columns.get("made_under")?;
        let key = SigningKey {
            id,
            algorithm,
            private: keys.open(Owner::SigningKey(id), &sealed)?,
            signs_from: columns.time("signs_from")?,
        };
        Ok((key, made_under))
    })
    .await?;
    let is_due = |algorithm: &IdTokenAlgorithm| {
        let newest = kept.iter().find(|(key, _)| key.algorithm == *algorithm);
        newest.is_some_and(|(_, made_under)| *made_under != server_key)
    };
    Ok(KeptSigningKeys {
        due: IdTokenAlgorithm::ALL.into_iter().filter(is_due).collect(),
        keys: kept.into_iter().map(|(key, _)| key).collect(),
    })
}

async fn delete_before(db: &dyn Statements, algorithm: IdTokenAlgorithm, id: i64) -> Result<u64, StoreError> {
    let sql = "DELETE FROM signing_keys WHERE alg = ?1 AND id < ?2";
    rows::execute(db, sql, params![algorithm.id(), id]).await
}

async fn add(
    db: &dyn Statements,
    keys: &Keychain,
    key: &SigningKey,
    at: Timestamp,
) -> Result<bool, StoreError> {
    let sealed = keys.seal(db, Owner::SigningKey(key.id), &key.private).await?;
    let sql = "INSERT INTO signing_keys (id, alg, sealed, made_under, signs_from, created_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6) \
               ON CONFLICT (id) DO NOTHING";
    let made_under = rows::named_key(db).await?;
    let params = params![
        key.id,
        key.algorithm.id(),
        sealed.as_slice(),
        &made_under,
        key.signs_from,
        at
    ];
    Ok(db.execute(sql, params).await? > 0)
}

#[async_trait]
impl<D: Database> SigningKeys for SqlStore<D> {
    async fn signing_keys(&self) -> Result<KeptSigningKeys, StoreError> {
        self.snapshot(self.0.keys().clone(), |db, keys| Box::pin(all(db, keys)))
            .await
    }

    async fn add_signing_key(&self, key: SigningKey, at: Timestamp) -> Result<bool, StoreError> {
        let args = (self.0.keys().clone(), key, at);
        self.write(RowLocked, args, |db, (keys, key, at)| {
            Box::pin(add(db, keys, key, *at))
        })
        .await
    }

    async fn delete_signing_keys_before(
        &self,
        algorithm: IdTokenAlgorithm,
        id: i64,
    ) -> Result<u64, StoreError> {
        self.write(Statement, (algorithm, id), |db, (algorithm, id)| {
            Box::pin(delete_before(db, *algorithm, *id))
        })
        .await
    }
}
