//! The search field of the list.

use latchkey_domain::ListQuery;
use leptos::prelude::*;

use super::address::Address;
use super::context::ListContext;
use crate::components::icon::{Glyph, Icon};

/// Searches while the person types, shortly after the last key.
#[component]
pub(super) fn SearchField() -> impl IntoView {
    let list = expect_context::<ListContext>();
    let typed = RwSignal::new(list.query.get_untracked().search);
    // Back and forward change the address, so the field must follow.
    Effect::new(move || {
        let search = list.query.get().search;
        if typed.get_untracked().trim() != search {
            typed.set(search);
        }
    });
    let mut search = debounce(std::time::Duration::from_millis(150), move |text: String| {
        let text = text.trim().to_owned();
        if text != list.query.get_untracked().search {
            list.replace(&Address {
                query: ListQuery {
                    search: text,
                    ..list.query.get_untracked()
                },
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
                title="Shortcut: /"
                aria-keyshortcuts="/"
                on:input=move |event| {
                    let text = event_target_value(&event);
                    typed.set(text.clone());
                    search(text);
                }
            />
        </div>
    }
}
