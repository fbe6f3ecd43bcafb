//! The forms that set and remove a logo, or the picture of a member.

use latchkey_domain::LogoId;
use leptos::prelude::*;

use super::logo::logo as picture;

/// What a picture is called.
#[derive(Clone, Copy)]
pub(crate) enum PictureKind {
    Logo,
    Picture,
}

impl PictureKind {
    /// Its label, and what the buttons say.
    const fn words(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Logo => ("Logo", "Upload the logo", "Remove the logo"),
            Self::Picture => ("New picture", "Upload the picture", "Remove the picture"),
        }
    }
}

/// The picture of `name` as it is, a form to upload another, and one to remove it. Both are sent to `action`.
pub(crate) fn picture_form(
    kind: PictureKind,
    name: &str,
    logo: Option<&LogoId>,
    action: String,
    error: Option<String>,
) -> impl IntoView + use<> {
    let (label, upload, remove) = kind.words();
    let described_by = if error.is_some() {
        "logo-hint logo-error"
    } else {
        "logo-hint"
    };
    let invalid = error.is_some().then_some("true");
    let removal = logo.is_some().then(|| {
        view! {
            <form method="post" action=action.clone() enctype="multipart/form-data">
                <input type="hidden" name="logo" value="" />
                <button class="button" type="submit">
                    {remove}
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
                        {label}
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
                    {upload}
                </button>
            </form>
            {removal}
        </div>
    }
}
