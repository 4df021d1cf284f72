//! The scheme's variants: sizes of blocks, redundancy, and how blocks are named.

use tributary_core::wire::Identify;

use super::Dice;

/// Bytes of a block where a run is no variant.
const BLOCK_SIZE: u32 = 16 << 10;

/// How a run differs from the plain case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Variant {
    pub(crate) block_size: u32,
    pub(crate) redundancy: u8,
    pub(crate) identify: Identify,
}

impl Variant {
    pub(crate) const PLAIN: Self = Self { block_size: BLOCK_SIZE, redundancy: 1, identify: Identify::Number };

    /// The variant of a seed, for a stream of so many bytes: the plain case in most.
    pub(crate) fn from_seed(seed: u64, _stream_bytes: u64) -> Self {
        let mut dice = Dice::new(seed ^ 0x7a71_a275);
        let mut variant = Self::PLAIN;
        if dice.chance(20) {
            variant.redundancy = dice.range(2, 5) as u8;
        }
        if dice.chance(30) {
            variant.identify = if dice.chance(50) { Identify::Offset } else { Identify::Slot };
        }
        variant
    }
}
