//! The guard of outgoing HTTP requests. Hosts and strangers choose where some requests of the server go, so every such
//! request passes here ([`Outgoing::send`]).
//!
//! What the guard stops, and how:
//!
//! | attack | what stops it |
//! |---|---|
//! | the server is made to read its own network, or the metadata of its cloud | each address that the name has is compared with the special-use ranges (RFC 6890), in every spelling that the URL may have; one that is not allowed refuses the whole request |
//! | a name that changes its address between check and connection (DNS rebinding) | the name is looked up once, and the connection goes to an address that was checked |
//! | a public service that sends the request on to a private one | no redirect is followed |
//! | an answer without an end, or one that arrives slowly | it is read in pieces up to a limit, and the whole request has a deadline |
//! | an answer that unpacks to far more | compressed answers are refused |
//! | many requests at once, here or at one service | few are under way in all and to one host name; waiting counts towards the deadline |
//! | slow services that hold all places, so that nobody can sign in | what nobody waits for has few of the places ([`Outgoing::background`]) |
//! | reading secrets on the way | `https` only, verified; `http` only to networks that the operator allowed |
//!
//! Proxies in the environment are not used: the guard would check their address and not that of the service.
//!
//! [`OutgoingError`] says what was wrong in words for hosts and operators. It repeats nothing of an answer except the host
//! name of a redirect.

mod error;
mod exchange;
mod guard;
mod observe;
mod places;
mod request;
mod resolve;
mod special;
mod target;
mod tls;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use ipnet::IpNet;
use rustls::pki_types::ServerName;
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout, timeout_at};

pub use self::error::{OutgoingError, Stage};
pub use self::observe::Observe;
pub use self::places::{
    MOST_REQUESTS, MOST_REQUESTS_IN_BACKGROUND, MOST_REQUESTS_TO_HOST, MOST_REQUESTS_TO_HOST_IN_BACKGROUND,
};
pub use self::request::{DEFAULT_BYTES, DEFAULT_TIME, OutgoingAnswer, OutgoingRequest};
pub use self::resolve::Resolve;
pub use self::special::special_use;

use self::guard::Guard;
use self::places::{Place, Places};
use self::target::Target;
use self::tls::Tls;

/// How long connecting may take, over all addresses of a name.
const CONNECT_TIME: Duration = Duration::from_secs(5);

/// The most addresses of a name that are tried.
const MOST_ADDRESSES: usize = 4;

/// Sends requests. Clones share the places for requests under way.
#[derive(Clone)]
pub struct Outgoing {
    shared: Arc<Shared>,
    longest: Duration,
    is_background: bool,
    observer: Option<Arc<dyn Observe>>,
}

struct Shared {
    guard: Guard,
    places: Places,
    /// A request in the background takes one of these, too.
    background: Places,
    resolve: Arc<dyn Resolve>,
    tls: Tls,
}

impl Outgoing {
    /// `allowed` are the networks that requests may go to although they are for special use, such as `10.0.0.0/8` for the
    /// services of an intranet. The system's certificates are read at the first `https` request.
    pub fn new(allowed: Vec<IpNet>) -> Self {
        Self::with_resolver(allowed, Arc::new(resolve::System::default()))
    }

    /// As [`Self::new`], with names looked up by `resolve`.
    pub fn with_resolver(allowed: Vec<IpNet>, resolve: Arc<dyn Resolve>) -> Self {
        Self {
            shared: Arc::new(Shared {
                guard: Guard::new(allowed),
                places: Places::of_all(),
                background: Places::of_background(),
                resolve,
                tls: Tls::default(),
            }),
            longest: DEFAULT_TIME,
            is_background: false,
            observer: None,
        }
    }

    /// The longest that a request of this clone may take, whatever the request says. [`DEFAULT_TIME`] at first.
    #[must_use]
    pub fn with_longest(mut self, longest: Duration) -> Self {
        self.longest = longest;
        self
    }

    /// From now on `observer` hears how requests of this clone end.
    #[must_use]
    pub fn observed(mut self, observer: Arc<dyn Observe>) -> Self {
        self.observer = Some(observer);
        self
    }

