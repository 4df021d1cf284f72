//! The description's figures and worked examples, letter by letter, sent by real walks.
//!
//! | figure | pattern |
//! |---|---|
//! | FIG. 6 with FIG. 7 | `AABCCAABCC` over blocks 62A to 62J, which are numbers 1 to 10 |
//! | FIG. 10A | `ABBCC` from block 50 |
//! | FIG. 10B | `AADBB` from block 50 |
//! | FIG. 12 | `AAABBBBBBB` over routes A and B |

use tributary_core::geometry::{Geometry, Seq};
use tributary_core::pattern::{Pattern, SourceId};
use tributary_core::walker::Walker;
use tributary_core::wire::Frame;

/// Tells one server of one epoch after the other, each with a lease up to just before the next one,
/// and returns what it sends.
fn sent_by(letter: char, epochs: &[(&str, Seq)], through: Seq) -> Vec<Seq> {
    let me: Pattern = letter.to_string().parse().expect("a letter");
    let me: SourceId = me.elements()[0].source().expect("not nobody");
    let mut walker = Walker::new(me, Geometry::new(1_000_000, 10_000).expect("a good size"));
    let mut sent = Vec::new();
    for (number, (pattern, from)) in epochs.iter().enumerate() {
        let lease = epochs.get(number + 1).map_or(through, |(_, next)| next - 1);
        let schedule = pattern.parse::<Pattern>().expect("a pattern").into();
        let epoch = Frame::Epoch {
            generation: 1,
            epoch: number as u32 + 1,
            from: *from,
            lease,
            acknowledge: false,
            schedule,
        };
        walker.handle(&epoch).expect("a good epoch");
        sent.extend(std::iter::from_fn(|| walker.next_order()).map(|order| order.seq));
    }
    sent
}

/// Pattern 50 over data stream 60: blocks 62A to 62J are numbers 1 to 10.
#[test]
fn figures_6_and_7() {
    let pattern_50 = [("AABCCAABCC", 1)];
    assert_eq!(sent_by('A', &pattern_50, 10), [1, 2, 6, 7], "62A, 62B, 62F, 62G");
    assert_eq!(sent_by('B', &pattern_50, 10), [3, 8], "62C, 62H");
    assert_eq!(sent_by('C', &pattern_50, 10), [4, 5, 9, 10], "62D, 62E, 62I, 62J");
    // "The foregoing pattern of characters is repeated": five elements say the same.
    for letter in ['A', 'B', 'C'] {
        assert_eq!(sent_by(letter, &pattern_50, 40), sent_by(letter, &[("AABCC", 1)], 40));
    }
}

/// The text's first worked example: pattern 50A is applied from block fifty, after pattern 50.
#[test]
fn figure_10a_from_block_50() {
    let epochs = [("AABCCAABCC", 1), ("ABBCC", 50)];
    let from_50 = |letter| {
        let sent = sent_by(letter, &epochs, 54);
        sent.into_iter().filter(|seq| *seq >= 50).collect::<Vec<_>>()
    };
    assert_eq!(from_50('A'), [50]);
    assert_eq!(from_50('B'), [51, 52]);
    assert_eq!(from_50('C'), [53, 54]);
    let mut all: Vec<Seq> = ['A', 'B', 'C'].iter().flat_map(|l| sent_by(*l, &epochs, 54)).collect();
    all.sort_unstable();
    assert_eq!(all, (1..=54).collect::<Vec<_>>(), "each block once, across the cut-over");
}

/// The second worked example: pattern 50B from block fifty. A sends 50 and 51, the additional server D
/// sends 52. The text then says "the server 18C" for 53 and 54, although FIG. 10B is the case where the
/// connection to 18C "no longer is present": that is read as a slip for 18B, the one server left.
#[test]
fn figure_10b_from_block_50() {
    let epochs = [("AABCCAABCC", 1), ("AADBB", 50)];
    let from_50 = |letter| {
        let sent = sent_by(letter, &epochs, 54);
        sent.into_iter().filter(|seq| *seq >= 50).collect::<Vec<_>>()
    };
    assert_eq!(from_50('A'), [50, 51]);
    assert_eq!(from_50('D'), [52]);
    assert_eq!(from_50('B'), [53, 54]);
    assert_eq!(from_50('C'), []);
}

/// Pattern 78: the first, second and third segment by way of 72A, the fourth to tenth by way of 72B,
/// and so on to the end.
#[test]
fn figure_12() {
    let pattern_78 = [("AAABBBBBBB", 1)];
    assert_eq!(sent_by('A', &pattern_78, 20), [1, 2, 3, 11, 12, 13]);
    assert_eq!(sent_by('B', &pattern_78, 20), [4, 5, 6, 7, 8, 9, 10, 14, 15, 16, 17, 18, 19, 20]);
}
