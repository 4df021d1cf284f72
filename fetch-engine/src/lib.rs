//! Draws one stream from several content servers at once, puts it in order, verifies it and lets it be
//! read while it grows.
//!
//! ```no_run
//! use fetch_engine::{Cancel, Engine, EngineConfig, OpenOptions};
//!
//! let director = Some("http://127.0.0.1:7400".to_owned());
//! let engine = Engine::new(EngineConfig { director, ..EngineConfig::default() })?;
//! let stream = engine.open(&"Library/film".parse()?, &OpenOptions::default())?;
//! let mut start = vec![0; 4096];
//! let read = stream.read_at(0, &mut start, &Cancel::new())?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! `tributary-core` decides what to do; this crate owns the sockets, the clock and the memory:
//!
//! | module | what it is |
//! |---|---|
//! | [`locator`] | what a person types to name a title |
//! | `director` | client of a director: titles, sources, and news of them |
//! | [`discover`] | servers on the local network, and what they hold |
//! | `resolve` | from a locator to a stream and its first sources |
//! | `metalink` | Metalink files (RFC 5854) |
//! | `verification`, `whole` | how sure one can be of the bytes, and the hash of a whole file |
//! | `driver` | the task of one stream: events into the session, actions out of it |
//! | `connection` | the task of one connection |
//! | `web` | plain web servers as sources |
//! | `cache`, `heads`, `readers` | verified blocks in memory, and which places are read |
//! | `previews` | preview pictures, from the servers that hold the stream |
//! | `sharing` | one open stream for several readers |
//! | `shared` | where readers and the driver meet |
//! | `live`, [`snapshot`] | what is shown |
//! | [`stats`] | the same as JSON, for scripts and logs |
//! | [`diagnose`] | servers measured without playing |
//! | [`verdict`] | what it means: who is to blame, in words |
//! | [`bundle`] | what somebody else needs to see what happened, in one file |
#![forbid(unsafe_code)]

pub mod bundle;
mod cache;
mod cancel;
mod config;
mod connection;
pub mod diagnose;
mod director;
pub mod discover;
mod disk;
mod driver;
mod engine;
#[cfg(fuzzing)]
pub mod fuzzing;
mod happened;
mod heads;
mod introduce;
mod journal;
mod lateness;
mod live;
pub mod locator;
mod metalink;
mod meter;
mod pace;
mod patterns;
mod previews;
mod rates;
mod readers;
mod resolve;
mod roster;
mod runtime;
mod shared;
mod sharing;
pub mod snapshot;
mod standing;
pub mod stats;
mod stream;
mod text;
pub mod verdict;
mod verification;
mod web;
mod whole;
mod words;

pub use cancel::Cancel;
pub use config::{CacheLimits, EngineConfig, OpenOptions};
pub use director::{Director, DirectorError, Sort, TitleQuery};
pub use disk::DiskLimits;
pub use engine::{Engine, EngineError, OpenError};
pub use locator::{Locator, LocatorError, MetalinkAt, SourceUrl};
pub use shared::{Failure, FailureKind, ReadError};
pub use sharing::{RangeReader, SharedStream, TooManyReaders};
pub use stream::{Reader, Stream};
pub use tributary_core::directory;
pub use tributary_core::geometry::{MAX_BLOCK_SIZE, StreamId};
pub use tributary_core::partial::ENDING as PART_ENDING;
pub use tributary_core::pattern::{MAX_COPIES, MAX_ELEMENTS};
pub use tributary_core::session::{CutOver, PlannerKind};
pub use tributary_core::wire::Identify;
pub use verification::Verification;
pub use web::WebUrl;
pub use whole::{WholeCheck, WholeHash};
