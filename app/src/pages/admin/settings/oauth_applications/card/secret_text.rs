//! Describes a secret: its age, its use, and whether it is still needed.

use crate::functions::applications::card::{Replacement, SecretPosition, SecretSummary};

/// `Created 10 minutes ago · never used`.
pub(crate) fn secret_text(secret: &SecretSummary) -> String {
    let used = match &secret.last_used {
        Some(ago) => format!("last used {ago}"),
        None => "never used".to_owned(),
    };
    let created = &secret.created;
    match &secret.position {
        SecretPosition::Only => format!("Created {created} · {used}"),
        SecretPosition::New => format!("New secret · created {created} · {used}"),
        SecretPosition::Old(replacement) => {
            format!(
                "Old secret · created {created} · {used}. {}",
                replacement_text(replacement)
            )
        }
    }
}

fn replacement_text(replacement: &Replacement) -> String {
    match replacement {
        Replacement::NotStarted => "Keep it: the new secret has not been used yet.".to_owned(),
        Replacement::Partial(since) => {
            format!("Keep it: it was used again after the new secret was first used {since}.")
        }
        Replacement::Complete(since) => {
            format!("Safe to retire: not used since the new secret was first used {since}.")
        }
    }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use std::time::Duration;

    use latchkey_domain::{SecretId, SecretRecord, Timestamp};

    use super::*;
    use crate::functions::applications::secrets;

    fn at(minutes: u64) -> Timestamp {
        Timestamp::from_millis(1_800_000_000_000).plus(Duration::from_secs(minutes * 60))
    }

    fn secret(created: u64, used: Option<(u64, u64)>) -> SecretRecord {
        SecretRecord {
            id: SecretId(1),
            created_at: at(created),
            first_used_at: used.map(|used| at(used.0)),
            last_used_at: used.map(|used| at(used.1)),
        }
    }

    #[test]
    fn a_secret_tells_its_age_its_use_and_whether_it_is_needed() {
        let texts = |records: &[SecretRecord]| -> Vec<String> {
            secrets(records, at(60)).iter().map(secret_text).collect()
        };
        assert_eq!(texts(&[secret(60, None)]), ["Created just now · never used"]);
        assert_eq!(
            texts(&[secret(50, None), secret(0, Some((10, 58)))]),
            [
                "New secret · created 10 minutes ago · never used",
                "Old secret · created 1 hour ago · last used 2 minutes ago. Keep it: the new secret has not been used yet."
            ]
        );
        assert_eq!(
            texts(&[secret(50, Some((52, 60))), secret(0, Some((10, 58)))])[1],
            "Old secret · created 1 hour ago · last used 2 minutes ago. Keep it: it was used again after the new secret was first \
             used 8 minutes ago."
        );
        assert_eq!(
            texts(&[secret(50, Some((52, 60))), secret(0, Some((10, 51)))])[1],
            "Old secret · created 1 hour ago · last used 9 minutes ago. Safe to retire: not used since the new secret was first \
             used 8 minutes ago."
        );
    }
}
