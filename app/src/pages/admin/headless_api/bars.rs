//! A bar chart over time, as SVG without scripts or inline styles.

use std::time::Duration;

use latchkey_domain::Timestamp;
use latchkey_registration::RequestCount;
use leptos::prelude::*;

use super::number::grouped;
use crate::time::hour;

/// The height of the tallest bar. The picture is stretched to the available space.
const HEIGHT: u64 = 100;

/// The width of a bar within its step. The rest is the gap to the next.
const STEP: u64 = 10;
const BAR: u64 = 8;

/// The data of a chart.
pub(super) struct Bars<'a> {
    /// The class, for styles.
    pub(super) class: &'static str,
    /// A description, for screen readers.
    pub(super) label: String,
    /// The length of a step.
    pub(super) step: Duration,
    /// The start of the first step.
    pub(super) from: Timestamp,
    /// One bar per step.
    pub(super) steps: &'a [RequestCount],
}

/// Draws one bar per step, relative to the highest. Failures are its upper part.
pub(super) fn bars(bars: &Bars<'_>) -> impl IntoView + use<> {
    let highest = bars
        .steps
        .iter()
        .map(|count| count.requests)
        .max()
        .unwrap_or(0)
        .max(1);
    let width = STEP * u64::try_from(bars.steps.len()).unwrap_or(0);
    let mut start = bars.from;
    let mut drawn = Vec::with_capacity(bars.steps.len());
    for (index, count) in (0_u64..).zip(bars.steps) {
        let x = index * STEP + (STEP - BAR) / 2;
        drawn.push(bar(*count, highest, x, start));
        start = start.plus(bars.step);
    }
    view! {
        <svg
            class=bars.class
            viewBox=format!("0 0 {width} {HEIGHT}")
            preserveAspectRatio="none"
            role="img"
            aria-label=bars.label.clone()
        >
            {drawn}
        </svg>
    }
}

fn bar(count: RequestCount, highest: u64, x: u64, start: Timestamp) -> Option<impl IntoView + use<>> {
    if count.requests == 0 {
        return None;
    }
    // Even the smallest count stays visible beside the highest.
    let height = scaled(count.requests, highest).max(2);
    let failed = if count.failures == 0 {
        0
    } else {
        scaled(count.failures, highest).max(2).min(height)
    };
    let text = format!(
        "From {}: {} {}, {} with errors",
        hour(start),
        grouped(count.requests),
        if count.requests == 1 {
            "request"
        } else {
            "requests"
        },
        grouped(count.failures)
    );
    let part = |class: &'static str, y: u64, height: u64| {
        (height > 0).then(|| view! { <rect class=class x=x.to_string() y=y.to_string() width=BAR.to_string() height=height.to_string() /> })
    };
    Some(view! {
        <g>
            <title>{text}</title>
            {part("bar", HEIGHT - height + failed, height - failed)}
            {part("bar bar-failed", HEIGHT - height, failed)}
        </g>
    })
}

fn scaled(part: u64, highest: u64) -> u64 {
    let scaled = u128::from(part) * u128::from(HEIGHT) / u128::from(highest.max(1));
    u64::try_from(scaled).unwrap_or(HEIGHT).min(HEIGHT)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(steps: &[RequestCount]) -> String {
        bars(&Bars {
            class: "bars",
            label: "Requests".into(),
            step: Duration::from_secs(3_600),
            from: Timestamp::from_millis(1_800_000_000_000),
            steps,
        })
        .to_html()
    }

    #[test]
    fn bars_are_as_high_as_their_part() {
        let count = |requests, failures| RequestCount { requests, failures };
        let svg = drawn(&[count(50, 0), count(0, 0), count(100, 25)]);
        assert!(svg.contains("viewBox=\"0 0 30 100\""), "{svg}");
        assert!(
            svg.contains("x=\"1\" y=\"50\" width=\"8\" height=\"50\""),
            "{svg}"
        );
        assert!(
            svg.contains("x=\"21\" y=\"25\" width=\"8\" height=\"75\""),
            "{svg}"
        );
        assert!(
            svg.contains("x=\"21\" y=\"0\" width=\"8\" height=\"25\""),
            "{svg}"
        );
        assert_eq!(svg.matches("<g>").count(), 2, "nothing is drawn for nothing");
        assert!(svg.contains("100 requests, 25 with errors"), "{svg}");
    }

    #[test]
    fn little_is_seen_and_nothing_overflows() {
        let svg = drawn(&[
            RequestCount {
                requests: u64::MAX,
                failures: u64::MAX,
            },
            RequestCount {
                requests: 1,
                failures: 1,
            },
        ]);
        assert!(svg.contains("y=\"0\" width=\"8\" height=\"100\""), "{svg}");
        assert!(svg.contains("y=\"98\" width=\"8\" height=\"2\""), "{svg}");
        assert_eq!(drawn(&[]).matches("<g>").count(), 0);
    }
}
