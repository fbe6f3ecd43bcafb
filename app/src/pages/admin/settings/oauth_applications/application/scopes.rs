//! What an application may do, in words.

use latchkey_domain::Scope;
use leptos::prelude::*;

use crate::components::live_text::live_text;

/// The scopes in three groups: how it recognizes people, what it sees, and what it changes.
pub(super) fn scope_groups(scopes: impl Iterator<Item = Scope>) -> AnyView {
    let (sign_in, others): (Vec<_>, Vec<_>) = scopes.partition(|scope| scope.is_sign_in());
    let (change, see): (Vec<_>, Vec<_>) = others
        .into_iter()
        .partition(|scope| scope.id().contains("write:"));
    view! {
        {group("Sign in", sign_in)}
        {group("See", see)}
        {group("Change", change)}
    }
    .into_any()
}

fn group(title: &'static str, scopes: Vec<Scope>) -> Option<AnyView> {
    let rows = scopes
        .iter()
        .map(|scope| {
            let host = scope
                .is_host_only()
                .then(|| view! { <span class="badge badge-host">"Host only"</span> });
            view! {
                <li>
                    {live_text(scope.description())}
                    " "
                    <code class="mono muted" translate="no">
                        {scope.id()}
                    </code>
                    {host}
                </li>
            }
        })
        .collect_view();
    (!scopes.is_empty()).then(|| {
        view! {
            <h3>{title}</h3>
            <ul class="scope-words">{rows}</ul>
        }
        .into_any()
    })
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;

    #[test]
    fn reading_is_told_from_writing() {
        let html = scope_groups(Scope::ALL.iter().copied()).to_html();
        let (see, change) = html.split_once(">Change<").unwrap();
        assert!(see.contains(">See<") && see.contains("read:posts") && !see.contains("write:posts"));
        assert!(change.contains("write:posts") && !change.contains("Host only"));
        let only_see = scope_groups([Scope::ReadPosts].into_iter()).to_html();
        assert!(!only_see.contains(">Change<"), "{only_see}");
    }
}
