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
mod content;
mod earlier_versions;
mod editing;
mod fixtures;
mod grants;
mod key_rotation;
mod members;
mod migration;
mod networks;
mod restore;
mod retention;
mod roster;
mod search;
mod secrets;
mod sessions;
mod sqlite;
mod usage;
