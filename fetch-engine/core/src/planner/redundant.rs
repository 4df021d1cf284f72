//! Redundancy: each block from several sources ("non-overlapping unless redundancy is desired").
//!
//! The first copy goes where either planner puts it; each further one to the best of the others. What
//! comes of it is a pattern of as many layers as there are copies.

use super::arrival::{self, Candidate};
use crate::geometry::Seq;
use crate::pattern::{Element, MAX_ELEMENTS, Pattern, SourceId};

/// Plans blocks as [`arrival::extend`] does, each from `copies` sources (or all there are, where they
/// are fewer). Only the first copy has to be here within the horizon.
///
/// `holds` tells whether a source has a block to give. Gives as many layers of equal length as there are copies, at least one.
pub fn extend(
    candidates: &mut [Candidate],
    horizon: f64,
    limit: usize,
    copies: usize,
    mut bytes: impl FnMut(usize) -> Option<f64>,
    holds: impl Fn(usize, SourceId) -> bool,
) -> Vec<Vec<Element>> {
    let mut layers = vec![Vec::new(); copies.clamp(1, candidates.len().max(1))];
    while layers[0].len() < limit.min(MAX_ELEMENTS) {
        let place = layers[0].len();
        let Some(bytes) = bytes(place) else {
            layers.iter_mut().for_each(|layer| layer.push(Element::Nobody));
            continue;
        };
        let Some(first) = arrival::choose(candidates, bytes, horizon, |source| holds(place, source)) else {
            break;
        };
        let mut chosen = vec![first];
        layers[0].push(first.into());
        for layer in &mut layers[1..] {
            let others =
                candidates.iter_mut().filter(|c| !chosen.contains(&c.source) && holds(place, c.source));
            let best = others.min_by(|a, b| a.eta(bytes).total_cmp(&b.eta(bytes)));
            layer.push(best.map_or(Element::Nobody, |best| {
                best.backlog += bytes;
                best.must_have_one = false;
                chosen.push(best.source);
                best.source.into()
            }));
        }
    }
    layers
}

/// Who sends the copies of block `seq` under a pattern of one layer that starts at `from`: its owner,
/// and then the next others that the pattern names after it, so that all carry about their share.
#[must_use]
pub fn owners(pattern: &Pattern, from: Seq, seq: Seq, copies: usize) -> Vec<SourceId> {
    let mut owners: Vec<SourceId> = Vec::with_capacity(copies);
    for element in (seq..seq + pattern.len() as u64).map(|seq| pattern.owner(from, seq)) {
        if let Some(source) = element.source().filter(|source| !owners.contains(source)) {
            owners.push(source);
        }
        if owners.len() >= copies {
            break;
        }
    }
    owners
}

/// A pattern of one layer with further ones, so that each block has `copies` owners where the pattern
/// names as many.
#[must_use]
pub fn layered(pattern: &Pattern, copies: usize) -> Option<Pattern> {
    let mut layers = vec![vec![Element::Nobody; pattern.len()]; copies];
    for place in 0..pattern.len() {
        for (layer, owner) in layers.iter_mut().zip(owners(pattern, 0, place as Seq, copies)) {
            layer[place] = owner.into();
        }
    }
    Pattern::layered(layers.concat(), u8::try_from(copies).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::planner::arrival::Pace;

    const EVERYBODY: fn(usize, SourceId) -> bool = |_, _| true;

    fn source(index: u8) -> SourceId {
        SourceId::new(index).unwrap()
    }

    fn steady(index: u8, rate: f64) -> Candidate {
        let pace = Pace::Steady { rate };
        Candidate { source: source(index), rtt: 0.01, backlog: 0.0, pace, must_have_one: false }
    }

    #[test]
    fn each_block_has_as_many_owners_as_copies_were_asked_for() {
        let mut candidates = [steady(0, 4e6), steady(1, 2e6), steady(2, 1e6)];
        let layers = extend(&mut candidates, 0.1, 40, 2, |place| (place != 3).then_some(16_384.0), EVERYBODY);
        assert_eq!(layers.len(), 2);
        assert_eq!(layers[0].len(), layers[1].len());
        assert!(layers[0].len() > 10);
        for (place, (first, second)) in layers[0].iter().zip(&layers[1]).enumerate() {
            assert_eq!((*first == Element::Nobody, *second == Element::Nobody), (place == 3, place == 3));
            assert!(place == 3 || first != second, "two copies of one block come from two sources");
        }
        let of = |index: u8| layers.iter().flatten().filter(|e| **e == source(index).into()).count();
        assert!(of(0) > of(2) && of(1) > of(2), "{layers:?}");
    }

    #[test]
    fn there_are_no_more_copies_than_sources() {
        let mut candidates = [steady(0, 1e6), steady(1, 1e6)];
        let layers = extend(&mut candidates, 1.0, 3, 5, |_| Some(100.0), EVERYBODY);
        assert_eq!(layers.len(), 2);
        assert_eq!(extend(&mut [], 1.0, 3, 2, |_| Some(100.0), EVERYBODY), [vec![]]);
    }

    #[test]
    fn one_copy_is_the_plain_plan() {
        let candidates = [steady(0, 3e6), steady(1, 1e6)];
        let plain = arrival::extend(&mut candidates.clone(), 0.2, 100, |_| Some(16_384.0), EVERYBODY);
        assert_eq!(extend(&mut candidates.clone(), 0.2, 100, 1, |_| Some(16_384.0), EVERYBODY), [plain]);
    }

    #[test]
    fn copies_by_the_interval_pattern_come_from_the_next_ones_in_it() {
        let pattern: Pattern = "AABCC".parse().unwrap();
        assert_eq!(owners(&pattern, 1, 1, 2), [source(0), source(1)]);
        assert_eq!(owners(&pattern, 1, 3, 3), [source(1), source(2), source(0)]);
        assert_eq!(owners(&pattern, 1, 5, 9), [source(2), source(0), source(1)]);
    }

    #[test]
    fn a_repeating_pattern_has_a_layer_for_each_copy() {
        let pattern: Pattern = "AABCC".parse().unwrap();
        assert_eq!(layered(&pattern, 1), Some(pattern.clone()));
        assert_eq!(layered(&pattern, 2).unwrap().to_string(), "AABCC|BBCAA");
        assert_eq!(layered(&"AA".parse().unwrap(), 2).unwrap().to_string(), "AA|--");
    }
}
