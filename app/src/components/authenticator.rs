//! What an authenticator app has to learn, and the codes for when it is gone.

use leptos::prelude::*;
use qrcode::render::svg;
use qrcode::{EcLevel, QrCode};

/// The picture for the app's camera, and the secret to type.
pub(crate) fn enrolment(secret: &str, address: &str) -> impl IntoView + use<> {
    let groups: Vec<String> = secret
        .as_bytes()
        .chunks(4)
        .map(|group| String::from_utf8_lossy(group).into_owned())
        .collect();
    view! {
        <ol class="steps">
            <li>"Install an authenticator app on your phone, if you have none. Password managers have one, too."</li>
            <li>"Scan this picture with it:" {picture(address)}</li>
            <li>
                "Or type this into it: "
                <code class="mono" id="secret" translate="no">
                    {groups.join(" ")}
                </code>
            </li>
            <li>"Enter the code that it shows."</li>
        </ol>
    }
}

/// The address as a QR code: black on white in both themes, since cameras want it so.
fn picture(address: &str) -> Option<impl IntoView + use<>> {
    let code = QrCode::with_error_correction_level(address, EcLevel::M).ok()?;
    let drawn = code.render::<svg::Color<'_>>().min_dimensions(220, 220).build();
    // Without the line that declares XML.
    let from = drawn.find("<svg")?;
    let drawn = drawn[from..].to_owned();
    Some(
        view! { <div class="qr" role="img" aria-label="A picture for the camera of your app" inner_html=drawn></div> },
    )
}

/// The codes. They are shown this once.
pub(crate) fn recovery_codes(codes: Vec<String>) -> impl IntoView {
    let codes = codes
        .into_iter()
        .map(|code| view! { <li>{code}</li> })
        .collect_view();
    view! {
        <p class="panel-lead">
            "Keep these somewhere else than your phone: in a password manager, or on paper. Each signs you in once if the phone is gone. They are shown only now."
        </p>
        <ul class="recovery-codes mono" translate="no">
            {codes}
        </ul>
    }
}
