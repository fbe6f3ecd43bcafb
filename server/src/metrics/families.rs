//! A document of metric families, in the text format that every Prometheus reads. The encoder provides the format,
//! escaping and rules; this module passes it the server's numbers.

use latchkey_storage::HistogramReading;
use prometheus::proto::{Bucket, Counter, Gauge, Histogram, LabelPair, Metric, MetricFamily, MetricType};
use prometheus::{TEXT_FORMAT, TextEncoder};

/// The media type of the document.
pub(crate) fn media_type() -> String {
    format!("{TEXT_FORMAT}; charset=utf-8")
}

/// The added families, in order.
#[derive(Debug, Default)]
pub(super) struct Document(Vec<MetricFamily>);

impl Document {
    /// Adds a counter, with a value for each set of labels.
    pub(super) fn counter<'a, L: AsRef<[(&'a str, &'a str)]>>(
        &mut self,
        name: &str,
        help: &str,
        values: impl IntoIterator<Item = (L, u64)>,
    ) {
        self.add(name, help, MetricType::COUNTER, values, |metric, value| {
            let mut counter = Counter::default();
            counter.set_value(float(value));
            metric.set_counter(counter);
        });
    }

    /// Adds a gauge, with a value for each set of labels.
    pub(super) fn gauge<'a, L: AsRef<[(&'a str, &'a str)]>>(
        &mut self,
        name: &str,
        help: &str,
        values: impl IntoIterator<Item = (L, u64)>,
    ) {
        self.add(name, help, MetricType::GAUGE, values, |metric, value| {
            let mut gauge = Gauge::default();
            gauge.set_value(float(value));
            metric.set_gauge(gauge);
        });
    }

    /// Adds a histogram, with a reading for each set of labels.
    pub(super) fn histogram<'a, L: AsRef<[(&'a str, &'a str)]>>(
        &mut self,
        name: &str,
        help: &str,
        readings: impl IntoIterator<Item = (L, HistogramReading)>,
    ) {
        self.add(name, help, MetricType::HISTOGRAM, readings, |metric, reading| {
            metric.set_histogram(histogram(&reading));
        });
    }

    /// The whole document.
    pub(super) fn finish(self) -> String {
        // It only fails for a family without a name or metric, and there is none.
        TextEncoder::new().encode_to_string(&self.0).unwrap_or_default()
    }

    fn add<'a, L: AsRef<[(&'a str, &'a str)]>, V>(
        &mut self,
        name: &str,
        help: &str,
        kind: MetricType,
        values: impl IntoIterator<Item = (L, V)>,
        set: impl Fn(&mut Metric, V),
    ) {
        let metrics: Vec<_> = values
            .into_iter()
            .map(|(labels, value)| {
                let mut metric = Metric::from_label(pairs(labels.as_ref()));
                set(&mut metric, value);
                metric
            })
            .collect();
        if metrics.is_empty() {
            return;
        }
        let mut family = MetricFamily::default();
        family.set_name(name.to_owned());
        family.set_help(help.to_owned());
        family.set_field_type(kind);
        family.set_metric(metrics);
        self.0.push(family);
    }
}

fn histogram(reading: &HistogramReading) -> Histogram {
    let buckets = reading.buckets.iter().map(|(bound, count)| {
        let mut bucket = Bucket::default();
        bucket.set_upper_bound(*bound);
        bucket.set_cumulative_count(*count);
        bucket
    });
    let mut histogram = Histogram::default();
    histogram.set_bucket(buckets.collect());
    histogram.set_sample_count(reading.count);
    histogram.set_sample_sum(reading.sum);
    histogram
}

fn pairs(labels: &[(&str, &str)]) -> Vec<LabelPair> {
    let pair = |(name, value): &(&str, &str)| {
        let mut pair = LabelPair::default();
        pair.set_name((*name).to_owned());
        pair.set_value((*value).to_owned());
        pair
    };
    labels.iter().map(pair).collect()
}

#[allow(clippy::cast_precision_loss)] // Prometheus keeps every number in this form.
fn float(value: u64) -> f64 {
    value as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_counters_and_histograms() {
        let mut document = Document::default();
        document.counter("a_total", "What is counted.", [(&[][..], 7)]);
        let labels = [("of", "a \"b\"\\\n"), ("and", "c")];
        document.counter("b_total", "What is counted.", [(labels, 8)]);
        document.counter("c_total", "Nothing.", Vec::<([(&str, &str); 1], u64)>::new());
        let reading = HistogramReading {
            buckets: vec![(0.0005, 1), (1.0, 2)],
            count: 3,
            sum: 4.25,
        };
        document.histogram("t_seconds", "How long.", [([("route", "/")], reading)]);
        let expected = "# HELP a_total What is counted.\n# TYPE a_total counter\na_total 7\n\
             # HELP b_total What is counted.\n# TYPE b_total counter\n\
             b_total{of=\"a \\\"b\\\"\\\\\\n\",and=\"c\"} 8\n\
             # HELP t_seconds How long.\n# TYPE t_seconds histogram\n\
             t_seconds_bucket{route=\"/\",le=\"0.0005\"} 1\nt_seconds_bucket{route=\"/\",le=\"1\"} 2\n\
             t_seconds_bucket{route=\"/\",le=\"+Inf\"} 3\n\
             t_seconds_sum{route=\"/\"} 4.25\nt_seconds_count{route=\"/\"} 3\n";
        assert_eq!(document.finish(), expected);
    }
}
