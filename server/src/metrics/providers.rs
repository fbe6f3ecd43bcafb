//! Sign-ins by provider. A host chooses the label, which is the provider's part of its addresses. There are few providers at
//! a time, but hosts may delete and add them for ever, so only so many have counts of their own until the next start.
//!
//! A provider gets its place in a fixed-size table at its first sign-in and keeps it, also after it was deleted: its counts
//! no longer change then.

use std::sync::OnceLock;

use latchkey_domain::Slug;
use latchkey_oauth::counters::Count;

/// Several times the number of providers that there may be.
const PLACES: usize = 64;

/// The label of all others. No slug has brackets.
const OTHERS: &str = "(other)";

/// The counts of all providers.
#[derive(Debug)]
pub struct ProviderSignIns {
    places: Box<[OnceLock<ProviderCounts>]>,
    others: ProviderCounts,
}

/// How it ended when people wanted to sign in at one provider, or to link an account there.
#[derive(Debug)]
pub struct ProviderCounts {
    pub(super) slug: Box<str>,
    /// The provider said who it is, and that is a member here.
    pub succeeded: Count,
    /// The provider said who it is, and that is nobody who may sign in.
    pub refused: Count,
    /// The provider failed, or its settings here are wrong.
    pub failed: Count,
    /// The person declined there.
    pub declined: Count,
}

impl Default for ProviderSignIns {
    fn default() -> Self {
        Self {
            places: (0..PLACES).map(|_| OnceLock::new()).collect(),
            others: ProviderCounts::new(OTHERS),
        }
    }
}

impl ProviderCounts {
    fn new(slug: &str) -> Self {
        Self {
            slug: slug.into(),
            succeeded: Count::default(),
            refused: Count::default(),
            failed: Count::default(),
            declined: Count::default(),
        }
    }

    /// Each count with its label.
    pub(super) fn outcomes(&self) -> [(&'static str, &Count); 4] {
        [
            ("succeeded", &self.succeeded),
            ("refused", &self.refused),
            ("failed", &self.failed),
            ("declined", &self.declined),
        ]
    }
}

impl ProviderSignIns {
    /// The counts of the provider with this slug.
    pub fn of(&self, slug: &Slug) -> &ProviderCounts {
        self.places
            .iter()
            .map(|place| place.get_or_init(|| ProviderCounts::new(slug.as_str())))
            .find(|counts| &*counts.slug == slug.as_str())
            .unwrap_or(&self.others)
    }

    /// All counts, ordered by slug. Those of the others are always there, so that the metric is.
    pub(super) fn all(&self) -> Vec<&ProviderCounts> {
        let mut all: Vec<_> = self.places.iter().filter_map(OnceLock::get).collect();
        all.push(&self.others);
        all.sort_by_key(|counts| &counts.slug);
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slug(number: usize) -> Slug {
        format!("provider-{number}").parse().unwrap()
    }

    #[test]
    fn a_provider_keeps_its_counts() {
        let counts = ProviderSignIns::default();
        for _ in 0..3 {
            for number in 0..20 {
                counts.of(&slug(number)).refused.add();
            }
        }
        let all = counts.all();
        assert_eq!(all.len(), 21);
        for counts in all.iter().filter(|counts| &*counts.slug != OTHERS) {
            assert_eq!(counts.refused.get(), 3, "{}", counts.slug);
            assert_eq!(counts.succeeded.get(), 0);
        }
    }

    #[test]
    fn providers_without_end_make_no_labels_without_end() {
        const { assert!(PLACES > latchkey_storage::providers::MOST_PROVIDERS as usize) };
        let counts = ProviderSignIns::default();
        for number in 0..1_000 {
            counts.of(&slug(number)).succeeded.add();
        }
        assert_eq!(counts.all().len(), PLACES + 1);
        assert_eq!(counts.others.succeeded.get(), 1_000 - PLACES as u64);
        assert!(OTHERS.parse::<Slug>().is_err(), "no provider has this label");
    }
}
