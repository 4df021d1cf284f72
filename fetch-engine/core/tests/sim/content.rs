//! Streams to be fetched: made once, shared by all runs.

use std::sync::OnceLock;

use bytes::Bytes;
use tributary_core::geometry::StreamId;
use tributary_core::verify::{GROUP, PageId, Value, build_page, group_value};

use super::Dice;

/// A stream with its hashes.
#[derive(Debug)]
pub(crate) struct Content {
    pub(crate) id: StreamId,
    pub(crate) bytes: Bytes,
    groups: Vec<Value>,
}

impl Content {
    fn new(len: u64) -> Self {
        let mut dice = Dice::new(len);
        let mut bytes = Vec::with_capacity(len as usize + 8);
        while (bytes.len() as u64) < len {
            bytes.extend_from_slice(&dice.next().to_le_bytes());
        }
        bytes.truncate(len as usize);
        let group = |(i, group): (usize, &[u8])| group_value(i as u64 * GROUP, group);
        let groups = bytes.chunks(GROUP as usize).enumerate().map(group).collect();
        Self { id: StreamId(*blake3::hash(&bytes).as_bytes()), bytes: bytes.into(), groups }
    }

    pub(crate) fn page(&self, page: PageId) -> Option<Bytes> {
        build_page(&self.groups, self.bytes.len() as u64, page).map(Bytes::from)
    }

    /// A stream of one of a few sizes, or of just `len` bytes where that is one of them.
    pub(crate) fn pick(choice: usize) -> &'static Self {
        static ALL: OnceLock<Vec<Content>> = OnceLock::new();
        let all = ALL.get_or_init(|| SIZES.iter().map(|len| Self::new(*len)).collect());
        &all[choice % all.len()]
    }

    pub(crate) fn of_size(len: u64) -> &'static Self {
        Self::pick(SIZES.iter().position(|size| *size == len).expect("a size that is made"))
    }
}

/// Small ones for the seeds; the last two for the steady runs. An odd one goes over 16 MiB.
const SIZES: [u64; 10] = [
    5_000,
    16 << 10,
    (16 << 10) + 1,
    300_001,
    1 << 20,
    (1 << 20) + 77_777,
    3_456_789,
    (16 << 20) + (1 << 19) + 5,
    8 << 20,
    24 << 20,
];

/// How many of the sizes are for seeds.
pub(crate) const SEED_SIZES: u64 = 8;
