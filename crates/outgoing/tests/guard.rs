//! The guard with real connections.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use latchkey_outgoing::{
    MOST_REQUESTS, Observe, Outgoing, OutgoingAnswer, OutgoingError, OutgoingRequest, Resolve, Stage,
};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// Names and their addresses; counts look-ups.
#[derive(Default)]
struct Names(AtomicUsize);

#[async_trait::async_trait]
impl Resolve for Names {
    async fn resolve(&self, name: &str) -> io::Result<Vec<IpAddr>> {
        let before = self.0.fetch_add(1, Ordering::SeqCst);
        let addresses: &[&str] = match name {
            "here.test" => &["127.0.0.1"],
            // Another address at each question.
            "rebinding.test" if before == 0 => &["127.0.0.1"],
            "rebinding.test" => &["169.254.169.254"],
            "mixed.test" => &["127.0.0.1", "10.0.0.1"],
            "mapped.test" => &["::ffff:10.0.0.1"],
            "nowhere.test" => &[],
            name if name.ends_with("never.test") => return std::future::pending().await,
            _ => return Err(io::Error::other("no such name")),
        };
        Ok(addresses.iter().map(|address| address.parse().unwrap()).collect())
    }
}

fn outgoing() -> Outgoing {
    Outgoing::with_resolver(vec!["127.0.0.0/8".parse().unwrap()], Arc::new(Names::default()))
}

/// Reads a request, answers with `answer`, and reads until the client is gone.
async fn serve<S: AsyncRead + AsyncWrite + Unpin>(mut stream: S, answer: &[u8]) -> String {
    let mut request = Vec::new();
    let mut buffer = [0; 4_096];
    let is_whole = |request: &[u8]| {
        let text = String::from_utf8_lossy(request);
        // A handshake, to which the answer is no answer.
        if request.first() == Some(&0x16) {
            return true;
        }
        let length = |head: &str| -> usize {
            let line = head
                .lines()
                .find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
            line.unwrap_or(0)
        };
        text.split_once("\r\n\r\n")
            .is_some_and(|(head, body)| body.len() >= length(head))
    };
    while !is_whole(&request) {
        match stream.read(&mut buffer).await {
            Ok(0) | Err(_) => break,
            Ok(read) => request.extend_from_slice(&buffer[..read]),
        }
    }
    // The client may have seen enough before the end.
    let _ = stream.write_all(answer).await;
    let _ = stream.flush().await;
    while !matches!(stream.read(&mut buffer).await, Ok(0) | Err(_)) {}
    String::from_utf8_lossy(&request).into_owned()
}

/// A service that answers every request with `answer`, and the requests it got.
async fn service(answer: impl Into<Vec<u8>>) -> (SocketAddr, mpsc::UnboundedReceiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let answer = Arc::new(answer.into());
    let (sender, requests) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (answer, sender) = (Arc::clone(&answer), sender.clone());
            tokio::spawn(async move {
                let _ = sender.send(serve(stream, &answer).await);
            });
        }
    });
    (address, requests)
}

async fn get(outgoing: &Outgoing, url: impl Into<String>) -> Result<OutgoingAnswer, OutgoingError> {
    outgoing.send(OutgoingRequest::get(url).most_bytes(1_000)).await
}

/// The error of a request to a service that answers so.
async fn error_of(answer: &str) -> OutgoingError {
    let (address, _requests) = service(answer).await;
    get(&outgoing(), format!("http://{address}/")).await.unwrap_err()
}

