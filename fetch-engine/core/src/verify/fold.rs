//! Making and folding lists of chaining values.

use blake3::hazmat::{HasherExt, Mode, merge_subtrees_non_root, merge_subtrees_root};

use super::{GROUP, Level, PageId, VALUE_LEN, Value};
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
    let count = page.values(size);
    if count == 0 {
        return None;
    }
    let per_value = (page.level.unit() / GROUP) as usize;
    let first = match page.level {
        Level::Top => 0,
        _ => page.index as usize * (page.level.span() / GROUP) as usize,
    };
    let mut bytes = Vec::with_capacity(count * VALUE_LEN);
    for value in 0..count {
        let start = first + value * per_value;
        let end = (start + per_value).min(groups.len());
        bytes.extend_from_slice(&fold(groups.get(start..end).filter(|run| !run.is_empty())?));
    }
    Some(bytes)
}

/// The root of a stream from its group values, where it has more than one group.
#[must_use]
pub fn root_of(groups: &[Value]) -> Option<StreamId> {
    (groups.len() > 1).then(|| fold_root(groups))
}
