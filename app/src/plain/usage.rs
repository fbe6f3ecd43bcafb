//! `/admin/headless-api`: where the API is, and who uses it how much.

use latchkey_domain::Timestamp;
use latchkey_registration::{ApplicationUsage, Period, Tally, UsageReport};
use leptos::prelude::*;

use super::activity;
use super::bars::{Bars, bars};
use super::layout::{Frame, Section, Visitor};
use super::when::{hour, iso};

/// Where the page is.
pub(super) const PATH: &str = "/admin/headless-api";

/// The API's address and its use.
#[derive(Clone, Debug)]
pub struct UsagePage {
    /// What stands around it; with the script `copy.js`.
    pub frame: Frame,
    /// Who is signed in.
    pub visitor: Visitor,
    /// The whole address of the endpoint.
    pub endpoint: String,
    /// What is shown.
    pub report: UsageReport,
}

impl UsagePage {
    /// The document.
    pub fn to_html(self) -> String {
        let Self {
            frame,
            visitor,
            endpoint,
            report,
        } = self;
        frame.admin(
            "Headless API",
            visitor,
            Section::HeadlessApi,
            view! {
                <header class="page-header">
                    <div>
                        <h1 class="page-title">"Headless API"</h1>
                        <p class="page-lead">
                            "Applications read and write the network's content here, with what members granted them."
                        </p>
                    </div>
                    <a class="button button-primary" href=format!("{PATH}/explorer")>
                        "Open the explorer"
                    </a>
                </header>
                {address(endpoint)}
                {usage(&report)}
            },
        )
    }
}

fn address(endpoint: String) -> impl IntoView {
    let schema = format!("{endpoint}/schema");
    view! {
        <section class="card" aria-labelledby="endpoint-title">
            <header class="card-header">
                <h2 class="card-name" id="endpoint-title">
                    "Endpoint"
                </h2>
            </header>
            <dl class="facts">
                <div class="fact">
                    <dt>"GraphQL"</dt>
                    <dd class="value-row">
                        <code class="mono value" translate="no" id="endpoint">
                            {endpoint}
                        </code>
                        <button type="button" class="button button-quiet" data-copy="#endpoint" hidden>
                            "Copy"
                        </button>
                    </dd>
                </div>
                <div class="fact">
                    <dt>"Schema"</dt>
                    <dd>
                        <a href=schema.clone() translate="no">{schema.clone()}</a>
                    </dd>
                </div>
                <div class="fact">
                    <dt>"Authorization"</dt>
                    <dd>
                        <code class="mono" translate="no">"Bearer ACCESS_TOKEN"</code>
                        ", a token of an application from "
                        <a href="/admin/settings/oauth-applications">"OAuth Applications"</a>
                    </dd>
                </div>
            </dl>
        </section>
    }
}

fn usage(report: &UsageReport) -> impl IntoView + use<> {
    let total = Tally::sum(&report.steps);
    let content = if total.requests == 0 {
        nothing(report.period)
    } else {
        everything(report, total)
    };
    view! {
        <section class="usage" aria-labelledby="usage-title">
            <header class="usage-header">
                <h2 id="usage-title">"Requests"</h2>
                {periods(report.period)}
            </header>
            {content}
        </section>
    }
}

fn periods(current: Period) -> impl IntoView {
    let entry = |period: Period| {
        let chosen = (period == current).then_some("page");
        view! {
            <a href=format!("{PATH}?period={}", id(period)) aria-current=chosen>
                {words(period)}
            </a>
        }
    };
    view! {
        <nav class="segments" aria-label="Period">
            {Period::ALL.iter().map(|period| entry(*period)).collect_view()}
        </nav>
    }
}

/// The name of a period in the address.
pub(super) const fn id(period: Period) -> &'static str {
    match period {
        Period::Day => "day",
        Period::Week => "week",
        Period::Month => "month",
    }
}

/// The period that the address names; the usual one if it names none.
pub fn period_of(name: Option<&str>) -> Period {
    let named = Period::ALL.iter().find(|period| Some(id(**period)) == name);
    named.copied().unwrap_or_default()
}

const fn words(period: Period) -> &'static str {
    match period {
        Period::Day => "24 hours",
        Period::Week => "7 days",
        Period::Month => "30 days",
    }
}

fn nothing(period: Period) -> AnyView {
    view! {
        <div class="empty">
            <h3>"No requests in the last " {words(period)}</h3>
            <p class="muted">
                "As soon as an application calls the API with a member's token, you see here how much. The quickest way is the "
                <a href=format!("{PATH}/explorer")>"explorer"</a> "."
            </p>
        </div>
    }
    .into_any()
}

