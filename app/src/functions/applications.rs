//! The server functions of the OAuth Applications page.

use latchkey_domain::{ApplicationDraft, Page, Plan};
use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use serde::{Deserialize, Serialize};

use super::Refusal;

/// A moment, for people and for machines.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Moment {
    /// As people read it: `23 Nov 2026`.
    pub words: String,
    /// ISO 8601, for the `datetime` attribute.
    pub iso: String,
}

/// What a card shows. Never the secret: that is asked for by itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ApplicationCard {
    /// The public identifier.
    pub client_id: String,
    /// What the host decided, as the form shows it.
    pub form: ApplicationDraft,
    /// Whether it is paused.
    pub paused: bool,
    /// When it was created.
    pub created: Moment,
    /// When it was last used.
    pub last_used: Option<Moment>,
    /// The numbers of its secrets, the newest first, as text: nobody here counts with them.
    pub secrets: Vec<String>,
    /// Of each its age, its use, and of the older of two whether it can be retired. A list beside the other and the words
    /// ready to be shown, since a type of its own and dates would weigh more in the browser.
    pub secret_words: Vec<String>,
    /// How many members are connected.
    pub connected_members: u64,
    /// Which edit this is.
    pub revision: u32,
}

/// A page of the list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Listing {
    /// The cards.
    pub page: Page<ApplicationCard>,
    /// The network's plan.
    pub plan: Plan,
}

/// What creating and editing come back with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Saved {
    /// The application.
    pub client_id: String,
    /// Its secret, if one was just made: shown once.
    pub new_secret: Option<String>,
}

/// Page `page` of the applications whose name or client id contains `search`.
#[server(prefix = "/api", endpoint = "applications/list", input = Json)]
pub async fn list_applications(search: String, page: u32) -> Result<Listing, Refusal> {
    super::reply::as_member(async |registrar, caller| listing(&registrar, &caller, &search, page).await).await
}

/// One application.
#[server(prefix = "/api", endpoint = "applications/find", input = Json)]
pub async fn find_application(client_id: String) -> Result<ApplicationCard, Refusal> {
    super::reply::as_member(async |registrar, caller| {
        Ok(ssr::card(
            registrar.find(&caller, &client_id).await?,
            registrar.now(),
        ))
    })
    .await
}

/// Registers an application.
#[server(prefix = "/api", endpoint = "applications/create", input = Json)]
pub async fn create_application(draft: ApplicationDraft) -> Result<Saved, Refusal> {
    super::reply::as_member(async |registrar, caller| {
        Ok(ssr::saved(registrar.create(&caller, &draft).await?))
    })
    .await
}

/// Edits an application, unless somebody else did since `revision`.
#[server(prefix = "/api", endpoint = "applications/update", input = Json)]
pub async fn update_application(
    client_id: String,
    revision: u32,
    draft: ApplicationDraft,
) -> Result<Saved, Refusal> {
    super::reply::as_member(async |registrar, caller| {
        Ok(ssr::saved(
            registrar.update(&caller, &client_id, revision, &draft).await?,
        ))
    })
    .await
}

/// Deletes an application.
#[server(prefix = "/api", endpoint = "applications/delete", input = Json)]
pub async fn delete_application(client_id: String) -> Result<(), Refusal> {
    super::reply::as_member(async |registrar, caller| registrar.delete(&caller, &client_id).await.map(|_| ()))
        .await
}

/// Pauses or resumes an application.
#[server(prefix = "/api", endpoint = "applications/set-paused", input = Json)]
pub async fn set_paused(client_id: String, paused: bool) -> Result<(), Refusal> {
    super::reply::as_member(async |registrar, caller| {
        registrar
            .set_paused(&caller, &client_id, paused)
            .await
            .map(|_| ())
    })
    .await
}

/// Revokes all that members granted to an application; how many were connected.
#[server(prefix = "/api", endpoint = "applications/disconnect-everyone", input = Json)]
pub async fn disconnect_everyone(client_id: String) -> Result<u64, Refusal> {
    super::reply::as_member(async |registrar, caller| {
        registrar.disconnect_everyone(&caller, &client_id).await
    })
    .await
}

/// What a host does with the secrets of an application. One function has them all: each function of its own weighs two
/// kilobytes in the browser.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SecretDeed {
    /// Sees the one with this number.
    Reveal(String),
    /// Makes a second one, which is valid beside the first.
    Make,
    /// Retires the one with this number.
    Retire(String),
}

/// Does something with the secrets of an application. Comes back with the secret in the clear, or nothing where one was
/// retired.
#[server(prefix = "/api", endpoint = "applications/secret", input = Json)]
pub async fn secret(client_id: String, deed: SecretDeed) -> Result<String, Refusal> {
    super::reply::as_member(async |registrar, caller| {
        Ok(match deed {
            SecretDeed::Reveal(id) => {
                let id = Some(ssr::secret_id(&id)?);
                ssr::clear(registrar.reveal_secret(&caller, &client_id, id).await?)
            }
            SecretDeed::Make => ssr::clear(registrar.new_secret(&caller, &client_id).await?),
            SecretDeed::Retire(id) => {
                let id = ssr::secret_id(&id)?;
                registrar.retire_secret(&caller, &client_id, id).await?;
                String::new()
            }
        })
    })
    .await
}

