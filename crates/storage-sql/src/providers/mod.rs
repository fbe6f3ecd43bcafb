//! Providers that sign members in.

mod accounts;
mod waiting;

use async_trait::async_trait;
use latchkey_domain::provider::{Provider, ProviderId, ProviderSpec, Subject};
use latchkey_domain::{Actor, LogoId, Member, MemberId, Slug, Timestamp, counted};
use latchkey_storage::providers::{
    Followed, LinkedAccount, Linking, MOST_PROVIDERS, NewLinkedAccount, ProviderChange, ProviderListing,
    Providers, SecretChange, Unlinking, WaitingKey, WaitingSignIn, WaysIn,
};
use latchkey_storage::{AddMember, AuditAction, Logo, PasswordHash, StoreError};
use zeroize::Zeroizing;

use crate::Isolation::{RowLocked, Statement};
use crate::keychain::Keychain;
use crate::sealing::Owner;
use crate::{Columns, Database, SqlStore, Statements, audit, logos, members, networks, params, rows};

/// What [`read`] reads, of `providers p`.
macro_rules! columns {
    () => {
        "p.id, p.settings, p.sealed IS NOT NULL, p.logo"
    };
}
use columns;

fn read(columns: &mut Columns<'_>) -> Result<Provider, StoreError> {
    columns.table("providers");
    Ok(Provider {
        id: ProviderId(columns.get("id")?),
        spec: columns.parsed("settings", |text| serde_json::from_str::<ProviderSpec>(text))?,
        has_secret: columns.get("sealed")?,
        logo: columns.optional("logo", str::parse::<LogoId>)?,
    })
}

fn written(spec: &ProviderSpec) -> Result<String, StoreError> {
    serde_json::to_string(spec).map_err(|error| StoreError::Damaged(format!("providers.settings: {error}")))
}

async fn list(db: &dyn Statements) -> Result<Vec<ProviderListing>, StoreError> {
    let sql = concat!(
        "SELECT ",
        columns!(),
        ", (SELECT count(*) FROM linked_accounts l WHERE l.provider_id = p.id), \
         (SELECT max(l.last_used_at) FROM linked_accounts l WHERE l.provider_id = p.id) FROM providers p"
    );
    let mut listed = rows::all(db, sql, &[], |columns| {
        Ok(ProviderListing {
            provider: read(columns)?,
            members: u64::try_from(columns.get::<i64>("members")?).unwrap_or(0),
            last_used_at: columns.optional_time("last_used_at")?,
        })
    })
    .await?;
    listed.sort_by_cached_key(|listing| listing.provider.spec.name.as_str().to_lowercase());
    Ok(listed)
}

async fn by_slug(db: &dyn Statements, slug: &Slug) -> Result<Option<Provider>, StoreError> {
    let sql = concat!("SELECT ", columns!(), " FROM providers p WHERE p.slug = ?1");
    rows::first(db, sql, params![slug.as_str()], read).await
}

async fn secret(
    db: &dyn Statements,
    keys: &Keychain,
    id: ProviderId,
) -> Result<Option<Zeroizing<String>>, StoreError> {
    let sql = "SELECT sealed FROM providers WHERE id = ?1";
    let sealed = rows::first(db, sql, params![id.0], |columns| {
        columns.table("providers").get::<Option<Vec<u8>>>("sealed")
    })
    .await?;
    sealed
        .flatten()
        .map(|sealed| keys.open(Owner::Provider(id), &sealed))
        .transpose()
}

async fn set_secret(
    db: &dyn Statements,
    keys: &Keychain,
    id: ProviderId,
    secret: Option<&str>,
) -> Result<(), StoreError> {
    let sealed = match secret {
        Some(secret) => Some(keys.seal(db, Owner::Provider(id), secret).await?),
        None => None,
    };
    let sql = "UPDATE providers SET sealed = ?2 WHERE id = ?1";
    db.execute(sql, params![id.0, sealed.as_deref()])
        .await
        .map(|_| ())
}

