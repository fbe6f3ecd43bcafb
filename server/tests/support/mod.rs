//! Fixtures: the real router in this process ([`TestApp`]), a browser's view of it ([`Browser`]), and the real binary
//! ([`Binary`], [`Server`]). [`oauth`] has the actions of applications and people.

mod app;
mod binary;
mod browser;
pub(crate) mod collector;
pub(crate) mod documentation;
pub(crate) mod metrics;
mod nodes;
pub(crate) mod oauth;
mod page;
mod served;
pub(crate) mod sso;

pub(crate) use self::app::{Options, TestApp};
pub(crate) use self::binary::{Binary, Finished, Server};
pub(crate) use self::browser::{Answer, Browser};
pub(crate) use self::nodes::Nodes;
pub(crate) use self::page::{assert_sound, assert_sound_with_scripts};

pub(crate) const PASSWORD: &str = "correct horse battery";
