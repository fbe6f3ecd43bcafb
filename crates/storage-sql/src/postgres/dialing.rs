//! Makes connections, and finds out whether each is a session of the database by itself.
//!
//! A pooler gives the transactions of one connection to several sessions, so that what is prepared in one is missing in the
//! next, or is another statement there. It numbers connections itself: a request to cancel names a number, and the pooler
//! has to know whom it concerns. So where both ends name the same number, nobody in between shares sessions.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use deadpool_postgres::{ConfigConnectImpl, Connect};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
use tokio::task::JoinHandle;
use tokio_postgres::error::SqlState;
use tokio_postgres::tls::TlsConnect;
use tokio_postgres::{Client, Config, Error};

use super::tls::{Connector, Stream};

/// Whether there is a pooler. Once one was met it is reckoned with: a URL may name several servers.
#[derive(Clone, Debug, Default)]
pub(super) struct Pooler(Arc<AtomicBool>);

impl Pooler {
    /// Whether one was met so far.
    pub(super) fn is_there(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Makes the connections of a pool.
pub(super) struct Dialing {
    by: ConfigConnectImpl<Connector>,
    pooler: Pooler,
}

impl Dialing {
    /// With TLS as `tls` says. What it finds out is in `pooler` before a connection is used.
    pub(super) fn new(tls: Connector, pooler: Pooler) -> Self {
        Self {
            by: ConfigConnectImpl { tls },
            pooler,
        }
    }
}

impl Connect for Dialing {
    fn connect(&self, config: &Config) -> Dialed<'_> {
        let dialed = self.by.connect(config);
        Box::pin(async move {
            let (client, task) = dialed.await?;
            match is_own_session(&client).await {
                Ok(true) => {}
                Ok(false) => self.pooler.0.store(true, Ordering::Relaxed),
                Err(error) => {
                    task.abort();
                    return Err(error);
                }
            }
            Ok((client, task))
        })
    }
}

/// A connection, and the task that it lives in.
type Dialed<'dialing> =
    Pin<Box<dyn Future<Output = Result<(Client, JoinHandle<()>), Error>> + Send + 'dialing>>;

/// Whether the database itself is at the other end.
async fn is_own_session(client: &Client) -> Result<bool, Error> {
    let asked = client.query_typed("SELECT pg_backend_pid()", &[]).await;
    let there: i32 = match asked {
        Ok(rows) => match rows.first() {
            Some(row) => row.try_get(0)?,
            None => return Ok(false),
        },
        // A relative that does not number its sessions.
        Err(error) if error.code() == Some(&SqlState::UNDEFINED_FUNCTION) => return Ok(false),
        Err(error) => return Err(error),
    };
    Ok(number_given(client).await? == Some(there))
}

/// The number that the other end gave the connection when it was made. The driver shows it nowhere but in a request to
/// cancel, so one is written, and goes nowhere.
async fn number_given(client: &Client) -> Result<Option<i32>, Error> {
    let (mut here, there) = duplex(64);
    // Yes, with TLS, if it asks.
    let answered = here.write_all(b"S").await;
    client.cancel_token().cancel_query_raw(there, Unencrypted).await?;
    let mut request = Vec::new();
    let read = here.read_to_end(&mut request).await;
    // It ends with the number and a secret, four bytes each (PostgreSQL's protocol, "CancelRequest").
    let number = request
        .split_last_chunk::<4>()
        .and_then(|(rest, _)| rest.split_last_chunk::<4>())
        .map(|(_, number)| i32::from_be_bytes(*number));
    Ok(number.filter(|_| answered.is_ok() && read.is_ok()))
}

/// Where TLS would be, nothing.
struct Unencrypted;

impl TlsConnect<DuplexStream> for Unencrypted {
    type Stream = Stream<DuplexStream>;
    type Error = Infallible;
    type Future = Ready<Result<Self::Stream, Infallible>>;

    fn connect(self, stream: DuplexStream) -> Self::Future {
        ready(Ok(Stream::unencrypted(stream)))
    }
}

#[cfg(test)]
mod tests {
    use super::super::errors::Fault;
    use super::super::pool::{Connections, Runs};
    use super::super::rows::count;
    use super::super::url::PostgresUrl;
    use super::super::watch::Access;
    use crate::database::params::params;

    const PREPARED: &str = "SELECT count(*) FROM pg_prepared_statements";

    fn connections(url: &str) -> Connections {
        Connections::new(&url.parse::<PostgresUrl>().unwrap()).unwrap()
    }

    #[tokio::test]
    async fn what_is_run_again_stays_prepared_and_nothing_else() {
        let url = latchkey_testing::postgres::database();
        let connections = connections(&url);
        let often = connections.get(Access::Read).await.unwrap().prepares();
        for number in 1..=3_i64 {
            let sum = count(&often, "SELECT ?1 + 1", params![number]).await.unwrap();
            assert_eq!(sum, number.unsigned_abs() + 1);
        }
        drop(often);
        // The same one again, for something that is seldom asked.
        let seldom = connections.get(Access::Read).await.unwrap();
        assert_eq!(count(&seldom, PREPARED, &[]).await.unwrap(), 1);
        assert_eq!(count(&seldom, PREPARED, &[]).await.unwrap(), 1);
    }

    #[tokio::test]
    async fn by_way_of_a_pooler_nothing_is_prepared() {
        if !latchkey_testing::pooler::is_installed() {
            eprintln!("left out: pgbouncer is not installed");
            return;
        }
        let url = latchkey_testing::pooler::in_front_of(&latchkey_testing::postgres::database());
        let connections = connections(&url);
        let often = connections.get(Access::Read).await.unwrap().prepares();
        for _ in 0..3 {
            assert_eq!(count(&often, PREPARED, &[]).await.unwrap(), 0);
        }
    }

    #[tokio::test]
    async fn what_was_prepared_before_a_table_changed_is_prepared_anew() {
        let url = latchkey_testing::postgres::database();
        let connections = connections(&url);
        let often = connections.get(Access::Read).await.unwrap().prepares();
        often.run("CREATE TABLE changing (a BIGINT)", &[]).await.unwrap();
        let read = || often.rows("SELECT * FROM changing", &[], usize::MAX);
        assert!(read().await.unwrap().is_empty());
        often
            .run("ALTER TABLE changing ADD COLUMN b BIGINT", &[])
            .await
            .unwrap();
        let error = read().await.unwrap_err();
        assert_eq!(Fault::of(&error), Fault::Conflict, "{error:?}");
        assert!(read().await.unwrap().is_empty());
    }
}
