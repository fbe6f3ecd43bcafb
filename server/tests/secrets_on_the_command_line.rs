//! `latchkey app new-secret` and `retire-secret`.

use serde_json::Value;

use crate::command_line::CREATE;
use crate::support::Binary;
use crate::support::oauth::Client;

#[test]
fn a_secret_is_replaced_in_two_steps() {
    let binary = Binary::new();
    let created = binary.run(&CREATE).json();
    let id = created["client_id"].as_str().unwrap();
    let first = binary.run(&["app", "show", id, "--json"]).json()["secrets"].clone();
    assert_eq!(
        (first.as_array().unwrap().len(), &first[0]["last_used_at"]),
        (1, &Value::Null)
    );
    binary
        .run(&["app", "retire-secret", id])
        .fails(1, "make a new one first");

    let made = binary.run(&["app", "new-secret", id, "--json"]).json();
    assert_ne!(made["client_secret"], created["client_secret"]);
    assert_eq!(made["secrets"][1]["number"], first[0]["number"]);
    binary
        .run(&["app", "new-secret", id])
        .fails(1, "two secrets already");
    let shown = binary.run(&["app", "show", id]).succeeds();
    assert_eq!(shown.matches("never used").count(), 2, "{shown}");

    // The older one, unless a secret is named.
    assert!(
        binary
            .run(&["app", "retire-secret", id])
            .succeeds()
            .contains("of “Mobile App”")
    );
    let revealed = binary.run(&["app", "show", id, "--reveal", "--json"]).json();
    assert_eq!(revealed["client_secret"], made["client_secret"]);
    let third = binary.run(&["app", "new-secret", id, "--json"]).json();
    let newest = third["secrets"][0]["number"].to_string();
    binary
        .run(&["app", "retire-secret", id, "--secret", &newest])
        .succeeds();
    binary
        .run(&["app", "retire-secret", id, "--secret", &newest])
        .fails(1, "this secret no longer exists");
    let revealed = binary.run(&["app", "show", id, "--reveal", "--json"]).json();
    assert_eq!(revealed["client_secret"], made["client_secret"]);
}

#[tokio::test]
async fn of_the_old_one_it_is_said_whether_it_can_be_retired() {
    let binary = Binary::new();
    let server = binary.serve(&["--demo"]).await;
    let old = binary.register();
    let look = |words: &str, safe: Option<bool>| {
        let shown = binary.run(&["app", "show", &old.id]).succeeds();
        let old_one = shown.lines().filter(|line| line.starts_with("Secret")).nth(1);
        assert!(old_one.unwrap_or_default().contains(words), "{shown}");
        let secrets = binary.run(&["app", "show", &old.id, "--json"]).json()["secrets"].take();
        assert_eq!(secrets[0]["safe_to_retire"], Value::Null);
        assert_eq!(secrets[1]["safe_to_retire"].as_bool(), safe);
    };
    look("", None);
    let made = binary.run(&["app", "new-secret", &old.id, "--json"]).json();
    look("keep it: the new secret has not been used yet", Some(false));
    let new = Client {
        secret: made["client_secret"].as_str().map(str::to_owned),
        ..old.clone()
    };
    let tokens = server.connect(&new, &server.as_member().await).await;
    look(
        "safe to retire: not used since the new secret first was",
        Some(true),
    );
    server.refresh(&old, &tokens).await.assert_status(200);
    look(
        "keep it: it was used again after the new secret first was",
        Some(false),
    );
}
