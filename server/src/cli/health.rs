//! `latchkey health`: reports whether a server on this machine is ready, as an exit status. For containers and
//! scripts with neither a shell nor `curl`.

use std::io::{Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::time::Duration;

use clap::Args as ClapArgs;

use super::output::print;
use super::{CliError, DataArgs};
use crate::settings::{ServeArgs, read_listen};

/// How long a healthy server may take.
const PATIENCE: Duration = Duration::from_secs(5);

#[derive(ClapArgs, Debug)]
pub(super) struct Args {
    /// Where the server listens [default: as for serve]
    #[arg(long, value_name = "ADDR", env = "LATCHKEY_LISTEN", value_parser = read_listen)]
    listen: Option<SocketAddr>,
    /// Ask only whether the server runs (/healthz), not whether it is ready for requests (/readyz)
    #[arg(long)]
    alive: bool,
}

pub(super) fn run(Args { listen, alive }: &Args, data: &DataArgs) -> Result<(), CliError> {
    let serve = ServeArgs {
        listen: *listen,
        ..ServeArgs::default()
    };
    let address = reachable(serve.resolve(data)?.listen);
    let path = if *alive { "/healthz" } else { "/readyz" };
    let failed = |error: &dyn std::fmt::Display| {
        CliError::Failed(format!(
            "no answer from http://{address}{path} ({error}): is the server running, and does it listen there?"
        ))
    };
    let answer = ask(address, path).map_err(|error| failed(&error))?;
    match status(&answer) {
        Some(200) => {
            print("ok");
            Ok(())
        }
        Some(status) => Err(CliError::Failed(format!(
            "http://{address}{path} answers with status {status}: the server's log says why"
        ))),
        None => Err(failed(&"what came back is not HTTP")),
    }
}

/// The start of the response, which includes its status.
fn ask(address: SocketAddr, path: &str) -> std::io::Result<Vec<u8>> {
    let mut connection = TcpStream::connect_timeout(&address, PATIENCE)?;
    connection.set_read_timeout(Some(PATIENCE))?;
    connection.set_write_timeout(Some(PATIENCE))?;
    write!(
        connection,
        "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n"
    )?;
    let mut answer = Vec::new();
    connection.take(4 * 1024).read_to_end(&mut answer)?;
    Ok(answer)
}

/// `HTTP/1.1 200 OK` has status 200.
fn status(answer: &[u8]) -> Option<u16> {
    let line = answer.split(|byte| *byte == b'\r').next()?;
    let line = std::str::from_utf8(line).ok()?.strip_prefix("HTTP/1.")?;
    line.split(' ').nth(1)?.parse().ok()
}

/// A server that listens on every address is reached at loopback.
fn reachable(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, listen.port())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_status() {
        assert_eq!(status(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"), Some(200));
        assert_eq!(status(b"HTTP/1.0 503 Service Unavailable\r\n"), Some(503));
        for wrong in ["", "HTTP/1.1", "HTTP/1.1 \r\n", "SSH-2.0-OpenSSH_9.2\r\n"] {
            assert_eq!(status(wrong.as_bytes()), None, "{wrong:?}");
        }
    }

    #[test]
    fn every_address_includes_loopback() {
        for (listen, asked) in [
            ("0.0.0.0:3000", "127.0.0.1:3000"),
            ("[::]:3000", "[::1]:3000"),
            ("10.0.0.7:80", "10.0.0.7:80"),
        ] {
            assert_eq!(reachable(listen.parse().unwrap()), asked.parse().unwrap());
        }
    }
}
