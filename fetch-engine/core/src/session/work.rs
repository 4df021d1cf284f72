//! How many blocks are looked at: counted in tests, so that work that grows with the square of the blocks
//! shows without a clock.

#[cfg(test)]
use std::cell::Cell;

#[cfg(test)]
thread_local! {
    static LOOKS: Cell<u64> = const { Cell::new(0) };
}

/// A block's state is looked up, or passed by in a list of many.
#[inline]
pub(super) fn look() {
    #[cfg(test)]
    LOOKS.with(|looks| looks.set(looks.get() + 1));
}

/// How often [`look`] was called on this thread.
#[cfg(test)]
pub(super) fn looks() -> u64 {
    LOOKS.with(Cell::get)
}

#[cfg(test)]
mod tests;
