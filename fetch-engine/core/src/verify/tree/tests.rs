//! The tree against BLAKE3 itself and against `bao-tree` as the oracle.

use bao_tree::BlockSize;
use bao_tree::io::outboard::PostOrderMemOutboard;
use bao_tree::io::sync::Outboard;

use super::*;
use crate::verify::{LEAF_SPAN, Level, MIDDLE_SPAN, build_page, root_of};

fn bytes(len: u64) -> Vec<u8> {
    let mut state = len ^ 0x9e37_79b9_7f4a_7c15;
    (0..len)
        .map(|_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 56) as u8
        })
        .collect()
}

fn groups(data: &[u8]) -> Vec<Value> {
    data.chunks(GROUP as usize).enumerate().map(|(i, g)| group_value(i as u64 * GROUP, g)).collect()
}

const SIZES: [u64; 14] = [
    GROUP + 1,
    2 * GROUP,
    3 * GROUP - 5,
    LEAF_SPAN - 1,
    LEAF_SPAN,
    LEAF_SPAN + 1,
    LEAF_SPAN + GROUP,
    5 * LEAF_SPAN + 77,
    MIDDLE_SPAN - GROUP,
    MIDDLE_SPAN,
    MIDDLE_SPAN + 1,
    MIDDLE_SPAN + LEAF_SPAN + 1,
    2 * MIDDLE_SPAN,
    3 * MIDDLE_SPAN + 7 * LEAF_SPAN + 4321,
];

#[test]
fn every_group_of_every_shape_is_proved_through_pages() {
    for size in SIZES {
        let data = bytes(size);
        let root = StreamId(*blake3::hash(&data).as_bytes());
        let groups = groups(&data);
        assert_eq!(root_of(&groups), Some(root), "size {size}");
        let mut tree = HashTree::new(root, size);
        for offset in (0..size).step_by(GROUP as usize * 7) {
            let end = (offset + 2 * GROUP).min(size);
            let part = &data[offset as usize..end as usize];
            let mut fetched = 0;
            while let Verdict::Needs(page) = tree.check(offset, part) {
                tree.insert(page, &build_page(&groups, size, page).unwrap()).unwrap();
                fetched += 1;
                assert!(fetched <= 4, "size {size}: pages don't lead to a verdict");
            }
            assert_eq!(tree.check(offset, part), Verdict::Good, "size {size} at {offset}");
            let mut wrong = part.to_vec();
            wrong[0] ^= 1;
            assert_eq!(tree.check(offset, &wrong), Verdict::Wrong);
        }
    }
}

#[test]
fn values_agree_with_bao_tree() {
    for size in [2 * GROUP, LEAF_SPAN, 5 * LEAF_SPAN + 77, MIDDLE_SPAN + 1] {
        let data = bytes(size);
        let outboard = PostOrderMemOutboard::create(&data, BlockSize::from_chunk_log(4));
        let groups = groups(&data);
        let tree = outboard.tree();
        let mut compared = 0;
        for node in tree.post_order_nodes_iter() {
            let chunks = node.chunk_range();
            let (first, pair) = (chunks.start.0 as usize / 16, chunks.end.0 - chunks.start.0);
            let (32, Some([left, right])) = (pair, groups.get(first..first + 2)) else { continue };
            let Some((l, r)) = outboard.load(node).unwrap() else { continue };
            assert_eq!((l.as_bytes(), r.as_bytes()), (left, right), "size {size}, group {first}");
            compared += 1;
        }
        assert!(compared > 0, "size {size}, tree {tree:?}");
        assert_eq!(outboard.root.as_bytes(), &root_of(&groups).unwrap().0);
    }
}

#[test]
fn one_group_is_proved_by_the_root_alone() {
    for size in [0, 1, 1024, GROUP] {
        let data = bytes(size);
        let tree = HashTree::new(StreamId(*blake3::hash(&data).as_bytes()), size);
        assert_eq!(tree.check(0, &data), Verdict::Good);
        assert_eq!(tree.missing(PageId::leaf_at(0)), None);
        if size > 0 {
            assert_eq!(tree.check(0, &vec![7; size as usize]), Verdict::Wrong);
        }
    }
}

#[test]
fn forged_short_and_early_pages_are_refused() {
    let size = MIDDLE_SPAN + 5 * LEAF_SPAN;
    let data = bytes(size);
    let groups = groups(&data);
    let mut tree = HashTree::new(StreamId(*blake3::hash(&data).as_bytes()), size);
    let top = PageId { level: Level::Top, index: 0 };
    let middle = PageId { level: Level::Middle, index: 1 };
    let page = |id| build_page(&groups, size, id).unwrap();
    assert_eq!(tree.insert(middle, &page(middle)), Err(BadPage::TooEarly(middle)));
    let mut forged = page(top);
    forged[0] ^= 1;
    assert_eq!(tree.insert(top, &forged), Err(BadPage::Forged(top)));
    assert_eq!(tree.insert(top, &page(top)[1..]), Err(BadPage::Length(top)));
    let beyond = PageId { level: Level::Leaf, index: 21 };
    assert_eq!(tree.insert(beyond, &[0; 32]), Err(BadPage::NoSuchPage(beyond)));
    let far = PageId { level: Level::Leaf, index: u64::MAX };
    assert_eq!(far.values(size), 0);
    tree.insert(top, &page(top)).unwrap();
    let mut swapped = page(middle);
    swapped.rotate_left(32);
    assert_eq!(tree.insert(middle, &swapped), Err(BadPage::Forged(middle)));
    tree.insert(middle, &page(middle)).unwrap();
    assert!(tree.knows(middle));
}

/// Found by fuzzing: no bytes passed for good ones.
#[test]
fn no_bytes_prove_nothing() {
    let data = bytes(LEAF_SPAN);
    let tree = HashTree::new(StreamId(*blake3::hash(&data).as_bytes()), LEAF_SPAN);
    assert_eq!(tree.check(0, &[]), Verdict::Wrong);
    assert_eq!(tree.check(LEAF_SPAN, &[]), Verdict::Wrong);
}
