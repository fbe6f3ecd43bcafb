//! An application's activity for hosts, and adding redirect URIs from it.

use std::collections::BTreeMap;

use latchkey_domain::{Application, ApplicationDraft, Member, MemberId, RedirectUri, RedirectUris};
use latchkey_storage::ActivityEntry;

use crate::{Caller, Registered, Registrar, RegistrationError};

/// Entries per page.
pub const ACTIVITY_PAGE_SIZE: u32 = 50;

/// A page of an application's activity.
#[derive(Clone, Debug)]
pub struct ActivityReport {
    /// The application as it is now.
    pub application: Application,
    /// The entries, newest first.
    pub lines: Vec<ActivityLine>,
    /// The entry after which the next page starts; `None` on the last page.
    pub older: Option<i64>,
}

/// An entry of the activity.
#[derive(Clone, Debug)]
pub struct ActivityLine {
    /// The entry as stored.
    pub entry: ActivityEntry,
    /// The member who was involved, if they still exist.
    pub member: Option<Member>,
    /// Whether the redirect URI of the entry can be added now.
    pub candidate: Candidate,
}

/// Whether a redirect URI that a request named can be added to its application.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Candidate {
    /// The entry has no redirect URI, or one that is never allowed.
    None,
    /// It can be added.
    Addable,
    /// It differs from a registered one only in its query. The client has to send the registered one exactly.
    OnlyQuery,
    /// Its host is not used by the application, and no host of the network sent it: it may come from an attacker who
    /// wants the codes. A host who knows it can add it in the application's form.
    Foreign,
    /// It is registered now.
    Registered,
    /// The application has the most redirect URIs that it can have.
    Full,
}

impl Candidate {
    /// What can be done with a redirect URI that `sender` sent. `sender` is `None` if unknown.
    fn of(uri: Option<&str>, sender: Option<&Member>, application: &Application) -> Self {
        let spec = &application.spec;
        let Some(uri) = uri.and_then(|uri| uri.parse::<RedirectUri>().ok()) else {
            return Self::None;
        };
        // The form would read it as several. A host who sees one must not register more.
        let as_typed = RedirectUris::from_lines(uri.as_str(), |_| Ok(()));
        if as_typed.ok().as_ref().and_then(RedirectUris::only) != Some(&uri) {
            return Self::None;
        }
        if spec.redirect_uris.find(uri.as_str()).is_some() {
            Self::Registered
        } else if uri.is_private_use() && spec.client_type.is_confidential() {
            Self::None
        } else if spec
            .redirect_uris
            .iter()
            .any(|other| other.differs_only_in_query(&uri))
        {
            Self::OnlyQuery
        } else if !sender.is_some_and(|member| member.role.is_host())
            && !spec.redirect_uris.iter().any(|other| other.has_same_origin(&uri))
        {
            Self::Foreign
        } else if spec.redirect_uris.iter().count() >= RedirectUris::MAX {
            Self::Full
        } else {
            Self::Addable
        }
    }
}

impl Registrar {
    /// The activity of an application, from the entry before number `before` or from the newest.
    pub async fn activity(
        &self,
        caller: &Caller,
        client_id: &str,
        before: Option<i64>,
    ) -> Result<ActivityReport, RegistrationError> {
        let application = self.find(caller, client_id).await?.application;
        // Read one more than a page, to know whether there is another page.
        let mut entries = self
            .store
            .activity(&application.client_id, before, ACTIVITY_PAGE_SIZE + 1)
            .await?;
        let shown = usize::try_from(ACTIVITY_PAGE_SIZE).unwrap_or(usize::MAX);
        let more = entries.len() > shown;
        entries.truncate(shown);
        let older = entries.last().filter(|_| more).map(|entry| entry.id);
        let mut members = BTreeMap::new();
        let mut lines = Vec::with_capacity(entries.len());
        for entry in entries {
            let member = match entry.event.member {
                Some(id) => self.member(id, &mut members).await?,
                None => None,
            };
            lines.push(ActivityLine {
                candidate: Candidate::of(entry.event.redirect_uri.as_deref(), member.as_ref(), &application),
                member,
                entry,
            });
        }
        Ok(ActivityReport {
            application,
            lines,
            older,
        })
    }

    /// One entry of an application's activity, and the application as it is now.
    pub async fn activity_line(
        &self,
        caller: &Caller,
        client_id: &str,
        entry: i64,
    ) -> Result<(Application, ActivityLine), RegistrationError> {
        let application = self.find(caller, client_id).await?.application;
        let before = entry.checked_add(1).ok_or(RegistrationError::NotFound)?;
        let newest = self
            .store
            .activity(&application.client_id, Some(before), 1)
            .await?;
        let entry = newest
            .into_iter()
            .find(|found| found.id == entry)
            .ok_or(RegistrationError::NotFound)?;
        let member = match entry.event.member {
            Some(id) => self.store.member(id).await?,
            None => None,
        };
        let line = ActivityLine {
            candidate: Candidate::of(entry.event.redirect_uri.as_deref(), member.as_ref(), &application),
            member,
            entry,
        };
        Ok((application, line))
    }

    /// Adds a redirect URI to an application, unless it is no longer at `revision`. Like any edit, it is validated with
    /// the rest of the application, counted, and recorded in the audit trail.
    pub async fn add_redirect_uri(
        &self,
        caller: &Caller,
        client_id: &str,
        revision: u32,
        uri: &str,
    ) -> Result<Registered, RegistrationError> {
        let application = self.find(caller, client_id).await?.application;
        let mut draft = ApplicationDraft::from_spec(&application.spec);
        draft.redirect_uris.push('\n');
        draft.redirect_uris.push_str(uri);
        self.update(caller, client_id, revision, &draft).await
    }

    /// The member with this id, looked up once per page.
    async fn member(
        &self,
        id: MemberId,
        known: &mut BTreeMap<MemberId, Option<Member>>,
    ) -> Result<Option<Member>, RegistrationError> {
        if let Some(member) = known.get(&id) {
            return Ok(member.clone());
        }
        let member = self.store.member(id).await?;
        known.insert(id, member.clone());
        Ok(member)
    }
}
