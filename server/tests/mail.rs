//! Mail: the pages, the command line and the queue of the real program, against a real mail server.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::time::Duration;

use latchkey_testing::mail_server::{Setup, TestMailServer};

use crate::support::{Binary, Browser, PASSWORD, Server, assert_sound};

const NEW: &str = "a river in the hills";

/// A network with a host, and members without passwords.
fn network(binary: &Binary, members: usize) {
    binary.add_member("host@example.com", "Hanna Host", "host");
    if members > 0 {
        let file = binary.folder().join("members.csv");
        let mut rows = "email,name\n".to_owned();
        for number in 0..members {
            let _ = writeln!(rows, "m{number}@example.com,Member {number}");
        }
        fs::write(&file, rows).unwrap();
        binary.run(&["import", file.to_str().unwrap()]).succeeds();
    }
}

fn flags(server: &TestMailServer) -> [String; 4] {
    [
        "--smtp".into(),
        format!("smtp://127.0.0.1:{}", server.port()),
        "--mail-from".into(),
        "River Club <members@club.example>".into(),
    ]
}

fn borrowed(flags: &[String]) -> Vec<&str> {
    flags.iter().map(String::as_str).collect()
}

/// Such a network, served with a mail server.
async fn network_with_mail(members: usize) -> (TestMailServer, Binary, Server) {
    let mails = TestMailServer::start(&Setup::default());
    let binary = Binary::new();
    network(&binary, members);
    let server = serve(&binary, &mails).await;
    (mails, binary, server)
}

async fn serve(binary: &Binary, mails: &TestMailServer) -> Server {
    binary.serve(&borrowed(&flags(mails))).await
}

/// The path of a link.
fn path(link: &str) -> &str {
    let (_, rest) = link.split_once("://").unwrap();
    &rest[rest.find('/').unwrap()..]
}

