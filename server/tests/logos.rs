//! Logos: what may be uploaded, and how it is served.

use std::io::Cursor;
use std::time::Duration;

use image::{DynamicImage, ImageFormat, Rgba, RgbaImage};
use latchkey_domain::limits;
use reqwest::Method;
use reqwest::header::{ACCEPT, CONTENT_TYPE, IF_NONE_MATCH, ORIGIN};

use crate::support::{Answer, Browser, TestApp, assert_sound};

const NETWORK: &str = "/admin/settings/network/logo";

fn picture(width: u32, height: u32) -> DynamicImage {
    DynamicImage::ImageRgba8(RgbaImage::from_pixel(width, height, Rgba([20, 120, 220, 255])))
}

fn file(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut file = Cursor::new(Vec::new());
    let picture = match format {
        ImageFormat::Jpeg => DynamicImage::ImageRgb8(picture.to_rgb8()),
        _ => picture.clone(),
    };
    picture.write_to(&mut file, format).unwrap();
    file.into_inner()
}

/// Sends the form with this file, under a name and a type that mean nothing.
async fn upload(browser: &Browser, path: &str, file: &[u8]) -> Answer {
    upload_from(browser, path, file, true).await
}

async fn upload_from(browser: &Browser, path: &str, file: &[u8], same_origin: bool) -> Answer {
    let mut body = b"--border\r\nContent-Disposition: form-data; name=\"logo\"; filename=\"a.png\"\r\n\
                     Content-Type: image/png\r\n\r\n"
        .to_vec();
    body.extend(file);
    body.extend(b"\r\n--border--\r\n");
    let mut request = browser
        .bare(Method::POST, path)
        .header(ACCEPT, "text/html")
        .header(CONTENT_TYPE, "multipart/form-data; boundary=border")
        .body(body);
    if same_origin {
        request = request.header("sec-fetch-site", "same-origin");
    } else {
        request = request.header(ORIGIN, "https://evil.example");
    }
    browser.send(request).await
}

/// The address of the logo in a page.
fn logo_in(page: &str) -> String {
    let (_, rest) = page.split_once("src=\"/logos/").unwrap();
    format!("/logos/{}", rest.split('"').next().unwrap())
}

#[tokio::test]
async fn each_format_is_served_as_a_png_and_nothing_else() {
    let app = TestApp::new().await;
    let (host, nobody) = (app.as_host().await, app.browser());
    for format in [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP] {
        upload(&host, NETWORK, &file(&picture(700, 350), format))
            .await
            .assert_redirect("/admin/settings/network?logo=saved");
        let page = host.get("/admin/settings/network?logo=saved").await;
        assert_sound(&page);
        page.assert_text("The logo is saved.");
        let path = logo_in(&page.text);
        let logo = nobody.get(&path).await;
        logo.assert_status(200);
        for (name, value) in [
            ("content-type", "image/png"),
            ("x-content-type-options", "nosniff"),
            ("content-security-policy", "default-src 'none'; sandbox"),
            ("cache-control", "public, max-age=31536000, immutable"),
        ] {
            assert_eq!(logo.header(name), value, "{name}");
        }
        let etag = logo.header("etag");
        assert_eq!(etag, format!("\"{}\"", path.trim_start_matches("/logos/")));
        let again = nobody.bare(Method::GET, &path).header(IF_NONE_MATCH, etag);
        nobody.send(again).await.assert_status(304);
    }
}

#[tokio::test]
async fn an_application_has_a_logo_of_its_own_until_it_is_removed() {
    let app = TestApp::new().await;
    let (client, host, member) = (app.web_app().await, app.as_host().await, app.as_member().await);
    let path = format!("/admin/settings/oauth-applications/{}/logo", client.id);
    let page = host.get(&path).await;
    assert_sound(&page);
    page.assert_text("logo-initial").assert_no_text("Remove the logo");
    upload(&host, &path, &file(&picture(64, 64), ImageFormat::Png))
        .await
        .assert_redirect(&format!("{path}?logo=saved"));
    let consent = member.get(&client.asks(&[])).await;
    assert_sound(&consent);
    let logo = logo_in(&consent.text);
    app.browser().get(&logo).await.assert_status(200);
    upload(&host, &path, b"")
        .await
        .assert_redirect(&format!("{path}?logo=removed"));
    app.browser().get(&logo).await.assert_status(404);
    host.get(&format!("{path}?logo=removed"))
        .await
        .assert_text("The logo is removed.");
}

