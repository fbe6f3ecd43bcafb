//! The Headless API over a real database: what each token may ask, and what it gets.

mod batching;
mod hostile;
mod matrix;
mod mutations;
mod nodes;
mod open;
mod pagination;
mod sdl;
mod starter;
mod visibility;
mod world;
