//! How the C library's allocator keeps memory that was given back.
//!
//! It gives threads arenas of their own, up to eight for each core, and keeps in each what was freed there. Every
//! title brings a dozen new threads that decode pictures and sound, so after an hour of titles and seeks each arena
//! held some megabytes that nobody used: 15 % more than after five minutes, where two arenas took 5 % more at most.

#![expect(unsafe_code, reason = "mallopt is a call of the C library that no safe crate offers")]

/// Arenas that all threads share. Pictures are large and few: nobody waits for an arena.
const MAX_ARENAS: libc::c_int = 2;

/// Bounds them; to be called before other threads are started, which would have got theirs.
pub(crate) fn bound() {
    // SAFETY: it takes two numbers, and may be called at any time.
    let taken = unsafe { libc::mallopt(libc::M_ARENA_MAX, MAX_ARENAS) };
    if taken == 0 {
        tracing::debug!("the allocator's arenas can't be bounded");
    }
}