#[tokio::test]
async fn what_is_no_picture_is_refused_with_the_reason() {
    let app = TestApp::new().await;
    let host = app.as_host().await;
    let png = file(&picture(256, 256), ImageFormat::Png);
    let svg = b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>";
    let wide = file(&picture(limits::LOGO_PIXELS + 1, 1), ImageFormat::Png);
    for (file, reason) in [
        (svg.to_vec(), "SVG files can contain programs"),
        (
            b"GIF89a\x01\0\x01\0\0\0\0;".to_vec(),
            "not a PNG, JPEG or WebP picture",
        ),
        (b"<!DOCTYPE html><p>".to_vec(), "not a PNG, JPEG or WebP picture"),
        (png[..png.len() / 2].to_vec(), "cannot be read"),
        (wide, "larger than 4096 × 4096 pixels"),
        (bomb(60_000), "larger than 4096 × 4096 pixels"),
        (vec![0; limits::LOGO_BYTES + 1], "larger than 1 MB"),
        (vec![0; limits::LOGO_FORM_BYTES], "larger than 1 MB"),
    ] {
        let answer = upload(&host, NETWORK, &file).await;
        assert_sound(&answer);
        answer.assert_status(422).assert_text(reason);
    }
    host.get("/admin/settings/network")
        .await
        .assert_no_text("/logos/");
}

/// A PNG of few bytes that claims this many pixels on each side.
fn bomb(side: u32) -> Vec<u8> {
    let mut header = b"IHDR".to_vec();
    header.extend(side.to_be_bytes());
    header.extend(side.to_be_bytes());
    header.extend([8, 6, 0, 0, 0]);
    let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
    for part in [header, b"IDAT".to_vec(), b"IEND".to_vec()] {
        png.extend(chunk(&part));
    }
    png
}

/// A chunk of a PNG from its type and data: with the length before and the checksum behind.
fn chunk(part: &[u8]) -> Vec<u8> {
    let length = u32::try_from(part.len() - 4).unwrap();
    let mut chunk = length.to_be_bytes().to_vec();
    chunk.extend(part);
    chunk.extend(crc(part).to_be_bytes());
    chunk
}

/// CRC-32 of ISO 3309.
fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            if crc & 1 == 1 {
                (crc >> 1) ^ 0xEDB8_8320
            } else {
                crc >> 1
            }
        })
    })
}

/// The first frame of an animation is the logo, and what hides in a file is not served.
#[tokio::test]
async fn only_the_pixels_of_a_file_are_kept() {
    let app = TestApp::new().await;
    let host = app.as_host().await;
    let plain = file(&picture(32, 32), ImageFormat::Png);
    let mut control = b"acTL".to_vec();
    control.extend([0, 0, 0, 1, 0, 0, 0, 0]);
    let mut text = b"tEXt".to_vec();
    text.extend(b"Comment\0<script>alert(1)</script>");
    // Behind the signature (8 bytes) and the header (25 bytes).
    let mut odd = plain[..33].to_vec();
    odd.extend(chunk(&control));
    odd.extend(chunk(&text));
    odd.extend(&plain[33..]);
    odd.extend(b"<html><script>alert(1)</script></html>");
    let mut served = vec![];
    for file in [plain, odd] {
        upload(&host, NETWORK, &file).await.assert_status(303);
        let page = host.get("/admin/settings/network").await;
        served.push(logo_in(&page.text));
    }
    assert_eq!(served[0], served[1]);
    host.get(&served[0]).await.assert_no_text("script");
}

