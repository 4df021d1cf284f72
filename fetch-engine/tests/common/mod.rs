//! Servers inside the test's process: real frames over real sockets, and faults on request.

pub(crate) mod content;
pub(crate) mod director;

use fetch_engine::{Engine, EngineConfig, StreamId};
use tributary_core::verify::{GROUP, group_value};

/// One title of random bytes.
#[derive(Clone)]
pub(crate) struct Film {
    /// Its bytes.
    pub(crate) bytes: std::sync::Arc<Vec<u8>>,
    /// Values of its groups, for pages.
    pub(crate) groups: std::sync::Arc<Vec<[u8; 32]>>,
    /// Its name.
    pub(crate) id: StreamId,
}

impl Film {
    /// A film of `len` bytes that look random and are the same each time.
    pub(crate) fn new(len: usize) -> Self {
        let mut bytes = vec![0; len];
        blake3::Hasher::new().update(b"film").finalize_xof().fill(&mut bytes);
        let groups = bytes.chunks(GROUP as usize).enumerate();
        let groups =
            groups.map(|(place, group)| group_value(place as u64 * GROUP, group)).collect::<Vec<_>>();
        let id = StreamId(*blake3::hash(&bytes).as_bytes());
        Self { bytes: bytes.into(), groups: groups.into(), id }
    }
}

/// An engine for tests: nothing remembered.
pub(crate) fn engine(change: impl FnOnce(&mut EngineConfig)) -> Engine {
    let mut config = EngineConfig { rates_file: None, ..EngineConfig::default() };
    change(&mut config);
    Engine::new(config).unwrap()
}