/// What the audit trail says of a provider's state.
fn detail(spec: &ProviderSpec) -> String {
    let state = if spec.is_on { "on" } else { "off" };
    format!("“{}”, {state}", spec.name)
}

async fn add(
    db: &dyn Statements,
    keys: &Keychain,
    spec: &ProviderSpec,
    new_secret: Option<&str>,
    (by, at): (&Actor, Timestamp),
) -> Result<ProviderChange, StoreError> {
    // Of two who add at once, the second counts the first.
    networks::lock(db).await?;
    if rows::count(db, "SELECT count(*) FROM providers", &[]).await? >= u64::from(MOST_PROVIDERS) {
        return Ok(ProviderChange::TooMany);
    }
    let sql = "INSERT INTO providers (slug, settings, created_at) VALUES (?1, ?2, ?3) \
               ON CONFLICT (slug) DO NOTHING RETURNING id";
    let added = rows::first(
        db,
        sql,
        params![spec.slug.as_str(), written(spec)?, at],
        |columns| columns.table("providers").get("id").map(ProviderId),
    )
    .await?;
    let Some(id) = added else {
        return Ok(ProviderChange::SlugTaken);
    };
    if new_secret.is_some() {
        set_secret(db, keys, id, new_secret).await?;
    }
    let (action, target) = (AuditAction::ProviderAdded, spec.slug.as_str());
    audit::write_if_allowed(db, (by, at), action, target, &detail(spec)).await?;
    Ok(ProviderChange::Done(Provider {
        id,
        spec: spec.clone(),
        has_secret: new_secret.is_some(),
        logo: None,
    }))
}

/// Whether members could sign in no more without this provider. The network is locked.
async fn is_needed(db: &dyn Statements, slug: &Slug) -> Result<bool, StoreError> {
    if !networks::read(db).await?.providers_only {
        return Ok(false);
    }
    let sql = concat!("SELECT ", columns!(), " FROM providers p");
    let all = rows::all(db, sql, &[], read).await?;
    Ok(!all
        .iter()
        .any(|other| other.spec.is_on && other.spec.slug != *slug))
}

async fn change(
    db: &dyn Statements,
    keys: &Keychain,
    spec: &ProviderSpec,
    secret: &SecretChange,
    by: (&Actor, Timestamp),
) -> Result<ProviderChange, StoreError> {
    networks::lock(db).await?;
    let Some(before) = by_slug(db, &spec.slug).await? else {
        return Ok(ProviderChange::Unknown);
    };
    if before.spec.is_on && !spec.is_on && is_needed(db, &spec.slug).await? {
        return Ok(ProviderChange::Needed);
    }
    let sql = "UPDATE providers SET settings = ?2 WHERE id = ?1";
    db.execute(sql, params![before.id.0, written(spec)?]).await?;
    let (has_secret, also) = match secret {
        SecretChange::Keep => (before.has_secret, ""),
        SecretChange::Set(secret) => {
            set_secret(db, keys, before.id, Some(secret)).await?;
            (true, ", another secret")
        }
        SecretChange::Remove => {
            set_secret(db, keys, before.id, None).await?;
            (false, ", no secret")
        }
    };
    let detail = format!("{}{also}", detail(spec));
    audit::write_if_allowed(db, by, AuditAction::ProviderChanged, spec.slug.as_str(), &detail).await?;
    Ok(ProviderChange::Done(Provider {
        spec: spec.clone(),
        has_secret,
        ..before
    }))
}

async fn set_logo(
    db: &dyn Statements,
    slug: &Slug,
    logo: Option<&Logo>,
    by: (&Actor, Timestamp),
) -> Result<bool, StoreError> {
    networks::lock(db).await?;
    let Some(before) = by_slug(db, slug).await? else {
        return Ok(false);
    };
    let id = logo.map(|(id, _)| id);
    if before.logo.as_ref() == id {
        return Ok(true);
    }
    logos::keep(db, logo).await?;
    let sql = "UPDATE providers SET logo = ?2 WHERE id = ?1";
    db.execute(sql, params![before.id.0, id.map(LogoId::as_str)])
        .await?;
    logos::delete_unused(db, before.logo.as_ref()).await?;
    let detail = if id.is_some() {
        "picture"
    } else {
        "picture removed"
    };
    audit::write_if_allowed(db, by, AuditAction::ProviderChanged, slug.as_str(), detail).await?;
    Ok(true)
}