/// The picture of a member, which programs show, until the member or a host removes it.
#[tokio::test]
async fn a_member_has_a_picture_of_their_own() {
    let app = TestApp::new().await;
    let (member, host) = (app.as_member().await, app.as_host().await);
    upload(&member, "/account/picture", b"<svg/>")
        .await
        .assert_status(422)
        .assert_text("field-error");
    upload(
        &member,
        "/account/picture",
        &file(&picture(900, 600), ImageFormat::Jpeg),
    )
    .await
    .assert_redirect("/account/profile?done=picture");
    let page = member.get("/account/profile?done=picture").await;
    assert_sound(&page);
    let path = logo_in(&page.text);
    let served = app.browser().get(&path).await;
    assert_eq!(served.header("cross-origin-resource-policy"), "cross-origin");

    let email = "member@example.com".parse().unwrap();
    let id = app
        .instance
        .store
        .member_by_email(&email)
        .await
        .unwrap()
        .unwrap()
        .id;
    let about = format!("/admin/members/{id}");
    host.get(&about)
        .await
        .assert_text(&path)
        .assert_text("Picture changed");
    let remove = format!("{about}/remove-picture");
    member.post(&remove, &[]).await.assert_status(403);
    host.post(&remove, &[])
        .await
        .assert_redirect(&format!("{about}?done=picture"));
    host.get(&about).await.assert_no_text(&path);
    app.browser().get(&path).await.assert_status(404);
    app.browser().get("/account/picture").await.assert_status(405);
    upload(
        &app.browser(),
        "/account/picture",
        &file(&picture(9, 9), ImageFormat::Png),
    )
    .await
    .assert_redirect("/sign-in");
}

/// Reading a picture takes a processor, and each change leaves an entry in the audit trail.
#[tokio::test]
async fn who_uploads_again_and_again_has_to_wait() {
    let app = TestApp::new().await;
    let (member, host) = (app.as_member().await, app.as_host().await);
    // What is no picture counts, too.
    upload(&member, "/account/picture", b"no picture")
        .await
        .assert_status(422);
    for side in 1..limits::UPLOADS_OF_MEMBER {
        let side = u32::try_from(side).unwrap();
        let png = file(&picture(side, side), ImageFormat::Png);
        upload(&member, "/account/picture", &png).await.assert_status(303);
    }
    let png = file(&picture(64, 64), ImageFormat::Png);
    let refused = upload(&member, "/account/picture", &png).await;
    assert_sound(&refused);
    refused
        .assert_status(429)
        .assert_text("You uploaded many pictures within the last hour. Try again in 6 minutes.");
    assert_eq!(refused.header("retry-after"), "360");
    // To remove one is no upload, and others do not wait.
    upload(&member, "/account/picture", b"")
        .await
        .assert_redirect("/account/profile?done=picture-removed");
    upload(&host, "/account/picture", &png).await.assert_status(303);
    app.wait(Duration::from_secs(6 * 60));
    upload(&member, "/account/picture", &png).await.assert_status(303);
    upload(&member, "/account/picture", &png).await.assert_status(429);

    for _ in 0..limits::UPLOADS_OF_HOST {
        upload(&host, NETWORK, b"no picture").await.assert_status(422);
    }
    let refused = upload(&host, NETWORK, &png).await;
    assert_sound(&refused);
    refused
        .assert_status(429)
        .assert_text("You uploaded many pictures");
}

#[tokio::test]
async fn only_hosts_set_logos_and_only_from_this_site() {
    let app = TestApp::new().await;
    let client = app.web_app().await;
    let (host, member, nobody) = (app.as_host().await, app.as_member().await, app.browser());
    let png = file(&picture(8, 8), ImageFormat::Png);
    let of_application = format!("/admin/settings/oauth-applications/{}/logo", client.id);
    for path in [NETWORK, &of_application] {
        upload(&member, path, &png).await.assert_status(403);
        upload_from(&host, path, &png, false).await.assert_status(403);
        let answer = upload(&nobody, path, &png).await;
        assert!(answer.header("location").starts_with("/sign-in"), "{answer:?}");
    }
    host.get("/admin/settings/network")
        .await
        .assert_no_text("/logos/");
    let unknown = format!("/admin/settings/oauth-applications/{}/logo", "x".repeat(43));
    upload(&host, &unknown, &png).await.assert_status(404);
}

#[tokio::test]
async fn what_names_no_logo_is_not_there() {
    let app = TestApp::new().await;
    let browser = app.browser();
    for id in ["x", "..%2f..%2fetc", "ABABABABABABABABABABABABABABABAB"] {
        browser.get(&format!("/logos/{id}")).await.assert_status(404);
    }
    browser
        .get(&format!("/logos/{}", "ab".repeat(16)))
        .await
        .assert_status(404);
}
