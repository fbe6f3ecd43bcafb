//! Sign-in links as text: for the page, the command line and a file.

use latchkey_accounts::Invitation;
use latchkey_app::pages::SIGN_IN_LINK;

use crate::spreadsheet;

/// The address to send. `origin` is that of the server, as members' browsers see it.
pub(crate) fn address(invitation: &Invitation, origin: &str) -> String {
    format!("{origin}{SIGN_IN_LINK}?token={}", invitation.token.expose())
}

/// Who gets which link, as cells.
pub(crate) fn cells(invitation: &Invitation, origin: &str) -> [String; 3] {
    let member = &invitation.member;
    [
        member.email.to_string(),
        member.name.to_string(),
        address(invitation, origin),
    ]
}

/// The same as CSV, with a header.
pub(crate) fn csv(invitations: &[Invitation], origin: &str) -> String {
    let mut text = spreadsheet::line(&["email", "name", "link"]);
    for invitation in invitations {
        text.push_str(&spreadsheet::line(
            &cells(invitation, origin).each_ref().map(String::as_str),
        ));
    }
    text
}
