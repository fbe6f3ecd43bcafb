//! An application's activity for hosts, and adding redirect URIs from it.

use std::collections::BTreeMap;

use latchkey_domain::{Application, ApplicationDraft, Member, MemberId, RedirectUri, RedirectUris, ScopeSet};
use latchkey_storage::{ActivityEntry, ActivityQuery, ActivityReason};

use crate::{Caller, Registered, Registrar, RegistrationError};

/// Entries per page.
pub const ACTIVITY_PAGE_SIZE: u32 = 50;

/// A page of activity.
#[derive(Clone, Debug)]
pub struct ActivityReport {
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
    /// The application as it is now. If the entry belongs to none: the one whose client id was probably meant.
    pub application: Option<Application>,
    /// Whether the redirect URI of the entry can be added now.
    pub candidate: Candidate,
}

impl ActivityLine {
    /// The scopes of the entry that were missing and are not registered now.
    pub fn addable_scopes(&self) -> ScopeSet {
        match &self.application {
            Some(application) if self.entry.is_matched => {
                self.entry.event.missing_scopes.without(application.spec.scopes)
            }
            _ => ScopeSet::EMPTY,
        }
    }
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

/// What entries refer to, looked up once per page.
#[derive(Default)]
struct Known {
    members: BTreeMap<MemberId, Option<Member>>,
    applications: BTreeMap<String, Option<Application>>,
}

impl Registrar {
    /// A page of the activity that `query` asks for, from the entry before number `before` or from the newest.
    pub async fn activity(
        &self,
        caller: &Caller,
        query: &ActivityQuery,
        before: Option<i64>,
    ) -> Result<ActivityReport, RegistrationError> {
        Self::check_caller(caller)?;
        // Read one more than a page, to know whether there is another page.
        let mut entries = self.store.activity(query, before, ACTIVITY_PAGE_SIZE + 1).await?;
        let shown = usize::try_from(ACTIVITY_PAGE_SIZE).unwrap_or(usize::MAX);
        let more = entries.len() > shown;
        entries.truncate(shown);
        let older = entries.last().filter(|_| more).map(|entry| entry.id);
        let mut known = Known::default();
        let mut lines = Vec::with_capacity(entries.len());
        for entry in entries {
            lines.push(self.line(entry, &mut known).await?);
        }
        Ok(ActivityReport { lines, older })
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
            .activity(&ActivityQuery::of(&application.client_id), Some(before), 1)
            .await?;
        let entry = newest
            .into_iter()
            .find(|found| found.id == entry)
            .ok_or(RegistrationError::NotFound)?;
        let line = self.line(entry, &mut Known::default()).await?;
        Ok((application, line))
    }

    async fn line(&self, entry: ActivityEntry, known: &mut Known) -> Result<ActivityLine, RegistrationError> {
        let member = match entry.event.member {
            Some(id) => self.member(id, &mut known.members).await?,
            None => None,
        };
        let application = self.application_of(&entry, &mut known.applications).await?;
        let candidate = match &application {
            Some(application) if entry.is_matched => {
                Candidate::of(entry.event.redirect_uri.as_deref(), member.as_ref(), application)
            }
            _ => Candidate::None,
        };
        Ok(ActivityLine {
            entry,
            member,
            application,
            candidate,
        })
    }

    /// The application of an entry; if it belongs to none, the one that was probably meant.
    async fn application_of(
        &self,
        entry: &ActivityEntry,
        known: &mut BTreeMap<String, Option<Application>>,
    ) -> Result<Option<Application>, RegistrationError> {
        let sent = &entry.event.client;
        if let Some(application) = known.get(sent.as_str()) {
            return Ok(application.clone());
        }
        let client_id = if entry.is_matched {
            sent.as_str().parse().ok()
        } else if entry.event.reason == Some(ActivityReason::ClientDeleted) {
            None
        } else {
            self.store.similar_client(sent).await?
        };
        let application = match client_id {
            Some(client_id) => self.store.application(&client_id).await?,
            None => None,
        };
        known.insert(sent.as_str().to_owned(), application.clone());
        Ok(application)
    }

    /// Adds scopes to an application, unless it is no longer at `revision`. Like any edit, it is validated with the
    /// rest of the application, counted, and recorded in the audit trail.
    pub async fn add_scopes(
        &self,
        caller: &Caller,
        client_id: &str,
        revision: u32,
        scopes: ScopeSet,
    ) -> Result<Registered, RegistrationError> {
        let application = self.find(caller, client_id).await?.application;
        let mut draft = ApplicationDraft::from_spec(&application.spec);
        let new = scopes.without(application.spec.scopes);
        draft.scopes.extend(new.iter().map(|scope| scope.id().to_owned()));
        self.update(caller, client_id, revision, &draft).await
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
