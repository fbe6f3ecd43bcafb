//! Inserts rows like those of grants created over HTTP, but faster, while the server is stopped.

use std::time::SystemTime;

use anyhow::{Context, Result};
use rusqlite::{Connection, params};

use crate::application::{CHALLENGE, REDIRECT_URI};
use crate::chance::Chance;
use crate::endure::database::{Database, open};

const DAY: i64 = 86_400_000;
/// The age in days of a grant that ended long ago: its refresh token expired after ninety.
const OVER: i64 = 200;

/// How old the grants are.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Age {
    /// Up to eighty days old: their refresh tokens are valid.
    Fresh,
    /// Ended long ago.
    Over,
}

/// The number of grants.
pub(super) fn count(database: &Database) -> Result<i64> {
    let [count] = database.numbers("SELECT count(*) FROM grants")?;
    Ok(count)
}

/// The number of grants that ended long ago.
pub(super) fn count_over(database: &Database) -> Result<i64> {
    let since = now()? - (OVER - 50) * DAY;
    let [count] = database.numbers(&format!("SELECT count(*) FROM grants WHERE issued_at < {since}"))?;
    Ok(count)
}

/// The size in bytes.
pub(super) fn size(database: &Database) -> Result<u64> {
    match database {
        Database::Sqlite(file) => Ok(std::fs::metadata(file)?.len()),
        Database::Postgres(..) => {
            let [size] = database.numbers("SELECT pg_database_size(current_database())")?;
            Ok(u64::try_from(size)?)
        }
    }
}

/// Adds grants of random members to random applications.
pub(super) fn grants(database: &Database, count: usize, age: Age, chance: &mut Chance) -> Result<()> {
    match database {
        Database::Sqlite(file) => sqlite(&mut open(file)?, count, age, chance),
        Database::Postgres(cluster, name) => {
            cluster.sql(name, &postgres(count, age, chance)?)?;
            Ok(())
        }
    }
}

fn now() -> Result<i64> {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?;
    Ok(i64::try_from(since.as_millis())?)
}

/// The minimum age of a grant in days.
fn since(age: Age) -> i64 {
    match age {
        Age::Fresh => 0,
        Age::Over => OVER,
    }
}

fn sqlite(connection: &mut Connection, count: usize, age: Age, chance: &mut Chance) -> Result<()> {
    let numbers = |query: &str| -> Result<Vec<i64>> {
        let mut statement = connection.prepare(query)?;
        let rows = statement.query_map([], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    };
    let members = numbers("SELECT id FROM members")?;
    let applications = numbers("SELECT id FROM applications")?;
    let now = now()?;
    let transaction = connection.transaction()?;
    {
        let mut insert = transaction.prepare(
            "INSERT INTO grants (application_id, member_id, scopes, requested_redirect_uri, redirect_uri, code_challenge, \
             salt, created_at, code_expires_at, generation, issued_at, generation_used_at, last_used_at, redeemed_at, \
             revoked_at, revoked_because) VALUES (?1, ?2, 'read:userinfo read:posts', ?3, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?9, \
             ?9, ?6, ?10, ?11)",
        )?;
        for _ in 0..count {
            let days = i64::try_from(chance.below(80))? + since(age);
            let created = now - days * DAY - i64::try_from(chance.below(86_400_000))?;
            let generation = 1 + chance.below(50);
            // One hour per rotation, as clients do, but not beyond now.
            let issued = (created + i64::try_from(generation)? * 3_600_000).min(now);
            let revoked = (chance.below(10) == 0).then_some(issued);
            let mut salt = [0_u8; 16];
            salt.fill_with(|| u8::try_from(chance.below(256)).unwrap_or(0));
            insert.execute(params![
                applications[chance.below(applications.len())],
                members[chance.below(members.len())],
                REDIRECT_URI,
                CHALLENGE,
                salt,
                created,
                created + 120_000,
                i64::try_from(generation)?,
                issued,
                revoked,
                revoked.map(|_| "client"),
            ])?;
        }
    }
    transaction.commit().context("the grants could not be written")
}

/// Statements that let the database create the rows itself.
fn postgres(count: usize, age: Age, chance: &mut Chance) -> Result<String> {
    let (now, days) = (now()?, since(age));
    let seed = chance.below(1_000);
    Ok(format!(
        "SELECT setseed(0.{seed:03});
         INSERT INTO grants (application_id, member_id, scopes, requested_redirect_uri, redirect_uri, code_challenge, salt,
             created_at, code_expires_at, generation, issued_at, generation_used_at, last_used_at, redeemed_at, revoked_at,
             revoked_because)
         SELECT application, member, 'read:userinfo read:posts', '{REDIRECT_URI}', '{REDIRECT_URI}', '{CHALLENGE}', salt,
             created, created + 120000, generation, issued, issued, issued, created,
             CASE WHEN revoked THEN issued END, CASE WHEN revoked THEN 'client' END
         FROM (
             SELECT *, least(created + generation * 3600000, {now}) AS issued FROM (
                 SELECT applications.ids[1 + floor(random() * cardinality(applications.ids))::int] AS application,
                     members.ids[1 + floor(random() * cardinality(members.ids))::int] AS member,
                     decode(md5(random()::text), 'hex') AS salt,
                     {now} - floor(({days} + random() * 80) * {DAY})::bigint AS created,
                     1 + floor(random() * 50)::bigint AS generation,
                     random() < 0.1 AS revoked
                 FROM generate_series(1, {count}),
                     (SELECT array_agg(id) AS ids FROM applications) applications,
                     (SELECT array_agg(id) AS ids FROM members) members
                 OFFSET 0
             ) drawn
         ) dated",
    ))
}