#[cfg(feature = "ssr")]
pub(crate) use self::ssr::listing;

#[cfg(feature = "ssr")]
mod ssr {
    //! From the rules' words to the page's.

    use latchkey_domain::{ApplicationDraft, ClientSecret, Retirement, SecretId, SecretRecord, Timestamp};
    use latchkey_registration::{ApplicationListing, Caller, Registered, Registrar, RegistrationError};

    use super::{ApplicationCard, Listing, Moment, Saved};
    use crate::plain::when;

    /// A page of the list, as the page shows it.
    pub(crate) async fn listing(
        registrar: &Registrar,
        caller: &Caller,
        search: &str,
        page: u32,
    ) -> Result<Listing, RegistrationError> {
        let now = registrar.now();
        Ok(Listing {
            page: registrar
                .list(caller, search, page)
                .await?
                .map(|listing| card(listing, now)),
            plan: registrar.network().await?.plan,
        })
    }

    pub(super) fn card(listing: ApplicationListing, now: Timestamp) -> ApplicationCard {
        let application = listing.application;
        ApplicationCard {
            client_id: application.client_id.into(),
            form: ApplicationDraft::from_spec(&application.spec),
            paused: application.paused_at.is_some(),
            created: moment(application.created_at),
            last_used: application.last_used_at.map(moment),
            secrets: listing
                .secrets
                .iter()
                .map(|secret| secret.id.0.to_string())
                .collect(),
            secret_words: secret_words(&listing.secrets, now),
            connected_members: listing.connected_members,
            revision: application.revision,
        }
    }

    /// `records` has the newest first.
    fn secret_words(records: &[SecretRecord], now: Timestamp) -> Vec<String> {
        let words = |(at, record): (usize, &SecretRecord)| {
            let history = history(record, now);
            match (records.len() > 1, at.checked_sub(1)) {
                (false, _) => history,
                (true, None) => format!("New secret. {history}"),
                (true, Some(newer)) => {
                    format!("Old secret. {history} {}", verdict(record, &records[newer], now))
                }
            }
        };
        records.iter().enumerate().map(words).collect()
    }

    fn history(secret: &SecretRecord, now: Timestamp) -> String {
        let used = match secret.last_used_at {
            Some(at) => format!("last used {}", when(at, now)),
            None => "never used".to_owned(),
        };
        format!("Made {}, {used}.", when(secret.created_at, now))
    }

    /// Whether the older of two secrets can be retired.
    fn verdict(old: &SecretRecord, new: &SecretRecord, now: Timestamp) -> String {
        let moved = when(new.first_used_at.unwrap_or(now), now);
        match old.retirement(new) {
            Retirement::NotMoved => "Keep it: the new secret has not been used yet.".to_owned(),
            Retirement::StillUsed => {
                format!("Keep it: it was used again after the new secret was first used {moved}.")
            }
            Retirement::Safe => {
                format!("Safe to retire: not used since the new secret was first used {moved}.")
            }
        }
    }

    pub(super) fn saved(registered: Registered) -> Saved {
        Saved {
            client_id: registered.application.client_id.into(),
            new_secret: registered.new_secret.map(clear),
        }
    }

    /// What cannot be a number is none that a secret has.
    pub(super) fn secret_id(text: &str) -> Result<SecretId, RegistrationError> {
        let number = text.parse();
        number
            .map(SecretId)
            .map_err(|_| RegistrationError::SecretNotFound)
    }

    // Taken from whoever has it: nobody else is to keep it.
    #[allow(clippy::needless_pass_by_value)]
    pub(super) fn clear(secret: ClientSecret) -> String {
        secret.expose().to_owned()
    }

    fn moment(timestamp: Timestamp) -> Moment {
        let time = jiff::Timestamp::from_millisecond(timestamp.as_millis()).unwrap_or_default();
        Moment {
            words: time.strftime("%-d %b %Y").to_string(),
            iso: time.to_string(),
        }
    }

    #[cfg(test)]
    mod tests {
        use std::time::Duration;

        use super::*;

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
            let words = |records: &[SecretRecord]| secret_words(records, at(60));
            assert_eq!(words(&[secret(60, None)]), ["Made just now, never used."]);
            assert_eq!(
                words(&[secret(50, None), secret(0, Some((10, 58)))]),
                [
                    "New secret. Made 10 minutes ago, never used.",
                    "Old secret. Made 1 hour ago, last used 2 minutes ago. Keep it: the new secret has not been used yet."
                ]
            );
            assert_eq!(
                words(&[secret(50, Some((52, 60))), secret(0, Some((10, 58)))])[1],
                "Old secret. Made 1 hour ago, last used 2 minutes ago. Keep it: it was used again after the new secret was first used 8 \
                 minutes ago."
            );
            assert_eq!(
                words(&[secret(50, Some((52, 60))), secret(0, Some((10, 51)))])[1],
                "Old secret. Made 1 hour ago, last used 9 minutes ago. Safe to retire: not used since the new secret was first used 8 \
                 minutes ago."
            );
        }
    }
}