#[tokio::test]
async fn a_request_and_its_answer() {
    let (address, mut requests) =
        service("HTTP/1.1 404 Not Found\r\nContent-Type: Application/JSON; charset=utf-8\r\nContent-Length: 2\r\n\r\n{}")
            .await;
    let url = format!("http://{address}/path?x=1#fragment");
    let request = OutgoingRequest::get(&url).authorization("Bearer abc".to_owned());
    assert_eq!(format!("{request:?}"), "OutgoingRequest(…)");
    let answer = outgoing().send(request).await.unwrap();
    assert_eq!((answer.status, &answer.body[..]), (404, &b"{}"[..]));
    assert_eq!(answer.media_type(), "application/json");
    assert!(!answer.is_success());
    let request = requests.recv().await.unwrap();
    assert!(request.starts_with("GET /path?x=1 HTTP/1.1\r\n"), "{request}");
    for line in [
        format!("host: {address}"),
        "accept: application/json".to_owned(),
        "authorization: Bearer abc".to_owned(),
        "connection: close".to_owned(),
    ] {
        assert!(request.contains(&format!("{line}\r\n")), "{request}");
    }
    assert!(!request.contains("accept-encoding"), "{request}");

    let form = [("a", "1 2"), ("b", "ä&")];
    let answer = outgoing().send(OutgoingRequest::post(&url, form)).await;
    assert_eq!(answer.unwrap().status, 404);
    let request = requests.recv().await.unwrap();
    assert!(request.starts_with("POST /path?x=1 HTTP/1.1\r\n"), "{request}");
    assert!(request.ends_with("\r\n\r\na=1+2&b=%C3%A4%26"), "{request}");
}

#[tokio::test]
async fn bodies_of_every_framing_are_read() {
    for answer in [
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n",
    ] {
        let (address, _requests) = service(answer).await;
        let answer = get(&outgoing(), format!("http://{address}/")).await.unwrap();
        assert_eq!(&answer.body[..], b"hello");
    }
}

#[tokio::test]
async fn addresses_that_are_not_allowed_get_no_request() {
    let (address, mut requests) = service("HTTP/1.1 200 OK\r\n\r\n").await;
    let port = address.port();
    let nothing_allowed = Outgoing::with_resolver(Vec::new(), Arc::new(Names::default()));
    for host in [
        "127.0.0.1",
        "2130706433",
        "0x7f000001",
        "0177.0.0.1",
        "127.1",
        "[::ffff:127.0.0.1]",
        "here.test",
    ] {
        for scheme in ["http", "https"] {
            let error = get(&nothing_allowed, format!("{scheme}://{host}:{port}/")).await;
            let error = error.unwrap_err();
            assert!(
                matches!(error, OutgoingError::NotAllowed { .. }),
                "{host}: {error}"
            );
            assert!(
                error.to_string().contains("--allow-outgoing 127.0.0.1/32"),
                "{error}"
            );
        }
    }
    for host in [
        "mixed.test",
        "mapped.test",
        "169.254.169.254",
        "[fd00::1]",
        "0.0.0.0",
    ] {
        let error = get(&outgoing(), format!("http://{host}:{port}/"))
            .await
            .unwrap_err();
        assert!(
            matches!(error, OutgoingError::NotAllowed { .. }),
            "{host}: {error}"
        );
    }
    let error = get(&outgoing(), "http://8.8.8.8/").await.unwrap_err();
    assert!(matches!(error, OutgoingError::NotEncrypted { .. }), "{error}");
    assert!(requests.try_recv().is_err());
}

#[tokio::test]
async fn the_name_of_this_machine_is_not_allowed() {
    let error = get(&Outgoing::new(Vec::new()), "https://localhost/")
        .await
        .unwrap_err();
    assert!(matches!(error, OutgoingError::NotAllowed { .. }), "{error}");
}

#[tokio::test]
async fn a_name_is_looked_up_once() {
    let names = Arc::new(Names::default());
    let outgoing = Outgoing::with_resolver(vec!["127.0.0.0/8".parse().unwrap()], names.clone());
    let (address, mut requests) = service("HTTP/1.1 204 No Content\r\n\r\n").await;
    let answer = get(&outgoing, format!("http://rebinding.test:{}/", address.port())).await;
    assert_eq!(answer.unwrap().status, 204);
    assert_eq!(names.0.load(Ordering::SeqCst), 1);
    let host = format!("host: rebinding.test:{}\r\n", address.port());
    assert!(requests.recv().await.unwrap().contains(&host));
}

#[tokio::test]
async fn redirects_are_not_followed() {
    for status in [301, 302, 303, 307, 308] {
        let error = error_of(&format!(
            "HTTP/1.1 {status} Moved\r\nLocation: http://169.254.169.254/latest/meta-data\r\nContent-Length: 0\r\n\r\n"
        ))
        .await;
        let text = error.to_string();
        assert!(
            text.contains(&format!("({status}) to 169.254.169.254;")),
            "{text}"
        );
        assert!(!text.contains("latest"), "{text}");
    }
}

