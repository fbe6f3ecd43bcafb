//! The lifetimes of codes and tokens are settings of the server process.

use crate::support::{Binary, PASSWORD};

#[tokio::test]
async fn the_server_does_as_its_settings_say() {
    let binary = Binary::new();
    binary.add_member("ada@example.com", "Ada", "host");
    let application = binary.create_app("CRM", "https://crm.example/cb", &["read:posts"]);
    let page = format!(
        "/admin/settings/oauth-applications/{}/use",
        application["client_id"].as_str().unwrap()
    );
    std::fs::write(binary.folder().join("latchkey.toml"), "code_lifetime = \"5m\"\n").unwrap();
    for (arguments, words) in [
        (&[][..], "within 5 minutes"),
        (&["--code-lifetime", "90s"], "within 90 seconds"),
    ] {
        let server = binary.serve(arguments).await;
        let browser = server.browser();
        browser
            .sign_in("ada@example.com", PASSWORD)
            .await
            .assert_redirect("/");
        browser.get(&page).await.assert_status(200).assert_text(words);
    }
}

/// The command line does not know the running server's settings, and they may have been longer before.
#[tokio::test]
async fn a_key_is_kept_for_as_long_as_the_longest_refresh_token() {
    let binary = Binary::new();
    for (lifetime, days) in [("2h", 91), ("365d", 366), ("2h", 366)] {
        drop(binary.serve(&["--refresh-token-lifetime", lifetime]).await);
        let said = binary.run(&["key", "rotate"]).succeeds();
        assert!(said.contains(&format!("for {days} days")), "{said}");
    }
}
