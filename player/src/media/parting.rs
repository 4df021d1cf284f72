//! Where a film is parted into its tracks.
//!
//! uridecodebin3 of GStreamer 1.22 has its source part the film, and every track then goes to decodebin3 by a
//! thread of its own, through a queue of its own. decodebin3 takes a track that has ended before another one's
//! first piece comes for one of an older film, and throws it away with its end. So a short film, or any on a
//! busy machine that lets one of these threads wait, now and then never showed its first picture, never ended,
//! or fell as it was taken down: `gst_decodebin3_reset` then looks for the track thrown away and goes on with
//! the null that it finds. decodebin3 can part the film by itself, with one thread for all tracks, so that none
//! is ahead of the others; and what lies between demuxer and decoders is held once, not twice.

use gstreamer as gst;
use gstreamer::prelude::*;

/// Has decodebin3 part all films in this bin.
pub(super) fn by_decoder(bin: &gst::Bin) {
    bin.connect_deep_element_added(|_, _, element| {
        let is_source = element.factory().is_some_and(|factory| factory.name() == "urisourcebin");
        if is_source && element.has_property("parse-streams") {
            element.set_property("parse-streams", false);
        }
    });
}