    /// A clone for requests that nobody waits for, such as those for pictures. They have few of the places, in all and to one
    /// host name, so that requests that somebody waits for find one however slow the others are.
    #[must_use]
    pub fn background(&self) -> Self {
        Self {
            is_background: true,
            ..self.clone()
        }
    }

    /// Sends a request and reads the answer, of whatever status except a redirect.
    pub async fn send(&self, request: OutgoingRequest) -> Result<OutgoingAnswer, OutgoingError> {
        let began = Instant::now();
        let answer = self.attempt(request).await;
        if let Some(observer) = &self.observer {
            observer.ended(answer.as_ref().err(), began.elapsed());
        }
        answer
    }

    async fn attempt(&self, request: OutgoingRequest) -> Result<OutgoingAnswer, OutgoingError> {
        let shared = &self.shared;
        let target = Target::parse(&request.url)?;
        let clock = Deadline::new(&target, request.time.min(self.longest));
        let _places = clock.limit(Stage::Queue, self.places(target.name())).await?;
        let addresses = clock
            .limit(Stage::Lookup, target.addresses(&*shared.resolve))
            .await??;
        shared.guard.check(&target, &addresses)?;
        let stream = clock
            .limit(Stage::Connection, connect(&target, &addresses))
            .await??;
        let Some(name) = target.tls_name()? else {
            let answer = exchange::exchange(&target, request, stream);
            return clock.limit(Stage::Answer, answer).await?;
        };
        let stream = clock
            .limit(Stage::Connection, self.encrypt(&target, name, stream))
            .await??;
        clock
            .limit(Stage::Answer, exchange::exchange(&target, request, stream))
            .await?
    }

    /// The places that a request to this host needs. One in the background waits among its like first, and takes none of the
    /// others meanwhile.
    async fn places(&self, host: String) -> (Option<Place>, Place) {
        let shared = &self.shared;
        let of_background = if self.is_background {
            Some(shared.background.take(host.clone()).await)
        } else {
            None
        };
        (of_background, shared.places.take(host).await)
    }

    async fn encrypt(
        &self,
        target: &Target,
        name: ServerName<'static>,
        stream: TcpStream,
    ) -> Result<tokio_rustls::client::TlsStream<TcpStream>, OutgoingError> {
        let failed = |why| OutgoingError::Tls {
            host: target.authority(),
            why,
        };
        let connector = self.shared.tls.connector().await.map_err(failed)?;
        let connected = connector.connect(name, stream).await;
        connected.map_err(|error| failed(tls::text(&error)))
    }
}

/// The time that a request has.
struct Deadline {
    host: String,
    time: Duration,
    end: Instant,
}

impl Deadline {
    fn new(target: &Target, time: Duration) -> Self {
        Self {
            host: target.authority(),
            time,
            end: Instant::now() + time,
        }
    }

    async fn limit<T>(&self, stage: Stage, work: impl Future<Output = T>) -> Result<T, OutgoingError> {
        let limited = timeout_at(self.end, work).await;
        limited.map_err(|_| OutgoingError::TooSlow {
            host: self.host.clone(),
            time: self.time,
            stage,
        })
    }
}

/// Connects to the first address that answers.
async fn connect(target: &Target, addresses: &[SocketAddr]) -> Result<TcpStream, OutgoingError> {
    let tried = &addresses[..addresses.len().min(MOST_ADDRESSES)];
    let each = CONNECT_TIME / u32::try_from(tried.len().max(1)).unwrap_or(1);
    let mut why = String::new();
    for address in tried {
        match timeout(each, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => {
                // The request is a single piece. Without this option it is still sent, perhaps later.
                let _ = stream.set_nodelay(true);
                return Ok(stream);
            }
            Ok(Err(error)) => why = error::io_text(&error),
            Err(_) => "it does not answer".clone_into(&mut why),
        }
    }
    Err(OutgoingError::Connect {
        host: target.authority(),
        why,
    })
}
