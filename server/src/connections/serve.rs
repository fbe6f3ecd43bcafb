//! Accepts connections and answers their requests, until the server stops.

use std::convert::Infallible;
use std::future::poll_fn;
use std::net::SocketAddr;
use std::pin::pin;
use std::task::Poll;

use axum::body::Body;
use axum::extract::{ConnectInfo, Request};
use axum::response::Response;
use axum::serve::Listener;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use latchkey_domain::limits;
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::Instant;
use tower::{Service, ServiceExt};

use super::body::{Answering, RequestBody};
use super::places::{Place, Places};
use super::progress::Progress;
use super::stream::Stream;
use super::{Bounds, Timeouts};

/// The response when there is no place for a connection.
const NO_PLACE: &[u8] =
    b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

/// What answers requests: a router.
pub trait App:
    Service<Request, Response = Response, Error = Infallible, Future: Send> + Clone + Send + Sync + 'static
{
}

impl<A> App for A where
    A: Service<Request, Response = Response, Error = Infallible, Future: Send>
        + Clone
        + Send
        + Sync
        + 'static
{
}

/// Answers the requests at `listener` with `app`. When `stop` becomes true, it accepts no new connections, and
/// returns when the requests in progress are answered.
pub async fn serve<L, A>(mut listener: L, app: A, bounds: Bounds, mut stop: watch::Receiver<bool>)
where
    L: Listener<Io = TcpStream, Addr = SocketAddr>,
    A: App,
{
    let timeouts = bounds.timeouts;
    let places = Places::new(bounds);
    // Each connection holds a receiver.
    let (ended, open) = watch::channel(());
    loop {
        let (stream, peer) = tokio::select! {
            biased;
            _ = stop.wait_for(|stop| *stop) => break,
            accepted = listener.accept() => accepted,
        };
        let Some(place) = places.take(peer.ip()) else {
            // Does not wait for what does not fit into the socket's buffer.
            let _ = stream.try_write(NO_PLACE);
            continue;
        };
        let (app, stop, open) = (app.clone(), stop.clone(), open.clone());
        tokio::spawn(async move {
            answer(stream, peer, app, &place, timeouts, stop).await;
            drop((place, open));
        });
    }
    drop((listener, open));
    ended.closed().await;
}

/// Answers the requests on one connection.
async fn answer(
    stream: TcpStream,
    peer: SocketAddr,
    app: impl App,
    place: &Place,
    timeouts: Timeouts,
    mut stop: watch::Receiver<bool>,
) {
    let activity = &place.activity;
    let service = service_fn(|request: hyper::Request<Incoming>| {
        activity.request();
        let mut request = request.map(|body| Body::new(RequestBody::new(body, activity.clone(), &timeouts)));
        request.extensions_mut().insert(ConnectInfo(peer));
        let response = app.clone().oneshot(request);
        async {
            let Ok(response) = response.await;
            let answering = Answering(activity.clone());
            Ok::<_, Infallible>(response.map(|body| {
                body.map_err(move |error| {
                    // It belongs to this function, and so to the body.
                    let Answering(_) = &answering;
                    error
                })
            }))
        }
    });
    let stream = TokioIo::new(Stream::new(stream, activity.clone()));
    let connection = http1::Builder::new()
        // The connection has its own timers, which tell a head from the time between two requests.
        .header_read_timeout(None)
        .max_header_size(limits::HEAD_BYTES)
        .max_buf_size(limits::HEAD_BYTES)
        .serve_connection(stream, service);
    let mut connection = pin!(connection);
    let mut overdue = pin!(overdue(activity));
    let mut stopping = false;
    loop {
        tokio::select! {
            // The connection first, since it moves the deadline.
            biased;
            // An error here is the client's: it disconnected, or does not speak HTTP.
            _ = connection.as_mut() => break,
            () = activity.closed() => break,
            () = overdue.as_mut() => break,
            _ = stop.wait_for(|stop| *stop), if !stopping => {
                stopping = true;
                connection.as_mut().graceful_shutdown();
            }
        }
    }
}

/// Waits until the client has kept the server waiting for too long. Must be polled after each change of the activity;
/// the timer only moves if the deadline gets nearer.
async fn overdue(activity: &Progress) {
    let mut sleep = pin!(tokio::time::sleep_until(Instant::now() + limits::IDLE_TIMEOUT));
    poll_fn(|cx| {
        loop {
            let deadline = activity.deadline();
            if let Some(deadline) = deadline
                && deadline < sleep.deadline()
            {
                sleep.as_mut().reset(deadline);
            }
            if sleep.as_mut().poll(cx).is_pending() {
                return Poll::Pending;
            }
            let now = Instant::now();
            match deadline {
                Some(deadline) if deadline <= now => return Poll::Ready(()),
                Some(deadline) => sleep.as_mut().reset(deadline),
                None => sleep.as_mut().reset(now + limits::IDLE_TIMEOUT),
            }
        }
    })
    .await;
}
