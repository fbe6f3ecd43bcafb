//! A button that opens a menu, after the menu button pattern of the ARIA Authoring Practices.

use leptos::ev::{KeyboardEvent, MouseEvent};
use leptos::prelude::*;

use super::icon::{Glyph, Icon};
use crate::browser;

/// An entry of a menu.
pub(crate) struct MenuItem {
    pub(crate) id: String,
    pub(crate) text: &'static str,
    pub(crate) action: MenuAction,
}

/// What an entry does.
pub(crate) enum MenuAction {
    /// Goes to an address of the interactive pages.
    Go(String),
    /// Leaves for a plain page or a file.
    Leave(String),
    /// Sends a form to `address` with one field.
    Post {
        address: &'static str,
        name: &'static str,
        value: String,
    },
    Run(Callback<()>),
}

/// The button and, while it is open, its menu. Its name is `label` and the text of the element with the id `of`. The
/// entries are made when it opens.
#[component]
pub(crate) fn Menu(
    id: String,
    label: &'static str,
    of: String,
    /// The place of the button in the order of Tab.
    tabindex: &'static str,
    items: Callback<(), Vec<MenuItem>>,
) -> impl IntoView {
    let open = RwSignal::new(false);
    let id = StoredValue::new(id);
    let list_id = StoredValue::new(id.with_value(|id| format!("{id}-menu")));
    let toggle = move |_: MouseEvent| {
        open.update(|open| *open = !*open);
        list_id.with_value(|list| focus_in(list, ITEM, Step::First));
    };
    let keys = move |event: KeyboardEvent| {
        let is_open = open.get_untracked();
        let key = event.key();
        if is_open && key == "Escape" {
            open.set(false);
            browser::focus(id.get_value());
        } else if key == "Tab" {
            open.set(false);
            return;
        } else if let Some(step) = Step::of(&key, ("ArrowUp", "ArrowDown"))
            && (is_open || matches!(step, Step::Next | Step::Previous))
        {
            open.set(true);
            list_id.with_value(|list| focus_in(list, ITEM, step));
        } else {
            if is_open {
                event.stop_propagation();
            }
            return;
        }
        event.prevent_default();
        event.stop_propagation();
    };
    let view_of = move |item: MenuItem| {
        let MenuItem {
            id: own,
            text,
            action,
        } = item;
        let entry = match action {
            MenuAction::Go(address) => view! {
                <a
                    role="menuitem"
                    tabindex="-1"
                    id=own
                    href=address
                    data-noscroll=""
                    on:click=move |_| open.set(false)
                >
                    {text}
                </a>
            }
            .into_any(),
            MenuAction::Leave(address) => view! {
                <a role="menuitem" tabindex="-1" id=own href=address rel="external">
                    {text}
                </a>
            }
            .into_any(),
            MenuAction::Post { address, name, value } => view! {
                <form role="none" method="post" action=address>
                    <button role="menuitem" tabindex="-1" id=own name=name value=value>
                        {text}
                    </button>
                </form>
            }
            .into_any(),
            MenuAction::Run(run) => {
                let press = move |_: MouseEvent| {
                    open.set(false);
                    browser::focus(id.get_value());
                    run.run(());
                };
                view! {
                    <button type="button" role="menuitem" tabindex="-1" id=own on:click=press>
                        {text}
                    </button>
                }
                .into_any()
            }
        };
        view! { <li role="none">{entry}</li> }
    };
    let own = id.get_value();
    view! {
        <div class="menu" on:keydown=keys>
            <button
                type="button"
                class="icon-button"
                id=own.clone()
                aria-label=label
                aria-labelledby=format!("{own} {of}")
                title=label
                aria-haspopup="menu"
                aria-expanded=move || open.get().to_string()
                tabindex=tabindex
                on:click=toggle
            >
                <Glyph icon=Icon::More />
            </button>
            {move || {
                open.get()
                    .then(|| {
                        close_outside(id.get_value(), open);
                        view! {
                            <ul class="menu-items" role="menu" id=list_id.get_value() aria-labelledby=id.get_value()>
                                {untrack(|| items.run(())).into_iter().map(view_of).collect_view()}
                            </ul>
                        }
                    })
            }}
        </div>
    }
}

const ITEM: &str = "[role=menuitem]";

/// Closes the menu of the button `id` when something else is clicked.
fn close_outside(id: String, open: RwSignal<bool>) {
    let handle = window_event_listener(leptos::ev::click, move |event| {
        if !is_inside(&event, &id) {
            open.set(false);
        }
    });
    on_cleanup(move || handle.remove());
}

/// Whether a click is on the button `id` or its menu.
#[cfg(feature = "csr")]
fn is_inside(event: &MouseEvent, id: &str) -> bool {
    use wasm_bindgen::JsCast;

    let target = event
        .target()
        .and_then(|target| target.dyn_into::<web_sys::Node>().ok());
    let button = document().get_element_by_id(id);
    let menu = button.and_then(|button| button.parent_element());
    menu.is_some_and(|menu| menu.contains(target.as_ref()))
}

#[cfg(not(feature = "csr"))]
fn is_inside(_: &MouseEvent, _: &str) -> bool {
    false
}

/// Where an arrow key leads.
#[derive(Clone, Copy)]
pub(crate) enum Step {
    First,
    Last,
    Next,
    Previous,
}

impl Step {
    /// What `key` means in a row whose arrow keys are `back` and `on`.
    pub(crate) fn of(key: &str, (back, on): (&str, &str)) -> Option<Self> {
        match key {
            "Home" => Some(Self::First),
            "End" => Some(Self::Last),
            key if key == on => Some(Self::Next),
            key if key == back => Some(Self::Previous),
            _ => None,
        }
    }
}

/// Moves the focus among the elements that match `selector` inside the element with the id `within`. From the last it goes to
/// the first.
///
/// It moves once the page has what changed with this key, and before the next key is read. Waiting for a frame would be too
/// late: anyone who types faster than the page is painted would choose another entry than the one they see.
#[cfg(feature = "csr")]
pub(crate) fn focus_in(within: &str, selector: &'static str, step: Step) {
    use wasm_bindgen::JsCast;

    let within = within.to_owned();
    queue_microtask(move || {
        let document = document();
        let found = document.get_element_by_id(&within);
        let Some(all) = found.and_then(|found| found.query_selector_all(selector).ok()) else {
            return;
        };
        let count = all.length();
        let focused = document.active_element();
        let current = (0..count).find(|index| all.item(*index).as_ref() == focused.as_deref());
        let next = match (step, current) {
            (Step::Next, Some(current)) if current + 1 < count => current + 1,
            (Step::First | Step::Next, _) => 0,
            (Step::Previous, Some(current)) if current > 0 => current - 1,
            (Step::Last | Step::Previous, _) => count.saturating_sub(1),
        };
        let element = all
            .item(next)
            .and_then(|node| node.dyn_into::<web_sys::HtmlElement>().ok());
        if let Some(element) = element {
            let _ = element.focus();
        }
    });
}

#[cfg(not(feature = "csr"))]
pub(crate) fn focus_in(_: &str, _: &'static str, _: Step) {}
