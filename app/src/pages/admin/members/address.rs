//! The addresses of these pages.

use latchkey_domain::{MemberState, MembersQuery, Role};

use crate::components::navigation::AdminSection;

pub(super) const ADD: &str = "/admin/members/add";
pub(super) const INVITE_ALL: &str = "/admin/members/invite-all";
pub(super) const RETRY_MAILS: &str = "/admin/members/retry-mails";

/// A page of the list.
pub(super) fn list(query: &MembersQuery, page: u32) -> String {
    let mut written = form_urlencoded::Serializer::new(String::new());
    let (role, state) = (query.role.map(Role::id), query.state.map(MemberState::id));
    for (name, value) in [
        (
            "search",
            Some(query.search.as_str()).filter(|search| !search.is_empty()),
        ),
        ("role", role),
        ("state", state),
    ] {
        if let Some(value) = value {
            written.append_pair(name, value);
        }
    }
    if page > 1 {
        written.append_pair("page", &page.to_string());
    }
    let (query, path) = (written.finish(), AdminSection::Members.path());
    if query.is_empty() {
        path.to_owned()
    } else {
        format!("{path}?{query}")
    }
}
