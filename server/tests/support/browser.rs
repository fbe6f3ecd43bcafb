//! HTTP as browsers use it: it keeps the session's cookie and says that its forms come from this site.

use std::sync::Mutex;

use reqwest::header::{ACCEPT, COOKIE, HOST, HeaderMap, ORIGIN, SET_COOKIE};
use reqwest::redirect::Policy;
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode};
use serde_json::Value;

pub(crate) struct Browser {
    url: String,
    /// The origin of its pages.
    origin: String,
    client: Client,
    cookie: Mutex<Option<String>>,
    /// Cookies besides the session, as `name=value`.
    others: Mutex<Vec<String>>,
}

impl Browser {
    pub(crate) fn at(url: &str) -> Self {
        Self::behind(url, url)
    }

    /// A browser that reaches the server at `url` but knows it as `origin`, as behind a proxy.
    pub(crate) fn behind(url: &str, origin: &str) -> Self {
        let client = Client::builder()
            .redirect(Policy::none())
            .user_agent("Firefox/140.0 (Linux)")
            .build()
            .unwrap();
        Self {
            url: url.to_owned(),
            origin: origin.to_owned(),
            client,
            cookie: Mutex::default(),
            others: Mutex::default(),
        }
    }

    /// A request with only the cookie, as a program would send.
    pub(crate) fn bare(&self, method: Method, path: &str) -> RequestBuilder {
        let mut request = self.client.request(method, format!("{}{path}", self.url));
        if self.origin != self.url {
            let (_, host) = self.origin.split_once("://").unwrap();
            request = request.header(HOST, host);
        }
        let mut cookies = self.others.lock().unwrap().clone();
        cookies.extend(self.cookie());
        if cookies.is_empty() {
            return request;
        }
        request.header(COOKIE, cookies.join("; "))
    }

    /// Opens a page.
    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(self.bare(Method::GET, path).header(ACCEPT, "text/html"))
            .await
    }

    /// Sends a form from a page of this site.
    pub(crate) async fn post(&self, path: &str, form: &[(&str, &str)]) -> Answer {
        self.send(
            self.bare(Method::POST, path)
                .header(ORIGIN, &self.origin)
                .header(ACCEPT, "text/html")
                .form(form),
        )
        .await
    }

    /// Calls one of the page's functions.
    pub(crate) async fn call(&self, function: &str, arguments: &Value) -> Answer {
        let request = self
            .bare(Method::POST, &format!("/api/{function}"))
            .header(ORIGIN, &self.origin);
        self.send(request.json(arguments)).await
    }

    pub(crate) async fn sign_in(&self, email: &str, password: &str) -> Answer {
        self.post("/sign-in", &[("email", email), ("password", password)])
            .await
    }

    pub(crate) async fn send(&self, request: RequestBuilder) -> Answer {
        let answer = Answer::read(request.send().await.unwrap()).await;
        for cookie in answer.cookies() {
            let (pair, attributes) = cookie.split_once(';').unwrap();
            let kept = (!attributes.contains("Max-Age=0")).then(|| pair.to_owned());
            let name = pair.split('=').next().unwrap();
            if name.ends_with("latchkey_session") {
                *self.cookie.lock().unwrap() = kept;
            } else {
                let mut others = self.others.lock().unwrap();
                others.retain(|other| other.split('=').next() != Some(name));
                others.extend(kept);
            }
        }
        answer
    }

    /// The session's cookie, as `name=value`.
    pub(crate) fn cookie(&self) -> Option<String> {
        self.cookie.lock().unwrap().clone()
    }

    /// Deletes all cookies, as a browser that keeps none.
    pub(crate) fn forget_cookies(&self) {
        self.set_cookie(None);
        self.others.lock().unwrap().clear();
    }

    /// Sets a cookie, as a thief or an attacker would.
    pub(crate) fn set_cookie(&self, cookie: Option<String>) {
        *self.cookie.lock().unwrap() = cookie;
    }
}

#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) async fn read(response: Response) -> Self {
        let (status, headers) = (response.status(), response.headers().clone());
        Self {
            status,
            headers,
            text: response.text().await.unwrap(),
        }
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map(|value| value.to_str().unwrap())
            .unwrap_or_default()
    }

    pub(crate) fn cookies(&self) -> Vec<&str> {
        self.headers
            .get_all(SET_COOKIE)
            .iter()
            .map(|cookie| cookie.to_str().unwrap())
            .collect()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    #[track_caller]
    pub(crate) fn assert_status(&self, status: u16) -> &Self {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        self
    }

    #[track_caller]
    pub(crate) fn assert_redirect(&self, to: &str) -> &Self {
        self.assert_status(303);
        assert_eq!(self.header("location"), to);
        self
    }

    #[track_caller]
    pub(crate) fn assert_text(&self, part: &str) -> &Self {
        assert!(self.text.contains(part), "“{part}” is not in {}", self.text);
        self
    }

    #[track_caller]
    pub(crate) fn assert_no_text(&self, part: &str) -> &Self {
        assert!(!self.text.contains(part), "“{part}” is in {}", self.text);
        self
    }
}
