//! Remote control: mpv's JSON IPC over a Unix socket, for the commands and properties that a
//! remote needs.
//!
//! [`Server`] is the socket. The application shows itself by [`Server::publish`] and does what
//! comes through [`Hooks::on_command`]; what a line means is decided without any socket, in
//! `session`, `request` and `property`.

mod chapter;
mod error;
mod line;
mod property;
mod request;
mod server;
mod session;
mod view;

pub use server::{Done, Hooks, Server};
pub use view::{EndReason, RemoteCommand, RemoteEvent, RemoteView};
