//! `/admin/members` and the pages below it.

use latchkey_domain::{MemberId, Role};
use reqwest::Method;

use crate::support::{Answer, Browser, PASSWORD, TestApp, assert_sound, assert_sound_with_scripts};

const PAGE: &str = "/admin/members";

async fn id(app: &TestApp, email: &str) -> MemberId {
    let email = email.parse().unwrap();
    app.instance
        .store
        .member_by_email(&email)
        .await
        .unwrap()
        .unwrap()
        .id
}

async fn page_of(app: &TestApp, email: &str) -> String {
    format!("{PAGE}/{}", id(app, email).await)
}

/// The link on a member's page.
fn link(page: &Answer) -> String {
    let (_, link) = page.text.split_once("id=\"link\"").unwrap();
    let (_, link) = link.split_once('>').unwrap();
    let (link, _) = link.split_once('<').unwrap();
    let (_, path) = link.trim().split_once("://").unwrap();
    path[path.find('/').unwrap()..].to_owned()
}

/// Opens a link and chooses a password.
async fn gets_in(app: &TestApp, link: &str, password: &str) -> Browser {
    let browser = app.browser();
    browser.get(link).await.assert_status(200);
    let (path, token) = link.split_once("?token=").unwrap();
    browser
        .post(path, &[("token", token), ("password", password)])
        .await
        .assert_redirect("/");
    browser
}

#[tokio::test]
async fn only_hosts_can_open_them() {
    let app = TestApp::new().await;
    let (member, nobody) = (app.as_member().await, app.browser());
    let of_host = page_of(&app, "host@example.com").await;
    for path in [PAGE, "/admin/members/add", &of_host] {
        member.get(path).await.assert_status(403);
        nobody.get(path).await.assert_status(303);
    }
    for action in [
        "add",
        "invite-all",
        "1/invite",
        "1/role",
        "1/suspend",
        "1/resume",
        "1/remove",
        "1/sessions/1/end",
        "1/sessions/end-all",
        "1/apps/x/revoke",
        "1/apps/revoke-all",
    ] {
        let path = format!("{PAGE}/{action}");
        let form = [("role", "host"), ("name", "Eve"), ("email", "eve@example.com")];
        member.post(&path, &form).await.assert_status(403);
        nobody.post(&path, &form).await.assert_status(303);
        // Another site's form, with the host's cookies.
        let host = app.as_host().await;
        let request = host
            .bare(Method::POST, &path)
            .header("origin", "https://evil.example")
            .header("sec-fetch-site", "cross-site")
            .form(&form);
        host.send(request).await.assert_status(403);
    }
    assert_eq!(app.instance.roster.all().await.unwrap().len(), 2);
}

#[tokio::test]
async fn a_host_adds_a_member_who_gets_in_by_the_link() {
    let app = TestApp::new().await;
    let host = app.as_host().await;
    let page = host.get("/admin/members/add").await;
    assert_sound(&page);
    let wrong = [("name", " "), ("email", "grace"), ("role", "member")];
    let page = host.post("/admin/members/add", &wrong).await;
    assert_sound(&page);
    page.assert_status(422)
        .assert_text("That is not an email address")
        .assert_text("value=\"grace\"");
    let taken = [("name", "Ada"), ("email", "HOST@example.com"), ("role", "member")];
    host.post("/admin/members/add", &taken)
        .await
        .assert_status(422)
        .assert_text("There is a member with the email");
    let form = [
        ("name", "Grace Hopper"),
        ("email", "grace@example.com"),
        ("role", "moderator"),
    ];
    let page = host.post("/admin/members/add", &form).await;
    assert_sound_with_scripts(&page);
    page.assert_status(200)
        .assert_text("The member is added.")
        .assert_text(">Moderator</span>")
        .assert_text(">Invited</span>");
    assert_eq!(page.header("cache-control"), "no-store");
    let first = link(&page);

    // Another link takes its place.
    let of_grace = page_of(&app, "grace@example.com").await;
    let again = link(&host.post(&format!("{of_grace}/invite"), &[]).await);
    app.browser().get(&first).await.assert_status(404);
    gets_in(&app, &again, "a river in the hills").await;
    let page = host.get(&of_grace).await;
    assert_sound_with_scripts(&page);
    page.assert_no_text(">Invited</span>")
        .assert_no_text("token=")
        .assert_text("Member added")
        .assert_text("Sign-in link made")
        .assert_text("Password set");
    host.get(&format!("{PAGE}?search=GRACE&role=moderator&state=can-sign-in"))
        .await
        .assert_text("grace@example.com")
        .assert_no_text("host@example.com");
}

