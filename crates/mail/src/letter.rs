//! A mail as it goes out: text and HTML, in plain words, with nothing that is loaded from anywhere.

use std::fmt::{self, Write as _};
use std::str::FromStr;
use std::time::{Duration, SystemTime};

use latchkey_domain::{Email, MemberName, NetworkName, Timestamp, counted};
use lettre::Message;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};
use thiserror::Error;

/// Who the mails are from: an address, with a name or without.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sender(Mailbox);

/// Text that is no sender.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error(
    "that is no sender; expected an address like members@example.org, or River Club <members@example.org>"
)]
pub struct SenderError;

impl FromStr for Sender {
    type Err = SenderError;

    fn from_str(text: &str) -> Result<Self, SenderError> {
        if text.chars().any(char::is_control) {
            return Err(SenderError);
        }
        text.trim().parse().map(Self).map_err(|_| SenderError)
    }
}

impl fmt::Display for Sender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A mail, ready to be sent.
#[derive(Clone, Debug)]
pub struct Letter {
    from: Mailbox,
    to: Email,
    name: Option<MemberName>,
    subject: String,
    /// The paragraphs before the button.
    before: Vec<String>,
    /// The label of the button, and where it leads.
    button: Option<(&'static str, String)>,
    /// The paragraphs behind it.
    behind: Vec<String>,
    network: String,
    at: Timestamp,
    /// The part of the `Message-ID` before the `@`: the same for each attempt, so that a server that took one knows the next.
    id: String,
}

/// What all letters of a network share.
pub(crate) struct Paper<'a> {
    pub(crate) sender: &'a Sender,
    pub(crate) network: &'a NetworkName,
    pub(crate) to: &'a Email,
    pub(crate) name: Option<&'a MemberName>,
    pub(crate) at: Timestamp,
    pub(crate) id: String,
}

impl Paper<'_> {
    fn letter(self, subject: String) -> Letter {
        let mut from = self.sender.0.clone();
        from.name.get_or_insert_with(|| self.network.to_string());
        Letter {
            from,
            to: self.to.clone(),
            name: self.name.cloned(),
            subject,
            before: Vec::new(),
            button: None,
            behind: Vec::new(),
            network: self.network.to_string(),
            at: self.at,
            id: self.id,
        }
    }

    /// The first link of a member.
    pub(crate) fn invitation(self, link: String, days: u64) -> Letter {
        let network = self.network.to_string();
        Letter {
            before: vec![format!(
                "You have an account at {network}. Choose how to sign in, and you are in."
            )],
            button: Some(("Choose how to sign in", link)),
            behind: vec![
                format!("The link works once, for {}.", counted(days, "day")),
                "If you did not expect this, you need not do anything.".to_owned(),
            ],
            ..self.letter(format!("Your account at {network}"))
        }
    }

    /// A link with which a member chooses another password.
    pub(crate) fn new_password(self, link: String) -> Letter {
        let network = self.network.to_string();
        Letter {
            before: vec![format!(
                "Someone asked for a new password for your account at {network}."
            )],
            button: Some(("Choose a new password", link)),
            behind: vec![
                "The link works once, for an hour. It signs you out everywhere else.".to_owned(),
                "If it was not you, nothing has changed and you need not do anything.".to_owned(),
            ],
            ..self.letter(format!("A new password for {network}"))
        }
    }

    /// A host signed in from a place that is new.
    pub(crate) fn new_place(self, place: &str, sessions: String) -> Letter {
        let network = self.network.to_string();
        Letter {
            before: vec![format!(
                "Your account at {network} was used to sign in from a place that is new: {place}."
            )],
            button: Some(("See where you are signed in", sessions)),
            behind: vec!["If it was not you, end that session and change your password.".to_owned()],
            ..self.letter(format!("A new sign-in at {network}"))
        }
    }

    /// A link with which a member confirms another email.
    pub(crate) fn confirm_email(self, link: String) -> Letter {
        let network = self.network.to_string();
        Letter {
            before: vec![format!(
                "This address was given as the new email of an account at {network}."
            )],
            button: Some(("Use this address", link)),
            behind: vec![
                "The link works once, for an hour.".to_owned(),
                "If it was not you, you need not do anything.".to_owned(),
            ],
            ..self.letter(format!("Your new email at {network}"))
        }
    }

    /// A link with which a member links an account at a provider; none if it waited for too long.
    pub(crate) fn link_account(self, provider: &str, link: Option<String>) -> Letter {
        let network = self.network.to_string();
        let before = vec![format!(
            "Someone signed in to {network} with {provider}, which gave this address."
        )];
        let behind = if link.is_some() {
            "The link works once, for an hour, and only in the browser in which you signed in. It links that account to yours and signs you in."
        } else {
            "If it was you, sign in once more: it took too long until this mail could go out."
        };
        Letter {
            before,
            button: link.map(|link| ("Link the account and sign in", link)),
            behind: vec![
                behind.to_owned(),
                "If it was not you, nothing has changed and you need not do anything.".to_owned(),
            ],
            ..self.letter(format!("Sign in to {network} with {provider}"))
        }
    }

    /// Tells the email before that it was replaced.
    pub(crate) fn email_changed(self, new: &str) -> Letter {
        let network = self.network.to_string();
        Letter {
            before: vec![format!("The email of your account at {network} is {new} now.")],
            behind: vec![format!("If it was not you, tell a host of {network}.")],
            ..self.letter(format!("Your email at {network} was changed"))
        }
    }

    /// A letter that only shows that letters arrive.
    pub(crate) fn test(self) -> Letter {
        let network = self.network.to_string();
        Letter {
            before: vec![format!("Mail from {network} arrives.")],
            ..self.letter(format!("A test of mail from {network}"))
        }
    }
}

