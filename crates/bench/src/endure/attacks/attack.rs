//! The attacks: names, durations and limits on disk use.

use std::time::Duration;

/// An attack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Attack {
    DeepHtml,
    DeepHtmlInFragment,
    LargeAnswers,
    UnreadAnswers,
    SchemaTexts,
    ManyPosts,
    ManyPostsInFragment,
    Counts,
    HalfHeaders,
    HalfBodies,
    AnnouncedBodies,
    Authorizations,
}

impl Attack {
    pub(super) const ALL: [Self; 12] = [
        Self::DeepHtml,
        Self::DeepHtmlInFragment,
        Self::LargeAnswers,
        Self::UnreadAnswers,
        Self::SchemaTexts,
        Self::ManyPosts,
        Self::ManyPostsInFragment,
        Self::Counts,
        Self::HalfHeaders,
        Self::HalfBodies,
        Self::AnnouncedBodies,
        Self::Authorizations,
    ];

    /// Its name on the command line.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::DeepHtml => "deep-html",
            Self::DeepHtmlInFragment => "deep-html-in-fragment",
            Self::LargeAnswers => "large-answers",
            Self::UnreadAnswers => "unread-answers",
            Self::SchemaTexts => "schema-texts",
            Self::ManyPosts => "many-posts",
            Self::ManyPostsInFragment => "many-posts-in-fragment",
            Self::Counts => "counts",
            Self::HalfHeaders => "half-headers",
            Self::HalfBodies => "half-bodies",
            Self::AnnouncedBodies => "announced-bodies",
            Self::Authorizations => "authorizations",
        }
    }

    /// Its description in the report.
    pub(super) fn title(self) -> &'static str {
        match self {
            Self::DeepHtml => "5 comments of 99 kB, 12,400 lists deep, in a request; two at once",
            Self::DeepHtmlInFragment => "20 of these comments in a fragment; two at once",
            Self::LargeAnswers => "50 posts of 99 kB, each 28 times (139 MB); six at once",
            Self::UnreadAnswers => "five of these answers, never read",
            Self::SchemaTexts => "900 times each description in the schema; two at once",
            Self::ManyPosts => "120 posts of 99 kB in a request",
            Self::ManyPostsInFragment => "the same in a fragment",
            Self::Counts => "1,400 counts of a search in a request; six at once",
            Self::HalfHeaders => "1,100 connections of one byte, for 1,024 file descriptors",
            Self::HalfBodies => "400 requests for a token with half a body",
            Self::AnnouncedBodies => "150 anonymous calls that send 1.9 of 2 MB",
            Self::Authorizations => "one member authorizes as fast as one can",
        }
    }

    /// How much the database may grow, in bytes.
    pub(super) fn max_growth(self) -> u64 {
        match self {
            // What a member may write in an hour.
            Self::DeepHtml | Self::DeepHtmlInFragment | Self::ManyPosts | Self::ManyPostsInFragment => {
                32_000_000
            }
            // A few codes that wait to be redeemed, and not one Activity entry each.
            Self::Authorizations => 150_000,
            _ => 1_000_000,
        }
    }

    /// How long it runs.
    pub(super) fn duration(self, quick: bool) -> Duration {
        Duration::from_secs(match self {
            _ if quick => 2,
            // Longer than a connection may take to send its request.
            Self::HalfHeaders | Self::HalfBodies | Self::AnnouncedBodies | Self::UnreadAnswers => 40,
            _ => 10,
        })
    }

    /// How many large posts it needs.
    pub(super) fn posts(self) -> usize {
        match self {
            Self::LargeAnswers | Self::UnreadAnswers => 50,
            _ => 0,
        }
    }

    /// A program that starts the server, with its arguments.
    pub(super) fn through(self) -> Vec<String> {
        match self {
            Self::HalfHeaders => ["prlimit", "--nofile=1024"].map(str::to_owned).to_vec(),
            _ => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_attack_has_a_name_of_its_own() {
        let mut names = Attack::ALL.map(Attack::name);
        names.sort_unstable();
        assert!(names.windows(2).all(|pair| pair[0] != pair[1]));
    }
}
