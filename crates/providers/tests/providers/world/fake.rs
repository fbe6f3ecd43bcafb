//! A server that answers as it is told and remembers what it was asked.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde_json::Value;
use tokio::net::TcpListener;

#[derive(Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: String,
    /// Whether it never comes.
    pub(crate) hangs: bool,
}

impl Answer {
    pub(crate) fn new(status: u16, media_type: &str, body: impl Into<String>) -> Self {
        Self {
            status,
            headers: vec![("content-type", media_type.to_owned())],
            body: body.into(),
            hangs: false,
        }
    }

    pub(crate) fn json(value: &Value) -> Self {
        Self::new(200, "application/json", value.to_string())
    }

    /// An error of RFC 6749 section 5.2.
    pub(crate) fn error(status: u16, code: &str, description: &str) -> Self {
        let body = serde_json::json!({"error": code, "error_description": description});
        Self {
            status,
            ..Self::json(&body)
        }
    }
}

/// A request.
#[derive(Clone)]
pub(crate) struct Asked {
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    pub(crate) form: HashMap<String, String>,
}

#[derive(Default)]
struct Inner {
    answers: Mutex<HashMap<&'static str, Answer>>,
    asked: Mutex<Vec<Asked>>,
}

#[derive(Clone)]
pub(crate) struct Fake {
    /// Without a slash at the end.
    pub(crate) url: String,
    inner: Arc<Inner>,
}

impl Fake {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let inner = Arc::new(Inner::default());
        let router = Router::new().fallback(answer).with_state(Arc::clone(&inner));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url, inner }
    }

    pub(crate) fn set(&self, path: &'static str, answer: Answer) {
        self.inner.answers.lock().unwrap().insert(path, answer);
    }

    /// The requests to a path so far.
    pub(crate) fn asked(&self, path: &str) -> Vec<Asked> {
        let asked = self.inner.asked.lock().unwrap();
        asked.iter().filter(|asked| asked.path == path).cloned().collect()
    }
}

async fn answer(State(inner): State<Arc<Inner>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, 100_000).await.unwrap();
    let path = parts.uri.path().to_owned();
    let answer = inner.answers.lock().unwrap().get(path.as_str()).cloned();
    inner.asked.lock().unwrap().push(Asked {
        path,
        headers: parts.headers,
        form: form_urlencoded::parse(&body).into_owned().collect(),
    });
    let answer = answer.unwrap_or_else(|| Answer::new(404, "text/plain", "not found"));
    if answer.hangs {
        std::future::pending::<()>().await;
    }
    let mut response = Response::new(Body::from(answer.body));
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap();
    for (name, value) in answer.headers {
        response.headers_mut().insert(name, value.parse().unwrap());
    }
    response
}
