//! The figures in `docs/operating.md` are those of the code.

use std::time::Duration;

use latchkey_domain::limits;

const PAGE: &str = include_str!("../../docs/operating.md");

/// A number with a comma between thousands.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn size(bytes: u64) -> String {
    match (bytes.is_multiple_of(1 << 20), bytes.is_multiple_of(1 << 10)) {
        (true, _) => format!("{} MiB", bytes >> 20),
        (_, true) => format!("{} KiB", bytes >> 10),
        _ => format!("{} bytes", grouped(bytes)),
    }
}

fn bytes(count: usize) -> String {
    size(count as u64)
}

fn seconds(time: Duration) -> String {
    format!("{} s", time.as_secs())
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
        ("the pace that costs no time", size(limits::TRANSFER_RATE)),
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

#[test]
fn the_limits_of_the_headless_api_are_those_of_the_page() {
    let (_, section) = PAGE.split_once("### The Headless API").unwrap();
    for (row, limit) in [
        ("a request's body", bytes(limits::MAX_API_REQUEST_BYTES)),
        (
            "the text of a query; how deep its brackets nest",
            format!(
                "{}; {}",
                bytes(limits::MAX_QUERY_BYTES),
                limits::MAX_QUERY_NESTING
            ),
        ),
        (
            "points of a request, all queries of a batch together",
            grouped(limits::MAX_QUERY_COST),
        ),
        ("how deep fields nest", limits::MAX_QUERY_DEPTH.to_string()),
        ("queries of a batch", limits::MAX_BATCH.to_string()),
        (
            "mutations of a request, wherever they are in it",
            limits::MAX_MUTATIONS.to_string(),
        ),
        (
            "bytes of the arguments of mutations, a variable counted at each use",
            size(limits::MAX_MUTATION_BYTES),
        ),
        (
            "rows of a list; of a list in a list",
            format!("{}; {}", limits::MAX_PAGE, limits::MAX_NESTED_PAGE),
        ),
        (
            "an answer, all queries of a batch together",
            bytes(limits::MAX_ANSWER_BYTES),
        ),
        (
            "rows that the database gives for an answer",
            bytes(limits::MAX_READ_BYTES),
        ),
        (
            &format!(
                "answers over {} that are made or sent at the same time",
                bytes(limits::SMALL_ANSWER_BYTES)
            ),
            limits::LARGE_ANSWERS_AT_ONCE.to_string(),
        ),
        (
            "how long a request takes",
            format!("{} s", limits::MAX_API_SECONDS),
        ),
        (
            "HTML texts that are parsed at the same time",
            limits::HTML_PARSERS.to_string(),
        ),
        ("HTML of a post or comment", bytes(limits::MAX_TEXT_BYTES)),
        (
            "how deep elements of HTML nest; formatting elements left open; attributes of a tag; elements and texts in \
             tables outside of cells",
            format!(
                "{}; {}; {}; {}",
                limits::MAX_HTML_DEPTH,
                limits::MAX_HTML_UNCLOSED,
                limits::MAX_HTML_ATTRIBUTES,
                limits::MAX_HTML_MISPLACED
            ),
        ),
        (
            "posts and comments that a member writes or changes in an hour, through all applications",
            format!(
                "{}, and {}",
                grouped(limits::MAX_CONTENT_PER_PERIOD.unsigned_abs()),
                size(limits::MAX_CONTENT_BYTES_PER_PERIOD.unsigned_abs())
            ),
        ),
    ] {
        let row = format!("| {row} | {limit} | ");
        assert!(section.contains(&row), "{row}");
    }
}
