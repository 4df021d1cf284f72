//! Chapters of an MP4, which anybody may have written: no panic, no list and no name without a
//! bound.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tributary_core::directory::MAX_CHAPTERS;
use tributary_core::mp4_chapters;

fuzz_target!(|bytes: &[u8]| {
    let mut read = |at: u64, buf: &mut [u8]| {
        let rest = usize::try_from(at).ok().and_then(|at| bytes.get(at..));
        rest.and_then(|rest| rest.get(..buf.len())).is_some_and(|here| {
            buf.copy_from_slice(here);
            true
        })
    };
    let chapters = mp4_chapters::read(bytes.len() as u64, &mut read);
    assert!(chapters.len() <= MAX_CHAPTERS);
    assert!(chapters.is_sorted_by_key(|chapter| chapter.start_ms));
    assert!(chapters.iter().all(|chapter| chapter.title.len() <= 4096));
});
