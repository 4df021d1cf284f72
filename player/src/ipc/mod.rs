//! Remote control: mpv's JSON IPC over a Unix socket.

pub mod line;
