//! One request and its answer, on a connection of its own (HTTP/1.1).

use std::pin::pin;

use bytes::Bytes;
use http::header::{
    ACCEPT, AUTHORIZATION, CONNECTION, CONTENT_ENCODING, CONTENT_TYPE, HOST, LOCATION, USER_AGENT,
};
use http::{HeaderValue, Method, Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::body::{Body, Incoming};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};

use crate::target::Target;
use crate::{OutgoingAnswer, OutgoingError, OutgoingRequest};

/// The most bytes of an answer's head.
const HEAD_BYTES: usize = 64 * 1024;

/// Some services refuse requests without a name.
const AGENT: &str = concat!("Latchkey/", env!("CARGO_PKG_VERSION"));

pub(crate) async fn exchange<S>(
    target: &Target,
    request: OutgoingRequest,
    stream: S,
) -> Result<OutgoingAnswer, OutgoingError>
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let failed = |error: hyper::Error| http_error(target, &error);
    let most = request.most_bytes;
    let request = prepare(target, request)?;
    let (mut sender, connection) = http1::Builder::new()
        .max_buf_size(HEAD_BYTES)
        .handshake(TokioIo::new(stream))
        .await
        .map_err(failed)?;
    let answer = async move {
        let response = sender.send_request(request).await.map_err(failed)?;
        read(target, response, most).await
    };
    let mut answer = pin!(answer);
    // The connection only moves while it is polled, and ends with this function.
    tokio::select! {
        answer = &mut answer => answer,
        // What has arrived by then is still to be read.
        _ = connection => answer.await,
    }
}

fn prepare(target: &Target, request: OutgoingRequest) -> Result<Request<Full<Bytes>>, OutgoingError> {
    let header = |name, value: &str| HeaderValue::from_str(value).map_err(|_| OutgoingError::Header(name));
    let (method, body) = match request.form {
        None => (Method::GET, None),
        Some(form) => (Method::POST, Some(Bytes::copy_from_slice(form.as_bytes()))),
    };
    let mut built = Request::new(Full::new(Bytes::new()));
    *built.method_mut() = method;
    *built.uri_mut() = target.path()?;
    let headers = built.headers_mut();
    headers.insert(HOST, header("Host", &target.authority())?);
    headers.insert(USER_AGENT, HeaderValue::from_static(AGENT));
    headers.insert(ACCEPT, HeaderValue::from_static(request.accept));
    headers.insert(CONNECTION, HeaderValue::from_static("close"));
    if let Some(authorization) = request.authorization {
        let mut value = header("Authorization", &authorization)?;
        value.set_sensitive(true);
        headers.insert(AUTHORIZATION, value);
    }
    if let Some(body) = body {
        let form = HeaderValue::from_static("application/x-www-form-urlencoded");
        headers.insert(CONTENT_TYPE, form);
        *built.body_mut() = Full::new(body);
    }
    Ok(built)
}

async fn read(
    target: &Target,
    response: Response<Incoming>,
    most: usize,
) -> Result<OutgoingAnswer, OutgoingError> {
    let host = || target.authority();
    let (parts, mut body) = response.into_parts();
    let header = |name| parts.headers.get(name).and_then(|value| value.to_str().ok());
    if parts.status.is_redirection() {
        return Err(OutgoingError::Redirect {
            host: host(),
            status: parts.status.as_u16(),
            to: header(LOCATION).and_then(|location| target.host_of(location)),
        });
    }
    if header(CONTENT_ENCODING).is_some_and(|coding| !coding.trim().eq_ignore_ascii_case("identity")) {
        return Err(OutgoingError::Compressed { host: host() });
    }
    let too_large = || OutgoingError::TooLarge { host: host(), most };
    let announced = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    if announced > most {
        return Err(too_large());
    }
    let mut whole = Vec::with_capacity(announced);
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| http_error(target, &error))?;
        let Ok(piece) = frame.into_data() else {
            continue;
        };
        if whole.len() + piece.len() > most {
            return Err(too_large());
        }
        whole.extend_from_slice(&piece);
    }
    Ok(OutgoingAnswer {
        status: parts.status.as_u16(),
        headers: parts.headers,
        body: whole.into(),
    })
}

/// The library's words are about the protocol and have nothing of the answer.
fn http_error(target: &Target, error: &hyper::Error) -> OutgoingError {
    let why = if error.is_parse_too_large() {
        "its headers are too large".to_owned()
    } else if error.is_parse() {
        "its first lines cannot be read".to_owned()
    } else if error.is_incomplete_message() {
        "the connection closed too early".to_owned()
    } else {
        "the connection broke".to_owned()
    };
    OutgoingError::Http {
        host: target.authority(),
        why,
    }
}
