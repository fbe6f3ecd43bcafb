//! The Headless API on a real database: what each token may read, and what it gets.

mod batching;
mod defaults;
mod hostile;
mod matrix;
mod mutations;
mod nodes;
mod open;
mod pagination;
mod price;
mod sdl;
mod starter;
mod visibility;
mod world;
