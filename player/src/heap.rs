//! How the C library's allocator keeps memory that was given back.
//!
//! It gives threads arenas of their own, up to eight for each core, and keeps in each what was freed there. Every
//! title brings a dozen new threads that decode pictures and sound, so after an hour of titles and seeks each arena
//! held some megabytes that nobody used: 15 % more than after five minutes. With two arenas it is less, but after a
//! seek or a title's end one of them could still keep 20 to 30 MB for minutes; told to, it gives them to the system.

#![expect(unsafe_code, reason = "the C library's calls for this, which no safe crate offers")]

use std::time::{Duration, Instant};

/// Arenas that all threads share. Pictures are large and few: nobody waits for an arena.
const MAX_ARENAS: libc::c_int = 2;
/// From one time that free memory goes back to the system to the next.
const GIVE_BACK_EVERY: Duration = Duration::from_secs(20);

/// Bounds the arenas; to be called before other threads are started, which would have got theirs.
pub(crate) fn bound() {
    // SAFETY: it takes two numbers, and may be called at any time.
    let taken = unsafe { libc::mallopt(libc::M_ARENA_MAX, MAX_ARENAS) };
    if taken == 0 {
        tracing::debug!("the allocator's arenas can't be bounded");
    }
}

/// Gives free memory back to the system from time to time, on a thread of its own, as long as the program runs.
pub(crate) fn give_back() {
    let spawned = std::thread::Builder::new().name("heap".into()).spawn(|| {
        loop {
            std::thread::sleep(GIVE_BACK_EVERY);
            let begun = Instant::now();
            // SAFETY: it takes a number, and may be called at any time.
            let some = unsafe { libc::malloc_trim(0) } == 1;
            tracing::trace!(some, took = ?begun.elapsed(), "free memory goes back");
        }
    });
    if let Err(why) = spawned {
        tracing::debug!("free memory stays: {why}");
    }
}
