//! The scheme's variants: sizes of blocks, redundancy, and how blocks are named.

use tributary_core::wire::Identify;

use super::Dice;

/// Bytes of a block where a run is no variant.
const BLOCK_SIZE: u32 = 16 << 10;

/// Most blocks of a stream in a run.
const MOST_BLOCKS: u64 = 1_500;

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
    pub(crate) fn from_seed(seed: u64, stream_bytes: u64) -> Self {
        let mut dice = Dice::new(seed ^ 0x7a71_a275);
        let mut variant = Self::PLAIN;
        if dice.chance(20) {
            variant.redundancy = dice.range(2, 5) as u8;
        }
        if dice.chance(30) {
            variant.identify = if dice.chance(50) { Identify::Offset } else { Identify::Slot };
        }
        if dice.chance(40) {
            variant.block_size = block_size(&mut dice, stream_bytes);
        }
        variant
    }
}

/// Any size from one byte to 1 MiB, but no more than some thousand blocks.
fn block_size(dice: &mut Dice, stream_bytes: u64) -> u32 {
    let least = (stream_bytes / MOST_BLOCKS).max(1);
    let odd = [1, 7, 1000, (16 << 10) - 1, (16 << 10) + 1, 48 << 10, 100_000, 1 << 20];
    let size = if dice.chance(50) {
        odd[dice.range(0, odd.len() as u64) as usize]
    } else {
        // as many small ones as large ones
        let magnitude = 1 << dice.range(0, 21);
        dice.range(magnitude, 2 * magnitude)
    };
    size.clamp(least, 1 << 20) as u32
}
