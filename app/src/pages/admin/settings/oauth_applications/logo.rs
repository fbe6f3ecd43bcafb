//! `/admin/settings/oauth-applications/{client_id}/logo`: sets the logo of an application.

use latchkey_domain::Application;
use leptos::prelude::*;

use crate::components::breadcrumb::breadcrumb;
use crate::components::frame::Frame;
use crate::components::navigation::{AdminSection, Level, Visitor};
use crate::components::notice::status_notice;
use crate::components::picture_form::{PictureKind, picture_form};

/// The forms, and what became of the last one.
#[derive(Clone, Debug)]
pub struct ApplicationLogoPage {
    pub frame: Frame,
    pub visitor: Visitor,
    pub application: Application,
    /// What was just done, as a sentence.
    pub notice: Option<String>,
    /// Why the last picture was refused, as sentences.
    pub error: Option<String>,
}

impl ApplicationLogoPage {
    pub fn to_html(self) -> String {
        let Self {
            frame,
            visitor,
            application,
            notice,
            error,
        } = self;
        let name = application.spec.name.to_string();
        let page = format!(
            "{}/{}",
            AdminSection::OauthApplications.path(),
            application.client_id
        );
        let action = format!("{page}/logo");
        let above = vec![AdminSection::OauthApplications.link(), (name.clone(), page)];
        frame.admin(
            &format!("Logo of {name}"),
            visitor,
            AdminSection::OauthApplications,
            Level::Below,
            view! {
                {breadcrumb(above)}
                <h1 class="page-title">"Logo of " {name.clone()}</h1>
                <p class="page-lead">
                    "Members see it when the application asks for access, and in their connected apps."
                </p>
                {notice.map(status_notice)}
                <section class="settings-section">
                    {picture_form(PictureKind::Logo, &name, application.logo.as_ref(), action, error)}
                </section>
            },
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{application, assert_sound, frame, visitor};

    #[test]
    fn a_logo_can_be_set_and_removed() {
        let mut page = ApplicationLogoPage {
            frame: frame(),
            visitor: visitor(true),
            application: application("Mobile <b>App"),
            notice: None,
            error: None,
        };
        let html = page.clone().to_html();
        assert_sound(&html);
        assert!(html.contains("Upload the logo") && !html.contains("Remove the logo"));
        page.application.logo = "ab".repeat(16).parse().ok();
        page.error = Some("The file is too large.".into());
        let html = page.to_html();
        assert_sound(&html);
        assert!(
            html.contains("Remove the logo") && html.contains("The file is too large."),
            "{html}"
        );
        assert_eq!(html.matches("multipart/form-data").count(), 2);
    }
}