fn everything(report: &UsageReport, total: Tally) -> AnyView {
    let (period, from) = (report.period, report.from);
    let chart = |steps: &[Tally], label: String, class: &'static str| {
        bars(&Bars {
            class,
            label,
            step: period.step(),
            from,
            steps,
        })
    };
    let rows = report
        .applications
        .iter()
        .map(|usage| {
            row(usage, |steps, label| {
                chart(steps, label, "bars bars-small").into_any()
            })
        })
        .collect_view();
    let end = from.plus(period.step() * period.steps());
    let more = (report.more > 0).then(|| {
        view! { <p class="muted usage-more">"and " {report.more.to_string()} " more applications, which are in the sum"</p> }
    });
    let peak = report.steps.iter().map(|tally| tally.requests).max().unwrap_or(0);
    view! {
        <div class="usage-total card">
            <p class="usage-figures">
                <strong>{grouped(total.requests)}</strong>
                " "
                {if total.requests == 1 { "request" } else { "requests" }}
                <span class="muted">{failures(total)}</span>
            </p>
            <div class="usage-chart">
                <span class="usage-peak muted" aria-hidden="true">{grouped(peak)}</span>
                {chart(&report.steps, format!("Requests of all applications in the last {}", words(period)), "bars")}
                <p class="usage-axis muted" aria-hidden="true">
                    <time datetime=iso(from)>{hour(from)}</time>
                    <time datetime=iso(end)>"now"</time>
                </p>
            </div>
        </div>
        <ul class="usage-list">{rows}</ul>
        {more}
        {table(report)}
    }
    .into_any()
}

fn row(usage: &ApplicationUsage, chart: impl Fn(&[Tally], String) -> AnyView) -> AnyView {
    let total = Tally::sum(&usage.steps);
    let name = usage.application.spec.name.to_string();
    let client_id = usage.application.client_id.as_str();
    let peak = format!("Requests of {name}");
    let chart = chart(&usage.steps, peak);
    view! {
        <li class="usage-row">
            <span class="usage-name">
                <a href=activity::address(client_id)>{name}</a>
                <span class="muted">{failures(total)}</span>
            </span>
            {chart}
            <strong class="usage-count">{grouped(total.requests)}</strong>
        </li>
    }
    .into_any()
}

fn failures(tally: Tally) -> String {
    match tally.failures {
        0 => String::new(),
        failures => format!(", {} with errors", grouped(failures)),
    }
}

/// The same for those who do not see the bars: a row for each step in which there was something.
fn table(report: &UsageReport) -> impl IntoView + use<> {
    let step = report.period.step();
    let mut start: Timestamp = report.from;
    let mut rows = Vec::new();
    for tally in &report.steps {
        if tally.requests > 0 {
            rows.push(view! {
                <tr>
                    <td>
                        <time datetime=iso(start)>{hour(start)}</time>
                    </td>
                    <td>{grouped(tally.requests)}</td>
                    <td>{grouped(tally.failures)}</td>
                </tr>
            });
        }
        start = start.plus(step);
    }
    view! {
        <details class="usage-table">
            <summary>"All applications together, as a table"</summary>
            <table>
                <thead>
                    <tr>
                        <th scope="col">"From (UTC)"</th>
                        <th scope="col">"Requests"</th>
                        <th scope="col">"With errors"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </details>
    }
}

/// `12345` as `12,345`.
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::super::layout::tests::{application, assert_sound, frame, visitor};
    use super::*;

    fn page(steps: Vec<Tally>, applications: Vec<ApplicationUsage>, more: usize) -> String {
        let html = UsagePage {
            frame: frame(),
            visitor: visitor(true),
            endpoint: "https://net.example/networks/club/graphql".into(),
            report: UsageReport {
                period: Period::Week,
                from: Timestamp::from_millis(1_800_000_000_000),
                steps,
                applications,
                more,
            },
        }
        .to_html();
        assert_sound(&html);
        html
    }

    fn tally(requests: u64, failures: u64) -> Tally {
        Tally { requests, failures }
    }

    #[test]
    fn nothing_is_said_in_words() {
        let html = page(vec![Tally::default(); 28], vec![], 0);
        assert!(html.contains("No requests in the last 7 days"));
        assert!(html.contains("https://net.example/networks/club/graphql/schema"));
        assert!(!html.contains("<svg"));
    }

    #[test]
    fn each_application_stands_with_its_sum() {
        let mut steps = vec![Tally::default(); 28];
        steps[27] = tally(1_200, 34);
        let usage = ApplicationUsage {
            application: application("Mobile <b>App"),
            steps: steps.clone(),
        };
        let html = page(steps, vec![usage], 2);
        for words in [
            "<strong>1,200</strong>",
            ", 34 with errors",
            "Mobile &lt;b&gt;App",
            "and 2 more applications",
            "aria-current=\"page\">7 days</a>",
            "<td>1,200</td><td>34</td>",
        ] {
            assert!(html.contains(words), "{words} in {html}");
        }
        assert_eq!(html.matches("<svg").count(), 2);
    }

    #[test]
    fn periods_have_names() {
        for period in Period::ALL {
            assert_eq!(period_of(Some(id(*period))), *period);
        }
        assert_eq!(period_of(None), Period::Week);
        assert_eq!(period_of(Some("for ever")), Period::Week);
    }

    #[test]
    fn digits_are_grouped() {
        for (number, text) in [
            (0, "0"),
            (999, "999"),
            (1_000, "1,000"),
            (12_345_678, "12,345,678"),
        ] {
            assert_eq!(grouped(number), text);
        }
    }
}
