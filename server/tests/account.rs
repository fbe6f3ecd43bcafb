//! `/account`

use std::time::Duration;

use latchkey_domain::member::NewPassword;
use latchkey_domain::{Actor, limits};

use crate::support::{Browser, PASSWORD, TestApp, assert_sound};

#[tokio::test]
async fn leads_to_the_sessions() {
    let app = TestApp::new().await;
    app.as_member()
        .await
        .get("/account")
        .await
        .assert_redirect("/account/sessions");
}

#[tokio::test]
async fn the_signed_out_sign_in_first() {
    let app = TestApp::new().await;
    let browser = app.browser();
    browser
        .get("/account/sessions")
        .await
        .assert_redirect("/sign-in?return_to=%2Faccount%2Fsessions");
    browser
        .post("/account/sessions/1/end", &[])
        .await
        .assert_redirect("/sign-in");
    browser
        .post("/account/sessions/end-others", &[])
        .await
        .assert_redirect("/sign-in");
}

#[tokio::test]
async fn each_session_can_be_seen_and_ended() {
    let app = TestApp::new().await;
    let here = app.as_member().await;
    app.wait(Duration::from_secs(3_600));
    let there = app.as_member().await;
    let page = here.get("/account/sessions").await;
    assert_sound(&page);
    page.assert_status(200)
        .assert_text("This session")
        .assert_text("Firefox on Linux")
        .assert_text("127.0.0.1");

    let action = page
        .text
        .split("action=\"")
        .map(|rest| rest.split('"').next().unwrap());
    let [end] = action
        .filter(|action| action.ends_with("/end"))
        .collect::<Vec<_>>()[..]
    else {
        panic!("{page:?}")
    };
    here.post(end, &[])
        .await
        .assert_redirect("/account/sessions?ended=one");
    there.get("/").await.assert_redirect("/sign-in");
    let page = here.get("/account/sessions?ended=one").await;
    page.assert_text("The session has been ended.")
        .assert_no_text("End session");
}

#[tokio::test]
async fn all_others_end_at_once() {
    let app = TestApp::new().await;
    let here = app.as_member().await;
    let others = [app.as_member().await, app.as_member().await];
    let host = app.as_host().await;
    here.post("/account/sessions/end-others", &[])
        .await
        .assert_redirect("/account/sessions?ended=others");
    for other in others {
        other.get("/").await.assert_redirect("/sign-in");
    }
    here.get("/").await.assert_status(200);
    host.get("/").await.assert_status(200);
}

#[tokio::test]
async fn nobody_ends_the_session_of_another() {
    let app = TestApp::new().await;
    let host = app.as_host().await;
    let member = app.as_member().await;
    let hosts_email = "host@example.com".parse().unwrap();
    let id = app
        .instance
        .store
        .member_by_email(&hosts_email)
        .await
        .unwrap()
        .unwrap()
        .id;
    let session = app.instance.sessions.list(id).await.unwrap()[0].id.0;
    member
        .post(&format!("/account/sessions/{session}/end"), &[])
        .await
        .assert_status(303);
    host.get("/").await.assert_status(200);
}

#[tokio::test]
async fn ending_this_session_is_signing_out() {
    let app = TestApp::new().await;
    let member = app.as_member().await;
    let email = "member@example.com".parse().unwrap();
    let id = app
        .instance
        .store
        .member_by_email(&email)
        .await
        .unwrap()
        .unwrap()
        .id;
    let session = app.instance.sessions.list(id).await.unwrap()[0].id.0;
    member
        .post(&format!("/account/sessions/{session}/end"), &[])
        .await
        .assert_redirect("/sign-in");
    assert_eq!(member.cookie(), None);
}

#[tokio::test]
async fn a_session_that_cannot_be_is_no_session() {
    let app = TestApp::new().await;
    let member = app.as_member().await;
    member
        .post("/account/sessions/999999/end", &[])
        .await
        .assert_redirect("/account/sessions?ended=one");
    member
        .post("/account/sessions/x/end", &[])
        .await
        .assert_status(400)
        .assert_text("The request could not be read");
}

#[tokio::test]
async fn a_new_password_disconnects_applications_and_says_so() {
    let app = TestApp::new().await;
    let (client, other) = (app.web_app().await, app.browser_app().await);
    let member = app.as_member().await;
    let tokens = app.connect(&client, &member).await;
    let code = member.lets_in(&other, &[]).await;
    let set = async |password: &str, keep_apps| {
        let password = NewPassword::new(password.to_owned()).unwrap();
        let (email, by) = ("member@example.com".parse().unwrap(), Actor::operator());
        let roster = &app.instance.roster;
        roster
            .set_password(&email, &password, keep_apps, &by)
            .await
            .unwrap()
    };
    assert_eq!(set("another password", true).await.applications, 0);
    app.userinfo(&tokens).await.assert_status(200);
    // The consent that came with the code counts too.
    assert_eq!(set(PASSWORD, false).await.applications, 2);

    let words = app.userinfo(&tokens).await.assert_error(401, "invalid_token");
    assert!(words.contains("password was changed"), "{words}");
    let words = app
        .refresh(&client, &tokens)
        .await
        .assert_error(400, "invalid_grant");
    assert!(words.contains("password was changed"), "{words}");
    let words = app
        .exchange(&other, &code)
        .await
        .assert_error(400, "invalid_grant");
    assert!(words.contains("password was changed"), "{words}");

    member.get("/account/connected-apps").await.assert_status(303);
    let member = app.as_member().await;
    let page = member.get("/account/connected-apps").await;
    assert_sound(&page);
    page.assert_text("No connected apps")
        .assert_text("Disconnected when your password changed")
        .assert_text("Mobile App");
    // Nothing is remembered: the person is asked again.
    let asked = member.get(&client.asks(&[])).await;
    asked.assert_status(200);
    app.connect(&client, &member).await;
    let page = member.get("/account/connected-apps").await;
    page.assert_no_text("Disconnected when");

    let host = app.as_host().await;
    let activity = format!("/admin/settings/oauth-applications/{}/activity", client.id);
    host.get(&activity)
        .await
        .assert_text("password was changed, so the member");
    host.get("/admin/audit?action=member_password_changed")
        .await
        .assert_text("1 session ended, connected applications kept")
        .assert_text("0 sessions ended, 2 applications disconnected");
}

