//! The scopes of an application: presets, and checkboxes in three groups.

use latchkey_domain::{Scope, ScopeSet};
use leptos::prelude::*;

use crate::components::field_error::FieldError;

/// A selection of scopes that many applications need. It replaces those of its group.
struct Preset {
    id: &'static str,
    label: &'static str,
    group: Group,
    has: fn(Scope) -> bool,
}

/// A group of scopes in the form.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Group {
    SignIn,
    Host,
    Member,
}

impl Group {
    fn of(scope: Scope) -> Self {
        if scope.is_sign_in() {
            Self::SignIn
        } else if scope.is_host_only() {
            Self::Host
        } else {
            Self::Member
        }
    }

    /// Its scopes for which `keep` holds.
    fn scopes(self, keep: impl Fn(Scope) -> bool) -> ScopeSet {
        let all = Scope::ALL.iter().copied();
        all.filter(|scope| Self::of(*scope) == self && keep(*scope))
            .collect()
    }
}

const PRESETS: [Preset; 3] = [
    Preset {
        id: "preset-sign-in",
        label: "Sign in with this network",
        group: Group::SignIn,
        has: |_| true,
    },
    Preset {
        id: "preset-read",
        label: "Read",
        group: Group::Member,
        has: |scope| scope.id().starts_with("read:"),
    },
    Preset {
        id: "preset-all",
        label: "Read and write",
        group: Group::Member,
        has: |_| true,
    },
];

impl Preset {
    /// Replaces the scopes of its group in `selected`.
    fn apply(&self, selected: ScopeSet) -> ScopeSet {
        let others = selected.without(self.group.scopes(|_| true));
        others.union(self.group.scopes(self.has))
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
        <div class="presets" role="group" aria-label="Several scopes at once">
            <span class="field-label">"Scopes"</span>
            {buttons}
        </div>
    }
    .into_any()
}

/// The checkboxes of a group.
fn scope_rows(group: Group, selected: RwSignal<ScopeSet>, error: Memo<Option<String>>) -> AnyView {
    let rows = group
        .scopes(|_| true)
        .iter()
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
    view! { <div class="scope-rows">{rows}</div> }.into_any()
}

/// One group of scopes. Its heading says who can grant them.
#[component]
fn ScopeGroup(
    group: Group,
    legend: &'static str,
    badge: AnyView,
    selected: RwSignal<ScopeSet>,
    error: Memo<Option<String>>,
) -> impl IntoView {
    view! {
        <fieldset class="scope-group">
            <legend class="field-label">{legend} " " {badge}</legend>
            {scope_rows(group, selected, error)}
            {move || (group == Group::Host && selected.get().needs_host()).then(host_hint)}
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

fn has_sign_in(selected: ScopeSet) -> bool {
    !selected.intersection(ScopeSet::SIGN_IN).is_empty()
}

/// All scopes.
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
            // Most applications have all of these or none, so they are closed until one is selected.
            <details class="scope-group" open=move || has_sign_in(selected.get())>
                <summary class="field-label">"Sign-in scopes (OpenID Connect)"</summary>
                {scope_rows(Group::SignIn, selected, error)}
            </details>
            <ScopeGroup
                group=Group::Host
                legend="Host scopes"
                badge=view! { <span class="badge badge-host">"Host only"</span> }.into_any()
                selected
                error
            />
            <ScopeGroup
                group=Group::Member
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
    fn presets_replace_the_scopes_of_their_group() {
        let before: ScopeSet = "host:read:network_plans write:comments email".parse().unwrap();
        let texts: Vec<String> = PRESETS
            .iter()
            .map(|preset| preset.apply(before).to_string())
            .collect();
        assert_eq!(
            texts,
            [
                "host:read:network_plans write:comments openid profile email",
                "host:read:network_plans read:userinfo read:network read:posts read:courses read:search email",
                "host:read:network_plans read:userinfo read:network read:posts read:courses read:search write:posts write:comments email",
            ]
        );
    }
}
