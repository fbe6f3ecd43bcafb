//! The commands, run as a script would.

use serde_json::Value;

use crate::support::{Binary, PASSWORD};

fn add(binary: &Binary, email: &str, role: &str) -> String {
    let arguments = [
        "member",
        "add",
        "--email",
        email,
        "--name",
        "Ada Lovelace",
        "--role",
        role,
    ];
    binary
        .run_with_input(&arguments, &format!("{PASSWORD}\n"))
        .succeeds()
}

pub(crate) const CREATE: [&str; 9] = [
    "app",
    "create",
    "--name",
    "Mobile App",
    "--redirect-uri",
    "https://myapp.com/oauth/callback",
    "--scope",
    "read:posts",
    "--json",
];

#[test]
fn help_and_version() {
    let binary = Binary::new();
    let help = binary.run(&["serve", "--help"]).succeeds();
    let help = help.split_whitespace().collect::<Vec<_>>().join(" ");
    for part in [
        "--data-dir",
        "--database",
        "--listen",
        "--public-url",
        "--retain-activity-days",
        "--code-lifetime",
        "--access-token-lifetime",
        "--refresh-token-lifetime",
        "--grant-lifetime",
        "--retain-ended",
        "--demo",
        "LATCHKEY_DATA_DIR",
        "LATCHKEY_DATABASE_URL",
        "LATCHKEY_LISTEN",
        "LATCHKEY_PUBLIC_URL",
        "LATCHKEY_CODE_LIFETIME",
        "LATCHKEY_ACCESS_TOKEN_LIFETIME",
        "LATCHKEY_REFRESH_TOKEN_LIFETIME",
        "LATCHKEY_GRANT_LIFETIME",
        "LATCHKEY_RETAIN_ENDED",
        "latchkey.toml",
        "[default: 2m]",
        "[default: 1h]",
        "[default: 90d]",
        "[default: 365d]",
        "[default: 1d]",
        "[default: ./data]",
        "[default: 127.0.0.1:3000]",
    ] {
        assert!(help.contains(part), "{part} is not in {help}");
    }
    assert!(binary.run(&["--version"]).succeeds().starts_with("latchkey "));
    assert_eq!(binary.run(&[]).code, 2);
}

#[test]
fn wrong_usage_is_one_line_and_status_2() {
    let binary = Binary::new();
    binary.run(&["membr"]).fails(2, "unrecognized subcommand 'membr'");
    binary
        .run(&["member", "add", "--email", "ada@example.com"])
        .fails(2, "--name <NAME>");
    binary
        .run(&["member", "add", "--email", "ada", "--name", "Ada"])
        .fails(2, "that is not an email address");
    binary
        .run(&["member", "set-role", "ada@example.com", "admin"])
        .fails(2, "“admin” is not a role");
    binary
        .run(&["network", "set", "--plan", "gold"])
        .fails(2, "“gold” is not a plan");
    binary.run(&["network", "set"]).fails(
        2,
        "give --name, --slug, --plan, --color, --terms, --privacy-policy or --hosts-second-factor",
    );
    binary
        .run(&["network", "show", "--database", "mysql://localhost/x"])
        .fails(2, "mysql:// is not supported");
    binary
        .run(&["serve", "--listen", "3000"])
        .fails(2, "expected an IP address and a port");
    binary
        .run(&["serve", "--public-url", "oauth.example.org"])
        .fails(2, "has to begin with https://");
    binary
        .run(&["serve", "--trusted-proxy", "172.16.0.0/33"])
        .fails(2, "a network of proxies, like 10.0.0.7, 172.16.0.0/12");
    binary
        .run(&["serve", "--trusted-proxy", "0.0.0.0/0"])
        .fails(2, "is every address");
    binary
        .run(&["serve", "--max-connections", "0"])
        .fails(2, "--max-connections");
    binary
        .run(&["serve", "--max-connections", "18446744073709551615"])
        .fails(2, "raise that limit");
    binary
        .run(&["serve", "--retain-activity-days", "0"])
        .fails(2, "--retain-activity-days");
    for (flag, value, why) in [
        ("--code-lifetime", "1h", "a code can last 1m to 10m, not 1h"),
        (
            "--access-token-lifetime",
            "60",
            "expected a number and a unit (s, m, h or d), like 90s",
        ),
        (
            "--refresh-token-lifetime",
            "1h",
            "1h is not more than 1h; change --refresh-token-lifetime",
        ),
        ("--grant-lifetime", "1h", "a grant can last 1d to 3650d, not 1h"),
        (
            "--retain-ended",
            "1s",
            "what ended can be kept for 1m to 365d, not for 1s",
        ),
    ] {
        binary.run(&["serve", flag, value]).fails(2, why);
    }
    assert!(!binary.folder().join("data").exists());
}

