//! The built site: script, WebAssembly, styles, icons.

use std::collections::BTreeMap;

use axum::body::{Body, Bytes};
use axum::response::{IntoResponse, Response};
use http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY,
};
use http::{HeaderMap, HeaderValue, Method, StatusCode, Uri};
use latchkey_app::request::Assets;
use rust_embed::{EmbeddedFile, RustEmbed};
use serde::Deserialize;

use super::failure::Failure;

/// The site's files, which the binary carries. They are passed in, so that only `main.rs` waits until the site is
/// built.
#[derive(Clone, Copy, Debug)]
pub struct Site(fn(&str) -> Option<EmbeddedFile>);

const MANIFEST: &str = "manifest.json";

#[derive(Deserialize)]
struct Manifest {
    js: String,
    wasm: String,
    css: String,
    extras: BTreeMap<String, String>,
}

impl Site {
    /// The files embedded by `Files`.
    pub fn of<Files: RustEmbed>() -> Self {
        Self(Files::get)
    }

    /// The URLs of the files that pages load; empty if the site was not built.
    pub(super) fn addresses(self) -> Assets {
        let manifest =
            (self.0)(MANIFEST).and_then(|file| serde_json::from_slice::<Manifest>(&file.data).ok());
        let Some(manifest) = manifest else {
            tracing::warn!("this binary was built without the site: pages have neither styles nor scripts");
            return Assets::default();
        };
        let Manifest {
            js,
            wasm,
            css,
            extras,
        } = manifest;
        Assets {
            js,
            wasm,
            css,
            extras,
        }
    }

    /// The file at the request's path, or 404.
    pub(super) fn serve(self, method: &Method, uri: &Uri, headers: &HeaderMap) -> Result<Response, Failure> {
        let path = uri.path().trim_start_matches('/');
        // These are our own file names: there is no `.BR`.
        #[allow(clippy::case_sensitive_file_extension_comparisons)]
        let hidden = path == MANIFEST || path.ends_with(".br");
        let file = if hidden { None } else { (self.0)(path) }.ok_or(Failure::NotFound)?;
        if !matches!(*method, Method::GET | Method::HEAD) {
            return Err(Failure::MethodNotAllowed);
        }
        let compressed = (self.0)(&format!("{path}.br"));
        Ok(answer(path, &file, compressed, headers))
    }
}

fn answer(
    path: &str,
    file: &EmbeddedFile,
    compressed: Option<EmbeddedFile>,
    request: &HeaderMap,
) -> Response {
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type(path)));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(cache_control(path)));
    if compressed.is_some() {
        headers.insert(VARY, HeaderValue::from_static("accept-encoding"));
    }
    // Both encodings share a validator, so it is a weak one.
    let hash = file.metadata.sha256_hash();
    let hash = hash.first_chunk().copied().map_or(0, u128::from_be_bytes);
    let etag = format!("W/\"{hash:032x}\"");
    let unchanged = request
        .get_all(IF_NONE_MATCH)
        .iter()
        .any(|value| value.as_bytes() == etag.as_bytes());
    if let Ok(etag) = HeaderValue::from_str(&etag) {
        headers.insert(ETAG, etag);
    }
    if unchanged {
        return (StatusCode::NOT_MODIFIED, headers).into_response();
    }
    let data = match compressed.filter(|_| accepts_brotli(request)) {
        Some(compressed) => {
            // The compression layer leaves a response with this header alone.
            headers.insert(CONTENT_ENCODING, HeaderValue::from_static("br"));
            compressed.data
        }
        None => file.data.clone(),
    };
    let data = match data {
        std::borrow::Cow::Borrowed(data) => Bytes::from_static(data),
        std::borrow::Cow::Owned(data) => Bytes::from(data),
    };
    (headers, Body::from(data)).into_response()
}

/// Names under `/pkg` contain a hash of the content, so their content never changes.
fn cache_control(path: &str) -> &'static str {
    if path.starts_with("pkg/") {
        "public, max-age=31536000, immutable"
    } else {
        "public, max-age=3600"
    }
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map(|(_, extension)| extension) {
        Some("css") => "text/css; charset=utf-8",
        Some("html") => "text/html; charset=utf-8",
        Some("ico") => "image/x-icon",
        Some("js") => "text/javascript; charset=utf-8",
        Some("json" | "map") => "application/json",
        Some("png") => "image/png",
        Some("svg") => "image/svg+xml",
        Some("txt") => "text/plain; charset=utf-8",
        Some("wasm") => "application/wasm",
        Some("webmanifest") => "application/manifest+json",
        Some("woff2") => "font/woff2",
        _ => "application/octet-stream",
    }
}

/// RFC 9110 section 12.5.3.
fn accepts_brotli(headers: &HeaderMap) -> bool {
    let codings = headers
        .get_all(ACCEPT_ENCODING)
        .iter()
        .filter_map(|value| value.to_str().ok());
    codings.flat_map(|value| value.split(',')).any(|coding| {
        let (name, parameters) = coding.split_once(';').unwrap_or((coding, ""));
        let quality = parameters.trim().strip_prefix("q=").map(str::trim);
        name.trim().eq_ignore_ascii_case("br")
            && quality
                .and_then(|q| q.parse::<f32>().ok())
                .is_none_or(|q| q > 0.0)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brotli_only_for_who_asks() {
        for (header, accepts) in [
            ("gzip, deflate, br, zstd", true),
            ("BR", true),
            ("br;q=0.5", true),
            ("br;q=0", false),
            ("br; q=0.0, gzip", false),
            ("gzip", false),
            ("brotli", false),
        ] {
            let headers = HeaderMap::from_iter([(ACCEPT_ENCODING, HeaderValue::from_static(header))]);
            assert_eq!(accepts_brotli(&headers), accepts, "{header}");
        }
        assert!(!accepts_brotli(&HeaderMap::new()));
    }

    #[test]
    fn only_hashed_names_are_kept_for_ever() {
        assert!(cache_control("pkg/latchkey.0.js").contains("immutable"));
        assert!(!cache_control("favicon.svg").contains("immutable"));
    }

    #[test]
    fn modules_and_webassembly_have_the_types_that_browsers_insist_on() {
        assert!(content_type("pkg/latchkey.0.js").starts_with("text/javascript"));
        assert_eq!(content_type("pkg/latchkey.0.wasm"), "application/wasm");
    }
}
