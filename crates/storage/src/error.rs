//! What can go wrong below the rules.

use std::error::Error;

use thiserror::Error as ThisError;

/// Why an operation failed. What a rule can act on is in the operations' own outcomes; this is the rest.
#[derive(Debug, ThisError)]
pub enum StoreError {
    /// The database answered with an error. The chain goes to the log, never to a client.
    #[error("the database failed: {}", text_of(&**.0))]
    Database(#[source] Box<dyn Error + Send + Sync>),
    /// The database cannot be reached, is busy or has no room. Surely nothing was stored, and the same works once that
    /// is over. The chain goes to the log, as above.
    #[error("the database is not available: {}", text_of(&**.0))]
    Unavailable(#[source] Box<dyn Error + Send + Sync>),
    /// A row cannot be read: it was changed by hand or is damaged.
    #[error("a stored value is damaged: {0}")]
    Damaged(String),
    /// A secret cannot be unsealed: the key is not the one it was sealed with.
    #[error("a sealed secret cannot be opened: the key file is not the one that it was sealed with")]
    Unsealable,
    /// The writer has stopped: the server is shutting down.
    #[error("the database is closed")]
    Closed,
    /// Only hosts can do this, and the member who asked is not one any more. Nothing was changed.
    #[error("only hosts can do this, and you are not a host any more")]
    NotAHost,
    /// Another application has this client id. Nothing was stored.
    #[error("another application has this client id")]
    ClientIdTaken,
    /// A list has more bytes than was asked for at most.
    #[error("the rows have more than {0} bytes")]
    TooLarge(usize),
    /// Opening failed, in words for the operator that say what to do.
    #[error("{0}")]
    Open(String),
}

impl StoreError {
    /// If the same may soon work, what to tell the client: a 503 in the terms of HTTP. `None` if it is no use to try
    /// again, or if what was asked may have been done.
    pub fn try_again(&self) -> Option<&'static str> {
        match self {
            Self::Unavailable(_) => {
                Some("the server cannot get at its data at the moment; try again in a few seconds")
            }
            Self::Closed => Some("the server is shutting down; try again in a moment"),
            Self::Database(_)
            | Self::Damaged(_)
            | Self::Unsealable
            | Self::NotAHost
            | Self::ClientIdTaken
            | Self::TooLarge(_)
            | Self::Open(_) => None,
        }
    }

    /// What the database said, if it was the database that failed.
    pub fn of_database(&self) -> Option<&(dyn Error + Send + Sync + 'static)> {
        match self {
            Self::Database(source) | Self::Unavailable(source) => Some(&**source),
            _ => None,
        }
    }
}

/// The words of a failure, its causes included, in a line: what a driver says of itself may only be “db error”, and not
/// every log shows causes.
pub fn text_of(error: &(dyn Error + 'static)) -> String {
    let mut words = told(error);
    let mut source = error.source();
    while let Some(cause) = source {
        let more = told(cause);
        if !words.contains(&more) {
            words = format!("{words}: {more}");
        }
        source = cause.source();
    }
    words
}

/// One of them, as a line. In its details `PostgreSQL` shows the row that it refuses, with all that is in it:
/// they are left out.
fn told(error: &dyn Error) -> String {
    let text = error.to_string();
    let lines: Vec<&str> = text
        .lines()
        .filter(|line| !line.starts_with("DETAIL: "))
        .collect();
    lines.join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, ThisError)]
    #[error("db error")]
    struct Outer(#[source] Inner);

    #[derive(Debug, ThisError)]
    #[error("no room left\nDETAIL: for (ada@b.example)\nHINT: make some")]
    struct Inner;

    #[test]
    fn the_causes_are_part_of_the_text() {
        let error = StoreError::Unavailable(Box::new(Outer(Inner)));
        let words = "the database is not available: db error: no room left; HINT: make some";
        assert_eq!(error.to_string(), words);
        assert_eq!(super::text_of(&error), words);
    }

    #[test]
    fn only_what_surely_was_not_done_is_to_be_tried_again() {
        assert!(StoreError::Unavailable("busy".into()).try_again().is_some());
        assert!(StoreError::Closed.try_again().is_some());
        for error in [
            StoreError::Database("whether it was stored is not known".into()),
            StoreError::Damaged("row 7".into()),
            StoreError::Unsealable,
            StoreError::TooLarge(7),
            StoreError::Open("no".into()),
        ] {
            assert_eq!(error.try_again(), None, "{error}");
        }
    }
}
