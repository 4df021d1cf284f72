//! The pattern scheme of Tributary, without I/O.
//!
//! Nothing here opens a socket, reads a clock or starts a task: time comes in as an argument
//! ([`time::Time`]), bytes come in as events, and what shall happen goes out as actions. The
//! fetch engine and the content server drive the same code over real sockets; the simulator under
//! `tests/` drives it over virtual links.
//!
//! | module | what it is (the seed's numbers in brackets) |
//! |---|---|
//! | [`geometry`] | streams, blocks, sequence numbers (62A…62N) |
//! | [`held`] | which bytes a partial copy has |
//! | [`partial`] | what is kept beside a part of a stream on disk |
//! | [`pattern`] | the pattern (50): which connection sends which block |
//! | [`schedule`] | a pattern laid on blocks: repeating or not, how many elements a block |
//! | [`wire`] | frames of the pattern protocol and their codec |
//! | [`walker`] | the sender: which block a content server sends next (FIG. 5) |
//! | [`session`] | the receiver: module 14, events in, actions out (FIG. 4) |
//! | [`verify`] | pages of BLAKE3 chaining values that prove every block |
//! | [`directory`] | what director, content server and player tell each other in JSON |
//! | [`byte_ranges`], [`media_type`] | what plain HTTP needs: `Range`, MIME types |
//! | [`mp4_chapters`] | chapters of an MP4 film, which GStreamer does not tell |
//! | [`previews`] | how the preview pictures of a film lie on their sheet |
#![forbid(unsafe_code)]

pub mod byte_ranges;
pub mod directory;
pub mod geometry;
pub mod held;
pub mod media_type;
pub mod mp4_chapters;
pub mod partial;
pub mod pattern;
pub mod planner;
pub mod previews;
pub mod schedule;
pub mod session;
pub mod time;
pub mod verify;
pub mod walker;
pub mod wire;
