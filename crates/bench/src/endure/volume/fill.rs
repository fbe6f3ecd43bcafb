//! Rows that stand in the table of grants as if they had been made over HTTP, only faster: the server is stopped meanwhile.

use std::path::Path;
use std::time::{Duration, SystemTime};

use anyhow::{Context, Result};
use rusqlite::{Connection, params};

use crate::chance::Chance;

const DAY: i64 = 86_400_000;
/// How old a grant is that is long over, in days: its refresh token ended after ninety.
const OVER: i64 = 200;

/// How old the grants are.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Age {
    /// Up to eighty days: their refresh tokens are good.
    Fresh,
    /// Long over.
    Over,
}

fn open(data: &Path) -> Result<Connection> {
    let connection = Connection::open(data.join("latchkey.db"))?;
    connection.busy_timeout(Duration::from_secs(10))?;
    Ok(connection)
}

fn now() -> Result<i64> {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?;
    Ok(i64::try_from(since.as_millis())?)
}

/// How many members there are, and their first and last number.
pub(super) fn members(data: &Path) -> Result<(i64, i64, i64)> {
    let query = "SELECT count(*), min(id), max(id) FROM members";
    Ok(open(data)?.query_row(query, [], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?)
}

/// How many grants there are.
pub(super) fn count(data: &Path) -> Result<i64> {
    Ok(open(data)?.query_row("SELECT count(*) FROM grants", [], |row| row.get(0))?)
}

/// How many of them are long over.
pub(super) fn count_over(connection: &Connection) -> Result<i64> {
    let query = "SELECT count(*) FROM grants WHERE issued_at < ?1";
    Ok(connection.query_row(query, [now()? - (OVER - 50) * DAY], |row| row.get(0))?)
}

/// Adds so many grants, of members and to applications by chance.
pub(super) fn grants(data: &Path, count: usize, age: Age, chance: &mut Chance) -> Result<()> {
    let mut connection = open(data)?;
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
            let days = match age {
                Age::Fresh => chance.below(80),
                Age::Over => chance.below(80) + usize::try_from(OVER)?,
            };
            let created = now - i64::try_from(days)? * DAY - i64::try_from(chance.below(86_400_000))?;
            let generation = 1 + chance.below(50);
            // An hour for each rotation, as clients do, but not beyond now.
            let issued = (created + i64::try_from(generation)? * 3_600_000).min(now);
            let revoked = (chance.below(10) == 0).then_some(issued);
            let mut salt = [0_u8; 16];
            salt.fill_with(|| u8::try_from(chance.below(256)).unwrap_or(0));
            insert.execute(params![
                applications[chance.below(applications.len())],
                members[chance.below(members.len())],
                "https://myapp.com/oauth/callback",
                "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
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
    transaction.commit().context("the grants could not be written")?;
    // The server begins with a file that is as it would be, not with a long log.
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
    Ok(())
}
