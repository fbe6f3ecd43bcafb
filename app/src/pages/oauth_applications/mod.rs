//! **Admin > Settings > OAuth Applications**.

mod address;
mod dialogs;
mod list;

use latchkey_domain::Plan;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_location, use_navigate};

use self::dialogs::OpenDialog;
use self::list::ApplicationList;
use super::not_found::NotFoundPage;
use crate::browser;
use crate::components::admin_layout::AdminLayout;
use crate::components::icon::{Glyph, Icon};
use crate::components::live_text::live_text;
use crate::first::first_view;
use crate::functions::Refusal;
use crate::functions::applications::{Listing, list_applications};

pub(crate) use self::address::{Address, Dialog, PATH};

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

    /// What a button that opens a dialog does.
    pub(crate) fn opener(self, dialog: Dialog) -> impl Fn(leptos::ev::MouseEvent) + Clone + 'static {
        move |_| self.open(dialog.clone())
    }

    /// Closes the dialog.
    pub(crate) fn close(self) {
        self.go(&Address::here(self));
    }
}

/// The page.
#[component]
pub(crate) fn OAuthApplicationsPage() -> impl IntoView {
    let location = use_location();
    let (path, query) = (location.pathname, location.query);
    let navigate = use_navigate();
    let list = ListContext {
        search: Memo::new(move |_| query.with(|query| query.get("q").unwrap_or_default())),
        page: Memo::new(move |_| query.with(|query| page_number(query.get("page").as_deref()))),
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
    let dialog = Memo::new(move |_| path.with(|path| Address::dialog_at(path)));
    return_focus(dialog);

    let first = first_view();
    let (viewer, network) = first
        .as_ref()
        .map(|first| (first.viewer.clone(), first.network.clone()))
        .unwrap_or_default();
    let listing = RwSignal::new(first.map_or(Err(Refusal::Unreadable), |first| first.listing));
    let reading = keep_up(list, listing);
    let found = Memo::new(move |_| dialog.read().is_ok());
    move || {
        if !found.get() {
            return NotFoundPage().into_any();
        }
        view! {
            <AdminLayout network=network.clone() viewer=viewer.clone()>
                <ApplicationList listing />
            </AdminLayout>
            <OpenDialog dialog />
            {move || reading.get().then(|| progress("Reading the list"))}
        }
        .into_any()
    }
}

/// Which page a query asks for: the first, unless it says otherwise.
pub(crate) fn page_number(value: Option<&str>) -> u32 {
    value.and_then(|page| page.parse().ok()).unwrap_or(1).max(1)
}

/// Says that something was asked for, if the answer takes its time.
fn progress(label: &'static str) -> impl IntoView {
    view! { <div class="progress" role="progressbar" aria-label=label></div> }
}

/// Reads the list again when the address or the applications change. What was read last stays until then. Says whether
/// it is reading.
fn keep_up(list: ListContext, listing: RwSignal<Result<Listing, Refusal>>) -> RwSignal<bool> {
    let reading = RwSignal::new(false);
    let asked = StoredValue::new(0_usize);
    Effect::new(move |before: Option<()>| {
        let (search, page) = (list.search.get(), list.page.get());
        list.version.track();
        if before.is_none() {
            // The document has brought it along.
            return;
        }
        let this = asked.get_value() + 1;
        asked.set_value(this);
        reading.set(true);
        browser::spawn(async move {
            let answer = list_applications(search, page).await;
            // An answer that was overtaken by a later one would show what nobody asks for any more.
            if asked.try_get_value() == Some(this) {
                listing.set(answer);
                reading.set(false);
            }
        });
    });
    reading
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
pub(super) fn PageHeader(plan: Memo<Option<Plan>>) -> impl IntoView {
    let list = expect_context::<ListContext>();
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
            {move || {
                plan.get()
                    .filter(|plan| plan.includes_oauth_applications())
                    .map(|_| {
                        view! {
                            <button
                                type="button"
                                class="button button-primary"
                                id="new-application"
                                on:click=list.opener(Dialog::New)
                            >
                                <Glyph icon=Icon::Plus />
                                "New OAuth Application"
                            </button>
                        }
                    })
            }}
        </div>
        {move || {
            plan.get()
                .filter(|plan| !plan.includes_oauth_applications())
                .map(|plan| {
                    view! {
                        <div class="notice">
                            <Glyph icon=Icon::Warning />
                            <p>
                                "OAuth applications are available on the Scale plan and above. This network is on "
                                <strong>{live_text(plan.label())}</strong>
                                ", so none can be created, edited or authorized. The operator can change the plan with "
                                <code class="mono" translate="no">"latchkey network set --plan scale"</code> "."
                            </p>
                        </div>
                    }
                })
        }}
    }
}

/// Searches while typing, shortly after the last key.
#[component]
pub(super) fn SearchField() -> impl IntoView {
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
                id="search"
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
