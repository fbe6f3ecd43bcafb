//! How soon the server is ready, and how much memory it uses at rest.

use std::time::Duration;

use anyhow::Result;

use crate::Plan;
use crate::process::{Server, Setup};
use crate::statistics::median;

/// Measures and prints. The data folder exists already, as on every start except the first.
pub(crate) async fn measure(plan: Plan) -> Result<()> {
    let data = tempfile::tempdir()?;
    let setup = Setup::on(data.path());
    drop(Server::start(&setup).await?);
    let mut ready = Vec::new();
    let mut memory = Vec::new();
    for _ in 0..=plan.rounds * 2 {
        let server = Server::start(&setup).await?;
        ready.push(server.ready_after.as_secs_f64() * 1_000.0);
        tokio::time::sleep(Duration::from_millis(200)).await;
        memory.push(megabytes(server.memory()?));
    }
    println!("\n## Size\n");
    println!("| what | median | goal |\n|---|---|---|");
    println!("| start to ready | {:.0} ms | under 50 ms |", median(&ready));
    println!("| memory at rest | {:.1} MB | under 25 MB |", median(&memory));
    Ok(())
}

/// Bytes as megabytes.
pub(crate) fn megabytes(bytes: u64) -> f64 {
    #[allow(clippy::cast_precision_loss)]
    // Rounded to a tenth when printed.
    let bytes = bytes as f64;
    bytes / 1_000_000.0
}
