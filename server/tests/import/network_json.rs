//! A whole network.

use super::{members, write};
use crate::support::Binary;

const NETWORK: &str = r#"{
  "members": [
    {"email": "ada@example.com", "name": "Ada Lovelace", "role": "host", "joined_at": "2020-01-02"},
    {"email": "bob@example.com", "name": "Bob"}
  ],
  "spaces": [
    {"slug": "garden", "name": "Garden", "description": "Beds", "visibility": "private", "members": ["bob@example.com"]}
  ],
  "plans": [
    {"name": "Maker", "price_cents": 2900, "currency": "EUR", "interval": "month"}
  ],
  "events": [
    {"title": "Digging", "description": "<p>Bring a spade</p>", "space": "garden", "organizer": "ada@example.com",
     "starts_at": "2027-05-01T18:00:00Z", "ends_at": "2027-05-01T20:00:00Z"}
  ],
  "posts": [
    {"space": "garden", "author": "bob@example.com", "title": "Beans", "body": "<p>Grow<script>x()</script></p>",
     "comments": [
       {"author": "ada@example.com", "body": "They do"}
     ]}
  ],
  "courses": [
    {"slug": "soil", "title": "Soil", "lessons": [{"title": "Clay", "body": "Heavy", "minutes": 5}],
     "enrolments": [{"member": "bob@example.com", "completed": ["2026-01-01"]}]}
  ]
}
"#;

#[test]
fn a_whole_network_comes_in() {
    let binary = Binary::new();
    write(&binary, "network.json", NETWORK);
    let done = binary.run(&["import", "network.json"]).succeeds();
    assert!(
        done.starts_with("Added 2 members, 1 space, 1 plan, 1 event, 1 post, 1 comment, 1 course in "),
        "{done}"
    );
    assert_eq!(members(&binary).len(), 2);
}

#[test]
fn faults_of_a_network_are_named_with_their_lines() {
    let binary = Binary::new();
    for (from, to, fault) in [
        ("\"Bob\"}", "\"\"}", "network.json:4: name: cannot be blank"),
        (
            "\"role\": \"host\"",
            "\"rule\": \"host\"",
            "network.json:3: unknown field `rule`",
        ),
        (
            "\"private\"",
            "\"hidden\"",
            "network.json:7: visibility: “hidden” is not a visibility",
        ),
        ("2900", "-1", "network.json:10: invalid value"),
        (
            "\"EUR\"",
            "\"Euro\"",
            "network.json:10: currency: “Euro” is not a currency",
        ),
        (
            "T20:00:00Z",
            "T10:00:00Z",
            "network.json:14: ends_at: is before starts_at",
        ),
        (
            "\"space\": \"garden\", \"author\"",
            "\"space\": \"attic\", \"author\"",
            "network.json:17: space: there is no space attic",
        ),
        (
            "{\"author\": \"ada@",
            "{\"author\": \"eve@",
            "network.json:19: author: there is no member eve@example.com",
        ),
        ("\"They do\"", "\" \"", "network.json:19: body: cannot be blank"),
        (
            "[\"2026-01-01\"]",
            "[\"2026-01-01\", \"2026-01-02\"]",
            "network.json:24: completed: has 2 times, and the course 1",
        ),
    ] {
        let text = NETWORK.replacen(from, to, 1);
        assert_ne!(text, NETWORK, "{from}");
        write(&binary, "network.json", &text);
        let finished = binary.run(&["import", "network.json"]);
        assert_eq!(finished.code, 1, "{from}");
        assert!(
            finished.stderr.starts_with(fault),
            "{fault} was expected: {}",
            finished.stderr
        );
        assert!(
            finished.stderr.contains("1 fault in network.json"),
            "{}",
            finished.stderr
        );
        assert!(members(&binary).is_empty());
    }
}

#[test]
fn html_that_nests_too_deep_is_named_with_its_line() {
    let binary = Binary::new();
    let deep = "<ul><li>".repeat(12_000);
    for (from, fault) in [
        (
            "<p>Bring a spade</p>",
            "network.json:13: description: can have elements nested at most 100 deep",
        ),
        (
            "<p>Grow<script>x()</script></p>",
            "network.json:17: body: can have elements nested at most 100 deep",
        ),
        (
            "They do",
            "network.json:19: body: can have elements nested at most 100 deep",
        ),
        (
            "Heavy",
            "network.json:23: lessons: body: can have elements nested at most 100 deep",
        ),
    ] {
        let text = NETWORK.replacen(from, &deep, 1);
        write(&binary, "network.json", &text);
        let finished = binary.run(&["import", "network.json"]);
        assert_eq!(finished.code, 1, "{from}");
        let (place, words) = fault.rsplit_once(": ").unwrap();
        assert!(
            finished.stderr.starts_with(place.split(": ").next().unwrap()) && finished.stderr.contains(words),
            "{fault} was expected: {}",
            finished.stderr
        );
        assert!(members(&binary).is_empty());
    }
}

#[test]
fn ten_faults_of_one_network_are_all_named_at_once() {
    let binary = Binary::new();
    let mut text = NETWORK.to_owned();
    for (from, to) in [
        ("\"Ada Lovelace\"", "\" \""),
        (
            "bob@example.com\", \"name\": \"Bob\"",
            "bob at example\", \"name\": \"Bob\"",
        ),
        ("\"private\"", "\"hidden\""),
        (
            "\"EUR\", \"interval\": \"month\"",
            "\"EUR\", \"interval\": \"week\"",
        ),
        ("T20:00:00Z", "T10:00:00Z"),
        ("\"title\": \"Beans\"", "\"title\": \"\""),
        ("\"They do\"", "\" \""),
        ("\"slug\": \"soil\"", "\"slug\": \"Top Soil!\""),
        (
            "[\"2026-01-01\"]}]}\n",
            "[\"yesterday\"]}]},\n    {\"title\": \"No slug\"},\n    {\"slug\": \"a\", \"title\": \"A\", \"rooms\": 3}\n",
        ),
    ] {
        assert!(text.contains(from), "{from}");
        text = text.replacen(from, to, 1);
    }
    write(&binary, "network.json", &text);
    let finished = binary.run(&["import", "network.json"]);
    assert_eq!(finished.code, 1);
    println!("{}", finished.stderr);
    for line in [3, 4, 7, 10, 14, 17, 19, 23, 25, 26] {
        assert!(
            finished.stderr.contains(&format!("network.json:{line}: ")),
            "line {line}: {}",
            finished.stderr
        );
    }
    assert!(
        finished.stderr.contains("faults in network.json"),
        "{}",
        finished.stderr
    );
    assert!(members(&binary).is_empty());
}