async fn chooses(browser: &Browser, link: &str) {
    let (page, token) = path(link).split_once("?token=").unwrap();
    browser
        .post(page, &[("token", token), ("password", NEW)])
        .await
        .assert_redirect("/");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forgotten_password_is_replaced_by_mail() {
    let (mails, _binary, server) = network_with_mail(0).await;
    let elsewhere = server.browser();
    elsewhere
        .sign_in("host@example.com", PASSWORD)
        .await
        .assert_status(303);
    // The first sign-in from here is one from a place that is new.
    let told = &mails.mails(1)[0];
    assert!(
        told.text().contains("a place that is new") && told.to == "host@example.com",
        "{}",
        told.raw
    );

    let browser = server.browser();
    browser.get("/sign-in").await.assert_text("Forgot your password?");
    let page = browser.get("/sign-in/forgot").await;
    assert_sound(&page);
    let page = browser
        .post("/sign-in/forgot", &[("email", "Host@Example.com")])
        .await;
    assert_sound(&page);
    page.assert_status(200)
        .assert_text("a mail with a link is on its way");
    let mail = &mails.mails(2)[1];
    assert!(
        mail.text().contains("Someone asked for a new password"),
        "{}",
        mail.raw
    );
    // Nothing has changed yet, and looking changes nothing.
    let link = mail.link();
    for _ in 0..2 {
        browser.get(path(&link)).await.assert_status(200);
    }
    elsewhere.get("/account/sessions").await.assert_status(200);
    chooses(&browser, &link).await;
    elsewhere.get("/account/sessions").await.assert_status(303);
    browser.get(path(&link)).await.assert_status(404);
    server
        .browser()
        .sign_in("host@example.com", NEW)
        .await
        .assert_redirect("/");
    browser.get("/admin/members").await.assert_text("verified");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forgotten_password_tells_a_stranger_nothing() {
    let (mails, _binary, server) = network_with_mail(1).await;
    let mut answers = Vec::new();
    for email in ["host@example.com", "m0@example.com", "nobody@example.com"] {
        let answer = server
            .browser()
            .post("/sign-in/forgot", &[("email", email)])
            .await;
        answer.assert_status(200);
        answers.push(answer.text.replace(email, "EMAIL"));
    }
    answers.dedup();
    assert_eq!(answers.len(), 1);
    // Who never had a password is invited.
    let mut to: Vec<_> = mails.mails(2).into_iter().map(|mail| mail.to).collect();
    to.sort();
    assert_eq!(to, ["host@example.com", "m0@example.com"]);
    let wrong = server
        .browser()
        .post("/sign-in/forgot", &[("email", "no email")])
        .await;
    assert_sound(&wrong);
    wrong.assert_status(422).assert_text("not an email address");
    for _ in 0..7 {
        server
            .browser()
            .post("/sign-in/forgot", &[("email", "x@example.com")])
            .await;
    }
    let answer = server
        .browser()
        .post("/sign-in/forgot", &[("email", "x@example.com")])
        .await;
    assert_sound(&answer);
    answer.assert_status(429).assert_text("Too many attempts");
    assert_eq!(mails.taken(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_mail_server_hosts_help() {
    let binary = Binary::new();
    network(&binary, 1);
    let server = binary.serve(&[]).await;
    let browser = server.browser();
    let page = browser.get("/sign-in/forgot").await;
    assert_sound(&page);
    page.assert_text("Ask a host of").assert_no_text("<form");
    browser
        .post("/sign-in/forgot", &[("email", "host@example.com")])
        .await
        .assert_text("Ask a host of");
    browser
        .sign_in("host@example.com", PASSWORD)
        .await
        .assert_status(303);
    browser.get("/admin/members").await.assert_no_text("by mail");
    for path in ["/admin/members/invite-all", "/admin/members/2/invite/mail"] {
        browser.post(path, &[("how", "mail")]).await.assert_status(400);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_community_is_invited_and_a_host_sees_what_came_of_it() {
    let (mails, _binary, server) = network_with_mail(30).await;
    let host = server.browser();
    host.sign_in("host@example.com", PASSWORD)
        .await
        .assert_status(303);
    mails.mails(1);
    mails.tell("slow 20");
    host.post("/admin/members/invite-all", &[("how", "mail")])
        .await
        .assert_redirect("/admin/members?mailed=30");
    let page = host.get("/admin/members?mailed=30").await;
    assert_sound(&page);
    page.assert_text("30 mails are on their way.")
        .assert_text("waiting to be sent");
    let taken = mails.mails(31);
    for mail in &taken[1..] {
        chooses(&server.browser(), &mail.link()).await;
    }
    let page = host.get("/admin/members?state=can-sign-in").await;
    page.assert_text("31 people match.")
        .assert_no_text("cannot sign in yet");

    // One whose mailbox is gone.
    mails.tell("slow 0");
    mails.tell("refuse");
    let form = [
        ("name", "Grace Hopper"),
        ("email", "grace@example.com"),
        ("role", "member"),
    ];
    host.post("/admin/members/add", &form).await.assert_status(200);
    host.post("/admin/members/32/invite/mail", &[])
        .await
        .assert_redirect("/admin/members/32?done=mail");
    let page = loop {
        let page = host.get("/admin/members").await;
        if page.text.contains("could not be delivered") {
            break page;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    assert_sound(&page);
    page.assert_text("1 mail").assert_text("No such mailbox");
    mails.tell("accept");
    host.post("/admin/members/retry-mails", &[])
        .await
        .assert_redirect("/admin/members?again=1");
    assert_eq!(mails.mails(32)[31].to, "grace@example.com");
    host.get("/admin/audit?action=member_invited")
        .await
        .assert_text("30 members")
        .assert_text("by mail");
}

#[tokio::test(flavor = "multi_thread")]
async fn mails_outlive_a_server_that_is_killed() {
    let mails = TestMailServer::start(&Setup::default());
    mails.tell("slow 5");
    let binary = Binary::new();
    network(&binary, 150);
    let more = ["member", "invite", "--all-not-invited", "--mail"];
    let told = binary.run(&more).succeeds();
    assert!(told.contains("150 mails wait"), "{told}");
    let server = serve(&binary, &mails).await;
    mails.mails(20);
    server.send("-KILL");
    drop(server);
    let killed_at = mails.taken();
    assert!(killed_at < 150, "it was killed in between");
    let server = serve(&binary, &mails).await;
    // Those that it had in hand are sent again when their claims are over; all others at once.
    let began = std::time::Instant::now();
    mails.mails(148);
    assert!(began.elapsed() < Duration::from_secs(30), "{:?}", began.elapsed());
    drop(server);
    let mut to: Vec<_> = mails.mails(148).into_iter().map(|mail| mail.to).collect();
    let all = to.len();
    to.sort();
    to.dedup();
    assert!(
        all - to.len() <= 2 && to.len() >= 148,
        "{all} mails to {} members",
        to.len()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_email_changes_when_the_new_address_answers() {
    let (mails, binary, server) = network_with_mail(1).await;
    let host = server.browser();
    host.sign_in("host@example.com", PASSWORD)
        .await
        .assert_status(303);
    mails.mails(1);
    let page = host.get("/account/profile").await;
    assert_sound(&page);
    page.assert_text("host@example.com")
        .assert_no_text("which is verified");
    let wants = async |email: &str, password: &str| {
        let form = [("new_email", email), ("password", password)];
        host.post("/account/email", &form).await
    };
    for (email, password, words) in [
        ("no email", PASSWORD, "not an email address"),
        ("Host@example.com", PASSWORD, "your email already"),
        (
            "hanna@new.example",
            "another password",
            "That is not your password.",
        ),
    ] {
        let page = wants(email, password).await;
        assert_sound(&page);
        page.assert_status(422).assert_text(words);
    }
    wants("hanna@new.example", PASSWORD)
        .await
        .assert_redirect("/account/profile?done=mail");
    let mail = &mails.mails(2)[1];
    assert_eq!(mail.to, "hanna@new.example");
    let link = mail.link();
    // On another device, twice; and it is no link for a password.
    let phone = server.browser();
    for _ in 0..2 {
        let page = phone.get(path(&link)).await;
        assert_sound(&page);
        page.assert_text("hanna@new.example");
    }
    let (_, token) = path(&link).split_once("?token=").unwrap();
    phone
        .get(&format!("/sign-in/link?token={token}"))
        .await
        .assert_status(404);
    server
        .browser()
        .sign_in("hanna@new.example", PASSWORD)
        .await
        .assert_status(422);
    phone
        .post("/account/email/confirm", &[("token", token)])
        .await
        .assert_redirect("/account/profile?done=email");
    phone
        .post("/account/email/confirm", &[("token", token)])
        .await
        .assert_status(404);
    server
        .browser()
        .sign_in("hanna@new.example", PASSWORD)
        .await
        .assert_redirect("/");
    server
        .browser()
        .sign_in("host@example.com", PASSWORD)
        .await
        .assert_status(422);
    let told = mails.mails(3);
    let told = told
        .iter()
        .find(|mail| mail.to == "host@example.com" && mail.text().contains("is hanna@new.example now"));
    assert!(told.is_some());
    host.get("/account/profile")
        .await
        .assert_text("which is verified");

    // Somebody else has the address by then.
    wants("m0@example.com", PASSWORD).await.assert_status(303);
    let all = mails.mails(5);
    let link = all
        .iter()
        .find(|mail| mail.to == "m0@example.com")
        .unwrap()
        .link();
    let (_, token) = path(&link).split_once("?token=").unwrap();
    let page = phone.post("/account/email/confirm", &[("token", token)]).await;
    assert_sound(&page);
    page.assert_status(409)
        .assert_text("There is a member with the email m0@example.com");
    // A new password ends the link.
    let set = ["member", "set-password", "hanna@new.example"];
    binary.run_with_input(&set, NEW).succeeds();
    phone.get(path(&link)).await.assert_status(404);
    host.get("/account/profile").await.assert_status(303);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_is_changed_by_its_member() {
    let binary = Binary::new();
    network(&binary, 0);
    let server = binary.serve(&[]).await;
    let host = server.browser();
    host.sign_in("host@example.com", PASSWORD)
        .await
        .assert_status(303);
    let page = host.post("/account/profile", &[("name", " ")]).await;
    assert_sound(&page);
    page.assert_status(422);
    host.post("/account/profile", &[("name", "Hanna <b>Miller")])
        .await
        .assert_redirect("/account/profile?done=name");
    let page = host.get("/account/profile?done=name").await;
    assert_sound(&page);
    page.assert_text("The name is saved.")
        .assert_text("Hanna &lt;b&gt;Miller")
        .assert_text("ask a host");
    host.post(
        "/account/email",
        &[("new_email", "x@example.com"), ("password", PASSWORD)],
    )
    .await
    .assert_status(400);
    host.get("/admin/members?search=miller")
        .await
        .assert_text("1 person matches.");
    host.get("/admin/audit?action=member_renamed")
        .await
        .assert_text("Name changed");
    // The operator needs no mail server.
    let told = binary
        .run(&["member", "set-email", "host@example.com", "hanna@example.com"])
        .succeeds();
    assert!(told.contains("signs in as hanna@example.com"), "{told}");
    server
        .browser()
        .sign_in("hanna@example.com", PASSWORD)
        .await
        .assert_redirect("/");
    host.get("/admin/audit?action=member_email_changed")
        .await
        .assert_text("from host@example.com");
}

/// A certificate for 127.0.0.1 with its key, and the one who signed it.
fn certificates(folder: &Path) -> [std::path::PathBuf; 3] {
    use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
    let ca_key = KeyPair::generate().unwrap();
    let mut ca = CertificateParams::new(Vec::new()).unwrap();
    ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let ca_certificate = ca.self_signed(&ca_key).unwrap();
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(vec!["127.0.0.1".to_owned(), "mail.test".to_owned()])
        .unwrap()
        .signed_by(&key, &Issuer::new(ca, ca_key))
        .unwrap();
    let write = |name: &str, text: String| {
        let path = folder.join(name);
        fs::write(&path, text).unwrap();
        path
    };
    [
        write("certificate.pem", certificate.pem()),
        write("key.pem", key.serialize_pem()),
        write("ca.pem", ca_certificate.pem()),
    ]
}

/// `latchkey mail test` with these settings; whether it succeeded, and what it said.
fn tries(binary: &Binary, url: &str, password: Option<&str>, ca: Option<&Path>) -> (bool, String) {
    let mut command = binary.command(&[
        "mail",
        "test",
        "ada@example.com",
        "--smtp",
        url,
        "--mail-from",
        "members@club.example",
    ]);
    if let Some(password) = password {
        command.env("LATCHKEY_SMTP_PASSWORD", password);
    }
    if let Some(ca) = ca {
        command.env("SSL_CERT_FILE", ca);
    }
    let output = command.output().unwrap();
    let said =
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    (output.status.success(), said)
}

#[test]
fn nothing_is_sent_without_a_certificate_that_fits() {
    let binary = Binary::new();
    let folder = tempfile::tempdir().unwrap();
    let [certificate, key, ca] = certificates(folder.path());
    let server = TestMailServer::start(&Setup {
        mode: "tls",
        certificate: Some((&certificate, &key)),
        password: Some("s3cret"),
        ..Setup::default()
    });
    let url = format!("smtps://latchkey@127.0.0.1:{}", server.port());
    let (worked, said) = tries(&binary, &url, Some("s3cret"), Some(&ca));
    assert!(
        worked && said.contains("took the mail to ada@example.com: 250"),
        "{said}"
    );
    assert_eq!(server.mails(1)[0].to, "ada@example.com");

    let (worked, said) = tries(&binary, &url, Some("wrong"), Some(&ca));
    assert!(
        !worked && said.contains("535") && !said.contains("wrong"),
        "{said}"
    );
    // Not trusted; not of this name; not encrypted.
    let (worked, said) = tries(&binary, &url, Some("s3cret"), None);
    assert!(!worked && said.contains("certificate"), "{said}");
    let other = format!("smtps://latchkey@localhost:{}", server.port());
    let (worked, said) = tries(&binary, &other, Some("s3cret"), Some(&ca));
    assert!(!worked && said.contains("certificate"), "{said}");
    assert_eq!(server.taken(), 1);
}

#[test]
fn what_the_settings_lack_is_said() {
    let binary = Binary::new();
    let from = ["--mail-from", "members@club.example"];
    let test = |more: &[&str]| binary.run(&[&["mail", "test", "ada@example.com"], more].concat());
    test(&[]).fails(2, "there is no mail server");
    test(&from).fails(2, "--mail-from without --smtp");
    test(&["--smtp", "smtp://localhost"]).fails(2, "--smtp without --mail-from");
    let with_user = [&["--smtp", "smtp://me@localhost"][..], &from].concat();
    test(&with_user).fails(2, "--smtp-password-file or LATCHKEY_SMTP_PASSWORD");
    let missing = [&with_user[..], &["--smtp-password-file", "/nowhere"]].concat();
    test(&missing).fails(2, "cannot read /nowhere");
    test(&["--smtp", "smtp://me:secret@localhost"]).fails(2, "--smtp-password-file");
    test(&[&["--smtp", "mail.example.org"][..], &from].concat()).fails(2, "has to begin with smtps://");
    let nobody = [&["--smtp", "smtp://127.0.0.1:1"][..], &from].concat();
    test(&nobody).fails(1, "the mail was not taken: 127.0.0.1 port 1");
    let doctor = [&["doctor"][..], &nobody].concat();
    doctor_says(&binary, &doctor, "FAIL");
    let server = TestMailServer::start(&Setup::default());
    let flags = flags(&server);
    doctor_says(&binary, &[&["doctor"][..], &borrowed(&flags)].concat(), "OK");
}

/// What `doctor` finds of mail.
fn doctor_says(binary: &Binary, arguments: &[&str], level: &str) {
    let output = binary.command(arguments).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let line = said
        .lines()
        .find(|line| line.contains("Mail"))
        .unwrap_or_default();
    assert!(line.contains(level), "{said}");
}
