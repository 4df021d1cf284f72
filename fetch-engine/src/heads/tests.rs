//! Tests of the rules for read heads.

use super::*;

const MIB: u64 = 1 << 20;
const BLOCK: u32 = 16 << 10;

fn heads() -> Heads {
    let size = 1000 * MIB;
    Heads::new(Geometry::new(size, BLOCK).unwrap(), 100 * MIB, 0..size)
}

fn at(offset: u64) -> Seq {
    offset / u64::from(BLOCK) + 1
}

/// Reads `len` bytes in pieces, of which all or none are here.
fn read(heads: &mut Heads, offset: u64, len: u64, here: bool) {
    for start in (offset..offset + len).step_by(32 << 10) {
        let piece = (offset + len - start).min(32 << 10);
        heads.begin(start..start + piece, here);
        heads.advance(start, piece);
    }
}

#[test]
fn reading_on_moves_the_main_window() {
    let mut heads = heads();
    assert_eq!(heads.demand().main, 1..at(100 * MIB));
    read(&mut heads, 0, 3 * MIB, true);
    assert_eq!(heads.demand(), Demand { main: at(3 * MIB)..at(103 * MIB), others: vec![] });
    read(&mut heads, 3 * MIB + MIB / 2, 16, true);
    assert_eq!(heads.main_position(), 3 * MIB + MIB / 2 + 16, "a short skip belongs to the head");
    read(&mut heads, 2 * MIB, 100, true);
    assert_eq!(heads.main_position(), 3 * MIB + MIB / 2 + 16, "a look back doesn't move it");
}

#[test]
fn the_window_ends_with_the_stream_and_is_empty_there() {
    let mut heads = heads();
    heads.seeking();
    read(&mut heads, 990 * MIB, 4 * MIB, false);
    assert_eq!(heads.demand().main, at(994 * MIB)..at(1000 * MIB));
    read(&mut heads, 994 * MIB, 6 * MIB, false);
    assert!(heads.demand().main.is_empty());
}

#[test]
fn a_far_read_is_a_side_read_with_a_window_that_grows_with_what_is_read() {
    let mut heads = heads();
    read(&mut heads, 0, MIB, true);
    let bytes_ahead = |heads: &Heads| {
        let side = &heads.demand().others[0];
        (side.end - side.start) * u64::from(BLOCK)
    };
    read(&mut heads, 500 * MIB, 1000, false);
    assert_eq!(heads.demand().others[0].start, at(500 * MIB + 1000));
    assert!(bytes_ahead(&heads) <= 64 << 10, "a look brings little: {}", bytes_ahead(&heads));
    assert_eq!(heads.demand().main.start, at(MIB));
    read(&mut heads, 500 * MIB + 1000, 128 << 10, false);
    assert!((256 << 10..SIDE_AHEAD_BYTES).contains(&bytes_ahead(&heads)), "{}", bytes_ahead(&heads));
    read(&mut heads, 500 * MIB + 1000 + (128 << 10), 380 << 10, false);
    assert!((SIDE_AHEAD_BYTES..=SIDE_AHEAD_BYTES + u64::from(BLOCK)).contains(&bytes_ahead(&heads)));
    assert_eq!(heads.demand().main.start, at(MIB), "it is still a side read");
}

#[test]
fn a_look_near_the_end_brings_all_of_the_rest() {
    let mut heads = heads();
    read(&mut heads, 0, MIB, true);
    let index = heads.end() - 200_000;
    heads.begin(index..index + 16, false);
    assert_eq!(heads.demand().others, vec![at(index)..at(heads.end() - 1) + 1]);
}

#[test]
fn one_long_read_aside_is_wanted_whole_at_once() {
    let mut heads = heads();
    read(&mut heads, 0, MIB, true);
    heads.begin(500 * MIB..500 * MIB + 300_000, false);
    assert_eq!(heads.demand().others, vec![at(500 * MIB)..at(500 * MIB + 299_999) + 1]);
    heads.begin(500 * MIB..600 * MIB, false);
    assert_eq!(heads.demand().others, vec![at(500 * MIB)..at(501 * MIB)]);
}

