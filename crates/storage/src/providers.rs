//! Providers that sign members in, the accounts there that members have linked, and sign-ins that are on their way.

use async_trait::async_trait;
use latchkey_domain::provider::{Provider, ProviderId, ProviderSpec, Subject};
use latchkey_domain::{Actor, Email, Member, MemberId, MemberName, Slug, Timestamp};
use zeroize::Zeroizing;

use crate::{AddMember, Logo, PasswordHash, StoreError};

/// The most providers.
pub const MOST_PROVIDERS: u32 = 20;

/// What to do with the client secret of a provider.
#[derive(Clone, Default)]
pub enum SecretChange {
    #[default]
    Keep,
    Set(Zeroizing<String>),
    Remove,
}

/// The outcome of adding or changing a provider.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(clippy::large_enum_variant, reason = "one at a time")]
pub enum ProviderChange {
    Done(Provider),
    /// There is no such provider.
    Unknown,
    /// Another one has this slug.
    SlugTaken,
    /// There are [`MOST_PROVIDERS`].
    TooMany,
    /// Members sign in only with providers, and no other is on.
    Needed,
}

/// A provider, and how it is used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProviderListing {
    pub provider: Provider,
    /// How many members have linked an account there.
    pub members: u64,
    /// When one of them last signed in with it.
    pub last_used_at: Option<Timestamp>,
}

/// The key of a sign-in that is on its way: the SHA-256 of its `state`, which works once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WaitingKey(pub [u8; 32]);

/// A sign-in that is on its way: the browser is at the provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaitingSignIn {
    pub provider: ProviderId,
    /// What has to be known when it comes back, as the rules write it.
    pub content: String,
    pub expires_at: Timestamp,
}

/// An account at a provider that a member has linked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkedAccount {
    pub provider: Provider,
    /// What the member knows it by: the email there, or the id.
    pub label: String,
    pub linked_at: Timestamp,
    pub last_used_at: Timestamp,
}

/// An account to be linked.
#[derive(Clone, Debug)]
pub struct NewLinkedAccount {
    pub provider: ProviderId,
    pub subject: Subject,
    pub label: String,
}

/// The outcome of linking an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Linking {
    Done,
    /// It is another member's, or the member has linked another account of the provider.
    Taken,
    /// There is no such member or provider any more.
    Unknown,
}

/// The outcome of unlinking an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unlinking {
    Done,
    /// The member has linked none of this provider.
    Unknown,
    /// It is the last way to sign in.
    Last,
}

/// With what a member can sign in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WaysIn {
    pub has_password: bool,
    pub passkeys: u64,
    pub accounts: u64,
}

impl WaysIn {
    /// Whether nothing would be left without one of the linked accounts. `only_accounts`: nothing else counts.
    pub const fn is_last_account(self, only_accounts: bool) -> bool {
        self.accounts == 1 && (only_accounts || (!self.has_password && self.passkeys == 0))
    }

    /// Whether nothing would be left without one of the passkeys.
    pub const fn is_last_passkey(self) -> bool {
        self.passkeys == 1 && !self.has_password && self.accounts == 0
    }
}

/// What a member takes over from a provider.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Followed {
    pub name: Option<MemberName>,
    /// An email that the provider has verified.
    pub email: Option<Email>,
}

/// Keeping providers and what belongs to them.
#[async_trait]
pub trait Providers: Send + Sync {
    /// Every provider, by name.
    async fn providers(&self) -> Result<Vec<ProviderListing>, StoreError>;

    /// The provider with this slug.
    async fn provider(&self, slug: &Slug) -> Result<Option<Provider>, StoreError>;

    /// Its client secret, if it has one.
    async fn provider_secret(&self, id: ProviderId) -> Result<Option<Zeroizing<String>>, StoreError>;

    /// Adds a provider.
    async fn add_provider(
        &self,
        spec: ProviderSpec,
        secret: Option<Zeroizing<String>>,
        by: &Actor,
        at: Timestamp,
    ) -> Result<ProviderChange, StoreError>;

    /// Changes the provider with the slug of `spec`. One that is turned off stays on if members sign in only with
    /// providers and it is the last.
    async fn change_provider(
        &self,
        spec: ProviderSpec,
        secret: SecretChange,
        by: &Actor,
        at: Timestamp,
    ) -> Result<ProviderChange, StoreError>;

    /// Sets or removes the picture on its button. `false` if there is no such provider.
    async fn set_provider_logo(
        &self,
        slug: &Slug,
        logo: Option<Logo>,
        by: &Actor,
        at: Timestamp,
    ) -> Result<bool, StoreError>;

    /// Deletes a provider and every link to it.
    async fn delete_provider(
        &self,
        slug: &Slug,
        by: &Actor,
        at: Timestamp,
    ) -> Result<ProviderChange, StoreError>;

    /// Says whether members, but for hosts, sign in only with providers. `false`, and nothing changed, if none is on.
    async fn set_providers_only(&self, only: bool, by: &Actor, at: Timestamp) -> Result<bool, StoreError>;

    /// Keeps a sign-in that goes to a provider, and `most` of them: if there are more, the oldest are gone. One with a key
    /// that is kept already changes nothing.
    async fn begin_provider_sign_in(
        &self,
        key: WaitingKey,
        waiting: WaitingSignIn,
        most: u32,
        at: Timestamp,
    ) -> Result<(), StoreError>;

    /// Takes one that came back: of two who do so at once, one gets it. `None` if it was taken, expired or never was.
    async fn take_provider_sign_in(
        &self,
        key: WaitingKey,
        at: Timestamp,
    ) -> Result<Option<WaitingSignIn>, StoreError>;

    /// Whose an account at a provider is, and the member's password hash, to open a session with.
    async fn member_of_account(
        &self,
        provider: ProviderId,
        subject: &Subject,
    ) -> Result<Option<(Member, PasswordHash)>, StoreError>;

    /// With what a member can sign in.
    async fn ways_in(&self, member: MemberId) -> Result<WaysIn, StoreError>;

    /// The accounts that a member has linked, by the names of the providers.
    async fn linked_accounts(&self, member: MemberId) -> Result<Vec<LinkedAccount>, StoreError>;

    /// Links an account to a member.
    async fn link_account(
        &self,
        member: MemberId,
        account: NewLinkedAccount,
        by: &Actor,
        at: Timestamp,
    ) -> Result<Linking, StoreError>;

    /// Adds a member with an account at a provider, which is the only way to sign in. `None`, and nothing changed, if the
    /// email is taken or the account linked.
    async fn add_member_of_provider(
        &self,
        member: AddMember,
        email_verified: bool,
        account: NewLinkedAccount,
        by: &Actor,
        at: Timestamp,
    ) -> Result<Option<Member>, StoreError>;

    /// Notes a sign-in with a linked account, and takes over what the member follows of it. An email that is taken stays
    /// away.
    async fn note_account_used(
        &self,
        member: MemberId,
        account: NewLinkedAccount,
        followed: Followed,
        at: Timestamp,
    ) -> Result<(), StoreError>;

    /// Unlinks the member's account at a provider, unless nothing else were left to sign in with.
    async fn unlink_account(
        &self,
        member: MemberId,
        provider: &Slug,
        by: &Actor,
        at: Timestamp,
    ) -> Result<Unlinking, StoreError>;
}