#[test]
fn the_network() {
    let binary = Binary::new();
    let network = binary.run(&["network", "show", "--json"]).json();
    assert_eq!(
        (&network["slug"], &network["plan"]),
        (&"my-community".into(), &"scale".into())
    );
    assert!(network["id"].is_number());
    let arguments = [
        "network",
        "set",
        "--name",
        "River Club",
        "--slug",
        "river-club",
        "--plan",
        "pro",
        "--color",
        "#1F6FEB",
        "--terms",
        "https://river.example/terms",
        "--json",
    ];
    let changed = binary.run(&arguments).json();
    assert_eq!(changed, binary.run(&["network", "show", "--json"]).json());
    assert_eq!(
        (&changed["name"], &changed["id"]),
        (&"River Club".into(), &network["id"])
    );
    assert_eq!(
        (&changed["color"], &changed["terms"], &changed["privacy_policy"]),
        (
            &"#1f6feb".into(),
            &"https://river.example/terms".into(),
            &serde_json::Value::Null
        )
    );
    assert!(binary.run(&["network", "show"]).succeeds().contains("River Club"));
    let removed = binary.run(&["network", "set", "--color", "", "--json"]).json();
    assert!(
        removed["color"].is_null() && !removed["terms"].is_null(),
        "{removed}"
    );
    binary
        .run(&["network", "set", "--color", "red"])
        .fails(2, "must be # and six hexadecimal digits");
}

#[test]
fn members() {
    let binary = Binary::new();
    add(&binary, "ada@example.com", "host");
    add(&binary, "bob@example.com", "member");
    let list = binary.run(&["member", "list", "--json"]).json();
    assert_eq!(list.as_array().unwrap().len(), 2);
    let mut keys: Vec<_> = list[0].as_object().unwrap().keys().cloned().collect();
    keys.sort();
    assert_eq!(keys, ["email", "id", "joined_at", "name", "role", "state"]);
    assert!(
        binary
            .run(&["member", "list"])
            .succeeds()
            .contains("bob@example.com")
    );

    binary
        .run(&["member", "set-role", "ada@example.com", "member"])
        .fails(1, "is the only host");
    for command in ["remove", "suspend"] {
        binary
            .run(&["member", command, "ada@example.com"])
            .fails(1, "is the only host");
    }
    binary
        .run(&["member", "set-role", "bob@example.com", "host"])
        .succeeds();
    let help = binary.run(&["member", "set-password", "--help"]).succeeds();
    assert!(help.contains("--keep-apps"), "{help}");
    let set = ["member", "set-password", "bob@example.com"];
    let told = binary.run_with_input(&set, "another password").succeeds();
    assert!(
        told.contains("0 connected applications were disconnected"),
        "{told}"
    );
    let keep = ["member", "set-password", "bob@example.com", "--keep-apps"];
    let told = binary.run_with_input(&keep, "another password").succeeds();
    assert!(told.contains("Connected applications were kept"), "{told}");
    binary
        .run(&["member", "invite", "bob@example.com"])
        .fails(2, "--public-url is missing");
    let invite = |more: &[&str]| {
        let at = ["member", "invite", "--public-url", "https://oauth.example.org"];
        binary.run(&[&at[..], more].concat())
    };
    let made = invite(&["bob@example.com"]).succeeds();
    assert!(
        made.contains("https://oauth.example.org/sign-in/link?token="),
        "{made}"
    );
    invite(&["nobody@example.com"]).fails(1, "there is no member with the email nobody@example.com");
    invite(&[]).fails(2, "--all-not-invited");
    invite(&["bob@example.com", "--all-not-invited"]).fails(2, "cannot be used with");
    let made = invite(&["--all-not-invited"]).succeeds();
    assert!(
        made.contains("Everyone can sign in, or has a link that works"),
        "{made}"
    );
    invite(&["bob@example.com", "--again"]).fails(2, "cannot be used with");
    let made = invite(&["--all-not-invited", "--again"]).succeeds();
    assert!(made.contains("Everyone has chosen how to sign in."), "{made}");
    let cyd = [
        "member",
        "add",
        "--email",
        "cyd@example.com",
        "--name",
        "Cyd",
        "--no-password",
    ];
    binary.run(&cyd).succeeds();
    let state = || {
        let list = binary.run(&["member", "list", "--json"]).json();
        let all = list.as_array().unwrap().clone();
        let found = all.into_iter().find(|one| one["email"] == "cyd@example.com");
        found.unwrap()["state"].as_str().unwrap().to_owned()
    };
    assert_eq!(state(), "not-invited");
    let csv = invite(&["--all-not-invited", "--csv"]).succeeds();
    assert_eq!(csv.lines().count(), 2, "{csv}");
    assert_eq!(state(), "invited");
    let on = |command: &str| binary.run(&["member", command, "cyd@example.com"]);
    assert!(on("suspend").succeeds().contains("signed out everywhere"));
    assert_eq!(state(), "suspended");
    invite(&["cyd@example.com"]).fails(1, "let them in again first");
    assert!(on("resume").succeeds().contains("can sign in again"));
    assert!(on("end-sessions").succeeds().contains("0 sessions"));
    for command in ["suspend", "resume", "end-sessions"] {
        binary
            .run(&["member", command, "nobody@example.com"])
            .fails(1, "there is no member with the email nobody@example.com");
    }
}

