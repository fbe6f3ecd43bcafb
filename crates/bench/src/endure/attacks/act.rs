//! How the attacker sends requests, with a limit on time and number.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::Result;
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use super::wire::{self, Answers, Request};

/// What the attacker does.
pub(super) enum Act {
    /// Many connections send the request repeatedly and read the answers.
    Repeat {
        request: Request,
        connections: usize,
        /// The most times that each connection sends it.
        times: usize,
        pause: Duration,
    },
    /// Many connections send it and never read.
    Leave { request: Request, connections: usize },
}

/// Attacks for `duration`. Returns the outcome as one line.
pub(super) async fn run(act: &Act, to: SocketAddr, duration: Duration) -> Result<String> {
    let until = Instant::now() + duration;
    match act {
        Act::Repeat {
            request,
            connections,
            times,
            pause,
        } => {
            let mut work = JoinSet::new();
            for number in 0..*connections {
                work.spawn(repeat(number, to, request.clone(), *times, *pause, until));
            }
            let mut answers = Answers::default();
            while let Some(one) = work.join_next().await {
                answers.merge(one?);
            }
            // An attack that ended early is measured for as long as the others.
            tokio::time::sleep_until(until.into()).await;
            Ok(answers.text())
        }
        Act::Leave { request, connections } => {
            let mut work = JoinSet::new();
            for number in 0..*connections {
                let request = request.clone();
                work.spawn(async move { wire::send(number, to, &request).await });
            }
            let mut open = Vec::new();
            while let Some(sent) = work.join_next().await {
                open.extend(sent?.ok());
            }
            tokio::time::sleep_until(until.into()).await;
            let sent = open.len();
            let mut looks: JoinSet<bool> = open.into_iter().map(is_open).collect();
            let mut left = 0;
            while let Some(is_open) = looks.join_next().await {
                left += usize::from(is_open?);
            }
            Ok(format!(
                "{sent} of {connections} sent, {left} open after {} s",
                duration.as_secs()
            ))
        }
    }
}

async fn repeat(
    number: usize,
    to: SocketAddr,
    request: Request,
    times: usize,
    pause: Duration,
    until: Instant,
) -> Answers {
    let mut answers = Answers::default();
    for _ in 0..times {
        if Instant::now() >= until {
            break;
        }
        let answer = match wire::send(number, to, &request).await {
            Ok(stream) => wire::read(stream).await,
            Err(error) => Err(error),
        };
        answers.add(&answer);
        tokio::time::sleep(pause).await;
    }
    answers
}

/// Whether the server has not closed the connection. Reads what the server sent, up to a limit.
async fn is_open(mut stream: TcpStream) -> bool {
    const MOST: usize = 16 * 1_024 * 1_024;

    let mut buffer = vec![0; 64 * 1_024];
    let mut read = 0;
    while read < MOST {
        match tokio::time::timeout(Duration::from_millis(200), stream.read(&mut buffer)).await {
            Ok(Ok(0) | Err(_)) => return false,
            Ok(Ok(bytes)) => read += bytes,
            Err(_) => return true,
        }
    }
    true
}
