//! A question before an action that cannot be undone.

use leptos::prelude::*;

use super::dialog::{Dialog, DialogSize};
use super::function_error_notice::FunctionErrorNotice;
use crate::functions::Answer;

/// What can be done instead, without losing anything.
#[derive(Clone, Copy)]
pub(crate) struct Instead {
    /// The label of its button.
    pub(crate) action: &'static str,
    /// What it does.
    pub(crate) effect: &'static str,
    pub(crate) run: Callback<(), Answer<()>>,
}

/// Asks, and runs `on_confirm` on yes. On failure it stays open and shows why.
#[component]
pub(crate) fn Confirm(
    #[prop(into)] title: Signal<String>,
    /// The label of the button that confirms.
    action: &'static str,
    /// The label of the button that closes, if closing is the better choice.
    #[prop(optional_no_strip)]
    better: Option<&'static str>,
    /// What has to be typed before the button that confirms works.
    #[prop(optional_no_strip)]
    name: Option<String>,
    #[prop(optional_no_strip)] instead: Option<Instead>,
    on_confirm: Callback<(), Answer<()>>,
    on_close: Callback<()>,
    children: Children,
) -> impl IntoView {
    let run = Action::new_unsync(|run: &Callback<(), Answer<()>>| run.run(()));
    let busy = run.pending();
    let outcome = run.value();
    // The next attempt clears the last error.
    let error = Signal::derive(move || outcome.get().and_then(Result::err).filter(|_| !busy.get()));
    let start = move |what: Callback<(), Answer<()>>| {
        if !busy.get_untracked() {
            run.dispatch_local(what);
        }
    };
    let typed = RwSignal::new(String::new());
    let asks_name = name.is_some();
    let expected = name.clone();
    let may_confirm = Memo::new(move |_| {
        expected
            .as_ref()
            .is_none_or(|expected| typed.read().trim() == expected.trim())
    });
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if may_confirm.get_untracked() {
            start(on_confirm);
        }
    };
    view! {
        <Dialog title size=DialogSize::Question on_close>
            <form class="dialog-form" novalidate on:submit=submit>
                <div class="dialog-body">
                    {instead.map(|instead| offer(instead, busy, Callback::new(start)))}
                    {children()}
                    {name.map(|name| name_field(name, typed))}
                    <FunctionErrorNotice error />
                </div>
                <footer class="dialog-footer">
                    <button
                        type="button"
                        class="button"
                        class:button-primary=better.is_some()
                        autofocus=!asks_name
                        on:click=move |_| on_close.run(())
                    >
                        {better.unwrap_or("Cancel")}
                    </button>
                    <button
                        type="submit"
                        class="button button-danger"
                        aria-busy=move || busy.get().to_string()
                        disabled=move || !may_confirm.get()
                    >
                        {action}
                    </button>
                </footer>
            </form>
        </Dialog>
    }
}

/// What can be done instead.
fn offer(instead: Instead, busy: Memo<bool>, start: Callback<Callback<(), Answer<()>>>) -> AnyView {
    view! {
        <div class="notice instead">
            <p>{instead.effect}</p>
            <button
                type="button"
                class="button"
                aria-busy=move || busy.get().to_string()
                on:click=move |_| start.run(instead.run)
            >
                {instead.action}
            </button>
        </div>
    }
    .into_any()
}

/// Asks for the name.
fn name_field(name: String, typed: RwSignal<String>) -> AnyView {
    view! {
        <div class="field">
            <label class="field-label" for="confirm-name">
                "Type “" <span class="confirm-name" translate="no" dir="auto">{name}</span> "” to confirm"
            </label>
            <input
                class="input"
                id="confirm-name"
                type="text"
                autocomplete="off"
                autocapitalize="off"
                spellcheck="false"
                autofocus
                bind:value=typed
            />
        </div>
    }
    .into_any()
}
