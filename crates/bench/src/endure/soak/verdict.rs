//! The checks at the end of a soak.

use std::borrow::Borrow;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};

use super::client::{BARE, KINDS};
use super::{CAUGHT_UP, Sample, Sweep, WINDOW};
use crate::statistics::median;

/// How much memory may grow between the warm-up and the end.
const MEMORY: f64 = 1.2;
/// How much slower the slowest answers may be in the last fifth than in the first, and during a purge than without.
const LATENCY: f64 = 1.5;
/// How much larger database and log may be in the last fifth than when retention had caught up. After that, deletions
/// match new records and `SQLite` reuses freed pages, so the size should stay the same. The tenth allows for the minute
/// between purges, and for the log, which is as long as the longest wait for a checkpoint made it. A server that
/// deleted nothing would grow 1.7 times in a run of fifteen minutes.
const DISK: f64 = 1.1;
/// With fewer windows, the result says more about the machine than about purging.
const ENOUGH: usize = 4;
/// How many windows determine the size when it had caught up.
const BEAT: usize = 6;

/// A row of the table.
struct Line {
    what: String,
    before: f64,
    after: f64,
    limit: Option<f64>,
    /// The change of the bare endpoint, caused by the machine itself. A change up to this factor proves nothing.
    excuse: f64,
}

impl Line {
    fn verdict(&self) -> &'static str {
        let ratio = self.after / self.before;
        match self.limit {
            None => "",
            Some(limit) if ratio <= limit => "good",
            Some(limit) if ratio <= limit * self.excuse => "unclear",
            Some(_) => "WRONG",
        }
    }

    fn print(&self) {
        let limit = self.limit.map_or("-".to_owned(), |limit| format!("{limit:.2}"));
        println!(
            "| {} | {:.2} | {:.2} | {:.2} | {limit} | {} |",
            self.what,
            self.before,
            self.after,
            self.after / self.before,
            self.verdict()
        );
    }
}

/// Compares the last fifth with the first after the warm-up, which is two minutes, or a fifth of a short run.
pub(super) fn judge(samples: &[Sample], sweeps: &[Sweep], started: Instant) -> Result<()> {
    let warm = usize::try_from(120 / WINDOW.as_secs())?.min(samples.len() / 5);
    let counted = &samples[warm..];
    let fifth = (counted.len() / 5).max(1);
    ensure!(counted.len() > fifth, "the run was too short to compare anything");
    let (first, last) = (&counted[..fifth], &counted[counted.len() - fifth..]);

    let mut lines = vec![
        line("memory MB", first, last, &|sample| sample.memory, Some(MEMORY)),
        line("open files", first, last, &open_files, Some(1.0)),
    ];
    lines.extend(latencies(first, last, "p99 ms"));
    println!(
        "\n| medians of the windows | first fifth after warm-up | last fifth | ratio | at most | |\n|---|---|---|---|---|---|"
    );
    lines.iter().for_each(Line::print);

    let (busy, quiet) = while_purging(counted, sweeps);
    let deleted: u64 = sweeps.iter().map(|sweep| sweep.grants).sum();
    let took: Duration = sweeps.iter().map(|sweep| sweep.took).sum();
    println!(
        "\nPurging: {} times, {deleted} grants in {:.0} s; {} windows in which it went on half of the time or more, {} in \
         which it hardly did.",
        sweeps.len(),
        took.as_secs_f64(),
        busy.len(),
        quiet.len()
    );
    if busy.len().min(quiet.len()) >= ENOUGH {
        let those = latencies(&quiet, &busy, "p99 ms while it purges");
        println!(
            "\n| medians of the windows | quiet | purging | ratio | at most | |\n|---|---|---|---|---|---|"
        );
        those.iter().for_each(Line::print);
        lines.extend(those);
    }

    let sizes: Vec<Size> = samples.iter().map(|sample| Size::of(sample, started)).collect();
    match disk(&sizes) {
        Some(disk) => {
            println!(
                "\n| largest of the windows | when retention had caught up | last fifth | ratio | at most | |\n|---|---|---|---|---|---|"
            );
            disk.print();
            lines.push(disk);
            ensure!(deleted > 0, "nothing was deleted");
        }
        None => println!(
            "\nDatabase and log are not judged: retention catches up after {} minutes, and the run has to go on for some more.",
            CAUGHT_UP.as_secs() / 60
        ),
    }
    conclude(&lines)
}

fn conclude(lines: &[Line]) -> Result<()> {
    let those = |verdict: &str| {
        let lines = lines.iter().filter(|line| line.verdict() == verdict);
        lines
            .map(|line| line.what.as_str())
            .collect::<Vec<_>>()
            .join("; ")
    };
    let (wrong, unclear) = (those("WRONG"), those("unclear"));
    ensure!(wrong.is_empty(), "these crept up: {wrong}");
    ensure!(
        unclear.is_empty(),
        "the machine was not quiet (see the bare endpoint), so this is not shown: {unclear}"
    );
    Ok(())
}

#[allow(clippy::cast_precision_loss)]
// A handful.
fn open_files(sample: &Sample) -> f64 {
    sample.files as f64
}

fn line<S: Borrow<Sample>>(
    what: &str,
    before: &[S],
    after: &[S],
    of: &dyn Fn(&Sample) -> f64,
    limit: Option<f64>,
) -> Line {
    let middle = |samples: &[S]| {
        median(
            &samples
                .iter()
                .map(|sample| of(sample.borrow()))
                .collect::<Vec<_>>(),
        )
    };
    Line {
        what: what.to_owned(),
        before: middle(before),
        after: middle(after),
        limit,
        excuse: 1.0,
    }
}

