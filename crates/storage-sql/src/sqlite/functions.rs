//! What SQL asks Latchkey for: how text is searched. The triggers of the search index and the migrations use it; a program
//! without these functions cannot write what is searched, and reads everything.

use rusqlite::Connection;
use rusqlite::functions::FunctionFlags;

use crate::applications::row::hosts_in;
use latchkey_storage::content::words::tokens;
use latchkey_storage::shared::searchable;

/// Gives `connection` the functions `latchkey_tokens(text)`, `latchkey_searchable(text, text)` and
/// `latchkey_hosts(redirect URIs as JSON)`.
pub(super) fn register(connection: &Connection) -> rusqlite::Result<()> {
    // Innocuous: triggers may call them although the schema of a file is not trusted.
    let flags =
        FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC | FunctionFlags::SQLITE_INNOCUOUS;
    connection.create_scalar_function("latchkey_tokens", 1, flags, |context| {
        Ok(tokens(context.get_raw(0).as_str()?))
    })?;
    connection.create_scalar_function("latchkey_searchable", 2, flags, |context| {
        Ok(searchable(&[
            context.get_raw(0).as_str()?,
            context.get_raw(1).as_str()?,
        ]))
    })?;
    connection.create_scalar_function("latchkey_hosts", 1, flags, |context| {
        Ok(hosts_in(context.get_raw(0).as_str()?))
    })
}
