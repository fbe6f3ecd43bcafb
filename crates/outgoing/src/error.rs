//! Why a request got no answer.

use std::io;
use std::net::IpAddr;
use std::time::Duration;

use thiserror::Error;

/// Why a request got no answer. The text names the host of the URL, what was wrong and what to do.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum OutgoingError {
    /// The URL cannot be used at all.
    #[error("the address cannot be used: {0}; expected one like https://login.example.com/path")]
    Url(&'static str),
    /// A header has characters that none can have.
    #[error("the header {0} has characters that cannot be sent")]
    Header(&'static str),
    /// The name has no address.
    #[error("{host} cannot be found: {why}. Check the spelling, and the name server of this machine")]
    Resolve {
        /// Host and port.
        host: String,
        /// What the system says.
        why: String,
    },
    /// An address is for special use, and in no network that the operator allowed.
    #[error(
        "requests to {host} are not allowed: its address {address} is {kind}. If it is yours, start the server with \
         `--allow-outgoing {}` or with the network that it is in (`--allow-outgoing NETWORK`)",
        single(.address)
    )]
    NotAllowed {
        /// Host and port.
        host: String,
        /// The address, or one of several.
        address: IpAddr,
        /// What such addresses are for.
        kind: &'static str,
    },
    /// `http` to an address that is in no network that the operator allowed.
    #[error(
        "requests to {host} would not be encrypted: use https://. For a service in your own network, start the server \
         with `--allow-outgoing NETWORK`, such as `--allow-outgoing {}`",
        single(.address)
    )]
    NotEncrypted {
        /// Host and port.
        host: String,
        /// The address, or one of several.
        address: IpAddr,
    },
    /// No address of the name takes connections.
    #[error(
        "cannot connect to {host}: {why}. Check that the service runs and that a firewall lets this server through"
    )]
    Connect {
        /// Host and port.
        host: String,
        /// What the system says of the last address.
        why: String,
    },
    /// No encrypted connection, or one with somebody else.
    #[error("no secure connection to {host}: {why}")]
    Tls {
        /// Host and port.
        host: String,
        /// What is wrong and what to do.
        why: String,
    },
    /// What came back is not HTTP/1.1, or ended early.
    #[error("{host} answered with something that is not HTTP, or stopped in the middle: {why}")]
    Http {
        /// Host and port.
        host: String,
        /// What was wrong with it.
        why: String,
    },
    /// An answer that sends elsewhere. It is not followed.
    #[error(
        "{host} answered with a redirect ({status}){}; redirects are not followed. Enter the address that answers \
         itself", elsewhere(.to.as_deref())
    )]
    Redirect {
        /// Host and port.
        host: String,
        /// The status.
        status: u16,
        /// The host that it points to.
        to: Option<String>,
    },
    /// A compressed answer, though none was asked for.
    #[error("{host} compresses its answer, though it was not asked to. Turn that off for this address")]
    Compressed {
        /// Host and port.
        host: String,
    },
    /// The deadline passed.
    #[error("{host} took longer than {} s: {stage}", .time.as_secs_f32())]
    TooSlow {
        /// Host and port.
        host: String,
        /// How long it had.
        time: Duration,
        /// What took so long.
        stage: Stage,
    },
    /// A body over the limit.
    #[error("the answer of {host} is larger than {most} bytes")]
    TooLarge {
        /// Host and port.
        host: String,
        /// The limit.
        most: usize,
    },
}

/// What a request was waiting for when its time was over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Other requests.
    Queue,
    /// The name server.
    Lookup,
    /// A connection.
    Connection,
    /// The answer.
    Answer,
}

impl std::fmt::Display for Stage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Queue => "too many other requests are waiting for it. Try again in a minute",
            Self::Lookup => "the name server of this machine did not answer. Check it",
            Self::Connection => {
                "it did not take the connection. Check that a firewall lets this server through"
            }
            Self::Answer => "it did not finish its answer. Check that the service is well",
        })
    }
}

/// The network with this address alone.
fn single(address: &IpAddr) -> ipnet::IpNet {
    (*address).into()
}

fn elsewhere(to: Option<&str>) -> String {
    to.map(|to| format!(" to {to}")).unwrap_or_default()
}

/// An error of the system in words.
pub(crate) fn io_text(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => "nothing listens at that port".to_owned(),
        io::ErrorKind::NetworkUnreachable | io::ErrorKind::HostUnreachable => {
            "this machine has no way to it".to_owned()
        }
        io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionAborted | io::ErrorKind::UnexpectedEof => {
            "it closed the connection".to_owned()
        }
        _ => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_is_not_allowed_names_the_flag() {
        let error = OutgoingError::NotAllowed {
            host: "login.example.com".into(),
            address: "10.0.0.5".parse().unwrap(),
            kind: "in a private network",
        };
        assert_eq!(
            error.to_string(),
            "requests to login.example.com are not allowed: its address 10.0.0.5 is in a private network. If it is \
             yours, start the server with `--allow-outgoing 10.0.0.5/32` or with the network that it is in \
             (`--allow-outgoing NETWORK`)"
        );
    }
}
