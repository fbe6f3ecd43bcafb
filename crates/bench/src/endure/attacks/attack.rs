//! The attacks: names, durations and limits on disk use.

use std::time::Duration;

use clap::ValueEnum;

/// An attack. The texts are its description in the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Attack {
    /// 5 comments of 99 kB, 12,400 lists deep, in a request; two at once
    DeepHtml,
    /// 20 of these comments in a fragment; two at once
    DeepHtmlInFragment,
    /// 50 posts of 99 kB, each 28 times (139 MB); six at once
    LargeAnswers,
    /// five of these answers, never read
    UnreadAnswers,
    /// 900 times each description in the schema; two at once
    SchemaTexts,
    /// 120 posts of 99 kB in a request
    ManyPosts,
    /// the same in a fragment
    ManyPostsInFragment,
    /// 1,400 counts of a search in a request; six at once
    Counts,
    /// 1,100 connections of one byte, for 1,024 file descriptors
    HalfHeaders,
    /// 400 requests for a token with half a body
    HalfBodies,
    /// 150 anonymous calls that send 1.9 of 2 MB
    AnnouncedBodies,
    /// one member authorizes as fast as one can
    Authorizations,
}

impl Attack {
    /// Its name on the command line, and its description.
    pub(super) fn texts(self) -> [String; 2] {
        let value = self.to_possible_value();
        value.map_or_else(Default::default, |value| {
            let help = value.get_help().map(ToString::to_string);
            [value.get_name().to_owned(), help.unwrap_or_default()]
        })
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

    /// How many files the server may have open, if that is limited.
    pub(super) fn open_files(self) -> Option<usize> {
        (self == Self::HalfHeaders).then_some(1_024)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_attack_has_a_name_of_its_own_and_a_description() {
        let texts: Vec<_> = Attack::value_variants().iter().map(|one| one.texts()).collect();
        assert_eq!(
            texts[3].each_ref(),
            ["unread-answers", "five of these answers, never read"]
        );
        let mut names: Vec<_> = texts.iter().map(|[name, _]| name).collect();
        names.sort_unstable();
        assert!(names.windows(2).all(|pair| pair[0] != pair[1]));
    }
}
