//! Hash pages of a server nobody trusts: none that doesn't fold to the root is taken.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tributary_core::geometry::StreamId;
use tributary_core::verify::{HashTree, Level, PageId, Verdict};

fuzz_target!(|input: (u64, Vec<(u8, u64, Vec<u8>)>, u64, Vec<u8>)| {
    let (size, pages, offset, block) = input;
    let mut tree = HashTree::new(StreamId([7; 32]), size);
    for (level, index, values) in pages {
        let Some(level) = Level::from_u8(level % 4) else { continue };
        assert!(
            tree.insert(PageId { level, index }, &values).is_err(),
            "a page was taken for a made-up root"
        );
    }
    let offset = offset % (1 << 50) / (16 << 10) * (16 << 10);
    assert_ne!(tree.check(offset, &block), Verdict::Good);
});