async fn delete(
    db: &dyn Statements,
    slug: &Slug,
    by: (&Actor, Timestamp),
) -> Result<ProviderChange, StoreError> {
    networks::lock(db).await?;
    let Some(provider) = by_slug(db, slug).await? else {
        return Ok(ProviderChange::Unknown);
    };
    if provider.spec.is_on && is_needed(db, slug).await? {
        return Ok(ProviderChange::Needed);
    }
    let unlinked = accounts::unlink_all(db, provider.id).await?;
    db.execute("DELETE FROM providers WHERE id = ?1", params![provider.id.0])
        .await?;
    logos::delete_unused(db, provider.logo.as_ref()).await?;
    let accounts = counted(unlinked, "account");
    let detail = format!("“{}”, {accounts} unlinked", provider.spec.name);
    audit::write_if_allowed(db, by, AuditAction::ProviderDeleted, slug.as_str(), &detail).await?;
    Ok(ProviderChange::Done(provider))
}

async fn set_only(db: &dyn Statements, only: bool, by: (&Actor, Timestamp)) -> Result<bool, StoreError> {
    networks::lock(db).await?;
    let network = networks::read(db).await?;
    if network.providers_only == only {
        return Ok(true);
    }
    if only && !list(db).await?.iter().any(|listing| listing.provider.spec.is_on) {
        return Ok(false);
    }
    let sql = "UPDATE network SET providers_only = ?1";
    db.execute(sql, params![only]).await?;
    let detail = if only {
        "members sign in only with providers"
    } else {
        "members sign in with providers or a password"
    };
    let (action, target) = (AuditAction::NetworkChanged, network.slug.as_str());
    audit::write_if_allowed(db, by, action, target, detail).await?;
    Ok(true)
}

#[async_trait]
impl<D: Database> Providers for SqlStore<D> {
    async fn providers(&self) -> Result<Vec<ProviderListing>, StoreError> {
        self.look_up((), |db, ()| Box::pin(list(db))).await
    }

    async fn provider(&self, slug: &Slug) -> Result<Option<Provider>, StoreError> {
        self.look_up(slug, |db, slug| Box::pin(by_slug(db, slug))).await
    }

    async fn provider_secret(&self, id: ProviderId) -> Result<Option<Zeroizing<String>>, StoreError> {
        self.look_up((id, self.0.keys()), |db, (id, keys)| {
            Box::pin(secret(db, keys, *id))
        })
        .await
    }

    async fn add_provider(
        &self,
        spec: ProviderSpec,
        secret: Option<Zeroizing<String>>,
        by: &Actor,
        at: Timestamp,
    ) -> Result<ProviderChange, StoreError> {
        let args = (self.0.keys().clone(), spec, secret, by.clone(), at);
        self.write(RowLocked, args, |db, (keys, spec, secret, by, at)| {
            let secret = secret.as_deref().map(String::as_str);
            Box::pin(add(db, keys, spec, secret, (by, *at)))
        })
        .await
    }

    async fn change_provider(
        &self,
        spec: ProviderSpec,
        secret: SecretChange,
        by: &Actor,
        at: Timestamp,
    ) -> Result<ProviderChange, StoreError> {
        let args = (self.0.keys().clone(), spec, secret, by.clone(), at);
        self.write(RowLocked, args, |db, (keys, spec, secret, by, at)| {
            Box::pin(change(db, keys, spec, secret, (by, *at)))
        })
        .await
    }

