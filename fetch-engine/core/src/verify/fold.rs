//! Making and folding lists of chaining values.

use std::ops::Range;

use blake3::hazmat::{HasherExt, Mode, merge_subtrees_non_root, merge_subtrees_root};

use super::{GROUP, Level, PageId, Value};
use crate::geometry::StreamId;

/// Chaining value of the group that starts at byte `offset` of a stream of more than one group.
///
/// `offset` is a multiple of [`GROUP`], and `bytes` is a whole group or the stream's last.
#[must_use]
pub fn group_value(offset: u64, bytes: &[u8]) -> Value {
    debug_assert!(offset.is_multiple_of(GROUP) && bytes.len() as u64 <= GROUP && !bytes.is_empty());
    let mut hasher = blake3::Hasher::new();
    hasher.set_input_offset(offset);
    hasher.update(bytes);
    hasher.finalize_non_root()
}

/// Folds values of equal subtrees (the last may be smaller) to the value of the subtree above, as
/// BLAKE3's tree does: the left side is the largest power of two smaller than the whole.
pub(super) fn fold(values: &[Value]) -> Value {
    match values {
        [] => unreachable!("callers check that a list of values is not empty"),
        [one] => *one,
        _ => {
            let (left, right) = values.split_at(left_len(values.len()));
            merge_subtrees_non_root(&fold(left), &fold(right), Mode::Hash)
        }
    }
}

/// Folds the values below the root; there are at least two.
pub(super) fn fold_root(values: &[Value]) -> StreamId {
    let (left, right) = values.split_at(left_len(values.len()));
    StreamId(*merge_subtrees_root(&fold(left), &fold(right), Mode::Hash).as_bytes())
}

const fn left_len(len: usize) -> usize {
    len.div_ceil(2).next_power_of_two()
}

/// One page of a stream of `size` bytes from its group values; none where it has no such page.
#[must_use]
pub fn build_page(groups: &[Value], size: u64, page: PageId) -> Option<Vec<u8>> {
    let run = page_groups(size, page)?;
    Some(fold_groups(page.level, groups.get(run.start as usize..run.end as usize)?))
}

/// The groups that one page of a stream of `size` bytes is made of; none where it has no such page.
#[must_use]
pub fn page_groups(size: u64, page: PageId) -> Option<Range<u64>> {
    if page.values(size) == 0 {
        return None;
    }
    let start = match page.level {
        Level::Top => 0,
        Level::Middle | Level::Leaf => page.index * page.level.span(),
    };
    let end = start.saturating_add(page.level.span()).min(size);
    Some(start / GROUP..end.div_ceil(GROUP))
}

/// Values of a page, or of a run of its whole values, from the groups of it.
#[must_use]
pub fn fold_groups(level: Level, groups: &[Value]) -> Vec<u8> {
    let per_value = (level.unit() / GROUP) as usize;
    groups.chunks(per_value).flat_map(fold).collect()
}

/// The root of a stream from its group values, where it has more than one group.
#[must_use]
pub fn root_of(groups: &[Value]) -> Option<StreamId> {
    (groups.len() > 1).then(|| fold_root(groups))
}
