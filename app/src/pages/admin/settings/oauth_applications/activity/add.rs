//! `…/activity/{entry}/add-…`: asks before registering what a request of an application's activity named.

use latchkey_domain::Application;
use latchkey_registration::ActivityLine;
use leptos::prelude::*;

use super::question::Question;
use super::{add_redirect_uri, add_scopes};
use crate::components::breadcrumb::breadcrumb;
use crate::components::frame::Frame;
use crate::components::navigation::{AdminSection, Level, Visitor};
use crate::components::notice::error_notice;
use crate::pages::admin::settings::oauth_applications::address;

/// What is added to the application.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Addition {
    RedirectUri,
    Scopes,
}

/// Asks a host whether to add to an application what a request named.
#[derive(Clone, Debug)]
pub struct AddFromActivityPage {
    pub frame: Frame,
    pub visitor: Visitor,
    /// The application as it is now.
    pub application: Application,
    /// The request.
    pub line: ActivityLine,
    /// Why adding it just failed, as a sentence.
    pub error: Option<String>,
    pub what: Addition,
}

impl AddFromActivityPage {
    pub fn to_html(self) -> String {
        let Self {
            frame,
            visitor,
            application,
            line,
            error,
            what,
        } = self;
        let Question {
            title,
            lead,
            facts,
            act,
        } = match what {
            Addition::RedirectUri => add_redirect_uri::question(&application, line),
            Addition::Scopes => add_scopes::question(&application, &line),
        };
        let name = application.spec.name;
        let activity = address::activity(application.client_id.as_str());
        let above = vec![
            AdminSection::OauthApplications.link(),
            (format!("Activity of {name}"), activity.clone()),
        ];
        let act = match act {
            Ok((label, action)) => view! {
                <form class="confirm-actions" method="post" action=action>
                    <input type="hidden" name="revision" value=application.revision.to_string() />
                    <a class="button" href=activity>
                        "Cancel"
                    </a>
                    <button class="button button-primary" type="submit">
                        {label}
                    </button>
                </form>
            }
            .into_any(),
            Err(why) => view! {
                <p class="notice">{why}</p>
                <p class="confirm-actions">
                    <a class="button" href=activity>
                        "Back to the activity"
                    </a>
                </p>
            }
            .into_any(),
        };
        frame.admin(
            title,
            visitor,
            AdminSection::OauthApplications,
            Level::Below,
            view! {
                {breadcrumb(above)}
                <h1 class="page-title">{format!("{title} to {name}?")}</h1>
                <p class="page-lead">{lead}</p>
                <div class="confirm">{error.map(error_notice)} {facts} {act}</div>
            },
        )
    }
}
