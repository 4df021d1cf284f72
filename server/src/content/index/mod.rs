//! The index: which files are served, and under which hash.
//!
//! | part | what it does |
//! |---|---|
//! | `scan` | walks the directory, names catalogs and titles |
//! | `sidecar` | reads `NAME.toml` beside a film |
//! | `art` | finds pictures beside films |
//! | `hash` | hashes a file on all cores |
//! | `parts` | proves what a part of a film has |
//! | `remember` | keeps hashes between runs |
//! | `retries` | says when a file that can't be indexed is tried again |
//! | `watch` | tells when the directory changes |
//! | `previews` | the thread that makes preview pictures |
//! | `indexer` | the thread that keeps the library as the directory is |

pub(crate) mod art;
pub(crate) mod hash;
pub(crate) mod indexer;
mod parts;
#[cfg(feature = "media")]
pub(crate) mod previews;
pub(crate) mod remember;
mod retries;
pub(crate) mod scan;
mod sidecar;
mod watch;
