//! The scopes of an application as rows of checkboxes, in two groups.

use latchkey_domain::{Audience, Scope, ScopeSet};
use leptos::prelude::*;

use crate::components::field_error::FieldError;

/// One group of scopes.
#[component]
fn ScopeGroup(
    audience: Audience,
    legend: &'static str,
    hint: &'static str,
    selected: RwSignal<ScopeSet>,
    error: Memo<Option<String>>,
) -> impl IntoView {
    let rows = Scope::ALL
        .iter()
        .copied()
        .filter(|scope| scope.audience() == audience)
        .map(|scope| {
            let id = format!("scope-{}", scope.id().replace(':', "-"));
            let toggle = move |event| {
                let one = ScopeSet::from_iter([scope]);
                let ticked = event_target_checked(&event);
                selected.update(|set| *set = if ticked { set.union(one) } else { set.without(one) });
            };
            view! {
                <label class="scope-row" for=id.clone()>
                    <input
                        type="checkbox"
                        id=id.clone()
                        value=scope.id()
                        prop:checked=move || selected.get().contains(scope)
                        checked=selected.get_untracked().contains(scope)
                        aria-describedby=move || error.get().map(|_| "scopes-error")
                        on:change=toggle
                    />
                    <span class="scope-text">
                        <code class="mono" translate="no">{scope.id()}</code>
                        <span class="muted">{scope.description()}</span>
                    </span>
                    {badge(audience)}
                </label>
            }
        })
        .collect_view();
    view! {
        <fieldset class="scope-group">
            <legend class="field-label">{legend}</legend>
            <p class="field-hint">{hint}</p>
            <div class="scope-rows">{rows}</div>
        </fieldset>
    }
}

fn badge(audience: Audience) -> impl IntoView {
    let (class, text) = match audience {
        Audience::Host => ("badge badge-host", "Host only"),
        Audience::Member => ("badge", "Member"),
    };
    view! { <span class=class>{text}</span> }
}

/// All scopes, host scopes first.
#[component]
pub(super) fn ScopePicker(
    /// The selected scopes.
    selected: RwSignal<ScopeSet>,
    /// What is wrong with the selection.
    error: Memo<Option<String>>,
) -> impl IntoView {
    view! {
        <div class="field" id="scopes">
            <ScopeGroup
                audience=Audience::Host
                legend="Host scopes"
                hint="Network-level content. Only hosts can authorize an application that asks for these."
                selected
                error
            />
            <ScopeGroup
                audience=Audience::Member
                legend="Member scopes"
                hint="What the application may do for each member who connects it."
                selected
                error
            />
            <FieldError id="scopes-error" error />
        </div>
    }
}
