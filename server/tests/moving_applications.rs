//! `latchkey app edit`, `export` and `import`, and applications that bring their client id and secret along.

use serde_json::json;

use crate::command_line::CREATE;
use crate::support::Binary;

const SECRET: &str = "a+b/c=0123456789~!$";

#[test]
fn what_people_are_told_is_given_and_edited() {
    let binary = Binary::new();
    let told = ["--description", "Reads posts", "--website", "https://myapp.com"];
    let created = binary.run(&[&CREATE[..], &told].concat()).json();
    assert_eq!(created["description"], "Reads posts");
    assert_eq!(created["privacy_policy"], json!(null));
    let id = created["client_id"].as_str().unwrap();
    let edited = binary
        .run(&[
            "app",
            "edit",
            id,
            "--website",
            "",
            "--privacy-policy",
            "https://myapp.com/privacy",
            "--scope",
            "write:posts",
            "--skip-consent",
            "true",
            "--json",
        ])
        .json();
    assert_eq!(
        (&edited["name"], &edited["description"], &edited["website"]),
        (&json!("Mobile App"), &json!("Reads posts"), &json!(null))
    );
    assert_eq!(
        (&edited["scopes"], &edited["skip_consent"]),
        (&json!(["write:posts"]), &json!(true))
    );
    let shown = binary.run(&["app", "show", id]).succeeds();
    assert!(
        shown.contains("Privacy policy https://myapp.com/privacy"),
        "{shown}"
    );
    binary.run(&["app", "edit", id]).fails(2, "required");
    binary
        .run(&["app", "edit", id, "--website", "http://myapp.com"])
        .fails(2, "starts with https://");
}

#[test]
fn an_application_moves_with_its_client_id_and_without_its_secret() {
    let (from, to) = (Binary::new(), Binary::new());
    let created = from.run(&CREATE).json();
    let id = created["client_id"].as_str().unwrap();
    let file = from.run(&["app", "export", id]).succeeds();
    assert!(!file.contains(created["client_secret"].as_str().unwrap()));

    let imported = to.run_with_input(&["app", "import", "-", "--json"], &file).json();
    assert_eq!(imported["client_id"], id);
    assert_ne!(imported["client_secret"], created["client_secret"]);
    to.run_with_input(&["app", "import", "-"], &file)
        .fails(1, "another application has this client id");
    std::fs::write(to.folder().join("app.json"), &file).unwrap();
    let other = [
        "app",
        "import",
        "app.json",
        "--client-id",
        "crm-production",
        "--json",
    ];
    assert_eq!(to.run(&other).json()["client_id"], "crm-production");
}

#[test]
fn what_is_wrong_with_a_file_is_said_in_one_line() {
    let binary = Binary::new();
    for (file, words) in [
        ("", "the file is empty"),
        ("{", "not an exported application"),
        (
            r#"{"name": "A", "redirect_uris": ["https://a.example/cb"], "scope": []}"#,
            "unknown field `scope`",
        ),
        (
            r#"{"name": "A", "redirect_uris": ["localhost:3000/cb"], "scopes": ["read:posts"]}"#,
            "type http://localhost:3000/cb",
        ),
    ] {
        binary
            .run_with_input(&["app", "import", "-"], file)
            .fails(1, words);
    }
    binary
        .run(&["app", "import", "missing.json"])
        .fails(1, "missing.json");
    binary
        .run(&["app", "import", "-", "--client-secret-stdin"])
        .fails(2, "--client-secret-file");
}

#[test]
fn an_application_keeps_the_secret_of_another_server() {
    let binary = Binary::new();
    let brought = ["--client-id", "3f2504e0-4f89-11d3", "--client-secret-stdin"];
    let create = [&CREATE[..], &brought].concat();
    let created = binary.run_with_input(&create, &format!("{SECRET}\n")).json();
    assert_eq!(
        (&created["client_id"], &created["client_secret"]),
        (&json!("3f2504e0-4f89-11d3"), &json!(SECRET))
    );
    std::fs::write(binary.folder().join("secret"), format!("{SECRET}\r\n")).unwrap();
    let from_file = [&CREATE[..], &["--client-secret-file", "secret"]].concat();
    assert_eq!(binary.run(&from_file).json()["client_secret"], SECRET);

    binary
        .run_with_input(&create, "too short\n")
        .fails(2, "16 to 256 visible ASCII characters");
    let wrong_id = [&CREATE[..], &["--client-id", "a b"]].concat();
    binary.run(&wrong_id).fails(2, "8 to 128 letters");
    let public = [&create[..], &["--public"]].concat();
    binary
        .run_with_input(&public, &format!("{SECRET}\n"))
        .fails(2, "--public");
}
