//! What the views show and ask for, in windows in memory.

mod library;
mod player;
mod stats;