impl Letter {
    /// A letter that only shows that letters arrive. `id` is of random text.
    pub fn test(sender: &Sender, network: &NetworkName, to: &Email, at: Timestamp, id: String) -> Self {
        let paper = Paper {
            sender,
            network,
            to,
            name: None,
            at,
            id,
        };
        paper.test()
    }

    fn text(&self) -> String {
        let mut lines = vec![self.greeting()];
        lines.extend(self.before.iter().cloned());
        lines.extend(
            self.button
                .iter()
                .map(|(label, address)| format!("{label}:\n{address}")),
        );
        lines.extend(self.behind.iter().cloned());
        lines.push(self.network.clone());
        lines.join("\n\n") + "\n"
    }

    fn html(&self) -> String {
        let paragraph = |text: &str| format!("<p style=\"margin:0 0 16px\">{}</p>", escaped(text));
        let mut body = paragraph(&self.greeting());
        body.extend(self.before.iter().map(|text| paragraph(text)));
        if let Some((label, address)) = &self.button {
            let address = escaped(address);
            let _ = write!(
                body,
                "<p style=\"margin:0 0 16px\"><a href=\"{address}\" style=\"display:inline-block;padding:12px 20px;\
                 border-radius:8px;background:#1f4fd8;color:#ffffff;text-decoration:none;font-weight:600\">{label}</a></p>\
                 <p style=\"margin:0 0 16px;font-size:13px\">Or open this address: <br>{address}</p>"
            );
        }
        body.extend(self.behind.iter().map(|text| paragraph(text)));
        body.push_str(&paragraph(&self.network));
        format!(
            "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" \
             content=\"width=device-width\"><title>{}</title></head><body style=\"margin:0;padding:24px;\
             font:16px/1.5 system-ui,sans-serif;max-width:560px\">{body}</body></html>",
            escaped(&self.subject)
        )
    }

    fn greeting(&self) -> String {
        match &self.name {
            Some(name) => format!("Hello {},", name.first()),
            None => "Hello,".to_owned(),
        }
    }

    /// Whether the address has no letters that a server has to know more for (RFC 6531).
    pub(crate) fn is_plain(&self) -> bool {
        self.to.as_str().is_ascii()
    }

    /// The message, or why it cannot be made: an address that mail does not know.
    pub(crate) fn message(&self) -> Result<Message, String> {
        let address = self
            .to
            .as_str()
            .parse()
            .map_err(|_| format!("{} is no address that mail can be sent to", self.to))?;
        let to = Mailbox::new(self.name.as_ref().map(ToString::to_string), address);
        let seconds = u64::try_from(self.at.as_secs()).unwrap_or(0);
        let date = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
        let id = format!("<{}@{}>", self.id, self.from.email.domain());
        Message::builder()
            .from(self.from.clone())
            .to(to)
            .subject(self.subject.clone())
            .message_id(Some(id))
            .date(date)
            // RFC 3834 section 5: no out-of-office note comes back.
            .raw_header(HeaderValue::new(
                HeaderName::new_from_ascii_str("Auto-Submitted"),
                "auto-generated".to_owned(),
            ))
            .multipart(MultiPart::alternative_plain_html(self.text(), self.html()))
            .map_err(|error| error.to_string())
    }
}

fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            other => safe.push(other),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paper<'a>(
        sender: &'a Sender,
        network: &'a NetworkName,
        to: &'a Email,
        name: &'a MemberName,
    ) -> Paper<'a> {
        Paper {
            sender,
            network,
            to,
            name: Some(name),
            at: Timestamp::from_millis(1_800_000_000_000),
            id: "7.abc".into(),
        }
    }

    fn formatted(name: &str, network: &str) -> String {
        let sender = "members@club.example".parse().unwrap();
        let (network, name) = (
            NetworkName::parse(network).unwrap(),
            MemberName::parse(name).unwrap(),
        );
        let to = "ada@example.com".parse().unwrap();
        let letter = paper(&sender, &network, &to, &name)
            .invitation("https://club.example/sign-in/link?token=abc".into(), 7);
        String::from_utf8(letter.message().unwrap().formatted()).unwrap()
    }

    /// The header lines, unfolded.
    fn headers(mail: &str) -> Vec<String> {
        let (head, _) = mail.split_once("\r\n\r\n").unwrap();
        head.replace("\r\n ", " ")
            .split("\r\n")
            .map(str::to_owned)
            .collect()
    }

    #[test]
    fn says_who_it_is_from_and_where_the_link_leads() {
        let mail = formatted("Ada Lovelace", "River Club");
        for line in [
            "From: \"River Club\" <members@club.example>",
            "To: \"Ada Lovelace\" <ada@example.com>",
            "Subject: Your account at River Club",
            "Message-ID: <7.abc@club.example>",
            "Date: Fri, 15 Jan 2027 08:00:00 +0000",
            "Auto-Submitted: auto-generated",
        ] {
            assert!(
                headers(&mail).iter().any(|header| header == line),
                "{line} in {mail}"
            );
        }
        let text = mail.replace("=\r\n", "");
        assert!(
            text.contains("https://club.example/sign-in/link?token=3Dabc") || text.contains("?token=abc"),
            "{mail}"
        );
    }

    #[test]
    fn no_name_adds_a_header_or_an_element() {
        for name in [
            "Ada\" <eve@example.com>, \"x",
            "Ada, Bcc: eve@example.com",
            "Ada <b>Lovelace</b>",
            "愛 \u{1F600}",
            "a\u{2028}b",
        ] {
            let Ok(_) = MemberName::parse(name) else { continue };
            let mail = formatted(name, "<River> \"Club\", Ltd");
            let headers = headers(&mail);
            assert_eq!(
                headers.iter().filter(|line| line.starts_with("To:")).count(),
                1,
                "{mail}"
            );
            assert!(
                !headers.iter().any(|line| line.to_lowercase().starts_with("bcc")),
                "{mail}"
            );
            let to = headers.iter().find(|line| line.starts_with("To:")).unwrap();
            assert!(to.ends_with("<ada@example.com>"), "{to}");
            let (_, html) = mail.split_once("text/html").unwrap();
            assert!(!html.contains("<b>") && !html.contains("<River>"), "{mail}");
        }
        for name in ["Ada\r\nBcc: eve@example.com", "Ada\nx", "Ada\u{0}"] {
            assert!(MemberName::parse(name).is_err() && NetworkName::parse(name).is_err());
        }
    }

    #[test]
    fn a_sender_has_an_address() {
        for right in [
            "members@club.example",
            "River Club <members@club.example>",
            "\"Club, River\" <m@club.example>",
        ] {
            assert!(right.parse::<Sender>().is_ok(), "{right}");
        }
        for wrong in [
            "",
            "club.example",
            "River Club",
            "a@b.example\r\nBcc: eve@example.com",
            "<>",
        ] {
            assert_eq!(wrong.parse::<Sender>(), Err(SenderError), "{wrong}");
        }
    }
}
