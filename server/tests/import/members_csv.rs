//! Members from a table, and files that are no table.

use std::fmt::Write;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{members, write};
use crate::support::{Binary, PASSWORD};

const GOOD: &str = "email,first_name,last_name,role,joined_at,last_active_at,avatar_url\n\
    ada@example.com,Ada,Lovelace,host,2020-01-02,2021-03-04T05:06:07Z,https://a.example/ada.png\n\
    bob@example.com,\"Bob, the Builder\",,,,,\n\n\
    Cleo@Example.com,Cleo,,moderator,2019-12-31T23:00:00-05:00,,\n";

#[test]
fn members_come_in_and_can_sign_in_once_they_have_a_password() {
    let binary = Binary::new();
    write(&binary, "members.csv", GOOD);
    let dry = binary.run(&["import", "members.csv", "--dry-run"]).succeeds();
    assert!(
        dry.contains("3 members would be added. Nothing was changed."),
        "{dry}"
    );
    assert!(members(&binary).is_empty());
    let done = binary.run(&["import", "members.csv"]).succeeds();
    assert!(done.starts_with("Added 3 members in "), "{done}");
    assert!(done.contains("member invite --all-not-invited"), "{done}");
    let invite = [
        "member",
        "invite",
        "--all-not-invited",
        "--csv",
        "--public-url",
        "https://oauth.example.org",
    ];
    let table = binary.run(&invite).succeeds();
    assert_eq!(table.lines().count(), 4, "{table}");
    assert!(
        table.contains(
            "\"bob@example.com\",\"Bob, the Builder\",\"https://oauth.example.org/sign-in/link?token="
        ),
        "{table}"
    );
    let names: Vec<_> = members(&binary)
        .iter()
        .map(|member| {
            (
                member["email"].clone(),
                member["name"].clone(),
                member["role"].clone(),
            )
        })
        .collect();
    assert!(
        names.contains(&(json!("ada@example.com"), json!("Ada Lovelace"), json!("host"))),
        "{names:?}"
    );
    assert!(
        names.contains(&(
            json!("bob@example.com"),
            json!("Bob, the Builder"),
            json!("member")
        )),
        "{names:?}"
    );
    assert_eq!(names.len(), 3);
    binary
        .run_with_input(
            &["member", "set-password", "ada@example.com"],
            &format!("{PASSWORD}\n"),
        )
        .succeeds();
    // Ada has a password now, and the others have links: only with --again there are new ones.
    assert_eq!(binary.run(&invite).succeeds().lines().count(), 1);
    let again = [&invite[..], &["--again"]].concat();
    assert_eq!(binary.run(&again).succeeds().lines().count(), 3);

    let again = binary.run(&["import", "members.csv"]);
    assert_eq!(again.code, 1);
    assert!(
        again
            .stderr
            .contains("members.csv:2: email: ada@example.com is a member already"),
        "{}",
        again.stderr
    );
    assert_eq!(members(&binary).len(), 3);
}

/// As spreadsheets write it: in other locales, with a line that names the separator, in UTF-16.
#[test]
fn members_come_in_as_spreadsheets_write_them() {
    let rows = "email;name\r\nada@bücher.example;Ada\r\nbob@example.com;Bob\r\n;\r\n";
    let tabs = rows.replace(';', "\t");
    let utf_16: Vec<u8> = format!("\u{FEFF}{tabs}")
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    for content in [
        rows.as_bytes().to_vec(),
        format!("\u{FEFF}sep=;\r\n{rows}").into_bytes(),
        tabs.into_bytes(),
        utf_16,
    ] {
        let binary = Binary::new();
        std::fs::write(binary.folder().join("members.csv"), content).unwrap();
        binary.run(&["import", "members.csv"]).succeeds();
        let emails: Vec<Value> = members(&binary)
            .iter()
            .map(|member| member["email"].clone())
            .collect();
        assert_eq!(emails, ["ada@xn--bcher-kva.example", "bob@example.com"]);
    }
    let binary = Binary::new();
    write(
        &binary,
        "members.csv",
        "sep=;\nemail;name\nada@example.com;Ada;x\n",
    );
    let refused = |expected: &str| {
        let finished = binary.run(&["import", "members.csv"]);
        assert_eq!(finished.code, 1);
        assert!(finished.stderr.starts_with(expected), "{}", finished.stderr);
    };
    refused("members.csv:3: has 3 values, and the first line names 2; put values with a semicolon");
    std::fs::write(
        binary.folder().join("members.csv"),
        b"email;name\na@b.example;\xC9lodie\n",
    )
    .unwrap();
    refused("members.csv:2: is not UTF-8");
}

/// A file may spell a member's email differently than the stored one.
#[test]
fn an_email_names_its_member_in_every_spelling() {
    let binary = Binary::new();
    write(&binary, "members.csv", "email,name\nada@bücher.example,Ada\n");
    binary.run(&["import", "members.csv"]).succeeds();
    let network = json!({
        "members": [{ "email": "bob@xn--bcher-kva.example", "name": "Bob" }],
        "spaces": [{ "slug": "all", "name": "All", "members": ["ada@xn--bcher-kva.example", "bob@BÜCHER.example"] }],
        "posts": [{ "space": "all", "author": "Ada@Bücher.example", "title": "Hello", "body": "there" }]
    });
    write(&binary, "network.json", &network.to_string());
    binary.run(&["import", "network.json"]).succeeds();
    let again = json!({ "members": [{ "email": "ADA@bu\u{308}cher.example", "name": "Ada" }] });
    write(&binary, "network.json", &again.to_string());
    let again = binary.run(&["import", "network.json"]);
    assert!(
        again
            .stderr
            .starts_with("network.json:1: email: ada@xn--bcher-kva.example is a member already"),
        "{}",
        again.stderr
    );
    for arguments in [
        &["member", "set-role", "ada@bücher.example", "host"][..],
        &["member", "remove", "bob@bücher.example"],
    ] {
        binary.run(arguments).succeeds();
    }
    let left: Vec<Value> = members(&binary)
        .iter()
        .map(|member| member["role"].clone())
        .collect();
    assert_eq!(left, ["host"]);
}

