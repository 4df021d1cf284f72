//! Orders by name that wait, and those of them that are taken back.
//!
//! A client may take back tens of thousands of orders one by one: an order that was taken back stays in its place
//! and is passed by when its turn comes, so that each costs the same however many wait.

use std::collections::{BTreeMap, VecDeque};

use crate::geometry::Seq;

/// Orders that were taken back are cleared away once there are more of them than waiting ones, and than this.
const CLEARED_BEYOND: usize = 64;

/// Orders by name, first come first served.
#[derive(Clone, Debug, Default)]
pub(super) struct Repairs {
    queue: VecDeque<Seq>,
    /// How often each block is to be sent yet.
    due: BTreeMap<Seq, u32>,
    /// Sum of those.
    waiting: usize,
}

impl Repairs {
    pub(super) const fn new() -> Self {
        Self { queue: VecDeque::new(), due: BTreeMap::new(), waiting: 0 }
    }

    /// How many wait.
    pub(super) const fn len(&self) -> usize {
        self.waiting
    }

    pub(super) fn order(&mut self, blocks: &[Seq]) {
        for seq in blocks {
            self.queue.push_back(*seq);
            *self.due.entry(*seq).or_default() += 1;
        }
        self.waiting += blocks.len();
    }

    /// Takes all orders of these blocks back.
    pub(super) fn cancel(&mut self, blocks: &[Seq]) {
        for seq in blocks {
            self.waiting -= self.due.remove(seq).map_or(0, |due| due as usize);
        }
        if self.queue.len() > 2 * self.waiting + CLEARED_BEYOND {
            let mut due = self.due.clone();
            self.queue.retain(|seq| take_one(&mut due, *seq));
        }
    }

    /// The next block to send.
    pub(super) fn next(&mut self) -> Option<Seq> {
        while let Some(seq) = self.queue.pop_front() {
            if take_one(&mut self.due, seq) {
                self.waiting -= 1;
                return Some(seq);
            }
        }
        None
    }

    pub(super) fn clear(&mut self) {
        *self = Self::new();
    }
}

/// Whether the block is due still; it is due once less often then.
fn take_one(due: &mut BTreeMap<Seq, u32>, seq: Seq) -> bool {
    let Some(count) = due.get_mut(&seq) else { return false };
    *count -= 1;
    if *count == 0 {
        due.remove(&seq);
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_a_plain_queue_says_but_for_the_place_of_what_is_ordered_again() {
        let (mut repairs, mut plain) = (Repairs::new(), VecDeque::new());
        let mut number = 1_u64;
        for _ in 0..5_000 {
            number = number.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(31) ^ 0x1234;
            // An order that was taken back is never given again here: its place would be the old one.
            let fresh = number % (1 << 40);
            match number >> 62 {
                0 | 1 => {
                    repairs.order(&[fresh, fresh + 1, fresh]);
                    plain.extend([fresh, fresh + 1, fresh]);
                }
                2 => {
                    let some: Vec<Seq> = plain.iter().copied().step_by(3).take(2).collect();
                    repairs.cancel(&some);
                    plain.retain(|seq| !some.contains(seq));
                }
                _ => assert_eq!(repairs.next(), plain.pop_front()),
            }
            assert_eq!(repairs.len(), plain.len());
            assert!(repairs.queue.len() <= 2 * repairs.len() + CLEARED_BEYOND + 6);
        }
        assert!(repairs.len() > 1000);
        repairs.clear();
        assert_eq!((repairs.len(), repairs.next()), (0, None));
    }

    #[test]
    fn what_is_taken_back_and_ordered_again_is_sent_once() {
        let mut repairs = Repairs::new();
        repairs.order(&[5, 6, 7]);
        repairs.cancel(&[6, 5, 8]);
        repairs.order(&[6]);
        assert_eq!(repairs.len(), 2);
        let mut sent: Vec<Seq> = std::iter::from_fn(|| repairs.next()).collect();
        sent.sort_unstable();
        assert_eq!(sent, [6, 7]);
    }
}