#[tokio::test]
async fn everyone_who_cannot_sign_in_gets_a_link_in_a_file() {
    let app = TestApp::new().await;
    let host = app.as_host().await;
    for name in ["=Ben", "Cyd"] {
        let email = format!("{}@example.com", name.trim_start_matches('='));
        let form = [("name", name), ("email", email.as_str()), ("role", "member")];
        host.post("/admin/members/add", &form).await.assert_status(200);
    }
    let ben = page_of(&app, "ben@example.com").await;
    let sent = link(&host.post(&format!("{ben}/invite"), &[]).await);
    let page = host.get(PAGE).await;
    assert_sound(&page);
    page.assert_text("2 members cannot sign in yet")
        .assert_text("2 of them have a link that works.");
    // Those who have a link keep it.
    let file = host.post("/admin/members/invite-all", &[]).await;
    assert_eq!(file.text, "\"email\",\"name\",\"link\"\r\n");
    app.browser().get(&sent).await.assert_status(200);

    let file = host.post("/admin/members/invite-all", &[("again", "1")]).await;
    file.assert_status(200);
    assert_eq!(file.header("cache-control"), "no-store");
    assert_eq!(
        file.header("content-disposition"),
        "attachment; filename=\"sign-in-links.csv\""
    );
    assert!(file.text.contains("\"'=Ben\""), "{}", file.text);
    app.browser().get(&sent).await.assert_status(404);
    for line in file.text.lines().skip(1) {
        let link = line.rsplit('"').nth(1).unwrap();
        let (_, path) = link.split_once("://").unwrap();
        gets_in(&app, &path[path.find('/').unwrap()..], "a river in the hills").await;
    }
    host.get(PAGE).await.assert_no_text("cannot sign in yet");
    host.get("/admin/audit?action=member_invited")
        .await
        .assert_text("2 members");
}

#[tokio::test]
async fn a_suspended_member_is_out_at_the_next_request_and_back_with_everything() {
    let app = TestApp::new().await;
    let (client, other) = (app.web_app().await, app.browser_app().await);
    let (host, member) = (app.as_host().await, app.as_member().await);
    let tokens = app.connect(&client, &member).await;
    let code = member.lets_in(&other, &[]).await;
    let page = page_of(&app, "member@example.com").await;
    host.post(&format!("{page}/suspend"), &[])
        .await
        .assert_redirect(&format!("{page}?done=suspend"));
    let shown = host.get(&format!("{page}?done=suspend")).await;
    assert_sound_with_scripts(&shown);
    shown
        .assert_text(">Suspended</span>")
        .assert_text("Member suspended")
        .assert_text("1 session ended");

    member.get("/account/sessions").await.assert_status(303);
    app.browser()
        .sign_in("member@example.com", PASSWORD)
        .await
        .assert_status(422)
        .assert_text("A host of this network suspended your account: ask a host.");
    // Who does not know the password learns nothing of it.
    app.browser()
        .sign_in("member@example.com", "another password")
        .await
        .assert_text("The email or the password is wrong.");
    let words = app.userinfo(&tokens).await.assert_error(401, "invalid_token");
    assert!(words.contains("suspended the member"), "{words}");
    let words = app
        .refresh(&client, &tokens)
        .await
        .assert_error(400, "unauthorized_client");
    assert!(words.contains("suspended the member"), "{words}");
    app.exchange(&other, &code)
        .await
        .assert_error(400, "invalid_grant");
    let introspect = async |token: &str| {
        let form = client.names(tokens[token].as_str().unwrap());
        app.send_form("/oauth/introspect", &form).await.json()["active"].clone()
    };
    assert_eq!(introspect("access_token").await, false);
    assert_eq!(introspect("refresh_token").await, false);
    host.get(&format!(
        "/admin/settings/oauth-applications/{}/activity",
        client.id
    ))
    .await
    .assert_text("A host suspended this member.")
    .assert_text(&format!("href=\"{page}\""));
    // There is no way in by a link.
    host.post(&format!("{page}/invite"), &[])
        .await
        .assert_status(409)
        .assert_text("is suspended: let them in again first");

    host.post(&format!("{page}/resume"), &[]).await.assert_status(303);
    assert_eq!(introspect("access_token").await, true);
    app.userinfo(&tokens).await.assert_status(200);
    app.refresh(&client, &tokens).await.assert_status(200);
    app.exchange(&other, &code).await.assert_status(200);
    app.as_member()
        .await
        .get("/account/connected-apps")
        .await
        .assert_text("Mobile App");
}

