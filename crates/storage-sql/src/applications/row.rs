//! The row of one application.

use latchkey_domain::{
    Application, ApplicationName, ApplicationProfile, ApplicationSpec, ClientId, ClientType, Description,
    IdTokenAlgorithm, LogoId, MemberId, RedirectUris, ScopeSet, WebLink,
};

use super::audit_entry::Act;
use crate::{Columns, Param, Statements, params, rows};
use latchkey_storage::StoreError;
use latchkey_storage::applications::rules::hosts;
use latchkey_storage::shared::searchable;

/// What [`read`] reads, of `applications a`.
macro_rules! columns {
    () => {
        "a.client_id, a.name, a.redirect_uris, a.scopes, a.confidential, a.skip_consent, a.description, \
         a.website, a.privacy_policy, a.post_logout_redirect_uris, a.spaces_in_groups, a.id_token_alg, \
         a.paused_at, a.created_at, a.created_by, a.logo, a.last_used_at, a.revision"
    };
}
pub(crate) use columns;

/// An application from [`columns`].
pub(crate) fn read(columns: &mut Columns<'_>) -> Result<Application, StoreError> {
    columns.table("applications");
    Ok(Application {
        client_id: columns.parsed("client_id", str::parse::<ClientId>)?,
        spec: ApplicationSpec {
            name: columns.parsed("name", ApplicationName::parse)?,
            redirect_uris: columns
                .parsed("redirect_uris", |text| serde_json::from_str::<RedirectUris>(text))?,
            scopes: columns.parsed("scopes", str::parse::<ScopeSet>)?,
            client_type: if columns.get("confidential")? {
                ClientType::Confidential
            } else {
                ClientType::Public
            },
            skip_consent: columns.get("skip_consent")?,
            profile: ApplicationProfile {
                description: columns.optional("description", Description::parse)?,
                website: columns.optional("website", WebLink::parse)?,
                privacy_policy: columns.optional("privacy_policy", WebLink::parse)?,
            },
            post_logout_redirect_uris: columns
                .optional("post_logout_redirect_uris", |text| serde_json::from_str(text))?,
            spaces_in_groups: columns.get("spaces_in_groups")?,
            id_token_algorithm: columns.parsed("id_token_alg", str::parse::<IdTokenAlgorithm>)?,
        },
        paused_at: columns.optional_time("paused_at")?,
        created_at: columns.time("created_at")?,
        created_by: columns.get::<Option<i64>>("created_by")?.map(MemberId),
        logo: columns.optional("logo", str::parse::<LogoId>)?,
        last_used_at: columns.optional_time("last_used_at")?,
        revision: columns.get("revision")?,
    })
}

/// The application with this client id.
pub(super) async fn find(
    db: &dyn Statements,
    client_id: &ClientId,
) -> Result<Option<Application>, StoreError> {
    let sql = concat!(
        "SELECT ",
        columns!(),
        " FROM applications a WHERE a.client_id = ?1"
    );
    rows::first(db, sql, params![client_id.as_str()], read).await
}

/// The same, locked until the transaction ends: no change, and no new grant of it.
pub(super) async fn find_locked(
    db: &dyn Statements,
    client_id: &ClientId,
) -> Result<Option<Application>, StoreError> {
    let sql = concat!(
        "SELECT ",
        columns!(),
        " FROM applications a WHERE a.client_id = ?1 [[FOR UPDATE|]]"
    );
    rows::first(db, sql, params![client_id.as_str()], read).await
}

/// What a host decided, and what is found by it, as [`insert`] and [`update`] number it.
fn written<'spec>(
    client_id: &'spec ClientId,
    spec: &'spec ApplicationSpec,
) -> Result<Vec<Param<'spec>>, StoreError> {
    Ok(vec![
        client_id.as_str().into(),
        spec.name.as_str().into(),
        json(&spec.redirect_uris)?.into(),
        spec.scopes.to_string().into(),
        spec.client_type.is_confidential().into(),
        spec.skip_consent.into(),
        searchable(&[spec.name.as_str(), client_id.as_str()]).into(),
        hosts(&spec.redirect_uris).into(),
        spec.profile.description.as_ref().map(Description::as_str).into(),
        spec.profile.website.as_ref().map(WebLink::as_str).into(),
        spec.profile.privacy_policy.as_ref().map(WebLink::as_str).into(),
        spec.post_logout_redirect_uris
            .as_ref()
            .map(json)
            .transpose()?
            .into(),
        spec.spaces_in_groups.into(),
        spec.id_token_algorithm.id().into(),
    ])
}

/// Adds a new application, unless another has its client id.
pub(super) async fn insert(
    db: &dyn Statements,
    client_id: &ClientId,
    spec: &ApplicationSpec,
    (by, at): Act<'_>,
) -> Result<(), StoreError> {
    let mut values = written(client_id, spec)?;
    values.push(at.into());
    values.push(by.member.map(|MemberId(id)| id).into());
    let added = rows::execute(
        db,
        "INSERT INTO applications (client_id, name, redirect_uris, scopes, confidential, skip_consent, search, \
         hosts, description, website, privacy_policy, post_logout_redirect_uris, spaces_in_groups, id_token_alg, created_at, \
         created_by) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16) \
         ON CONFLICT (client_id) DO NOTHING",
        &values,
    )
    .await?;
    if added == 0 {
        return Err(StoreError::ClientIdTaken);
    }
    Ok(())
}

/// Stores what a host decided, and counts the edit.
pub(super) async fn update(
    db: &dyn Statements,
    client_id: &ClientId,
    spec: &ApplicationSpec,
) -> Result<(), StoreError> {
    rows::execute(
        db,
        "UPDATE applications SET name = ?2, redirect_uris = ?3, scopes = ?4, confidential = ?5, \
         skip_consent = ?6, search = ?7, hosts = ?8, description = ?9, website = ?10, privacy_policy = ?11, \
         post_logout_redirect_uris = ?12, spaces_in_groups = ?13, id_token_alg = ?14, \
         revision = revision + 1 WHERE client_id = ?1",
        &written(client_id, spec)?,
    )
    .await?;
    Ok(())
}

/// The hosts of redirect URIs as they are stored, which an earlier version did not keep. What cannot be read has none.
pub(crate) fn hosts_in(redirect_uris: &str) -> String {
    serde_json::from_str(redirect_uris).map_or_else(|_| String::new(), |redirect_uris| hosts(&redirect_uris))
}

fn json(redirect_uris: &RedirectUris) -> Result<String, StoreError> {
    serde_json::to_string(redirect_uris).map_err(|error| StoreError::Database(error.into()))
}
