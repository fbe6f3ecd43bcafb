//! The text format of Prometheus, version 0.0.4: a line about each metric, then a line for each of its values.

use std::fmt::{Display, Write};

use latchkey_storage::HistogramReading;

/// The media type of the document.
pub(crate) const MEDIA_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Labels of a value: names and what they are.
pub(super) type Labels<'a> = &'a [(&'a str, &'a str)];

/// A document that is being written.
#[derive(Debug, Default)]
pub(super) struct Document(String);

impl Document {
    /// Begins a counter; its values follow.
    pub(super) fn counter(&mut self, name: &str, help: &str) {
        self.begin(name, "counter", help);
    }

    /// Begins a gauge; its values follow.
    pub(super) fn gauge(&mut self, name: &str, help: &str) {
        self.begin(name, "gauge", help);
    }

    /// Begins a histogram; its readings follow.
    pub(super) fn histogram(&mut self, name: &str, help: &str) {
        self.begin(name, "histogram", help);
    }

    /// A value of the metric that was begun.
    pub(super) fn value(&mut self, name: &str, labels: Labels<'_>, value: impl Display) {
        self.line(name, labels, None, &value);
    }

    /// A reading of the histogram that was begun.
    pub(super) fn reading(&mut self, name: &str, labels: Labels<'_>, reading: &HistogramReading) {
        let bucket = format!("{name}_bucket");
        for (bound, count) in &reading.buckets {
            self.line(&bucket, labels, Some(&bound.to_string()), count);
        }
        self.line(&bucket, labels, Some("+Inf"), &reading.count);
        self.value(&format!("{name}_sum"), labels, reading.sum);
        self.value(&format!("{name}_count"), labels, reading.count);
    }

    /// The whole of it.
    pub(super) fn finish(self) -> String {
        self.0
    }

    fn begin(&mut self, name: &str, kind: &str, help: &str) {
        let help = help.replace('\\', "\\\\").replace('\n', "\\n");
        self.write(format_args!("# HELP {name} {help}\n# TYPE {name} {kind}\n"));
    }

    fn line(&mut self, name: &str, labels: Labels<'_>, bound: Option<&str>, value: &dyn Display) {
        self.0.push_str(name);
        let mut separator = '{';
        for (label, text) in labels.iter().copied().chain(bound.map(|bound| ("le", bound))) {
            let text = text
                .replace('\\', "\\\\")
                .replace('"', "\\\"")
                .replace('\n', "\\n");
            self.write(format_args!("{separator}{label}=\"{text}\""));
            separator = ',';
        }
        if separator == ',' {
            self.0.push('}');
        }
        self.write(format_args!(" {value}\n"));
    }

    fn write(&mut self, arguments: std::fmt::Arguments<'_>) {
        // Writing to a string does not fail.
        let _ = self.0.write_fmt(arguments);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_counters_and_histograms() {
        let mut document = Document::default();
        document.counter("a_total", "What is counted.");
        document.value("a_total", &[], 7);
        document.value("a_total", &[("of", "a \"b\"\\\n"), ("and", "c")], 8);
        document.histogram("t_seconds", "How long.");
        let reading = HistogramReading {
            buckets: vec![(0.0005, 1), (1.0, 2)],
            count: 3,
            sum: 4.25,
        };
        document.reading("t_seconds", &[("route", "/")], &reading);
        let expected = "# HELP a_total What is counted.\n# TYPE a_total counter\na_total 7\n\
             a_total{of=\"a \\\"b\\\"\\\\\\n\",and=\"c\"} 8\n\
             # HELP t_seconds How long.\n# TYPE t_seconds histogram\n\
             t_seconds_bucket{route=\"/\",le=\"0.0005\"} 1\nt_seconds_bucket{route=\"/\",le=\"1\"} 2\n\
             t_seconds_bucket{route=\"/\",le=\"+Inf\"} 3\n\
             t_seconds_sum{route=\"/\"} 4.25\nt_seconds_count{route=\"/\"} 3\n";
        assert_eq!(document.finish(), expected);
    }
}
