//! The results of several rounds.

use std::collections::BTreeMap;

use crate::load::Summary;
use crate::statistics::median;

/// The results of one thing in all rounds.
#[derive(Default)]
pub(crate) struct Series(pub(crate) Vec<Summary>);

impl Series {
    /// The median of a figure.
    pub(crate) fn median(&self, figure: fn(&Summary) -> f64) -> f64 {
        median(&self.0.iter().map(figure).collect::<Vec<_>>())
    }

    /// The median of its rates beside those of `base` in the same rounds.
    pub(crate) fn ratio_to(&self, base: &Self) -> f64 {
        let rounds = self.0.iter().zip(&base.0);
        median(&rounds.map(|(one, base)| one.rate / base.rate).collect::<Vec<_>>())
    }
}

/// Prints a table with the medians. The first row is the bare endpoint.
pub(crate) fn print(all: &BTreeMap<&str, Series>) {
    println!(
        "| what | a second | of the bare endpoint | CPU µs | p50 ms | p99 ms |\n|---|---|---|---|---|---|"
    );
    let bare = all.values().next();
    for (what, series) in all {
        println!(
            "| {what} | {:.0} | {:.2} | {:.0} | {:.2} | {:.2} |",
            series.median(|round| round.rate),
            bare.map_or(f64::NAN, |bare| series.ratio_to(bare)),
            series.median(|round| round.cpu),
            series.median(|round| round.p50),
            series.median(|round| round.p99)
        );
    }
}