#[test]
fn ten_faults_are_named_with_their_lines_and_nothing_is_stored() {
    let binary = Binary::new();
    write(&binary, "first.csv", "email,name\ntaken@example.com,Taken\n");
    binary.run(&["import", "first.csv"]).succeeds();
    let lines = [
        "email,name,role,joined_at,last_active_at,avatar_url",
        "good@example.com,Good,,,,",
        "not-an-email,Ada,,,,",
        ",Nobody,,,,",
        "blank@example.com,,,,,",
        "king@example.com,King,king,,,",
        "when@example.com,When,,yesterday,,",
        "future@example.com,Future,,2999-01-01,,",
        "picture@example.com,Picture,,,,javascript:alert(1)",
        "good@example.com,Good Again,,,,",
        "few@example.com,Few",
        "taken@example.com,Taken,,,,",
        "last@example.com,Last,,,,",
    ];
    // Windows line ends, an empty line and a value over two lines: the numbers are still those of an editor.
    let text = format!("\u{FEFF}{}\r\n", lines.join("\r\n")).replace("few@", "\r\nfew@");
    write(&binary, "members.csv", &text);
    for arguments in [
        &["import", "members.csv"][..],
        &["import", "members.csv", "--dry-run"],
    ] {
        let finished = binary.run(arguments);
        assert_eq!(finished.code, 1);
        assert_eq!(finished.stdout, "");
        let faults: Vec<&str> = finished.stderr.lines().collect();
        let expected = [
            "members.csv:3: email: ",
            "members.csv:4: email: is missing",
            "members.csv:5: name: cannot be blank",
            "members.csv:6: role: “king” is not a role",
            "members.csv:7: joined_at: “yesterday” is not a time",
            "members.csv:8: joined_at: “2999-01-01” is in the future",
            "members.csv:9: avatar_url: “javascript:alert(1)” is not the address of a picture",
            "members.csv:10: email: good@example.com is already on line 2",
            "members.csv:12: has 2 values, and the first line names 6",
            "members.csv:13: email: taken@example.com is a member already",
            "latchkey: nothing was imported: 10 faults in members.csv",
        ];
        assert_eq!(faults.len(), expected.len(), "{}", finished.stderr);
        for (fault, expected) in faults.iter().zip(expected) {
            assert!(
                fault.starts_with(expected),
                "{fault} does not begin with {expected}"
            );
        }
        assert_eq!(members(&binary).len(), 1, "only the one from before");
    }
}

#[test]
fn wrong_columns_and_files_are_named() {
    let binary = Binary::new();
    for (name, content, code, words) in [
        (
            "a.csv",
            "email,nmae\na@b.example,A\n",
            1,
            "a.csv:1: “nmae” is not a column; expected some of email, name",
        ),
        ("b.csv", "name\nA\n", 1, "b.csv:1: there is no column email"),
        (
            "c.csv",
            "email,email,name\n",
            1,
            "c.csv:1: the column email is there twice",
        ),
        ("d.csv", "", 1, "d.csv:1: the file is empty"),
        ("e.txt", "", 2, "expected a name that ends in .csv"),
        ("f.json", "{\n\"members\": [,]\n}", 1, "f.json:2: expected value"),
        (
            "g.json",
            "{\n\n\"memberz\": []}",
            1,
            "g.json:3: unknown field `memberz`",
        ),
    ] {
        write(&binary, name, content);
        let finished = binary.run(&["import", name]);
        assert_eq!(finished.code, code, "{name}: {}", finished.stderr);
        assert!(finished.stderr.contains(words), "{name}: {}", finished.stderr);
    }
    std::fs::write(
        binary.folder().join("latin.csv"),
        b"email,name\na@b.example,Ada\nb@b.example,Andr\xE9\n",
    )
    .unwrap();
    let finished = binary.run(&["import", "latin.csv"]);
    assert!(
        finished.stderr.contains("latin.csv:3: is not UTF-8"),
        "{}",
        finished.stderr
    );
    binary
        .run(&["import", "nowhere.csv"])
        .fails(1, "cannot read nowhere.csv");
}

#[test]
fn twenty_thousand_members_take_seconds() {
    let binary = Binary::new();
    let mut text = "email,name,joined_at,last_active_at\n".to_owned();
    for n in 0..20_000 {
        let _ = writeln!(
            text,
            "m{n}@example.com,Member {n},2024-01-{:02},2025-02-03T04:05:06Z",
            n % 28 + 1
        );
    }
    write(&binary, "members.csv", &text);
    let before = Instant::now();
    let finished = binary.run(&["import", "members.csv"]);
    let took = before.elapsed();
    assert_eq!(finished.code, 0, "{}", finished.stderr);
    assert!(
        finished.stdout.starts_with("Added 20000 members in "),
        "{}",
        finished.stdout
    );
    let progress: Vec<&str> = finished.stderr.lines().collect();
    assert_eq!(progress.last(), Some(&"members: 20000 of 20000"));
    assert!(progress.len() >= 3, "{progress:?}");
    // One password hash takes some 30 ms; hashing each would take ten minutes.
    assert!(took < Duration::from_secs(20), "{took:?}");
}