/// p99 of each kind.
fn latencies<S: Borrow<Sample>>(before: &[S], after: &[S], unit: &str) -> Vec<Line> {
    let p99 =
        |kind: &'static str| move |sample: &Sample| sample.times.get(kind).map_or(f64::NAN, |times| times.1);
    let machine = line(BARE, before, after, &p99(BARE), None);
    let excuse = machine.after / machine.before;
    let kinds = KINDS.iter().map(|kind| {
        let limit = (*kind != BARE).then_some(LATENCY);
        let what = format!("{kind}, {unit}");
        Line {
            excuse,
            ..line(&what, before, after, &p99(kind), limit)
        }
    });
    kinds.collect()
}

/// The windows in which the server purged for at least half of the time, and those in which it hardly did.
fn while_purging<'a>(samples: &'a [Sample], sweeps: &[Sweep]) -> (Vec<&'a Sample>, Vec<&'a Sample>) {
    let share = |sample: &Sample| {
        let went_on = sweeps
            .iter()
            .map(|sweep| sweep.within(sample.began, sample.ended));
        went_on.sum::<Duration>().as_secs_f64() / (sample.ended - sample.began).as_secs_f64()
    };
    let busy = samples.iter().filter(|sample| share(sample) >= 0.5).collect();
    let quiet = samples.iter().filter(|sample| share(sample) <= 0.1).collect();
    (busy, quiet)
}

/// The size of database and log, and the number of answers, in a window.
#[derive(Clone, Copy, Debug)]
struct Size {
    after: Duration,
    disk: f64,
    answers: f64,
}

impl Size {
    #[allow(clippy::cast_precision_loss)]
    // A few thousand.
    fn of(sample: &Sample, started: Instant) -> Self {
        Self {
            after: sample.ended - started,
            disk: sample.disk,
            answers: sample.answers as f64,
        }
    }
}

/// Compares the largest size in the last fifth with the largest just before retention had caught up; `None` if the run
/// was too short. The amount of data follows the rate of answers in the minutes before, which depends on the machine:
/// if the rate was higher later, the limit is higher by the same factor.
fn disk(sizes: &[Size]) -> Option<Line> {
    let caught_up = sizes.iter().position(|size| size.after >= CAUGHT_UP)? + 1;
    let last = sizes.len() - (sizes.len() / 5).max(1);
    if last < caught_up {
        return None;
    }
    let largest = |sizes: &[Size]| sizes.iter().map(|size| size.disk).fold(f64::NAN, f64::max);
    // Over as many windows as a grant lives.
    let rate = |end: usize| {
        let lived = &sizes[end.saturating_sub(caught_up)..end];
        lived.iter().map(|size| size.answers).sum::<f64>()
    };
    let busiest = (caught_up..=sizes.len()).map(rate).fold(0.0, f64::max);
    Some(Line {
        what: "database and log MB".to_owned(),
        before: largest(&sizes[caught_up.saturating_sub(BEAT)..caught_up]),
        after: largest(&sizes[last..]),
        limit: Some(DISK * busiest / rate(caught_up)),
        excuse: 1.0,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Fifteen minutes in windows of ten seconds.
    fn run(disk: impl Fn(f64) -> f64, answers: impl Fn(f64) -> f64) -> Vec<Size> {
        (1..=90)
            .map(|window| {
                let after = WINDOW * window;
                let minute = after.as_secs_f64() / 60.0;
                Size {
                    after,
                    disk: disk(minute),
                    answers: answers(minute),
                }
            })
            .collect()
    }

    fn verdict(sizes: &[Size]) -> &'static str {
        disk(sizes).unwrap().verdict()
    }

    #[test]
    fn a_database_that_stops_growing_is_good() {
        let plateau = |minute: f64| minute.min(7.5) * 10.0;
        assert_eq!(verdict(&run(plateau, |_| 1.0)), "good");
        // The variation within a minute, and free pages.
        let beats = |minute: f64| plateau(minute) + (minute % 1.0) * 5.0;
        assert_eq!(verdict(&run(beats, |_| 1.0)), "good");
    }

    #[test]
    fn one_that_goes_on_growing_is_not() {
        assert_eq!(verdict(&run(|minute| minute * 10.0, |_| 1.0)), "WRONG");
        let slowly = |minute: f64| minute.min(8.0) * 10.0 + minute * 2.0;
        assert_eq!(verdict(&run(slowly, |_| 1.0)), "WRONG");
    }

    #[test]
    fn more_work_may_take_more_room_and_less_work_is_no_excuse() {
        let grows = |minute: f64| if minute < 9.0 { 80.0 } else { 110.0 };
        assert_eq!(
            verdict(&run(grows, |minute| if minute < 8.0 { 1.0 } else { 1.5 })),
            "good"
        );
        assert_eq!(
            verdict(&run(grows, |minute| if minute < 8.0 { 1.0 } else { 0.5 })),
            "WRONG"
        );
    }

    #[test]
    fn a_short_run_says_nothing_of_it() {
        let sizes = run(|_| 1.0, |_| 1.0);
        assert!(disk(&sizes[..47]).is_none());
        assert!(disk(&sizes[..50]).is_none(), "the last fifth begins before that");
        assert!(disk(&sizes[..60]).is_some());
    }
}