#[test]
fn members_are_removed_and_added_once() {
    let binary = Binary::new();
    add(&binary, "ada@example.com", "host");
    add(&binary, "bob@example.com", "member");
    binary.run(&["member", "remove", "bob@example.com"]).succeeds();
    binary
        .run(&["member", "remove", "bob@example.com"])
        .fails(1, "there is no member with the email bob@example.com");
    binary
        .run(&["member", "remove", "ada@example.com"])
        .fails(1, "ada@example.com is the only host");

    let again = ["member", "add", "--email", "ada@example.com", "--name", "Ada"];
    binary
        .run_with_input(&again, PASSWORD)
        .fails(1, "there is a member with the email ada@example.com already");
    let new = ["member", "add", "--email", "eve@example.com", "--name", "Eve"];
    binary
        .run_with_input(&new, "short\n")
        .fails(1, "at least 8 characters");
    binary.run(&new).fails(2, "first line of standard input");
}

#[test]
fn applications() {
    let binary = Binary::new();
    let created = binary.run(&CREATE).json();
    for key in ["client_id", "client_secret"] {
        assert_eq!(created[key].as_str().unwrap().len(), 43, "{key}");
    }
    assert_eq!(created["name"], "Mobile App");
    assert_eq!(
        created["redirect_uris"],
        serde_json::json!(["https://myapp.com/oauth/callback"])
    );
    assert_eq!(created["scopes"], serde_json::json!(["read:posts"]));
    assert_eq!(
        (&created["confidential"], &created["skip_consent"]),
        (&true.into(), &false.into())
    );

    let id = created["client_id"].as_str().unwrap();
    let shown = binary.run(&["app", "show", id, "--json"]).json();
    assert_eq!(shown["client_id"], created["client_id"]);
    assert_eq!(shown.get("client_secret"), None);
    let revealed = binary.run(&["app", "show", id, "--reveal", "--json"]).json();
    assert_eq!(revealed["client_secret"], created["client_secret"]);
    assert_eq!(
        binary
            .run(&["app", "list", "--json"])
            .json()
            .as_array()
            .unwrap()
            .len(),
        1
    );
    assert!(binary.run(&["app", "list"]).succeeds().contains("Mobile App"));
    assert_eq!(
        binary
            .run(&["app", "list", "--search", "no such app", "--json"])
            .json(),
        serde_json::json!([])
    );

    assert!(
        binary
            .run(&["app", "delete", id])
            .succeeds()
            .contains("Mobile App")
    );
    binary
        .run(&["app", "delete", id])
        .fails(1, "there is no application with this client id");
    binary
        .run(&["app", "show", "nonsense"])
        .fails(1, "there is no application with this client id");
}

