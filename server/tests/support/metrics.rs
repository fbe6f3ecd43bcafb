//! Reads `/metrics` as a monitoring system does.

use super::Server;

impl Server {
    /// The URL of the metrics, which the server prints when they are enabled.
    pub(crate) fn metrics_url(&mut self) -> String {
        loop {
            let line = self.line();
            assert!(!line.is_empty(), "the server does not say where its metrics are");
            if let Some(url) = line.strip_prefix("Metrics are at ") {
                return url.to_owned();
            }
        }
    }
}

/// The document at one time.
pub(crate) struct Scrape(pub(crate) String);

impl Scrape {
    pub(crate) async fn of(url: &str) -> Self {
        let answer = reqwest::get(url).await.unwrap();
        assert_eq!(answer.status(), 200);
        assert_eq!(
            answer.headers()["content-type"],
            "text/plain; version=0.0.4; charset=utf-8"
        );
        Self(answer.text().await.unwrap())
    }

    /// The values: names with labels, and numbers.
    pub(crate) fn values(&self) -> impl Iterator<Item = (&str, f64)> {
        self.0.lines().filter(|line| !line.starts_with('#')).map(|line| {
            let (series, value) = line.rsplit_once(' ').unwrap_or_else(|| panic!("{line}"));
            (series, value.parse().unwrap_or_else(|_| panic!("{line}")))
        })
    }

    /// The value of a series, which must occur exactly once.
    #[track_caller]
    pub(crate) fn value(&self, series: &str) -> f64 {
        let found: Vec<_> = self.values().filter(|(name, _)| *name == series).collect();
        assert_eq!(found.len(), 1, "{series} in {}", self.0);
        found[0].1
    }

    /// The same for a counter.
    #[track_caller]
    pub(crate) fn assert(&self, series: &str, expected: u32) {
        let value = self.value(series);
        assert!(
            (value - f64::from(expected)).abs() < 0.5,
            "{series} is {value}, not {expected}"
        );
    }
}
