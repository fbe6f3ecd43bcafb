//! The demonstration's use of the Headless API: a plausible month, the same each time.

use latchkey_domain::{Application, Timestamp};
use latchkey_storage::UsageCount;

use super::HOUR;
use super::chance::Chance;

const HOURS: u32 = 30 * 24;

/// The last thirty days before `now`. Each of `applications` makes its usual number of requests from its given time on,
/// until it is paused.
pub(super) fn month<'a>(
    applications: impl Iterator<Item = (usize, &'a Application, Timestamp)>,
    now: Timestamp,
) -> Vec<UsageCount> {
    let mut chance = Chance::new(30);
    let this_hour = now.start_of(HOUR);
    let mut counts = Vec::new();
    for (usual, application, from) in applications {
        let until = application.paused_at.unwrap_or(now);
        for hours_ago in (1..=HOURS).rev() {
            let hour = this_hour.minus(HOUR * hours_ago);
            let requests = usual * daylight(hour) / 100 * (60 + chance.below(80)) / 100;
            // Few requests fail, with more on one day: an integrator tried something.
            let failures = match hours_ago {
                100..=108 => requests / 4,
                _ if chance.below(12) == 0 => requests / 20,
                _ => 0,
            };
            if requests > 0 && (from..until).contains(&hour) {
                counts.push(UsageCount {
                    client_id: application.client_id.clone(),
                    hour,
                    requests: requests as u64,
                    failures: failures as u64,
                });
            }
        }
    }
    counts
}

/// How active the members are, in percent.
fn daylight(hour: Timestamp) -> usize {
    match hour.as_secs().rem_euclid(86_400) / 3_600 {
        0..=5 => 8,
        6..=7 => 40,
        8..=11 => 90,
        12..=13 => 110,
        14..=17 => 85,
        18..=21 => 130,
        _ => 50,
    }
}
