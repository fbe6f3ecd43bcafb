//! The scopes of an application: presets, and checkboxes in two groups.

use latchkey_domain::{Audience, Scope, ScopeSet};
use leptos::prelude::*;

use crate::components::field_error::FieldError;

/// A selection of member scopes that many applications need.
struct Preset {
    id: &'static str,
    label: &'static str,
    has: fn(Scope) -> bool,
}

const PRESETS: [Preset; 3] = [
    Preset {
        id: "preset-sign-in",
        label: "Sign in only",
        has: |scope| matches!(scope, Scope::ReadUserinfo),
    },
    Preset {
        id: "preset-read",
        label: "Read",
        has: |scope| scope.id().starts_with("read:"),
    },
    Preset {
        id: "preset-all",
        label: "Read and write",
        has: |scope| !scope.is_host_only(),
    },
];

impl Preset {
    fn scopes(&self) -> ScopeSet {
        Scope::ALL
            .iter()
            .copied()
            .filter(|scope| (self.has)(*scope))
            .collect()
    }

    /// Replaces the member scopes of `selected`.
    fn apply(&self, selected: ScopeSet) -> ScopeSet {
        selected.host_only().union(self.scopes())
    }
}

fn presets(selected: RwSignal<ScopeSet>) -> AnyView {
    let buttons = PRESETS
        .iter()
        .map(|preset| {
            let is_selected = move || selected.with(|selected| *selected == preset.apply(*selected));
            view! {
                <button
                    type="button"
                    class="button button-small"
                    id=preset.id
                    aria-pressed=move || is_selected().to_string()
                    on:click=move |_| selected.update(|selected| *selected = preset.apply(*selected))
                >
                    {preset.label}
                </button>
            }
        })
        .collect_view();
    view! {
        <div class="presets" role="group" aria-label="Member scopes at once">
            <span class="field-label">"Scopes"</span>
            {buttons}
        </div>
    }
    .into_any()
}

/// One group of scopes. Its heading says who can grant them.
#[component]
fn ScopeGroup(
    audience: Audience,
    legend: &'static str,
    badge: AnyView,
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
                        {scope.description()} " "
                        <code class="mono" translate="no">{scope.id()}</code>
                    </span>
                </label>
            }
        })
        .collect_view();
    view! {
        <fieldset class="scope-group">
            <legend class="field-label">{legend} " " {badge}</legend>
            <div class="scope-rows">{rows}</div>
            {move || (audience == Audience::Host && selected.get().needs_host()).then(host_hint)}
        </fieldset>
    }
}

fn host_hint() -> AnyView {
    view! {
        <p class="field-hint" role="status">
            "Only hosts can authorize an application that asks for these. Everyone else is refused."
        </p>
    }
    .into_any()
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
        <div class="field scopes" id="scopes">
            {presets(selected)}
            <ScopeGroup
                audience=Audience::Host
                legend="Host scopes"
                badge=view! { <span class="badge badge-host">"Host only"</span> }.into_any()
                selected
                error
            />
            <ScopeGroup
                audience=Audience::Member
                legend="Member scopes"
                badge=view! { <span class="badge">"Member"</span> }.into_any()
                selected
                error
            />
            <FieldError id="scopes-error" error />
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn presets_replace_member_scopes_and_keep_host_scopes() {
        let before: ScopeSet = "host:read:network_plans write:comments".parse().unwrap();
        let texts: Vec<String> = PRESETS
            .iter()
            .map(|preset| preset.apply(before).to_string())
            .collect();
        assert_eq!(
            texts,
            [
                "host:read:network_plans read:userinfo",
                "host:read:network_plans read:userinfo read:network read:posts read:courses read:search",
                "host:read:network_plans read:userinfo read:network read:posts read:courses read:search write:posts write:comments",
            ]
        );
    }
}
