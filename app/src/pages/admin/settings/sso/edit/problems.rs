//! What is wrong with the form, above it.

use leptos::prelude::*;

use super::super::form::ProviderProblems;

/// How many fields are wrong, with links to them. Nothing if none is.
pub(super) fn summary(problems: &ProviderProblems) -> Option<impl IntoView + use<>> {
    let lead = match problems.len() {
        0 => return None,
        1 => "Nothing was saved. One field is wrong:".to_owned(),
        many => format!("Nothing was saved. {many} fields are wrong:"),
    };
    let fields = problems
        .keys()
        .map(|field| {
            view! {
                <li>
                    <a href=format!("#{}", field.id())>{field.label()}</a>
                </li>
            }
        })
        .collect_view();
    Some(view! {
        <div class="notice notice-error" role="alert">
            <div>
                <p>{lead}</p>
                <ul class="bullets">{fields}</ul>
            </div>
        </div>
    })
}
