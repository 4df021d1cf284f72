//! How a run's patterns are made and take over: planner, cut-over policy, length, elements for a block.

use std::time::Duration;

use tributary_core::session::{Config, CutOver, PlannerKind};

use super::Dice;

/// Every planner with every policy.
pub(crate) const ALL: [(PlannerKind, CutOver); 6] = [
    (PlannerKind::Arrival, CutOver::Lease),
    (PlannerKind::Arrival, CutOver::Prediction),
    (PlannerKind::Arrival, CutOver::Synchronous),
    (PlannerKind::Interval, CutOver::Lease),
    (PlannerKind::Interval, CutOver::Prediction),
    (PlannerKind::Interval, CutOver::Synchronous),
];

/// The scheme of a seed: the plain one in most.
pub(crate) fn choose(seed: u64, config: &mut Config) {
    let mut dice = Dice::new(seed ^ 0x5c6e_3e00);
    if dice.chance(50) {
        (config.planner, config.cut_over) = ALL[dice.range(0, 6) as usize];
    }
    if dice.chance(30) {
        config.elements_per_block = dice.range(1, 6) as u16;
    }
    if dice.chance(30) {
        let longest = if dice.chance(50) { 20 } else { 1025 };
        config.pattern_length = Some(dice.range(u64::from(config.elements_per_block), longest) as u16);
    }
    if dice.chance(50) {
        // Too short for most paths: epochs come late.
        config.prediction_reach = Some(Duration::from_millis(dice.range(0, 200)));
    }
}
