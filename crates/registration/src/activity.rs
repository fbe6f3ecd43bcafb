//! An application's activity as a host reads it, and the redirect URIs that are added from there.

use std::collections::BTreeMap;

use latchkey_domain::{Application, ApplicationDraft, Member, MemberId, RedirectUri, RedirectUris};
use latchkey_storage::ActivityEntry;

use crate::{Caller, Registered, Registrar, RegistrationError};

/// How many entries stand on a page.
pub const ACTIVITY_PAGE_SIZE: u32 = 50;

/// A page of an application's activity.
#[derive(Clone, Debug)]
pub struct ActivityReport {
    /// The application as it is now.
    pub application: Application,
    /// What happened, the newest first.
    pub lines: Vec<ActivityLine>,
    /// The entry behind which the next page begins; `None` on the last one.
    pub older: Option<i64>,
}

/// Something that happened.
#[derive(Clone, Debug)]
pub struct ActivityLine {
    /// The entry.
    pub entry: ActivityEntry,
    /// The member who was involved, if one was and is still there.
    pub member: Option<Member>,
    /// What has become of a redirect URI that was not registered then.
    pub candidate: Candidate,
}

/// Whether a redirect URI that a request named can be added to its application.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Candidate {
    /// There is none, or it could never be added.
    None,
    /// It can be added.
    Addable,
    /// Only its query tells it from one that is registered. The client has to send that one to the letter.
    OnlyQuery,
    /// It leads to a host that the application does not use, and no host of the network sent it: whoever did may want
    /// the codes. A host who knows it can add it in the application's form.
    Foreign,
    /// It is registered by now.
    Registered,
    /// It could be, but the application has as many as it can have.
    Full,
}

impl Candidate {
    /// What can become of a redirect URI that `sender` sent, if it is known who did.
    fn of(uri: Option<&str>, sender: Option<&Member>, application: &Application) -> Self {
        let spec = &application.spec;
        let Some(uri) = uri.and_then(|uri| uri.parse::<RedirectUri>().ok()) else {
            return Self::None;
        };
        // The form would take it for several: a host who sees one must not register more.
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
    /// What happened to an application, from the entry before number `before` or from the newest.
    pub async fn activity(
        &self,
        caller: &Caller,
        client_id: &str,
        before: Option<i64>,
    ) -> Result<ActivityReport, RegistrationError> {
        let application = self.find(caller, client_id).await?.application;
        // One more than are shown tells whether there is another page.
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

    /// Registers one more redirect URI for an application, unless it is no longer at `revision`. It is an edit like any
    /// other: it is validated with the rest of the application, counted, and noted in the audit trail.
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

    /// The member with this number, looked up once for a page.
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
