//! A minimal load balancer: connections go to the nodes in turn, and to the next node if one is down.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::Result;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// How often all nodes are tried before a connection is dropped.
const ROUNDS: usize = 40;
const PAUSE: Duration = Duration::from_millis(25);

/// A balancer. It stops when dropped.
pub(super) struct Balancer {
    /// Where it listens.
    pub(super) address: SocketAddr,
    nodes: Arc<Mutex<Vec<SocketAddr>>>,
    task: JoinHandle<()>,
}

impl Balancer {
    /// Starts a balancer for these nodes.
    pub(super) async fn start(nodes: Vec<SocketAddr>) -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let nodes = Arc::new(Mutex::new(nodes));
        let task = tokio::spawn(accept(listener, nodes.clone()));
        Ok(Self { address, nodes, task })
    }

    /// Replaces the nodes.
    pub(super) fn set(&self, nodes: Vec<SocketAddr>) {
        *self.nodes.lock().unwrap_or_else(PoisonError::into_inner) = nodes;
    }
}

impl Drop for Balancer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn accept(listener: TcpListener, nodes: Arc<Mutex<Vec<SocketAddr>>>) {
    let mut turn = 0_usize;
    while let Ok((mut client, _)) = listener.accept().await {
        turn = turn.wrapping_add(1);
        let nodes = nodes.clone();
        tokio::spawn(async move {
            if let Some(mut node) = connect(turn, &nodes).await {
                let _ = client.set_nodelay(true);
                let _ = tokio::io::copy_bidirectional(&mut client, &mut node).await;
            }
        });
    }
}

async fn connect(turn: usize, nodes: &Mutex<Vec<SocketAddr>>) -> Option<TcpStream> {
    for _ in 0..ROUNDS {
        let nodes = nodes.lock().unwrap_or_else(PoisonError::into_inner).clone();
        for at in 0..nodes.len() {
            if let Ok(node) = TcpStream::connect(nodes[(turn + at) % nodes.len()]).await {
                let _ = node.set_nodelay(true);
                return Some(node);
            }
        }
        tokio::time::sleep(PAUSE).await;
    }
    None
}