#[tokio::test]
async fn answers_have_a_size() {
    let announced = format!(
        "HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n{}",
        "x".repeat(1_001)
    );
    let chunk = format!("1f4\r\n{}\r\n", "x".repeat(500));
    let chunked = format!(
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{}",
        chunk.repeat(3)
    );
    for answer in [announced, chunked] {
        let error = error_of(&answer).await;
        assert!(
            matches!(error, OutgoingError::TooLarge { most: 1_000, .. }),
            "{error}"
        );
    }
    let fits = format!(
        "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{}",
        "x".repeat(1_000)
    );
    let (address, _requests) = service(fits).await;
    let answer = get(&outgoing(), format!("http://{address}/")).await.unwrap();
    assert_eq!(answer.body.len(), 1_000);

    let head = format!("HTTP/1.1 200 OK\r\nX: {}\r\n\r\n", "x".repeat(200_000));
    let error = error_of(&head).await;
    assert!(error.to_string().contains("headers are too large"), "{error}");
}

#[tokio::test]
async fn what_is_no_plain_answer_is_an_error() {
    let error = error_of("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 0\r\n\r\n").await;
    assert!(matches!(error, OutgoingError::Compressed { .. }), "{error}");
    let error = error_of("SSH-2.0-OpenSSH_9.9 secret\r\n\r\n").await;
    assert!(matches!(error, OutgoingError::Http { .. }), "{error}");
    assert!(!error.to_string().contains("secret"), "{error}");
}

#[tokio::test]
async fn slow_services_are_left() {
    let quick = outgoing().with_longest(Duration::from_millis(50));
    for answer in ["", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello"] {
        let (address, _requests) = service(answer).await;
        let error = get(&quick, format!("http://{address}/")).await.unwrap_err();
        let expected = OutgoingError::TooSlow {
            host: address.to_string(),
            time: Duration::from_millis(50),
            stage: Stage::Answer,
        };
        assert_eq!(error, expected);
    }
    let error = get(&quick, "https://never.test/").await.unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("never.test took longer than 0.05 s: the name server"),
        "{error}"
    );
}

#[tokio::test]
async fn waiting_for_others_counts() {
    let (address, _requests) = service("").await;
    let outgoing = outgoing();
    let send = |time| {
        let request = OutgoingRequest::get(format!("http://{address}/")).time(Duration::from_millis(time));
        outgoing.send(request)
    };
    let four = async { tokio::join!(send(9_000), send(9_000), send(9_000), send(9_000)) };
    let outcome = tokio::select! {
        biased;
        _ = four => panic!("nobody answers"),
        fifth = send(50) => fifth,
    };
    let error = outcome.unwrap_err();
    assert!(
        matches!(
            error,
            OutgoingError::TooSlow {
                stage: Stage::Queue,
                ..
            }
        ),
        "{error}"
    );
}

fn is_queued(answer: &Result<OutgoingAnswer, OutgoingError>) -> bool {
    matches!(
        answer,
        Err(OutgoingError::TooSlow {
            stage: Stage::Queue,
            ..
        })
    )
}

#[tokio::test]
async fn slow_requests_in_the_background_leave_places_to_others() {
    let (silent, _waiting) = service("").await;
    let (quick, _requests) = service("HTTP/1.1 204 No Content\r\n\r\n").await;
    // The places are those of a name, whatever the port.
    let silent = format!("http://here.test:{}/", silent.port());
    let quick = format!("http://here.test:{}/", quick.port());
    let outgoing = outgoing();
    let mut slow = JoinSet::new();
    for number in 0..MOST_REQUESTS {
        for url in [silent.clone(), format!("https://{number}.never.test/")] {
            let background = outgoing.background();
            slow.spawn(async move { get(&background, url).await });
        }
    }
    // Until each has the places that it gets.
    tokio::time::sleep(Duration::from_millis(50)).await;
    for _ in 0..3 {
        assert_eq!(get(&outgoing, &quick).await.unwrap().status, 204);
    }
    let impatient = outgoing.background().with_longest(Duration::from_millis(50));
    for url in [quick.as_str(), "https://another.never.test/"] {
        let answer = get(&impatient, url).await;
        assert!(is_queued(&answer), "{url}: {answer:?}");
    }
    // What ends gives its places back.
    slow.shutdown().await;
    assert_eq!(get(&outgoing.background(), &quick).await.unwrap().status, 204);
}

