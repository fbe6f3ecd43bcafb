//! `/admin/settings/oauth-applications/{client_id}`: the page of one application, with its interactive tabs.

mod credentials;
mod overview;
mod scopes;
mod settings;

use leptos::either::EitherOf3;
use leptos::prelude::*;

use self::credentials::Credentials;
use self::overview::Overview;
use self::settings::Settings;
use super::context::ListContext;
use super::head::Head;
use super::reading::Shown;
use super::tab::Tab;
use super::tabs::tabs;
use crate::components::breadcrumb::breadcrumb;
use crate::components::function_error_notice::FunctionErrorNotice;
use crate::components::navigation::AdminSection;
use crate::functions::applications::card::Details;

/// The page below its navigation. If reading fails, the last good state stays.
#[component]
pub(super) fn ApplicationPage(client_id: String) -> impl IntoView {
    let list = expect_context::<ListContext>();
    let shown = expect_context::<Shown>();
    let is_known = Memo::new(move |_| shown.details.read().is_some());
    let failed = Memo::new(move |_| shown.error.read().is_some());
    view! {
        {breadcrumb(vec![AdminSection::OauthApplications.link()])}
        <FunctionErrorNotice error=shown.error />
        {move || {
            failed
                .get()
                .then(|| {
                    view! {
                        <p class="old-list">
                            <button type="button" class="button" id="read-again" on:click=move |_| list.refresh()>
                                "Try again"
                            </button>
                        </p>
                    }
                })
        }}
        {move || {
            if is_known.get() { details_of(shown).map(|details| application(&client_id, details)) } else { None }
        }}
    }
}

/// The application as last read.
fn details_of(shown: Shown) -> Option<Memo<Details>> {
    let first = shown.details.get_untracked()?;
    Some(Memo::new(move |before: Option<&Details>| {
        let now = shown.details.get();
        now.unwrap_or_else(|| before.unwrap_or(&first).clone())
    }))
}

fn application(client_id: &str, details: Memo<Details>) -> AnyView {
    let list = expect_context::<ListContext>();
    let card = Memo::new(move |_| details.with(|details| details.card.clone()));
    let tab = Memo::new(move |before: Option<&Tab>| {
        let part = list.application.get();
        // It changes before the page does.
        part.map_or_else(|| before.copied().unwrap_or(Tab::Overview), |part| part.tab)
    });
    let failures = Memo::new(move |_| card.with(|card| card.failures));
    // A change of what it does not show leaves it, and the focus in it.
    let head = Memo::new(move |_| card.with(|card| Head::from(card)));
    let id = StoredValue::new(client_id.to_owned());
    view! {
        <header class="page-header application-header">
            {move || head.get().view()}
        </header>
        {move || id.with_value(|id| tabs(id, tab.get(), failures.get()))}
        {move || match tab.get() {
            Tab::Credentials => EitherOf3::A(view! { <Credentials client_id=id card /> }),
            Tab::Settings => EitherOf3::B(view! { <Settings card /> }),
            _ => EitherOf3::C(view! { <Overview client_id=id details card /> }),
        }}
    }
    .into_any()
}