#[test]
fn turns_between_two_places_leave_both_alone() {
    let mut heads = heads();
    for turn in 0..40 {
        read(&mut heads, turn * 256 * 1024, 256 << 10, true);
        read(&mut heads, 500 * MIB + turn * 256 * 1024, 256 << 10, true);
    }
    assert_eq!(heads.main_position(), 10 * MIB);
    assert_eq!(heads.demand().others.len(), 1);
    assert_eq!(heads.demand().others[0].start, at(510 * MIB));
}

#[test]
fn a_side_read_that_goes_on_alone_becomes_the_main_one() {
    let mut heads = heads();
    read(&mut heads, 0, MIB, true);
    read(&mut heads, 500 * MIB, PROMOTE_BYTES - 1, false);
    assert_eq!(heads.main_position(), MIB);
    read(&mut heads, 500 * MIB + PROMOTE_BYTES - 1, 1, false);
    assert_eq!(heads.main_position(), 500 * MIB + PROMOTE_BYTES);
    assert_eq!(heads.demand().others[0].start, at(MIB), "the old one lives on as a side read");
}

#[test]
fn after_a_seek_the_far_read_is_the_main_one_at_once() {
    let mut heads = heads();
    read(&mut heads, 0, MIB, true);
    heads.seeking();
    heads.begin(400 * MIB..400 * MIB + 16, false);
    assert_eq!(heads.demand().main.start, at(400 * MIB));
    assert_eq!(heads.demand().others, [], "the place that was left is in nobody's way");
}

#[test]
fn a_seek_that_looks_at_the_index_first_still_finds_its_place() {
    let mut heads = heads();
    heads.prefetch_tail();
    read(&mut heads, 0, MIB, true);
    heads.seeking();
    read(&mut heads, 1000 * MIB - 500_000, 40_000, true);
    assert_eq!(heads.main_position(), MIB, "an index that is here moves nothing");
    read(&mut heads, 900 * MIB, 20_000, false);
    assert_eq!(heads.main_position(), 900 * MIB + 20_000, "an index that is not here does");
    heads.begin(300 * MIB..300 * MIB + 16, false);
    assert_eq!(heads.main_position(), 300 * MIB, "and so does the place itself");
    read(&mut heads, 300 * MIB, SEEK_SETTLED_BYTES, true);
    heads.begin(600 * MIB..600 * MIB + 16, false);
    assert_eq!(heads.main_position(), 300 * MIB + SEEK_SETTLED_BYTES, "then the seek is over");
}

#[test]
fn a_seek_into_what_is_here_moves_the_window_soon() {
    let mut heads = heads();
    read(&mut heads, 0, MIB, true);
    heads.seeking();
    read(&mut heads, 40 * MIB, PROMOTE_AFTER_SEEK_BYTES, true);
    assert_eq!(heads.main_position(), 40 * MIB + PROMOTE_AFTER_SEEK_BYTES);
}

#[test]
fn the_side_read_unused_for_longest_makes_room() {
    let mut heads = heads();
    heads.prefetch_tail();
    for place in [100, 200, 300] {
        read(&mut heads, place * MIB, 100, false);
    }
    let starts: Vec<Seq> = heads.demand().others.iter().map(|range| range.start).collect();
    assert_eq!(starts, [at(300 * MIB + 100), at(200 * MIB + 100), at(100 * MIB + 100)]);
    read(&mut heads, 100 * MIB + 100, 100, false);
    read(&mut heads, 400 * MIB, 100, false);
    let starts: Vec<Seq> = heads.demand().others.iter().map(|range| range.start).collect();
    assert_eq!(starts, [at(400 * MIB + 100), at(100 * MIB + 200), at(300 * MIB + 100)]);
}

#[test]
fn a_range_bounds_what_is_fetched() {
    let size = 10 * MIB;
    let geometry = Geometry::new(size, BLOCK).unwrap();
    let heads = Heads::new(geometry, 100 * MIB, 5..MIB + 1);
    assert_eq!(heads.demand(), Demand { main: 1..at(MIB) + 1, others: vec![] });
    let empty = Geometry::new(0, BLOCK).unwrap();
    assert!(Heads::new(empty, MIB, 0..0).demand().main.is_empty());
}
