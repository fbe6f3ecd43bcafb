//! `/account`

use std::time::Duration;

use crate::support::{TestApp, assert_sound};

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