    async fn set_provider_logo(
        &self,
        slug: &Slug,
        logo: Option<Logo>,
        by: &Actor,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        let args = (slug.clone(), logo, by.clone(), at);
        self.write(RowLocked, args, |db, (slug, logo, by, at)| {
            Box::pin(set_logo(db, slug, logo.as_ref(), (by, *at)))
        })
        .await
    }

    async fn delete_provider(
        &self,
        slug: &Slug,
        by: &Actor,
        at: Timestamp,
    ) -> Result<ProviderChange, StoreError> {
        let args = (slug.clone(), by.clone(), at);
        self.write(RowLocked, args, |db, (slug, by, at)| {
            Box::pin(delete(db, slug, (by, *at)))
        })
        .await
    }

    async fn set_providers_only(&self, only: bool, by: &Actor, at: Timestamp) -> Result<bool, StoreError> {
        self.write(RowLocked, (only, by.clone(), at), |db, (only, by, at)| {
            Box::pin(set_only(db, *only, (by, *at)))
        })
        .await
    }

    async fn begin_provider_sign_in(
        &self,
        key: WaitingKey,
        waiting: WaitingSignIn,
        most: u32,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let args = (key, waiting, (most, at));
        self.write(RowLocked, args, |db, (key, waiting, limits)| {
            Box::pin(waiting::begin(db, *key, waiting, *limits))
        })
        .await
    }

    async fn take_provider_sign_in(
        &self,
        key: WaitingKey,
        at: Timestamp,
    ) -> Result<Option<WaitingSignIn>, StoreError> {
        self.write(Statement, (key, at), |db, (key, at)| {
            Box::pin(waiting::take(db, *key, *at))
        })
        .await
    }

    async fn member_of_account(
        &self,
        provider: ProviderId,
        subject: &Subject,
    ) -> Result<Option<(Member, PasswordHash)>, StoreError> {
        self.look_up((provider, subject), |db, (provider, subject)| {
            Box::pin(accounts::member_of(db, *provider, subject))
        })
        .await
    }

    async fn ways_in(&self, member: MemberId) -> Result<WaysIn, StoreError> {
        self.look_up(member, |db, member| Box::pin(members::ways_in(db, *member)))
            .await
    }

    async fn linked_accounts(&self, member: MemberId) -> Result<Vec<LinkedAccount>, StoreError> {
        self.look_up(member, |db, member| Box::pin(accounts::of_member(db, *member)))
            .await
    }

    async fn link_account(
        &self,
        member: MemberId,
        account: NewLinkedAccount,
        by: &Actor,
        at: Timestamp,
    ) -> Result<Linking, StoreError> {
        let args = (member, account, by.clone(), at);
        self.write(RowLocked, args, |db, (member, account, by, at)| {
            Box::pin(accounts::link(db, *member, account, (by, *at)))
        })
        .await
    }

    async fn add_member_of_provider(
        &self,
        member: AddMember,
        email_verified: bool,
        account: NewLinkedAccount,
        by: &Actor,
        at: Timestamp,
    ) -> Result<Option<Member>, StoreError> {
        let args = (member, email_verified, account, by.clone(), at);
        self.write(RowLocked, args, |db, (member, verified, account, by, at)| {
            Box::pin(accounts::add_member(db, member, *verified, account, (by, *at)))
        })
        .await
    }

    async fn note_account_used(
        &self,
        member: MemberId,
        account: NewLinkedAccount,
        followed: Followed,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let args = (member, account, followed, at);
        self.write(RowLocked, args, |db, (member, account, followed, at)| {
            Box::pin(accounts::used(db, *member, account, followed, *at))
        })
        .await
    }

    async fn unlink_account(
        &self,
        member: MemberId,
        provider: &Slug,
        by: &Actor,
        at: Timestamp,
    ) -> Result<Unlinking, StoreError> {
        let args = (member, provider.clone(), by.clone(), at);
        self.write(RowLocked, args, |db, (member, provider, by, at)| {
            Box::pin(accounts::unlink(db, *member, provider, (by, *at)))
        })
        .await
    }
}
