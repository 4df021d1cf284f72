//! What Tributary's window is made of: state, views and widgets, theme, playback, remote control.
//!
//! Views read a [`state::State`] and push [`state::Command`]s. They never touch the pipeline, a
//! thread or a lock; [`media::surface`] draws a frame into the place a view gives it.

pub mod app;
pub mod captions;
pub mod cli;
pub mod config;
pub mod desktop;
pub mod i18n;
pub mod ipc;
pub mod media;
pub mod state;
#[cfg(test)]
mod testing;
pub mod theme;
pub mod view;
pub mod widget;
