//! Films so short that they are read to their end before every track of them has begun.
//!
//! decodebin3 of GStreamer 1.22 takes a track that has ended before another one's first piece comes for one of
//! an older film, and throws it away with its end: the pipeline then waits for that end for ever, and can fall
//! as it is taken down. One in ten films of a second with three tracks of subtitles did so. So a demuxer's word
//! of the end is held until each of its tracks has begun.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use gstreamer as gst;
use gstreamer::prelude::*;

/// Longest time that an end is held: a track may be empty.
const PATIENCE: Duration = Duration::from_millis(500);

/// From a track's first piece until decodebin3, next in its way, has taken it in.
const TAKEN_IN: Duration = Duration::from_millis(30);

#[derive(Default)]
struct Counts {
    /// Tracks that demuxers have.
    tracks: usize,
    /// Those that have begun.
    begun: usize,
}

#[derive(Default)]
struct Gate {
    counts: Mutex<Counts>,
    moved: Condvar,
}

impl Gate {
    fn lock(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn begins(&self) {
        self.lock().begun += 1;
        self.moved.notify_all();
    }

    /// Waits until every track has begun.
    fn wait(&self) {
        let missing = |counts: &mut Counts| counts.begun < counts.tracks;
        if !missing(&mut self.lock()) {
            return;
        }
        let waited = self.moved.wait_timeout_while(self.lock(), PATIENCE, missing);
        drop(waited.unwrap_or_else(PoisonError::into_inner));
        std::thread::sleep(TAKEN_IN);
    }
}

/// Holds ends in this bin where they would come too early.
pub(super) fn guard(bin: &gst::Bin) {
    let gate = Arc::<Gate>::default();
    bin.connect_deep_element_added(move |_, _, element| {
        let Some(factory) = element.factory() else { return };
        let gate = Arc::clone(&gate);
        if factory.name() == "parsebin" {
            element.connect_pad_added(move |_, pad| tell_beginning(pad, Arc::clone(&gate)));
        } else if factory.metadata("klass").is_some_and(|class| class.contains("Demux")) {
            element.connect_pad_added(move |_, pad| {
                gate.lock().tracks += 1;
                hold_end(pad, Arc::clone(&gate));
            });
        }
    });
}

fn tell_beginning(pad: &gst::Pad, gate: Arc<Gate>) {
    let kinds =
        gst::PadProbeType::BUFFER | gst::PadProbeType::BUFFER_LIST | gst::PadProbeType::EVENT_DOWNSTREAM;
    pad.add_probe(kinds, move |_, info| {
        let is_piece = match &info.data {
            Some(gst::PadProbeData::Event(event)) => {
                matches!(event.type_(), gst::EventType::Gap | gst::EventType::Eos)
            }
            _ => true,
        };
        if !is_piece {
            return gst::PadProbeReturn::Ok;
        }
        gate.begins();
        gst::PadProbeReturn::Remove
    });
}

fn hold_end(pad: &gst::Pad, gate: Arc<Gate>) {
    pad.add_probe(gst::PadProbeType::EVENT_DOWNSTREAM, move |_, info| {
        if let Some(gst::PadProbeData::Event(event)) = &info.data
            && event.type_() == gst::EventType::Eos
        {
            gate.wait();
        }
        gst::PadProbeReturn::Ok
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_waits_for_tracks_that_have_not_begun() {
        let gate = Arc::<Gate>::default();
        gate.wait();
        gate.lock().tracks = 2;
        gate.begins();
        let other = Arc::clone(&gate);
        let begins = std::thread::spawn(move || other.begins());
        gate.wait();
        assert_eq!(gate.lock().begun, 2);
        begins.join().unwrap();
    }
}
