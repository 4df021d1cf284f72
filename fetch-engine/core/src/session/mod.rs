//! The receiver's side of the scheme (module 14 of the seed).

mod api;

pub use api::*;

use crate::geometry::{Geometry, Seq, StreamId};
use crate::pattern::{Pattern, SourceId};
use crate::time::Time;

/// One stream being drawn from several sources: events in, actions out.
#[derive(Debug)]
pub struct Session {}

impl Session {
    /// A session that knows no source yet.
    #[must_use]
    pub fn new(_stream: StreamId, _geometry: Geometry, _config: Config) -> Self {
        Self {}
    }

    /// Takes an event. Ask [`Self::poll`] for what follows from it until it gives nothing.
    pub fn handle(&mut self, _now: Time, _event: Event) {}

    /// Does what is due by time alone; to be called at [`Self::next_tick`], harmless at other times.
    pub fn tick(&mut self, _now: Time) {}

    /// When [`Self::tick`] is due next; nothing where only an event can change anything.
    #[must_use]
    pub fn next_tick(&self) -> Option<Time> {
        None
    }

    /// The next thing to do.
    pub fn poll(&mut self) -> Option<Action> {
        None
    }

    /// Sums over the session.
    #[must_use]
    pub fn counters(&self) -> Counters {
        Counters::default()
    }

    /// What is known of a source; nothing of one never added.
    #[must_use]
    pub fn source(&self, _source: SourceId, _now: Time) -> Option<SourceStats> {
        None
    }

    /// The pattern in force at the first block that is awaited, and the next one: epoch, first block,
    /// pattern.
    #[must_use]
    pub fn patterns(&self) -> Vec<(u32, Seq, Pattern)> {
        Vec::new()
    }

    /// Blocks ordered and not yet here, by source: for the map of the stream.
    pub fn outstanding(&self) -> impl Iterator<Item = (Seq, SourceId)> + '_ {
        std::iter::empty()
    }
}
