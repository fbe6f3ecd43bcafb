//! Medians and percentiles.

use std::time::Duration;

/// The value that half are below.
pub(crate) fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    match sorted.len() {
        0 => f64::NAN,
        length if length % 2 == 1 => sorted[length / 2],
        length => f64::midpoint(sorted[length / 2 - 1], sorted[length / 2]),
    }
}

/// This percentile of the durations, in milliseconds. Sorts them.
pub(crate) fn percentile(durations: &mut [Duration], percent: usize) -> f64 {
    durations.sort_unstable();
    let at = (durations.len() * percent).div_ceil(100).saturating_sub(1);
    durations
        .get(at)
        .map_or(f64::NAN, |duration| duration.as_secs_f64() * 1_000.0)
}

/// Prints a row of a table: two texts, p50 and p99 in milliseconds.
pub(crate) fn print_row(one: &str, other: &str, times: &mut [Duration]) {
    println!(
        "| {one} | {other} | {:.2} | {:.2} |",
        percentile(times, 50),
        percentile(times, 99)
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_in_the_middle() {
        assert!((median(&[3.0, 1.0, 2.0]) - 2.0).abs() < f64::EPSILON);
        assert!((median(&[4.0, 1.0, 2.0, 3.0]) - 2.5).abs() < f64::EPSILON);
        assert!(median(&[]).is_nan());
    }

    #[test]
    fn percentiles_are_values_that_occurred() {
        let mut durations: Vec<_> = (1..=100).rev().map(Duration::from_millis).collect();
        assert!((percentile(&mut durations, 50) - 50.0).abs() < 1e-9);
        assert!((percentile(&mut durations, 99) - 99.0).abs() < 1e-9);
        assert!((percentile(&mut [Duration::from_millis(7)], 99) - 7.0).abs() < 1e-9);
    }
}
