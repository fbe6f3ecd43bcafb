//! The address of the page with the accounts that a member has linked, and where linking one leads.

use crate::http::return_to::ReturnTo;

/// The page with the accounts that a member has linked.
pub(super) const PATH: &str = "/account/providers";

/// The page after something was done.
pub(super) fn after(done: &str) -> String {
    format!("{PATH}?done={done}")
}

/// The page, from which linking an account leads on to `return_to`.
pub(super) fn leading_to(return_to: &ReturnTo) -> ReturnTo {
    if is_here(return_to) {
        return return_to.clone();
    }
    let with_it = ReturnTo::parse(&format!("{PATH}?{}", return_to.parameter()));
    if *return_to == ReturnTo::home() || with_it == ReturnTo::home() {
        // There is nothing to go on to, or it is too long.
        return ReturnTo::parse(PATH);
    }
    with_it
}

/// Where a link that is done leads: to where the person was going, or to the page.
pub(super) fn after_linking(return_to: &ReturnTo) -> String {
    if *return_to == ReturnTo::home() || is_here(return_to) {
        return after("linked");
    }
    return_to.as_str().to_owned()
}

/// Whether it is this page, whatever its query.
fn is_here(return_to: &ReturnTo) -> bool {
    return_to.as_str().split('?').next() == Some(PATH)
}
