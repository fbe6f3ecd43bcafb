//! What every store must do, asked through the traits alone, so that another database can be put to the same questions
//! (see [`fixtures::store`]); and, in [`sqlite`], what opening a file must do.

mod activity;
mod applications;
mod audit;
mod concurrency;
mod editing;
mod fixtures;
mod grants;
mod members;
mod networks;
mod sessions;
mod sqlite;
