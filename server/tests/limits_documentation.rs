//! The figures in `docs/operating.md` match the code.

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
        ("an uploaded logo or picture", bytes(limits::LOGO_BYTES)),
        (
            "an uploaded logo or picture",
            grouped(u64::from(limits::LOGO_PIXELS)),
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
            limits::MAX_LARGE_ANSWERS.to_string(),
        ),
        ("how long a request takes", seconds(limits::API_TIMEOUT)),
        (
            "HTML texts that are parsed at the same time",
            limits::MAX_HTML_PARSERS.to_string(),
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
    assert_eq!(
        limits::CONTENT_PERIOD,
        Duration::from_secs(60 * 60),
        "the page says an hour"
    );
}

fn minutes(time: Duration) -> String {
    format!("{} min", time.as_secs() / 60)
}

#[test]
fn what_is_left_behind_and_sign_in_are_documented() {
    let (_, section) = PAGE
        .split_once("### What members and applications leave behind")
        .unwrap();
    let section = section.split("\n## ").next().unwrap();
    for (what, figure) in [
        (
            "pictures that a member uploads in an hour; a host",
            format!("{}; {}", limits::UPLOADS_OF_MEMBER, limits::UPLOADS_OF_HOST),
        ),
        (
            "changes that a member makes to their account in an hour",
            limits::ACCOUNT_CHANGES.to_string(),
        ),
        (
            "codes of one member for one application",
            limits::UNREDEEMED_CODES.to_string(),
        ),
        (
            "a code that nobody exchanged",
            minutes(limits::UNREDEEMED_CODE_KEPT),
        ),
        (
            "an answer of the token endpoint",
            minutes(limits::LOST_ANSWER_GRACE),
        ),
        ("a grant of the API explorer", minutes(limits::EXPLORER_GRANT)),
        ("successes", limits::ACTIVITY_SUCCESSES.to_string()),
        ("failures with a member or", limits::ACTIVITY_FAILURES.to_string()),
        (
            "failures that anybody",
            limits::ACTIVITY_FAILURES_OF_STRANGERS.to_string(),
        ),
        ("signs of theft", limits::ACTIVITY_ALARMS.to_string()),
        ("equal entries", minutes(limits::ACTIVITY_COLLAPSE)),
        (
            "equal entries",
            format!("newest {}", limits::ACTIVITY_COLLAPSE_AMONG),
        ),
        (
            "request ids of equal failures",
            limits::ACTIVITY_REQUEST_IDS.to_string(),
        ),
        (
            "entries of Activity that are searched",
            format!("newest {}", grouped(limits::ACTIVITY_SEARCHED.into())),
        ),
        (
            "wrong passwords from one address",
            limits::SIGN_IN_ATTEMPTS_OF_PAIR.to_string(),
        ),
        (
            "wrong passwords from one address",
            seconds(limits::SIGN_IN_FIRST_WAIT),
        ),
        (
            "wrong passwords from one address",
            seconds(limits::SIGN_IN_LONGEST_WAIT),
        ),
        (
            "wrong passwords for one account",
            limits::SIGN_IN_ATTEMPTS_BEFORE_PACE.to_string(),
        ),
        (
            "attempts from one address",
            limits::SIGN_IN_ATTEMPTS_OF_ADDRESS.to_string(),
        ),
        (
            "attempts from one address",
            seconds(limits::SIGN_IN_ATTEMPT_RETURNS),
        ),
        (
            "networks that are known",
            limits::SIGN_IN_KNOWN_NETWORKS.to_string(),
        ),
        (
            "sign-ins at providers that one address begins",
            limits::PROVIDER_SIGN_INS_OF_ADDRESS.to_string(),
        ),
        (
            "sign-ins at providers that one address begins",
            minutes(limits::PROVIDER_SIGN_IN),
        ),
        (
            "sign-ins whose browser is at a provider",
            limits::PROVIDER_SIGN_INS.to_string(),
        ),
        (
            "failed sign-ins of one host",
            minutes(limits::FAILED_SIGN_IN_ENTRY_EVERY),
        ),
    ] {
        let row = section
            .lines()
            .find(|line| line.starts_with(&format!("| {what}")))
            .unwrap_or_else(|| panic!("no row for {what}"));
        assert!(row.contains(&figure), "{row} has no {figure}");
    }
}

#[test]
fn the_limits_of_requests_to_others_are_documented() {
    let (_, section) = PAGE.split_once("### Requests of this server to others").unwrap();
    let section = section.split("\n## ").next().unwrap();
    for (row, limit) in [
        (
            "requests at the same time; to one host name",
            format!(
                "{}; {}",
                latchkey_outgoing::MOST_REQUESTS,
                latchkey_outgoing::MOST_REQUESTS_TO_HOST
            ),
        ),
        (
            "of these for pictures, which nobody waits for",
            format!(
                "{}; {}",
                latchkey_outgoing::MOST_REQUESTS_IN_BACKGROUND,
                latchkey_outgoing::MOST_REQUESTS_TO_HOST_IN_BACKGROUND
            ),
        ),
        (
            "a request, with the wait, looking its name up and the answer",
            seconds(latchkey_outgoing::DEFAULT_TIME),
        ),
        ("an answer", bytes(latchkey_outgoing::DEFAULT_BYTES)),
        ("a picture", bytes(limits::LOGO_BYTES)),
    ] {
        let row = format!("| {row} | {limit} | ");
        assert!(section.contains(&row), "{row}");
    }
}

/// How the limits are counted, and limits that nobody runs into.
const NOT_LISTED: [&str; 14] = [
    "LOGO_FORM_BYTES",
    "LOGO_DECODED_BYTES",
    "LOGO_SIDE",
    "LOGO_DECODERS",
    "LINGER_TIMEOUT",
    "LINGER_BYTES",
    "SMALL_BODY_BYTES",
    "ARGUMENT_BYTES_PER_POINT",
    "SEARCH_COST",
    "LOOKUP_COST",
    "MUTATION_COST",
    "INTROSPECTED_FIELDS_PER_POINT",
    "MAX_TYPE_LISTS",
    "DEFAULT_PAGE",
];

#[test]
fn no_limit_is_forgotten() {
    let tests = include_str!("limits_documentation.rs");
    let constants = include_str!("../../crates/domain/src/limits.rs")
        .lines()
        .filter_map(|line| line.strip_prefix("pub const "))
        .filter_map(|line| line.split(':').next());
    for constant in constants {
        let is_known = NOT_LISTED.contains(&constant) || tests.contains(&format!("limits::{constant}"));
        assert!(is_known, "{constant} is not compared with docs/operating.md");
    }
}
