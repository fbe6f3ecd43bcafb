//! The origin of a request in the activity or the audit trail.

use leptos::prelude::*;

/// The address and the id of a request, if known.
pub(crate) fn request_facts(address: Option<String>, request_id: Option<String>) -> impl IntoView {
    let address = address.map(|address| view! { <span class="mono" translate="no">{address}</span> });
    let request_id = request_id.map(|id| {
        view! {
            <span>
                "Request id " <span class="mono" translate="no">{id}</span>
            </span>
        }
    });
    view! {
        {address}
        {request_id}
    }
}
