//! Choices of an engine and of one opened stream.

use std::path::PathBuf;
use std::time::Duration;

use tributary_core::session::{CutOver, PlannerKind};
use tributary_core::wire::Identify;

use crate::disk::DiskLimits;
use crate::locator::SourceUrl;
use crate::rates;

/// Bounds of one stream's cache, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CacheLimits {
    /// Most bytes kept behind the main read head.
    pub back_bytes: u64,
    /// Most bytes fetched ahead of it.
    pub ahead_bytes: u64,
}

impl Default for CacheLimits {
    fn default() -> Self {
        Self { back_bytes: 64 << 20, ahead_bytes: 150 << 20 }
    }
}

/// Choices that hold for every stream of an engine.
#[derive(Clone, Debug)]
pub struct EngineConfig {
    /// Address of the director, `http://HOST:PORT`, where a locator names none.
    pub director: Option<String>,
    /// Bounds of each stream's cache.
    pub cache: CacheLimits,
    /// Which rule decides who sends what.
    pub planner: PlannerKind,
    /// Most relays by which each server is reached as well, of those that a director lists. 0: none.
    pub routes_per_server: usize,
    /// How a new pattern takes over.
    pub cut_over: CutOver,
    /// Elements of a pattern, 1 to 1,024; as the planner likes where none is given.
    pub pattern_length: Option<u16>,
    /// Elements of a pattern for each block, 1 to 1,024.
    pub elements_per_block: u16,
    /// How long a stream may be without any source before it fails. [`Duration::MAX`]: it never does,
    /// and goes on by itself when a source is back.
    pub give_up_after: Duration,
    /// Bytes of a block; chosen by the engine where none is given.
    pub block_size: Option<u32>,
    /// How many servers send each block, where there are so many; the first verified copy counts.
    pub redundancy: u8,
    /// How servers are asked to say which block they send.
    pub identify: Identify,
    /// File in which the servers' rates are remembered; by default `tributary/rates.json` in the
    /// user's cache directory. None: nothing is remembered.
    pub rates_file: Option<PathBuf>,
    /// File of certificates, in PEM, that `https` servers are trusted by beside what the system trusts.
    pub ca_file: Option<PathBuf>,
}

impl Default for EngineConfig {
    fn default() -> Self {
        Self {
            director: None,
            cache: CacheLimits::default(),
            planner: PlannerKind::default(),
            routes_per_server: 4,
            cut_over: CutOver::default(),
            pattern_length: None,
            elements_per_block: 1,
            give_up_after: Duration::MAX,
            block_size: None,
            redundancy: 1,
            identify: Identify::default(),
            rates_file: rates::default_path(),
            ca_file: None,
        }
    }
}

/// Choices for one stream.
#[derive(Clone, Debug, Default)]
pub struct OpenOptions {
    /// Address of a director, instead of the engine's.
    pub director: Option<String>,
    /// Content servers to use beside those the director names, or instead of a director.
    pub sources: Vec<SourceUrl>,
    /// Its bytes, where they are known and nobody else tells them: content servers need not be asked for them,
    /// which takes a round trip of the nearest. Servers whose copy has another size are refused.
    pub size: Option<u64>,
    /// Bounds of its cache, instead of the engine's.
    pub cache: Option<CacheLimits>,
    /// Where its blocks are kept on disk too, to be read from there the next time; nowhere where this is none,
    /// its hash is not known, or blocks are no whole groups.
    pub disk: Option<DiskLimits>,
    /// Most seconds of it that are fetched ahead, where its length is known; within the bound in bytes.
    pub ahead_seconds: Option<u32>,
    /// Most bits a second that are fetched of it.
    pub limit_bps: Option<f64>,
    /// Which rule decides who sends what, instead of the engine's.
    pub planner: Option<PlannerKind>,
    /// Most relays by which each server is reached as well, instead of the engine's number.
    pub routes_per_server: Option<usize>,
    /// Most of the servers and relays that a director lists that are used at once; as many as there are letters
    /// for where none is given.
    pub most_sources: Option<usize>,
}
