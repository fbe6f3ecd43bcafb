//! Events.

use async_graphql::{Context, ID, Object, Result};
use latchkey_domain::content::Event;

use super::member::MemberNode;
use super::space::SpaceNode;
use crate::access::any_token;
use crate::id::{Kind, global};
use crate::open::{self, Open};
use crate::time::DateTime;

/// An event.
pub(crate) struct EventNode(pub(crate) Open<Event>);

/// Something that takes place.
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

    /// What it is called.
    #[graphql(directive = any_token::apply())]
    async fn title(&self) -> &str {
        self.0.title.as_str()
    }

    /// What it is about, in HTML.
    #[graphql(directive = any_token::apply())]
    async fn description(&self) -> &str {
        self.0.description.html()
    }

    /// Where.
    #[graphql(directive = any_token::apply())]
    async fn location(&self) -> Option<&str> {
        self.0.location.as_deref()
    }

    /// When it begins.
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
        Ok(open::space(ctx, &self.0).await?.map(SpaceNode))
    }

    /// Who holds it; null if they are gone.
    #[graphql(directive = any_token::apply())]
    async fn organizer(&self, ctx: &Context<'_>) -> Result<Option<MemberNode>> {
        Ok(open::author(ctx, &self.0).await?.map(MemberNode))
    }
}
