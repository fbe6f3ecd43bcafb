//! `/account`

use std::time::Duration;

use latchkey_domain::Actor;
use latchkey_domain::member::NewPassword;

use crate::support::{PASSWORD, TestApp, assert_sound};

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
        .assert_text("1 sessions ended, connected applications kept")
        .assert_text("0 sessions ended, 2 applications disconnected");
}
