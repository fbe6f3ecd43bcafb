//! `/admin/headless-api`: the API's URL, and how much each application uses it.

mod bars;
pub(crate) mod explorer;
mod number;

use latchkey_domain::{Timestamp, counted};
use latchkey_registration::{ApplicationUsage, Period, RequestCount, UsageReport};
use leptos::prelude::*;

use self::bars::{Bars, bars};
use self::number::grouped;
use crate::components::frame::Frame;
use crate::components::navigation::{AdminSection, Level, Visitor};
use crate::pages::admin::settings::oauth_applications::address;
use crate::time::{hour, iso};

const PATH: &str = AdminSection::HeadlessApi.path();

/// The API's URL and its use.
#[derive(Clone, Debug)]
pub struct UsagePage {
    /// Loads the script `copy.js`.
    pub frame: Frame,
    pub visitor: Visitor,
    /// The full URL of the endpoint.
    pub endpoint: String,
    pub report: UsageReport,
}

impl UsagePage {
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
            AdminSection::HeadlessApi,
            Level::Section,
            view! {
                <header class="page-header">
                    <div>
                        <h1 class="page-title">"Headless API"</h1>
                        <p class="page-lead">
                            "Applications read and write the network's content here, within the scopes that members granted."
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
    let total = RequestCount::sum(&report.steps);
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
            <a href=format!("{PATH}?period={}", period.id()) aria-current=chosen>
                {period.label()}
            </a>
        }
    };
    view! {
        <nav class="segments" aria-label="Period">
            {Period::ALL.into_iter().map(entry).collect_view()}
        </nav>
    }
}

/// The period that the URL names, or the default.
pub fn period_of(name: Option<&str>) -> Period {
    name.and_then(|name| name.parse().ok()).unwrap_or_default()
}

fn nothing(period: Period) -> AnyView {
    view! {
        <div class="empty">
            <h3>"No requests in the last " {period.label()}</h3>
            <p class="muted">
                "Requests appear here when an application calls the API with a member's token. To send one now, open the "
                <a href=format!("{PATH}/explorer")>"explorer"</a> "."
            </p>
        </div>
    }
    .into_any()
}

fn everything(report: &UsageReport, total: RequestCount) -> AnyView {
    let (period, from) = (report.period, report.from);
    let chart = |steps: &[RequestCount], label: String, class: &'static str| {
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
        view! { <p class="muted usage-more">"and " {counted(report.more, "more application")} ", included in the total"</p> }
    });
    let peak = report.steps.iter().map(|count| count.requests).max().unwrap_or(0);
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
                {chart(&report.steps, format!("Requests of all applications in the last {}", period.label()), "bars")}
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

fn row(usage: &ApplicationUsage, chart: impl Fn(&[RequestCount], String) -> AnyView) -> AnyView {
    let total = RequestCount::sum(&usage.steps);
    let name = usage.application.spec.name.to_string();
    let client_id = usage.application.client_id.as_str();
    let peak = format!("Requests of {name}");
    let chart = chart(&usage.steps, peak);
    view! {
        <li class="usage-row">
            <span class="usage-name">
                <a href=address::activity(client_id)>{name}</a>
                <span class="muted">{failures(total)}</span>
            </span>
            {chart}
            <strong class="usage-count">{grouped(total.requests)}</strong>
        </li>
    }
    .into_any()
}

fn failures(count: RequestCount) -> String {
    match count.failures {
        0 => String::new(),
        failures => format!(", {} with errors", grouped(failures)),
    }
}

/// The chart as a table for screen readers: a row for each step that is not empty.
fn table(report: &UsageReport) -> impl IntoView + use<> {
    let step = report.period.step();
    let mut start: Timestamp = report.from;
    let mut rows = Vec::new();
    for count in &report.steps {
        if count.requests > 0 {
            rows.push(view! {
                <tr>
                    <td>
                        <time datetime=iso(start)>{hour(start)}</time>
                    </td>
                    <td>{grouped(count.requests)}</td>
                    <td>{grouped(count.failures)}</td>
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{application, assert_sound, frame, visitor};

    fn page(steps: Vec<RequestCount>, applications: Vec<ApplicationUsage>, more: usize) -> String {
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

    fn count(requests: u64, failures: u64) -> RequestCount {
        RequestCount { requests, failures }
    }

    #[test]
    fn an_empty_period_says_so() {
        let html = page(vec![RequestCount::default(); 28], vec![], 0);
        assert!(html.contains("No requests in the last 7 days"));
        assert!(html.contains("https://net.example/networks/club/graphql/schema"));
        assert!(!html.contains("<svg"));
    }

    #[test]
    fn each_application_has_its_total() {
        let mut steps = vec![RequestCount::default(); 28];
        steps[27] = count(1_200, 34);
        let usage = ApplicationUsage {
            application: application("Mobile <b>App"),
            steps: steps.clone(),
        };
        let html = page(steps, vec![usage], 2);
        for text in [
            "<strong>1,200</strong>",
            ", 34 with errors",
            "Mobile &lt;b&gt;App",
            "and 2 more applications",
            "aria-current=\"page\">7 days</a>",
            "<td>1,200</td><td>34</td>",
        ] {
            assert!(html.contains(text), "{text} in {html}");
        }
        assert_eq!(html.matches("<svg").count(), 2);
    }

    #[test]
    fn periods_have_names() {
        for period in Period::ALL {
            assert_eq!(period_of(Some(period.id())), period);
        }
        assert_eq!(period_of(None), Period::Week);
        assert_eq!(period_of(Some("for ever")), Period::Week);
    }
}
