//! Mail. A mail waits in the database until a mail server has taken it; the text, and the link in it, are made when it is
//! sent.

#![allow(missing_docs)] // A name that says it all has no comment.

mod letter;
mod mail_server;
mod mailing;
mod outbox;

pub use self::letter::{Letter, Sender, SenderError};
pub use self::mail_server::{MailServer, MailServerAddress, MailServerError, Patience, Refusal};
pub use self::mailing::Mailing;
pub use self::outbox::{CLAIM, Outbox, Place, Reached};
