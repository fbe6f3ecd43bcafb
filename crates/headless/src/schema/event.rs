//! Events.

use async_graphql::{Context, ID, Object, Result};
use latchkey_domain::Scope;
use latchkey_domain::content::{Event, EventId};

use super::identified::Identified;
use super::member::MemberNode;
use super::space::SpaceNode;
use crate::access::Extent::{All, Readable};
use crate::access::{self, Gate, ObjectScopes, Open, any_token};
use crate::context::{caller, store};
use crate::counts::count;
use crate::error::ApiError;
use crate::id::global;
use crate::kind::Kind;
use crate::loaders::read_texts;
use crate::time::DateTime;

impl access::Object for Event {
    const SCOPES: ObjectScopes = &[(Scope::HostReadNetworkEvents, All), (Scope::ReadSearch, Readable)];
}

count!(AllEvents = |batch| batch.store.count_events());

pub(crate) struct EventNode(pub(crate) Open<Event>);

impl Identified for EventNode {
    type Content = Event;

    async fn find(ctx: &Context<'_>, number: i64) -> Result<Option<Self>, ApiError> {
        let (store, viewer) = (store(ctx)?, caller(ctx)?.viewer());
        let ask = || store.readable_events(viewer, vec![EventId(number)]);
        let found = read_texts(ctx, ask, |event| &event.description).await?;
        Ok(Gate::of(ctx)?.find_readable(found).map(Self))
    }
}

/// An event. `host:read:network_events` opens all events, `read:search` those that you may read.
#[Object(name = "Event")]
impl EventNode {
    /// The global id.
    #[graphql(directive = any_token::apply())]
    pub(super) async fn id(&self) -> ID {
        global(Kind::Event, self.0.id.0)
    }

    /// The number in the global id.
    #[graphql(directive = any_token::apply())]
    async fn resource_id(&self) -> String {
        self.0.id.to_string()
    }

    /// The title.
    #[graphql(directive = any_token::apply())]
    async fn title(&self) -> &str {
        self.0.title.as_str()
    }

    /// What it is about, in HTML.
    #[graphql(directive = any_token::apply())]
    async fn description(&self) -> &str {
        self.0.description.html()
    }

    /// The place.
    #[graphql(directive = any_token::apply())]
    async fn location(&self) -> Option<&str> {
        self.0.location.as_deref()
    }

    /// When it starts.
    #[graphql(directive = any_token::apply())]
    async fn starts_at(&self) -> DateTime {
        DateTime(self.0.starts_at)
    }

    /// When it ends.
    #[graphql(directive = any_token::apply())]
    async fn ends_at(&self) -> DateTime {
        DateTime(self.0.ends_at)
    }

    /// When it was announced.
    #[graphql(directive = any_token::apply())]
    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }

    /// The space that it belongs to; null if it is for the whole network.
    #[graphql(directive = any_token::apply())]
    async fn space(&self, ctx: &Context<'_>) -> Result<Option<SpaceNode>> {
        let space = access::space(ctx, &self.0, |event| event.space).await?;
        Ok(space.map(SpaceNode))
    }

    /// The organizer; null if they left the network.
    #[graphql(directive = any_token::apply())]
    async fn organizer(&self, ctx: &Context<'_>) -> Result<Option<MemberNode>> {
        let organizer = access::author(ctx, &self.0, |event| event.organizer).await?;
        Ok(organizer.map(MemberNode))
    }
}
