//! Planners: who shall send the next blocks.

pub mod arrival;
pub mod interval;
pub mod redundant;
