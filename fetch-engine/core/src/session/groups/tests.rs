//! Groups put together from pieces: what is released when, and what is kept of whom.

use super::*;
use crate::verify::GROUP;

/// Five groups of blocks that fit none of them.
const SIZE: u64 = 5 * GROUP - 100;
const BLOCK: u32 = 10_000;

fn source(index: u8) -> SourceId {
    SourceId::new(index).unwrap()
}

fn groups() -> Groups {
    Groups::new(Geometry::new(SIZE, BLOCK).unwrap(), GROUP)
}

fn stream() -> Bytes {
    (0..SIZE).map(|at| (at % 251) as u8).collect()
}

fn block(seq: Seq) -> Bytes {
    let range = Geometry::new(SIZE, BLOCK).unwrap().range(seq);
    stream().slice(range.start as usize..range.end as usize)
}

fn hold(groups: &mut Groups, seq: Seq, from: u8) -> Vec<u64> {
    let (whole, kept) = groups.hold(seq, &block(seq), source(from), true).unwrap();
    assert!(kept && groups.is_held(seq));
    whole
}

fn prove(groups: &mut Groups, group: u64) -> Vec<Seq> {
    let bytes = groups.assemble(group).expect("a whole group");
    assert_eq!(bytes, stream().slice(groups.range(group).start as usize..groups.range(group).end as usize));
    let released = groups.prove(group, &bytes);
    for (seq, bytes, _) in &released.blocks {
        assert_eq!(*bytes, block(*seq), "a block comes out as it went in");
    }
    released.blocks.into_iter().map(|(seq, ..)| seq).collect()
}

#[test]
fn a_block_is_released_with_the_last_group_it_touches() {
    let mut groups = groups();
    assert_eq!((groups.blocks_of(0), groups.blocks_of(1), groups.blocks_of(4)), (1..=2, 2..=4, 7..=9));
    assert_eq!((groups.lead_in(4), groups.lead_out(4), groups.lead_out(10)), (2, 5, 10));
    assert_eq!(hold(&mut groups, 2, 0), [0; 0]);
    assert_eq!(hold(&mut groups, 1, 1), [0]);
    assert_eq!(prove(&mut groups, 0), [1], "block 2 waits for group 1");
    assert_eq!(hold(&mut groups, 4, 1), [0; 0]);
    assert_eq!(hold(&mut groups, 3, 2), [1]);
    assert_eq!(groups.contributors(1).len(), 3);
    assert_eq!(prove(&mut groups, 1), [2, 3]);
    assert_eq!(groups.bytes(), 10_000, "block 4 is left");
    assert!(groups.assemble(1).is_none() && groups.whole().is_empty());
}

#[test]
fn a_liars_pieces_go_and_what_is_proved_of_them_stays() {
    let mut groups = groups();
    hold(&mut groups, 1, 0);
    hold(&mut groups, 2, 1);
    prove(&mut groups, 0);
    hold(&mut groups, 4, 1);
    assert_eq!(groups.forget_source(source(1)), [2, 4, 4], "a block in two groups goes twice");
    assert!(!groups.is_held(2) && !groups.is_held(4));
    let mut lie = block(2).to_vec();
    lie[0] ^= 1;
    assert_eq!(groups.hold(2, &lie.into(), source(2), true), Err(Contradiction));
    hold(&mut groups, 2, 0);
    hold(&mut groups, 3, 0);
    assert_eq!(hold(&mut groups, 4, 0), [1]);
    assert_eq!(prove(&mut groups, 1), [2, 3]);
}

#[test]
fn a_piece_that_comes_after_the_proof_is_not_believed_for_its_company() {
    let mut groups = groups();
    hold(&mut groups, 1, 0);
    hold(&mut groups, 2, 0);
    prove(&mut groups, 0);
    assert_eq!(groups.hold(1, &block(1), source(1), false), Ok((Vec::new(), false)), "nobody reads it");
    let lie = Bytes::from(vec![0; BLOCK as usize]);
    let (whole, kept) = groups.hold(1, &lie, source(1), true).unwrap();
    assert!(kept && whole == [0], "the group is to be proved once more");
    assert_ne!(groups.assemble(0).unwrap(), stream().slice(..GROUP as usize));
}

#[test]
fn a_block_of_the_cache_is_lent_until_its_group_is_proved() {
    let mut groups = groups();
    groups.lend(2);
    assert!(groups.open(0, 1) && !groups.open(0, 1));
    assert!(groups.needs(1) && groups.needs(2) && !groups.needs(3));
    hold(&mut groups, 2, 0);
    assert_eq!(groups.bytes(), GROUP - 10_000, "only the part that group 0 needs");
    assert_eq!(hold(&mut groups, 1, 0), [0]);
    let bytes = groups.assemble(0).unwrap();
    let released = groups.prove(0, &bytes);
    assert_eq!((released.returned, released.blocks.len()), (vec![2], 1));
    assert_eq!((groups.bytes(), groups.held_blocks(), groups.all().len()), (0, 0, 0));

    groups.lend(4);
    groups.open(1, 3);
    hold(&mut groups, 4, 0);
    assert_eq!(groups.lose_lent(1..9), [4], "the cache dropped it meanwhile");
    assert!(!groups.is_held(4) && groups.needs(4));
    groups.lend(2);
    assert_eq!(groups.forget(1), [2]);
    assert!(groups.all().is_empty());
}

#[test]
fn a_witness_is_alone_with_what_it_said() {
    let mut groups = groups();
    for (seq, from) in [(1, 0), (2, 1), (3, 1), (4, 2)] {
        hold(&mut groups, seq, from);
    }
    let mut set_aside = Vec::new();
    assert_eq!(groups.leave_only(1, source(1), &mut set_aside), [4]);
    assert_eq!((groups.contributors(1), set_aside.len()), (Owners::one(source(1)), 1));
    assert_eq!(groups.leave_only(1, source(2), &mut set_aside), [2, 3]);
    assert!(groups.is_held(4) && groups.contributors(1) == Owners::one(source(2)));
    assert!(set_aside.iter().map(|(seq, _)| *seq).eq([2, 3]));
}