/// The fields of the form that changes the password.
fn change<'a>(current: &'a str, new: &'a str) -> [(&'a str, &'a str); 2] {
    [("current", current), ("new", new)]
}

const NEW: &str = "a river in the hills";

#[tokio::test]
async fn a_member_changes_the_password_and_stays_signed_in_here_only() {
    let app = TestApp::new().await;
    let (here, there) = (app.as_member().await, app.as_member().await);
    let client = app.web_app().await;
    let tokens = app.connect(&client, &here).await;
    let page = here.get("/account/password").await;
    assert_sound(&page);
    page.assert_status(200)
        .assert_text("value=\"member@example.com\"");
    here.post("/account/password", &change(PASSWORD, NEW))
        .await
        .assert_redirect("/account/password?changed=1");
    let page = here.get("/account/password?changed=1").await;
    assert_sound(&page);
    page.assert_text("Your password is changed.");
    there.get("/account/sessions").await.assert_status(303);
    app.userinfo(&tokens).await.assert_error(401, "invalid_token");
    let sign_in = async |password: &str| app.browser().sign_in("member@example.com", password).await;
    sign_in(PASSWORD).await.assert_status(422);
    sign_in(NEW).await.assert_redirect("/");
    // It is in the audit trail, under the member's name.
    app.as_host()
        .await
        .get("/admin/audit?action=member_password_changed&who=member")
        .await
        .assert_text("2 sessions ended, 1 application disconnected");
}

#[tokio::test]
async fn connected_apps_are_kept_on_request() {
    let app = TestApp::new().await;
    let (client, member) = (app.web_app().await, app.as_member().await);
    let tokens = app.connect(&client, &member).await;
    let [current, new] = change(PASSWORD, NEW);
    member
        .post("/account/password", &[current, new, ("keep_apps", "1")])
        .await
        .assert_status(303);
    app.userinfo(&tokens).await.assert_status(200);
}

#[tokio::test]
async fn a_password_is_not_changed_without_the_current_one() {
    let app = TestApp::new().await;
    let (here, there) = (app.as_member().await, app.as_member().await);
    for (current, new, error) in [
        ("wrong horse", NEW, "That is not your current password."),
        ("", NEW, "That is not your current password."),
        (PASSWORD, "short", "at least 8 characters"),
    ] {
        let page = here.post("/account/password", &change(current, new)).await;
        assert_sound(&page);
        page.assert_status(422).assert_text(error).assert_no_text(NEW);
    }
    there.get("/account/sessions").await.assert_status(200);
    // Nor by somebody who is not signed in, or from another site.
    let stranger = app.browser();
    stranger
        .post("/account/password", &change(PASSWORD, NEW))
        .await
        .assert_redirect("/sign-in");
    let answer = app.browser().sign_in("member@example.com", NEW).await;
    answer.assert_status(422);
}

#[tokio::test]
async fn the_current_password_cannot_be_guessed_in_an_open_session() {
    let app = TestApp::new().await;
    let here = app.as_member().await;
    let mut last = 422;
    for _ in 0..50 {
        let page = here.post("/account/password", &change("wrong horse", NEW)).await;
        last = page.status.as_u16();
        if last == 429 {
            assert_sound(&page);
            page.assert_text("Too many attempts");
            assert!(!page.header("retry-after").is_empty());
            break;
        }
    }
    assert_eq!(last, 429);
}

/// Each change leaves an entry in the audit trail.
#[tokio::test]
async fn who_changes_their_account_again_and_again_has_to_wait() {
    let app = TestApp::new().await;
    let (member, host) = (app.as_member().await, app.as_host().await);
    let names = async |browser: &Browser, name: String| {
        let form = [("name", name.as_str())];
        browser.post("/account/profile", &form).await
    };
    for number in 0..limits::ACCOUNT_CHANGES {
        names(&member, format!("Ada {number}")).await.assert_status(303);
    }
    let refused = names(&member, "Ada Lovelace".to_owned()).await;
    assert_sound(&refused);
    refused
        .assert_status(429)
        .assert_text("You made many changes")
        .assert_text("Wait a minute");
    assert_eq!(refused.header("retry-after"), "60");
    // It is one count for all forms of the account.
    for form in ["/account/passkeys/begin", "/account/second-factor/begin"] {
        member.post(form, &[]).await.assert_status(429);
    }
    member
        .get("/account/profile")
        .await
        .assert_status(200)
        .assert_text("Ada 59");
    // To end something still works, and others do not wait.
    member
        .post("/account/sessions/end-others", &[])
        .await
        .assert_status(303);
    names(&host, "Grace".to_owned()).await.assert_status(303);
    app.wait(Duration::from_secs(60));
    names(&member, "Ada Lovelace".to_owned())
        .await
        .assert_redirect("/account/profile?done=name");
    names(&member, "Ada".to_owned()).await.assert_status(429);
}
