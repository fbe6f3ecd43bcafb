//! The results of several rounds, compared with the bare endpoint in the same round.

use std::collections::BTreeMap;

use crate::load::Summary;
use crate::statistics::median;

/// The figures of all rounds of one thing.
#[derive(Default)]
pub(crate) struct Series {
    rates: Vec<f64>,
    ratios: Vec<f64>,
    cpu: Vec<f64>,
    p50: Vec<f64>,
    p99: Vec<f64>,
}

impl Series {
    /// Adds a round, with the rate of the bare endpoint in it.
    pub(crate) fn add(&mut self, summary: &Summary, bare: f64) {
        self.rates.push(summary.rate);
        self.ratios.push(summary.rate / bare);
        self.cpu.push(summary.cpu);
        self.p50.push(summary.p50);
        self.p99.push(summary.p99);
    }
}

/// Prints a table with the medians.
pub(crate) fn print(all: &BTreeMap<&str, Series>) {
    println!(
        "| what | a second | of the bare endpoint | CPU µs | p50 ms | p99 ms |\n|---|---|---|---|---|---|"
    );
    for (what, series) in all {
        println!(
            "| {what} | {:.0} | {:.2} | {:.0} | {:.2} | {:.2} |",
            median(&series.rates),
            median(&series.ratios),
            median(&series.cpu),
            median(&series.p50),
            median(&series.p99)
        );
    }
}
