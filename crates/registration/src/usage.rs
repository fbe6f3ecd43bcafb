//! How much applications use the Headless API, for hosts.

use std::collections::BTreeMap;
use std::time::Duration;

use latchkey_domain::{Application, ClientId, PageRequest, Timestamp, named};

use crate::{Caller, Registrar, RegistrationError};

const HOUR: Duration = Duration::from_secs(60 * 60);

/// The most applications in a report. The rest is included in the totals.
const MOST_LISTED: usize = 50;

/// The most applications to choose from.
const MOST_CHOICES: u32 = 200;

named! {
    /// How far a report goes back. The shortest comes first.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
    pub enum Period: "a period" {
        /// By the hour.
        Day = "day" "24 hours",
        /// By the quarter of a day.
        #[default]
        Week = "week" "7 days",
        /// By the day.
        Month = "month" "30 days",
    }
}

impl Period {
    /// The length of a step of the report.
    pub const fn step(self) -> Duration {
        match self {
            Self::Day => HOUR,
            Self::Week => Duration::from_secs(6 * 60 * 60),
            Self::Month => Duration::from_secs(24 * 60 * 60),
        }
    }

    /// How many steps it has.
    pub const fn steps(self) -> u32 {
        match self {
            Self::Day => 24,
            Self::Week => 28,
            Self::Month => 30,
        }
    }
}

/// The requests in a step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RequestCount {
    /// Requests with a valid token.
    pub requests: u64,
    /// How many of them had errors in the answer.
    pub failures: u64,
}

impl RequestCount {
    fn add(&mut self, other: Self) {
        self.requests = self.requests.saturating_add(other.requests);
        self.failures = self.failures.saturating_add(other.failures);
    }

    /// The sum of `counts`.
    pub fn sum(counts: &[Self]) -> Self {
        let mut sum = Self::default();
        for one in counts {
            sum.add(*one);
        }
        sum
    }
}

/// One application's use of the API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApplicationUsage {
    /// The application.
    pub application: Application,
    /// A count for each step.
    pub steps: Vec<RequestCount>,
}

/// The use of the API over a period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsageReport {
    /// How far it goes back.
    pub period: Period,
    /// When the first step starts. The last step is still running.
    pub from: Timestamp,
    /// A count for each step, of all applications together.
    pub steps: Vec<RequestCount>,
    /// The applications that made requests, those with the most first.
    pub applications: Vec<ApplicationUsage>,
    /// How many more applications made requests.
    pub more: usize,
}

impl Registrar {
    /// The use of the API during the last `period`.
    pub async fn usage(&self, caller: &Caller, period: Period) -> Result<UsageReport, RegistrationError> {
        Self::check_caller(caller)?;
        let step = period.step();
        let count = usize::try_from(period.steps()).unwrap_or(0);
        let until = self.clock.now().start_of(step).plus(step);
        let from = until.minus(step * period.steps());
        let mut steps = vec![RequestCount::default(); count];
        let mut by_application: BTreeMap<String, (ClientId, Vec<RequestCount>)> = BTreeMap::new();
        for counted in self.store.usage(from, until).await? {
            let index = counted.hour.since(from).as_millis() / step.as_millis().max(1);
            let requests = RequestCount {
                requests: counted.requests,
                failures: counted.failures,
            };
            let (_, own) = by_application
                .entry(counted.client_id.to_string())
                .or_insert_with(|| (counted.client_id, vec![RequestCount::default(); count]));
            if let Ok(index) = usize::try_from(index)
                && index < count
            {
                own[index].add(requests);
                steps[index].add(requests);
            }
        }
        let mut used: Vec<_> = by_application.into_values().collect();
        used.sort_by_key(|(_, steps)| std::cmp::Reverse(RequestCount::sum(steps).requests));
        let more = used.len().saturating_sub(MOST_LISTED);
        let mut applications = Vec::new();
        for (client_id, steps) in used.into_iter().take(MOST_LISTED) {
            // Skip an application that was deleted meanwhile.
            if let Some(application) = self.store.application(&client_id).await? {
                applications.push(ApplicationUsage { application, steps });
            }
        }
        Ok(UsageReport {
            period,
            from,
            steps,
            applications,
            more,
        })
    }

    /// Applications to choose from, newest first, and whether there are more.
    pub async fn choices(&self, caller: &Caller) -> Result<(Vec<Application>, bool), RegistrationError> {
        Self::check_caller(caller)?;
        let page = self
            .store
            .applications(
                &latchkey_domain::ListQuery::default(),
                PageRequest::new(1, MOST_CHOICES),
                self.clock.now(),
            )
            .await?;
        let more = page.total > u64::from(MOST_CHOICES);
        let applications = page
            .items
            .into_iter()
            .map(|listing| listing.application)
            .collect();
        Ok((applications, more))
    }
}
