//! Decoders in hardware: whether they are taken where there are any.
//!
//! GStreamer chooses decoders by their rank, for all pipelines of a process: who has none is not chosen.

use std::sync::{Mutex, PoisonError};

use gstreamer as gst;
use gstreamer::prelude::*;

/// Ranks of those that were taken away, to be given back.
static TAKEN: Mutex<Vec<(gst::ElementFactory, gst::Rank)>> = Mutex::new(Vec::new());

/// Whether this decodes pictures in hardware.
pub(super) fn is_hardware(factory: &gst::ElementFactory) -> bool {
    let class = factory.metadata("klass").unwrap_or_default();
    ["Decoder", "Video", "Hardware"].iter().all(|word| class.contains(word))
}

/// Lets decoders in hardware be taken by pipelines that are made from now on, or not. Says whether that
/// changed anything.
pub(super) fn allow(on: bool) -> bool {
    allow_those(on, is_hardware)
}

fn allow_those(on: bool, are_meant: impl Fn(&gst::ElementFactory) -> bool) -> bool {
    let mut taken = TAKEN.lock().unwrap_or_else(PoisonError::into_inner);
    if on {
        let given_back = !taken.is_empty();
        for (factory, rank) in taken.drain(..) {
            factory.set_rank(rank);
        }
        return given_back;
    }
    let decoders =
        gst::ElementFactory::factories_with_type(gst::ElementFactoryType::DECODER, gst::Rank::MARGINAL);
    let before = taken.len();
    for factory in decoders.into_iter().filter(are_meant) {
        let rank = factory.rank();
        factory.set_rank(gst::Rank::NONE);
        taken.push((factory, rank));
    }
    taken.len() > before
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_taken_away_is_given_back_as_it_was() {
        gst::init().unwrap();
        let one = gst::ElementFactory::find("theoradec").expect("part of the base plugins");
        assert!(!is_hardware(&one));
        let meant = |factory: &gst::ElementFactory| factory.name() == "theoradec";
        let rank = one.rank();
        assert!(allow_those(false, meant));
        assert_eq!(one.rank(), gst::Rank::NONE);
        assert!(!allow_those(false, meant), "it is gone already");
        assert!(allow_those(true, meant));
        assert_eq!(one.rank(), rank);
        assert!(!allow_those(true, meant));
    }
}
