//! What the attacker does with his requests, for a bounded time and number.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::Result;
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use super::wire::{self, Answers, Request};

/// What is done.
pub(super) enum Act {
    /// So many connections send it again and again, and read the answers.
    Ask {
        request: Request,
        connections: usize,
        /// How often each sends it at most.
        times: usize,
        pause: Duration,
    },
    /// So many connections send it, and never read.
    Leave { request: Request, connections: usize },
}

/// Attacks for so long; what came of it, in a line.
pub(super) async fn run(act: &Act, to: SocketAddr, duration: Duration) -> Result<String> {
    let until = Instant::now() + duration;
    match act {
        Act::Ask {
            request,
            connections,
            times,
            pause,
        } => {
            let mut work = JoinSet::new();
            for number in 0..*connections {
                work.spawn(ask(number, to, request.clone(), *times, *pause, until));
            }
            let mut answers = Answers::default();
            while let Some(one) = work.join_next().await {
                answers.merge(one?);
            }
            // An attack that was over soon is measured for as long as the others.
            tokio::time::sleep_until(until.into()).await;
            Ok(answers.words())
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

async fn ask(
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

/// Whether the server has not ended the connection. What it has sent is read, up to a little.
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
