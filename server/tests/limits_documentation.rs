//! The figures of `docs/operating.md` are those of the code.

use std::time::Duration;

use latchkey_domain::limits;

const PAGE: &str = include_str!("../../docs/operating.md");

fn seconds(time: Duration) -> String {
    format!("{} s", time.as_secs())
}

fn bytes(bytes: usize) -> String {
    match bytes {
        bytes if bytes % (1 << 20) == 0 => format!("{} MiB", bytes >> 20),
        bytes => format!("{} KiB", bytes >> 10),
    }
}

#[test]
fn the_bounds_of_a_request_over_http_are_documented() {
    let (_, section) = PAGE.split_once("### Connections and requests").unwrap();
    let section = section.split("\n#").next().unwrap();
    for (what, figure) in [
        ("connections in all", limits::CONNECTIONS.to_string()),
        (
            "connections in all",
            format!("{} %", limits::CONNECTIONS_PERCENT_OF_FILES),
        ),
        (
            "connections from one address",
            limits::CONNECTIONS_PER_ADDRESS.to_string(),
        ),
        (
            "connections to the metrics address",
            limits::METRICS_CONNECTIONS.to_string(),
        ),
        ("the head of a request: time", seconds(limits::HEAD_TIMEOUT)),
        ("the head of a request: size", bytes(limits::HEAD_BYTES)),
        ("between two requests", seconds(limits::IDLE_TIMEOUT)),
        ("a body that does not arrive", seconds(limits::BODY_TIMEOUT)),
        ("an answer that is not read", seconds(limits::WRITE_TIMEOUT)),
        (
            "the pace that costs no time",
            bytes(usize::try_from(limits::TRANSFER_RATE).unwrap()),
        ),
        ("a request in all", seconds(limits::REQUEST_TIMEOUT)),
        ("a form of a page", bytes(limits::PAGE_FORM_BYTES)),
        ("a form of an application", bytes(limits::CLIENT_FORM_BYTES)),
        ("fields of a form or a query", limits::FORM_FIELDS.to_string()),
        ("a call of a page's function", bytes(limits::FUNCTION_BYTES)),
        (
            "creating or changing an application",
            bytes(limits::APPLICATION_BYTES),
        ),
        ("all bodies together", bytes(limits::BODIES_BYTES)),
    ] {
        let row = section
            .lines()
            .find(|line| line.starts_with(&format!("| {what} |")))
            .unwrap_or_else(|| panic!("no row for {what}"));
        assert!(row.contains(&figure), "{row} has no {figure}");
    }
}
