//! The flags that choose among the scheme's variants.

use clap::{Args, ValueEnum};
use fetch_engine::{CutOver, EngineConfig, Identify, MAX_BLOCK_SIZE, MAX_COPIES, MAX_ELEMENTS, PlannerKind};

/// How blocks are cut, shared out and named, and by which ways they come.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct Scheme {
    /// Who decides which server sends what.
    #[arg(long, value_name = "NAME", value_enum, default_value_t = Planner::Arrival)]
    pub(crate) planner: Planner,
    /// How a new pattern takes over while blocks flow.
    #[arg(long, value_name = "POLICY", value_enum, default_value_t = Policy::Lease)]
    pub(crate) cut_over: Policy,
    /// Elements of a pattern, 1 to 1024, and not fewer than stand for a block [default: as the planner
    /// likes].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=MAX_ELEMENTS as i64))]
    pub(crate) pattern_length: Option<u16>,
    /// Elements of a pattern that stand for one block, 1 to 1024.
    #[arg(long, value_name = "G", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=MAX_ELEMENTS as i64))]
    pub(crate) elements_per_block: u16,
    /// Bytes of a block, 1 to 1048576 [default: 16384, or 65536 for large files and fast servers].
    /// Blocks smaller than 16384 bytes are for files of at most 1048576 of them.
    #[arg(long, value_name = "BYTES", value_parser = clap::value_parser!(u32).range(1..=i64::from(MAX_BLOCK_SIZE)))]
    pub(crate) block_size: Option<u32>,
    /// How many servers send each block, where there are so many; the first copy that is right counts.
    #[arg(long, value_name = "K", default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..=i64::from(MAX_COPIES)))]
    pub(crate) redundancy: u8,
    /// How servers say which block they send.
    #[arg(long, value_name = "HOW", value_enum, default_value_t = Naming::Number)]
    pub(crate) identify: Naming,
    /// Most relays by which each server is reached as well, of those that the director lists; 0 for none.
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u8).range(0..=16))]
    pub(crate) routes: u8,
}

impl Scheme {
    /// Puts the choices into an engine's configuration.
    pub(crate) fn choose(self, config: EngineConfig) -> EngineConfig {
        EngineConfig {
            planner: self.planner.into(),
            cut_over: self.cut_over.into(),
            pattern_length: self.pattern_length,
            elements_per_block: self.elements_per_block,
            block_size: self.block_size,
            redundancy: self.redundancy,
            identify: self.identify.into(),
            routes_per_server: usize::from(self.routes),
            ..config
        }
    }
}

/// Names of the planners.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Planner {
    /// Each block from the server that will have it here first.
    Arrival,
    /// Shares in proportion to what each server sent in the last interval.
    Interval,
}

impl From<Planner> for PlannerKind {
    fn from(planner: Planner) -> Self {
        match planner {
            Planner::Arrival => Self::Arrival,
            Planner::Interval => Self::Interval,
        }
    }
}

/// Names of the cut-over policies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Policy {
    /// Where the lease ends: nothing is lost or doubled.
    Lease,
    /// At a predicted block inside the lease; what lateness loses is repaired.
    Prediction,
    /// Where the lease ends, once every server has acknowledged it.
    Synchronous,
}

impl From<Policy> for CutOver {
    fn from(policy: Policy) -> Self {
        match policy {
            Policy::Lease => Self::Lease,
            Policy::Prediction => Self::Prediction,
            Policy::Synchronous => Self::Synchronous,
        }
    }
}

/// Names of the ways to say which block is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Naming {
    /// Each block carries its number.
    Number,
    /// Each block carries the offset of its first byte.
    Offset,
    /// Blocks carry nothing: the time slot that one comes in tells which it is.
    Slot,
}

impl From<Naming> for Identify {
    fn from(naming: Naming) -> Self {
        match naming {
            Naming::Number => Self::Number,
            Naming::Offset => Self::Offset,
            Naming::Slot => Self::Slot,
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::args::{Args, Command};

    fn parse(flags: &[&str]) -> Result<Scheme, clap::Error> {
        let line = ["tributary-fetch", "get", "Library/Film"].iter().chain(flags);
        match Args::try_parse_from(line)?.command {
            Command::Get(get) => Ok(get.scheme),
            other => panic!("not a get: {other:?}"),
        }
    }

    #[test]
    fn flags_become_the_engines_choices() {
        let plain = parse(&[]).unwrap().choose(EngineConfig::default());
        assert_eq!((plain.block_size, plain.redundancy, plain.identify), (None, 1, Identify::Number));
        let flags = ["--block-size", "7", "--redundancy", "3", "--identify", "slot", "--planner", "interval"];
        let chosen = parse(&flags).unwrap().choose(EngineConfig::default());
        assert_eq!((chosen.block_size, chosen.redundancy, chosen.identify), (Some(7), 3, Identify::Slot));
        assert_eq!(chosen.planner, PlannerKind::Interval);
        assert_eq!(
            (plain.cut_over, plain.pattern_length, plain.elements_per_block),
            (CutOver::Lease, None, 1)
        );
        let flags = ["--cut-over", "prediction", "--pattern-length", "1024", "--elements-per-block", "4"];
        let chosen = parse(&flags).unwrap().choose(EngineConfig::default());
        assert_eq!(chosen.cut_over, CutOver::Prediction);
        assert_eq!((chosen.pattern_length, chosen.elements_per_block), (Some(1024), 4));
        let chosen = parse(&["--cut-over", "synchronous"]).unwrap().choose(EngineConfig::default());
        assert_eq!(chosen.cut_over, CutOver::Synchronous);
    }

    #[test]
    fn bad_values_are_refused_with_what_is_allowed() {
        for (flag, value, told) in [
            ("--block-size", "0", "1..=1048576"),
            ("--block-size", "1048577", "1..=1048576"),
            ("--block-size", "16k", "invalid digit"),
            ("--redundancy", "0", "1..=64"),
            ("--redundancy", "65", "1..=64"),
            ("--identify", "guess", "number, offset, slot"),
            ("--cut-over", "soon", "lease, prediction, synchronous"),
            ("--pattern-length", "0", "1..=1024"),
            ("--elements-per-block", "1025", "1..=1024"),
        ] {
            let error = parse(&[flag, value]).unwrap_err();
            assert_eq!(error.exit_code(), 2);
            let words = error.to_string();
            assert!(words.contains(told) && words.contains(flag), "{words}");
        }
    }
}
