//! The forms that set and remove a logo.

use latchkey_domain::LogoId;
use leptos::prelude::*;

use super::logo::logo as picture;

/// The logo of `name` as it is, a form to upload another, and one to remove it. Both are sent to `action`.
pub(crate) fn logo_form(
    name: &str,
    logo: Option<&LogoId>,
    action: String,
    error: Option<String>,
) -> impl IntoView + use<> {
    let described_by = if error.is_some() {
        "logo-hint logo-error"
    } else {
        "logo-hint"
    };
    let invalid = error.is_some().then_some("true");
    let remove = logo.is_some().then(|| {
        view! {
            <form method="post" action=action.clone() enctype="multipart/form-data">
                <input type="hidden" name="logo" value="" />
                <button class="button" type="submit">
                    "Remove the logo"
                </button>
            </form>
        }
    });
    view! {
        <div class="logo-forms">
            {picture(name, logo, "logo-large")}
            <form class="logo-upload" method="post" action=action enctype="multipart/form-data">
                <div class="field">
                    <label class="field-label" for="logo">
                        "Logo"
                    </label>
                    <p class="field-hint" id="logo-hint">
                        "PNG, JPEG or WebP, up to 1 MB. It is made smaller if it is larger than 512 × 512 pixels."
                    </p>
                    <input
                        class="input"
                        id="logo"
                        name="logo"
                        type="file"
                        accept="image/png,image/jpeg,image/webp"
                        required=true
                        aria-invalid=invalid
                        aria-describedby=described_by
                    />
                    {error
                        .map(|error| {
                            view! {
                                <p class="field-error" id="logo-error" role="alert">
                                    {error}
                                </p>
                            }
                        })}
                </div>
                <button class="button" type="submit">
                    "Upload the logo"
                </button>
            </form>
            {remove}
        </div>
    }
}