#[tokio::test]
async fn nobody_acts_on_themselves_and_a_host_stays() {
    let app = TestApp::new().await;
    let host = app.as_host().await;
    let own = page_of(&app, "host@example.com").await;
    let page = host.get(&own).await;
    assert_sound_with_scripts(&page);
    page.assert_no_text("/suspend\"")
        .assert_text("Account &gt; Sessions");
    for (action, form) in [
        ("role", &[("role", "member")][..]),
        ("suspend", &[]),
        ("remove", &[]),
    ] {
        let page = host.post(&format!("{own}/{action}"), form).await;
        assert_sound_with_scripts(&page);
        page.assert_status(409)
            .assert_text("Nobody does this to themselves");
    }
    let member = page_of(&app, "member@example.com").await;
    host.post(&format!("{member}/role"), &[("role", "host")])
        .await
        .assert_redirect(&format!("{member}?done=role"));
    host.get(&member).await.assert_text("from member to host");
    // The other host takes the first one's role, whose session no longer opens Admin.
    let other = app.as_member().await;
    other
        .post(&format!("{own}/role"), &[("role", "moderator")])
        .await
        .assert_status(303);
    host.get(&member).await.assert_status(403);
    host.post(&format!("{member}/suspend"), &[])
        .await
        .assert_status(403);
    other.get(PAGE).await.assert_status(200);
    for wrong in ["king", ""] {
        other
            .post(&format!("{own}/role"), &[("role", wrong)])
            .await
            .assert_status(400);
    }
}

#[tokio::test]
async fn a_host_ends_sessions_and_disconnects_applications() {
    let app = TestApp::new().await;
    let (host, first, second) = (app.as_host().await, app.as_member().await, app.as_member().await);
    let (client, other) = (app.web_app().await, app.browser_app().await);
    let tokens = app.connect(&client, &first).await;
    let code = second.lets_in(&other, &[]).await;
    let of_other = app.exchange(&other, &code).await.json();
    let page = page_of(&app, "member@example.com").await;
    let shown = host.get(&page).await;
    assert_sound_with_scripts(&shown);
    shown.assert_text("End all sessions").assert_text("Revoke all");
    let sessions = app
        .instance
        .sessions
        .list(id(&app, "member@example.com").await)
        .await
        .unwrap();
    host.post(&format!("{page}/sessions/{}/end", sessions[0].id.0), &[])
        .await
        .assert_redirect(&format!("{page}?done=session"));
    // A session of somebody else is not a session of this member.
    let own = app
        .instance
        .sessions
        .list(id(&app, "host@example.com").await)
        .await
        .unwrap();
    host.post(&format!("{page}/sessions/{}/end", own[0].id.0), &[])
        .await
        .assert_status(303);
    host.post(&format!("{page}/sessions/end-all"), &[])
        .await
        .assert_redirect(&format!("{page}?done=sessions"));
    first.get("/account/sessions").await.assert_status(303);
    second.get("/account/sessions").await.assert_status(303);

    host.post(&format!("{page}/apps/{}/revoke", client.id), &[])
        .await
        .assert_redirect(&format!("{page}?done=app"));
    app.userinfo(&tokens).await.assert_error(401, "invalid_token");
    app.userinfo(&of_other).await.assert_status(200);
    host.post(&format!("{page}/apps/revoke-all"), &[])
        .await
        .assert_redirect(&format!("{page}?done=apps"));
    app.userinfo(&of_other).await.assert_error(401, "invalid_token");
    host.get("/admin/audit?action=member_sessions_ended")
        .await
        .assert_text("member@example.com");
}

#[tokio::test]
async fn a_removed_member_is_gone() {
    let app = TestApp::new().await;
    let (host, member) = (app.as_host().await, app.as_member().await);
    let page = page_of(&app, "member@example.com").await;
    host.post(&format!("{page}/remove"), &[])
        .await
        .assert_redirect("/admin/members?removed=1");
    host.get("/admin/members?removed=1")
        .await
        .assert_text("The member is removed.")
        .assert_text("1 person.");
    member.get("/account/sessions").await.assert_status(303);
    for path in [
        page.clone(),
        format!("{PAGE}/999"),
        format!("{PAGE}/9223372036854775807"),
    ] {
        host.get(&path).await.assert_status(404);
        host.post(&format!("{path}/suspend"), &[])
            .await
            .assert_status(404);
        host.post(&format!("{path}/invite"), &[]).await.assert_status(404);
    }
    host.get(&format!("{PAGE}/x")).await.assert_status(400);
}

#[tokio::test]
async fn searches_and_pages_have_bounds() {
    let app = TestApp::new().await;
    let host = app.as_host().await;
    let long = "x".repeat(5_000);
    for query in [
        "page=0",
        "page=-1",
        "page=99999999999999999999",
        "role=king&state=lost",
        "search=%25%27%3B--",
        "search=%00",
        &format!("search={long}"),
    ] {
        let page = host.get(&format!("{PAGE}?{query}")).await;
        assert_sound(&page);
        page.assert_status(200);
    }
    for number in 0..60 {
        app.member(&format!("m{number}@example.com"), Role::Member).await;
    }
    let page = host.get(PAGE).await;
    page.assert_text("62 people.").assert_text("Page 1 of 2");
    host.get(&format!("{PAGE}?page=2"))
        .await
        .assert_text("Page 2 of 2");
}
