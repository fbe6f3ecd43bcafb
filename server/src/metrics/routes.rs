//! Requests by route. The labels are the router's own templates (`/account/sessions/{id}/end`), so their number is
//! fixed, whatever is requested; a request without a route is `other`.
//!
//! A route gets its place in a fixed-size table at its first request and keeps it: finding it again is a hash and a
//! comparison.

use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use http::{Method, StatusCode};
use latchkey_oauth::counters::Count;
use latchkey_storage::Histogram;

/// Several times the number of routes.
const PLACES: usize = 256;

/// The methods that have a label of their own.
pub(super) const METHODS: [&str; 5] = ["GET", "HEAD", "POST", "OPTIONS", "other"];

/// The classes of statuses.
pub(super) const CLASSES: [&str; 5] = ["1xx", "2xx", "3xx", "4xx", "5xx"];

/// The counts of all routes.
#[derive(Debug)]
pub struct Routes {
    places: Box<[OnceLock<Route>]>,
    other: Route,
    in_flight: AtomicU64,
}

/// The counts of one route.
#[derive(Debug)]
pub(super) struct Route {
    pub(super) template: Box<str>,
    pub(super) answers: [[Count; CLASSES.len()]; METHODS.len()],
    pub(super) took: Histogram,
}

/// A request in progress. It counts as such until this is dropped, also if its client disconnects.
#[derive(Debug)]
pub struct InFlight<'routes> {
    routes: &'routes Routes,
    route: &'routes Route,
    method: usize,
    began: Instant,
}

impl Default for Routes {
    fn default() -> Self {
        Self {
            places: (0..PLACES).map(|_| OnceLock::new()).collect(),
            other: Route::new("other"),
            in_flight: AtomicU64::new(0),
        }
    }
}

impl Route {
    fn new(template: &str) -> Self {
        Self {
            template: template.into(),
            answers: Default::default(),
            took: Histogram::default(),
        }
    }
}

impl Routes {
    /// A request starts, at the route with this template.
    pub fn begin(&self, template: Option<&str>, method: &Method) -> InFlight<'_> {
        self.in_flight.fetch_add(1, Ordering::Relaxed);
        InFlight {
            routes: self,
            route: template.map_or(&self.other, |template| self.route(template)),
            method: METHODS
                .iter()
                .position(|name| *name == method.as_str())
                .unwrap_or(METHODS.len() - 1),
            began: Instant::now(),
        }
    }

    /// The number of requests in progress.
    pub(super) fn in_flight(&self) -> u64 {
        self.in_flight.load(Ordering::Relaxed)
    }

    /// All requested routes, ordered by template.
    pub(super) fn all(&self) -> Vec<&Route> {
        let mut routes: Vec<_> = self.places.iter().filter_map(OnceLock::get).collect();
        routes.push(&self.other);
        routes.sort_by_key(|route| &route.template);
        routes
    }

    fn route(&self, template: &str) -> &Route {
        let hash = BuildHasherDefault::<DefaultHasher>::default().hash_one(template);
        // The remainder is smaller than the table.
        let first = usize::try_from(hash % PLACES as u64).unwrap_or_default();
        (first..PLACES)
            .chain(0..first)
            .map(|place| self.places[place].get_or_init(|| Route::new(template)))
            .find(|route| &*route.template == template)
            .unwrap_or(&self.other)
    }
}

impl InFlight<'_> {
    /// The request is answered.
    pub fn answered(self, status: StatusCode) {
        self.route.took.observe(self.began.elapsed());
        let class = usize::from(status.as_u16() / 100).clamp(1, CLASSES.len()) - 1;
        self.route.answers[self.method][class].add();
    }
}

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.routes.in_flight.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_route_keeps_its_place() {
        let routes = Routes::default();
        let templates: Vec<_> = (0..100).map(|n| format!("/{n}/{{id}}")).collect();
        for _ in 0..3 {
            for template in &templates {
                let request = routes.begin(Some(template), &Method::GET);
                assert_eq!(routes.in_flight(), 1);
                request.answered(StatusCode::OK);
            }
        }
        let all = routes.all();
        assert_eq!(all.len(), 101);
        for route in all.iter().filter(|route| &*route.template != "other") {
            assert_eq!(route.answers[0][1].get(), 3, "{}", route.template);
            assert_eq!(route.took.read().count, 3);
        }
        assert_eq!(routes.in_flight(), 0);
    }

    #[test]
    fn what_does_not_fit_is_other() {
        let routes = Routes::default();
        for n in 0..1_000 {
            routes
                .begin(Some(&n.to_string()), &Method::PUT)
                .answered(StatusCode::NOT_FOUND);
        }
        assert_eq!(routes.all().len(), PLACES + 1);
        assert_eq!(routes.other.answers[4][3].get(), 1_000 - PLACES as u64);
    }

    #[test]
    fn who_goes_away_is_not_in_flight_any_more() {
        let routes = Routes::default();
        drop(routes.begin(None, &Method::GET));
        assert_eq!(routes.in_flight(), 0);
        assert_eq!(routes.other.took.read().count, 0);
    }
}
