//! **Admin > Settings > OAuth Applications**.

mod address;
mod dialogs;
mod list;

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_params_map, use_query_map};

use self::dialogs::OpenDialog;
use self::list::{ApplicationList, ListSkeleton};
use super::not_found::NotFoundPage;
use crate::browser;
use crate::components::admin_layout::AdminLayout;
use crate::components::icon::{Glyph, Icon};
use crate::functions::Refusal;
use crate::functions::applications::{Listing, list_applications};

pub(crate) use self::address::{Address, Dialog};

/// What the page, its cards and its dialogs share.
#[derive(Clone, Copy)]
pub(crate) struct ListContext {
    /// What is searched for.
    pub(crate) search: Memo<String>,
    /// Which page of the list is shown, from 1.
    pub(crate) page: Memo<u32>,
    /// The client id and the secret of an application whose secret was just made.
    pub(crate) fresh_secret: RwSignal<Option<(String, String)>>,
    version: RwSignal<u32>,
    go: Callback<(String, bool)>,
}

impl ListContext {
    /// Reads the list again.
    pub(crate) fn refresh(self) {
        self.version.update(|version| *version += 1);
    }

    /// Goes to an address of the page.
    pub(crate) fn go(self, address: &Address) {
        self.go.run((address.to_string(), false));
    }

    /// The same without a step in the browser's history: for what changes at every key.
    fn replace(self, address: &Address) {
        self.go.run((address.to_string(), true));
    }

    /// Opens a dialog.
    pub(crate) fn open(self, dialog: Dialog) {
        self.go(&Address::here(self).with_dialog(dialog));
    }

    /// Closes the dialog.
    pub(crate) fn close(self) {
        self.go(&Address::here(self));
    }
}

/// The page.
#[component]
pub(crate) fn OAuthApplicationsPage() -> impl IntoView {
    let query = use_query_map();
    let params = use_params_map();
    let navigate = use_navigate();
    let list = ListContext {
        search: Memo::new(move |_| query.with(|query| query.get("q").unwrap_or_default())),
        page: Memo::new(move |_| {
            query.with(|query| {
                query
                    .get("page")
                    .and_then(|page| page.parse().ok())
                    .unwrap_or(1)
                    .max(1)
            })
        }),
        fresh_secret: RwSignal::new(None),
        version: RwSignal::new(0),
        go: Callback::new(move |(address, replace): (String, bool)| {
            navigate(
                &address,
                NavigateOptions {
                    replace,
                    scroll: false,
                    ..NavigateOptions::default()
                },
            );
        }),
    };
    provide_context(list);
    let dialog =
        Memo::new(move |_| params.with(|params| Dialog::at(&params.get("dialog").unwrap_or_default())));
    return_focus(dialog);

    let listing = Resource::new(
        move || (list.search.get(), list.page.get(), list.version.get()),
        |(search, page, _)| list_applications(search, page),
    );
    move || {
        if dialog.read().is_err() {
            return NotFoundPage().into_any();
        }
        view! {
            <AdminLayout>
                <PageHeader listing />
                <SearchField />
                <Transition fallback=ListSkeleton>
                    <ApplicationList listing />
                </Transition>
            </AdminLayout>
            {move || dialog.get().ok().flatten().map(|dialog| view! { <OpenDialog dialog /> })}
        }
        .into_any()
    }
}

/// Moves the focus back to the button that opened a dialog, once it has gone.
fn return_focus(dialog: Memo<Result<Option<Dialog>, ()>>) {
    Effect::new(move |before: Option<Option<Dialog>>| {
        let now = dialog.get().ok().flatten();
        if let Some(Some(before)) = before
            && now.is_none()
        {
            browser::focus(before.opener());
        }
        now
    });
}

/// The heading and the button for a new application, or why there is none.
#[component]
fn PageHeader(listing: Resource<Result<Listing, Refusal>>) -> impl IntoView {
    let list = expect_context::<ListContext>();
    let plan = move || listing.get().and_then(Result::ok).map(|listing| listing.plan);
    view! {
        <div class="page-header">
            <div>
                <h1 class="page-title" id="page-title" tabindex="-1">
                    "OAuth Applications"
                </h1>
                <p class="page-lead">
                    "Let third-party applications sign members in with OAuth 2.0 and use your network’s Headless API on their behalf."
                </p>
            </div>
            <Transition>
                <Show when=move || plan().is_some_and(latchkey_domain::Plan::includes_oauth_applications)>
                    <button
                        type="button"
                        class="button button-primary"
                        id="new-application"
                        on:click=move |_| list.open(Dialog::New)
                    >
                        <Glyph icon=Icon::Plus />
                        "New OAuth Application"
                    </button>
                </Show>
            </Transition>
        </div>
        <Transition>
            {move || {
                plan()
                    .filter(|plan| !plan.includes_oauth_applications())
                    .map(|plan| {
                        view! {
                            <div class="notice">
                                <Glyph icon=Icon::Warning />
                                <p>
                                    "OAuth applications are available on the Scale plan and above. This network is on "
                                    <strong>{plan.label()}</strong>
                                    ", so none can be created, edited or authorized. The operator can change the plan with "
                                    <code class="mono">"latchkey network set --plan scale"</code> "."
                                </p>
                            </div>
                        }
                    })
            }}
        </Transition>
    }
}

/// Searches while typing, shortly after the last key.
#[component]
fn SearchField() -> impl IntoView {
    let list = expect_context::<ListContext>();
    let typed = RwSignal::new(list.search.get_untracked());
    // Back and forward change the address; the field follows.
    Effect::new(move || {
        let search = list.search.get();
        if typed.get_untracked().trim() != search {
            typed.set(search);
        }
    });
    let mut search = debounce(std::time::Duration::from_millis(150), move |text: String| {
        let text = text.trim().to_owned();
        if text != list.search.get_untracked() {
            list.replace(&Address {
                search: text,
                ..Address::start()
            });
        }
    });
    view! {
        <div class="search" role="search">
            <Glyph icon=Icon::Search />
            <input
                class="input"
                type="search"
                aria-label="Search by name or client ID"
                placeholder="Search by name or client ID"
                autocomplete="off"
                spellcheck="false"
                prop:value=typed
                value=typed.get_untracked()
                on:input=move |event| {
                    let text = event_target_value(&event);
                    typed.set(text.clone());
                    search(text);
                }
            />
        </div>
    }
}
