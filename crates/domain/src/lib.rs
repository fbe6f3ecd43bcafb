//! The types that every part of Latchkey uses.
//!
//! Each type here can only hold a valid value: code that has a [`RedirectUri`] need not check it again. There is no
//! I/O, so the same validation runs in the browser, in the server and on the command line.

#![allow(missing_docs)] // A name that says it all has no comment.

pub mod actor;
pub mod application;
#[cfg(feature = "calendar")]
mod calendar;
pub mod clock;
pub mod content;
mod counted;
pub mod effective_scopes;
pub mod limits;
mod logo;
pub mod member;
mod named;
pub mod network;
pub mod page;
pub mod provider;
pub mod random;
pub mod redirect_uri;
pub mod scope;
pub mod text;
pub mod time_span;
pub mod timestamp;
pub mod token_bucket;

pub use actor::Actor;
pub use application::{
    Application, ApplicationDraft, ApplicationName, ApplicationProfile, ApplicationSpec, ClientId,
    ClientSecret, ClientType, Description, DraftErrors, IdTokenAlgorithm, ListFilter, ListQuery, ListSort,
    Retirement, SecretId, SecretRecord, WebLink, WebLinkError,
};
pub use clock::Clock;
pub use counted::counted;
pub use effective_scopes::effective_scopes;
pub use logo::{LogoId, LogoIdError};
pub use member::{
    Email, ListedMember, Member, MemberId, MemberName, MemberState, MembersQuery, Role, Username,
};
pub use named::UnknownName;
pub use network::{Color, ColorError, Network, NetworkName, Plan, Slug};
pub use page::{Page, PageRequest};
pub use provider::{Provider, ProviderId, ProviderSpec};
pub use random::Randomness;
pub use redirect_uri::{RedirectUri, RedirectUris};
pub use scope::{Audience, Scope, ScopeSet};
pub use time_span::{TimeSpan, TimeSpanError};
pub use timestamp::Timestamp;
pub use token_bucket::{TokenBucket, TokenBuckets};
