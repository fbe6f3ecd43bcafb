//! No space for writes: the real binary, whose files must not grow beyond a limit.

use std::process::{Command, Stdio};

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Answer, Binary, Server};

/// In half-kilobytes; the demonstration's write-ahead log needs a multiple.
const LIMIT: &str = "trap '' XFSZ; ulimit -f 1024; exec \"$@\"";

/// More than fits.
const MOST: usize = 5_000;

async fn serve_with_little_room(binary: &Binary) -> Server {
    let child = Command::new("sh")
        .args(["-c", LIMIT, "sh", env!("CARGO_BIN_EXE_latchkey")])
        .args(["serve", "--listen", "127.0.0.1:0", "--demo"])
        .current_dir(binary.folder())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    Server::ready(child).await
}

fn draft(number: usize) -> Value {
    json!({ "draft": {
        "name": format!("One of many {number}"),
        "redirect_uris": "https://myapp.com/oauth/callback",
        "scopes": ["read:posts"],
        "confidential": true,
        "skip_consent": false,
    } })
}

#[track_caller]
fn assert_unavailable(answer: &Answer, words: &str) {
    answer.assert_status(503).assert_text(words);
    assert_eq!(answer.header("retry-after"), "5");
    for inside in ["disk", "SQLite", "database"] {
        answer.assert_no_text(inside);
    }
}

#[tokio::test]
async fn what_is_there_can_be_read_and_the_rest_is_told_to_come_again() {
    let binary = Binary::new();
    let mut server = binary.serve(&["--demo"]).await;
    server.send("-TERM");
    server.wait();

    let server = serve_with_little_room(&binary).await;
    let slug = binary.run(&["network", "show", "--json"]).json()["slug"].take();
    let client = binary.register();
    let host = server.browser();
    host.sign_in("host@demo.example", "latchkey-demo")
        .await
        .assert_redirect("/");
    let mut tokens = server.connect(&client, &server.as_member().await).await;
    // In use: for the next minute its use is not recorded.
    let used = server.connect(&client, &host).await;
    assert_eq!(server.userinfo(&used).await, 200);
    let mut stored = 0;
    let refused = loop {
        let answer = host.call("applications/create", &draft(stored)).await;
        if answer.status != 200 {
            break answer;
        }
        stored += 1;
        assert!(stored < MOST, "there is room for everything");
    };
    assert_unavailable(&refused, "\"unavailable\"");

    // Whichever request writes last, in the end nothing fits.
    let refreshed = loop {
        let answer = server.refresh(&client, &tokens).await;
        if answer.status != 200 {
            break answer;
        }
        tokens = answer.json();
    };
    assert_unavailable(&refreshed, "\"temporarily_unavailable\"");
    let sign_in = server
        .browser()
        .sign_in("member@demo.example", "latchkey-demo")
        .await;
    assert_unavailable(&sign_in, "Not available right now");

    // A mutation is atomic; earlier ones in the same request stay done.
    let post = "mutation { createPost(input: { spaceId: 1, title: \"a\", body: \"b\" }) { errors } }";
    let program = server.browser();
    let request = program
        .bare(
            Method::POST,
            &format!("/networks/{}/graphql", slug.as_str().unwrap()),
        )
        .bearer_auth(used["access_token"].as_str().unwrap())
        .json(&json!({ "query": post }));
    let answer = program.send(request).await;
    answer.assert_status(200);
    assert_eq!(answer.json()["errors"][0]["extensions"]["code"], "UNAVAILABLE");
    assert_eq!(answer.header("retry-after"), "5");

    // Reading needs no space.
    assert_eq!(server.userinfo(&used).await, 200);
    let page = host.get("/admin/settings/oauth-applications").await;
    page.assert_status(200).assert_text("One of many");
    server.browser().get("/readyz").await.assert_status(200);
}
