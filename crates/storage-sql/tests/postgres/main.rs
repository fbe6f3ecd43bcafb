//! What every store must do, asked of `PostgreSQL`: the same files as in `tests/store`; in the modules of this folder, what is
//! its own; and in [`pooler`], all of it once more.

mod audit_only_grows;
mod backend;
mod before_upgrade;
mod copy;
mod earlier_versions;
mod key_rotation;
mod lived_in;
mod nodes;
mod opening;
mod pooler;
mod schema;
mod several_servers;
mod statistics;
mod tls;

#[path = "../store/activity.rs"]
mod activity;
#[path = "../store/activity_search.rs"]
mod activity_search;
#[path = "../store/applications.rs"]
mod applications;
#[path = "../store/audit.rs"]
mod audit;
#[path = "../store/brought_over.rs"]
mod brought_over;
#[path = "../store/community.rs"]
mod community;
#[path = "../store/concurrency.rs"]
mod concurrency;
#[path = "../store/connected_apps.rs"]
mod connected_apps;
#[path = "../store/connected_members.rs"]
mod connected_members;
#[path = "../store/content.rs"]
mod content;
#[path = "../store/content_limits.rs"]
mod content_limits;
#[path = "../store/editing.rs"]
mod editing;
#[path = "../store/explorer_logins.rs"]
mod explorer_logins;
#[path = "../store/fixtures.rs"]
mod fixtures;
#[path = "../store/grants.rs"]
mod grants;
#[path = "../store/lists.rs"]
mod lists;
#[path = "../store/logos.rs"]
mod logos;
#[path = "../store/members.rs"]
mod members;
#[path = "../store/networks.rs"]
mod networks;
#[path = "../store/profiles.rs"]
mod profiles;
#[path = "../store/providers.rs"]
mod providers;
#[path = "../store/retention.rs"]
mod retention;
#[path = "../store/roster.rs"]
mod roster;
#[path = "../store/search.rs"]
mod search;
#[path = "../store/secrets.rs"]
mod secrets;
#[path = "../store/sessions.rs"]
mod sessions;
#[path = "../store/unredeemed_codes.rs"]
mod unredeemed_codes;
#[path = "../store/usage.rs"]
mod usage;
