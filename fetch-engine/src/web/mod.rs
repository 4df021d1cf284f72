//! Plain web servers as sources: any server with Range takes part in the pattern.
//!
//! The session doesn't know: it speaks the pattern protocol to every source, and the task of a web
//! source answers in its place.
//!
//! | module | what it is |
//! |---|---|
//! | `address` | addresses of files on web servers |
//! | `source` | what is known of one file on one server, beyond its connections |
//! | `serve` | the task of one source: its socket between the session and the pipeline |
//! | `pipeline` | the pattern walked for the server: frames to range requests, answers to blocks |
//! | `exchange` | one connection's requests and the answer being read |
//! | `window` | how much may be asked and not be here |
//! | `probe`, `agree` | a first look at a file; whether files of several servers are the same |
//! | `request`, `head`, `body` | HTTP/1.1, as much as this needs |
//! | `refusal` | whether an answer is what was asked for, and in words what is wrong |
//! | `line`, `tls` | connections |

mod address;
mod agree;
mod body;
mod exchange;
mod head;
mod line;
mod pipeline;
mod probe;
mod refusal;
mod request;
mod serve;
mod source;
mod tls;
mod window;

pub use address::WebUrl;
pub(crate) use agree::odd_ones;
pub(crate) use probe::{Look, Unseen, document, look};
pub(crate) use serve::serve;
pub(crate) use source::WebSource;
pub(crate) use tls::Tls;
#[cfg(fuzzing)]
pub(crate) use {exchange::Exchange, pipeline::Pipeline};