#[test]
fn a_public_application_has_no_secret() {
    let binary = Binary::new();
    let mut arguments = CREATE.to_vec();
    arguments.extend([
        "--public",
        "--skip-consent",
        "--redirect-uri",
        "http://127.0.0.1/cb",
        "--scope",
        "read:userinfo",
    ]);
    let created = binary.run(&arguments).json();
    assert_eq!(created.get("client_secret"), None);
    assert_eq!(
        (&created["confidential"], &created["skip_consent"]),
        (&false.into(), &true.into())
    );
    assert_eq!(created["redirect_uris"].as_array().map(Vec::len), Some(2));
    assert_eq!(created["scopes"].as_array().map(Vec::len), Some(2));
}

#[test]
fn scopes_may_come_in_one_argument() {
    let binary = Binary::new();
    for scopes in [
        "read:posts write:posts",
        " read:posts\nwrite:posts\t",
        "read:posts\u{a0}write:posts",
    ] {
        let mut arguments = CREATE;
        arguments[7] = scopes;
        let created = binary.run(&arguments).json();
        assert_eq!(
            created["scopes"],
            serde_json::json!(["read:posts", "write:posts"]),
            "{scopes:?}"
        );
    }
}

#[test]
fn what_is_wrong_with_an_application_is_said_in_one_line() {
    let binary = Binary::new();
    for (index, wrong, words) in [
        (3, "", "cannot be blank"),
        (5, "http://myapp.com/cb", "uses http"),
        (5, "https://a.example/\nhttps://b.example/", "line break"),
        (7, "read:mail", "`read:mail` is not a scope"),
        (7, "write:chats", "host:read:network_events"),
        (7, "read:posts,write:posts", "scopes are separated by spaces"),
        (7, "read:posts, write:posts", "scopes are separated by spaces"),
        (7, " ", "Select at least one scope"),
    ] {
        let mut arguments = CREATE;
        arguments[index] = wrong;
        binary.run(&arguments).fails(2, words);
    }
    assert_eq!(
        binary.run(&["app", "list", "--json"]).json(),
        serde_json::json!([])
    );
}

#[test]
fn the_plan_is_checked() {
    let binary = Binary::new();
    binary.run(&["network", "set", "--plan", "launch"]).succeeds();
    binary
        .run(&CREATE)
        .fails(1, "available on the Scale plan and above");
}

#[test]
fn settings_come_from_flags_then_the_environment_then_the_file() {
    let binary = Binary::new();
    let name = |arguments: &[&str], variable: Option<&str>| -> Value {
        let mut command = binary.command(&[&["network", "show", "--json"], arguments].concat());
        command.envs(variable.map(|value| ("LATCHKEY_DATA_DIR", value)));
        serde_json::from_slice::<Value>(&command.output().unwrap().stdout).unwrap()["name"].clone()
    };
    for folder in ["one", "two", "three"] {
        binary
            .run(&["network", "set", "--name", folder, "--data-dir", folder])
            .succeeds();
    }
    std::fs::write(binary.folder().join("latchkey.toml"), "data_dir = \"three\"\n").unwrap();
    assert_eq!(name(&["--data-dir", "one"], Some("two")), "one");
    assert_eq!(name(&[], Some("two")), "two");
    assert_eq!(name(&[], None), "three");
    assert_eq!(name(&["--database", "two/latchkey.db"], None), "two");

    std::fs::write(binary.folder().join("latchkey.toml"), "data_dri = \"three\"\n").unwrap();
    binary
        .run(&["network", "show"])
        .fails(2, "latchkey.toml: line 1: unknown field `data_dri`");
    binary
        .run(&["network", "show", "--config", "nowhere.toml"])
        .fails(2, "cannot read the settings in nowhere.toml");
}

#[test]
fn the_demonstration_fills_an_empty_network_once() {
    let binary = Binary::new();
    for _ in 0..2 {
        assert!(binary.run(&["demo"]).succeeds().contains("host@demo.example"));
        assert_eq!(
            binary
                .run(&["member", "list", "--json"])
                .json()
                .as_array()
                .unwrap()
                .len(),
            200
        );
        assert_eq!(
            binary
                .run(&["app", "list", "--json"])
                .json()
                .as_array()
                .unwrap()
                .len(),
            6
        );
    }
    let other = Binary::new();
    add(&other, "ada@example.com", "host");
    other.run(&["demo"]).fails(1, "the network is not empty");
}
