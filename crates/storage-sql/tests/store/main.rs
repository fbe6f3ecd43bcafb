//! What every store must do, asked through the traits alone, so that another database can be put to the same questions
//! (`tests/postgres` does); and, in [`sqlite`], what opening a file must do.

mod activity;
mod activity_search;
mod applications;
mod audit;
mod backend;
mod backup;
mod brought_over;
mod community;
mod concurrency;
mod connected_apps;
mod connected_members;
mod content;
mod content_limits;
mod earlier_versions;
mod editing;
mod explorer_logins;
mod fixtures;
mod grants;
mod key_rotation;
mod lists;
mod logos;
mod members;
mod migration;
mod networks;
mod profiles;
mod restore;
mod retention;
mod roster;
mod search;
mod secrets;
mod sessions;
mod sqlite;
mod unredeemed_codes;
mod usage;