/// Remembers how requests ended.
#[derive(Default)]
struct Ends(Mutex<Vec<Option<OutgoingError>>>);

impl Observe for Ends {
    fn ended(&self, error: Option<&OutgoingError>, _took: Duration) {
        self.0.lock().unwrap().push(error.cloned());
    }
}

#[tokio::test]
async fn the_observer_is_told_how_each_request_ends() {
    let (address, _requests) = service("HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n").await;
    let ends = Arc::new(Ends::default());
    let outgoing = outgoing().observed(ends.clone());
    get(&outgoing.background(), format!("http://{address}/"))
        .await
        .unwrap();
    let refused = get(&outgoing, "http://10.0.0.1/").await.unwrap_err();
    let wrong = get(&outgoing, "nothing").await.unwrap_err();
    assert_eq!(*ends.0.lock().unwrap(), [None, Some(refused), Some(wrong)]);
}

#[tokio::test]
async fn names_and_ports_without_a_service() {
    let error = get(&outgoing(), "https://missing.test/").await.unwrap_err();
    assert!(matches!(error, OutgoingError::Resolve { .. }), "{error}");
    let error = get(&outgoing(), "https://nowhere.test/").await.unwrap_err();
    assert!(error.to_string().contains("has no address"), "{error}");
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let error = get(&outgoing(), format!("https://{address}/")).await.unwrap_err();
    assert!(
        error.to_string().contains("nothing listens at that port"),
        "{error}"
    );
}

/// A service with a certificate for `here.test`, which is its own authority.
async fn tls_service() -> (SocketAddr, String) {
    let made = rcgen::generate_simple_self_signed(vec!["here.test".to_owned()]).unwrap();
    let key = PrivateKeyDer::from_pem_slice(made.signing_key.serialize_pem().as_bytes()).unwrap();
    let pem = made.cert.pem();
    let chain = vec![CertificateDer::from_pem_slice(pem.as_bytes()).unwrap()];
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            if let Ok(stream) = acceptor.accept(stream).await {
                serve(stream, b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello").await;
            }
        }
    });
    (address, pem)
}

#[tokio::test]
async fn a_certificate_of_nobody_is_not_trusted() {
    let (address, _pem) = tls_service().await;
    let error = get(&outgoing(), format!("https://here.test:{}/", address.port())).await;
    let text = error.unwrap_err().to_string();
    // A machine without any certificates says that.
    assert!(text.contains("SSL_CERT_FILE"), "{text}");
}

#[tokio::test]
async fn plain_http_at_the_port_is_named() {
    let (address, _requests) = service("HTTP/1.1 400 Bad Request\r\n\r\n").await;
    let error = get(&outgoing(), format!("https://here.test:{}/", address.port()))
        .await
        .unwrap_err();
    assert!(matches!(error, OutgoingError::Tls { .. }), "{error}");
}

/// In a process of its own, where the variable is set.
#[tokio::test]
#[ignore = "run by the test below"]
async fn with_the_file() {
    let port = std::env::var("TEST_PORT").unwrap();
    let answer = get(&outgoing(), format!("https://here.test:{port}/")).await;
    assert_eq!(&answer.unwrap().body[..], b"hello");
    let error = get(&outgoing(), format!("https://127.0.0.1:{port}/"))
        .await
        .unwrap_err();
    assert!(error.to_string().contains("for another host name"), "{error}");
}

#[tokio::test]
async fn a_certificate_in_the_file_that_the_environment_names_is_trusted() {
    let (address, pem) = tls_service().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("roots.pem");
    std::fs::write(&file, pem).unwrap();
    let run = move || {
        Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "with_the_file", "--ignored"])
            .env("SSL_CERT_FILE", &file)
            .env("TEST_PORT", address.port().to_string())
            .output()
            .unwrap()
    };
    let output = tokio::task::spawn_blocking(run).await.unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stdout)
    );
}
