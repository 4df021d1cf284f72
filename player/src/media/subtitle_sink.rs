//! Where subtitles come out of the pipeline, at their time, and are understood.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use gstreamer as gst;
use gstreamer::prelude::*;
use gstreamer_app as gst_app;

use super::ass_lines;
use super::pipeline::Surroundings;
use super::player::Pace;
use super::shared::Cue;
use super::sinks::stream_time;
use crate::captions::ass::Script;
use crate::captions::dvb::Dvb;
use crate::captions::pgs::Pgs;
use crate::captions::vobsub::VobSub;
use crate::captions::{Caption, Said, Words, marks};

/// Longest text and largest picture that are looked at, in bytes.
const MOST_BYTES: usize = 4 << 20;
/// The event by which demuxers tell the colours of DVD's subtitles.
const DVD_EVENT: &str = "application/x-gst-dvd";

/// Whether a track of this kind can be shown.
pub(super) fn is_drawn(caps: &gst::CapsRef) -> bool {
    let kinds = [
        "application/x-ass",
        "application/x-ssa",
        "subpicture/x-pgs",
        "subpicture/x-dvd",
        "subpicture/x-dvb",
    ];
    let name = caps.structure(0).map(|structure| structure.name().as_str());
    name.is_none_or(|name| name == "text/x-raw" || kinds.contains(&name))
}

/// The end for subtitles. It never waits for a first one, and takes what it can't read without complaint, so
/// that an odd subtitle track never keeps a film from playing.
pub(super) fn new(around: &Surroundings) -> gst_app::AppSink {
    let paced = around.pace == Pace::Real;
    let sink = gst_app::AppSink::builder().max_buffers(4).drop(true).sync(paced).async_(false).build();
    let shared = Arc::clone(&around.shared);
    let decoders = Arc::new(Mutex::new(Decoders::default()));
    let own = Arc::clone(&decoders);
    sink.set_callbacks(
        gst_app::AppSinkCallbacks::builder()
            .new_sample(move |sink| {
                let sample = sink.pull_sample().map_err(|_| gst::FlowError::Flushing)?;
                if let Some(cue) = own.lock().unwrap_or_else(PoisonError::into_inner).cue(&sample) {
                    shared.push_cue(cue);
                }
                Ok(gst::FlowSuccess::Ok)
            })
            .build(),
    );
    if let Some(pad) = sink.static_pad("sink") {
        let kinds = gst::PadProbeType::EVENT_DOWNSTREAM | gst::PadProbeType::EVENT_FLUSH;
        pad.add_probe(kinds, move |_, info| {
            if let Some(gst::PadProbeData::Event(event)) = &info.data {
                decoders.lock().unwrap_or_else(PoisonError::into_inner).told(event);
            }
            gst::PadProbeReturn::Ok
        });
    }
    sink
}

/// What earlier pieces of the track that runs have said.
#[derive(Default)]
struct Decoders {
    /// The styles of a script, and what they were read from.
    script: Option<(gst::Buffer, Script)>,
    pgs: Pgs,
    vobsub: VobSub,
    dvb: Dvb,
}

impl Decoders {
    fn told(&mut self, event: &gst::EventRef) {
        match event.view() {
            // What one track said means nothing to another.
            gst::EventView::StreamStart(_) => *self = Self::default(),
            gst::EventView::FlushStop(_) => (self.pgs, self.dvb) = Default::default(),
            gst::EventView::CustomDownstream(_) | gst::EventView::CustomDownstreamSticky(_) => {
                if let Some(colors) = event.structure().and_then(dvd_colors) {
                    self.vobsub.set_colors(colors);
                }
            }
            _ => (),
        }
    }

    /// What a sample shows, and until when.
    fn cue(&mut self, sample: &gst::Sample) -> Option<Cue> {
        let caps = sample.caps()?.structure(0)?;
        let buffer = sample.buffer()?;
        let bytes = buffer.map_readable().ok().filter(|bytes| bytes.len() <= MOST_BYTES)?;
        let from = stream_time(sample);
        let ends = |lasts: Option<Duration>| Some(from? + lasts?);
        let said = match caps.name().as_str() {
            "text/x-raw" => {
                let words = self.words(caps, &String::from_utf8_lossy(&bytes))?;
                let until = ends(buffer.duration().map(Duration::from));
                return Some(Cue { caption: Some(Caption::Words(words)), from, until });
            }
            "subpicture/x-pgs" => self.pgs.take(&bytes),
            "subpicture/x-dvb" => self.dvb.take(&bytes),
            "subpicture/x-dvd" => {
                if let Ok(index) = caps.get::<gst::Buffer>("codec_data") {
                    let index = index.map_readable().ok()?;
                    self.vobsub.read_index(&String::from_utf8_lossy(&index));
                }
                self.vobsub.take(&bytes)
            }
            _ => return None,
        };
        match said {
            Said::More => None,
            Said::Nothing => Some(Cue { caption: None, from, until: None }),
            Said::Shown(picture, lasts) => {
                Some(Cue { caption: Some(Caption::Picture(picture)), from, until: ends(lasts) })
            }
        }
    }

    fn words(&mut self, caps: &gst::StructureRef, text: &str) -> Option<Words> {
        let format = caps.get::<&str>("format").unwrap_or_default();
        if format != ass_lines::FORMAT {
            // Text that is no markup has marks of SubRip all the same, where it has any.
            return marks::words(text);
        }
        let styles = caps.get::<gst::Buffer>(ass_lines::STYLES).unwrap_or_default();
        if self.script.as_ref().is_none_or(|(read, _)| *read != styles) {
            let script = {
                let bytes = styles.map_readable().ok()?;
                Script::parse(&String::from_utf8_lossy(&bytes[..bytes.len().min(MOST_BYTES)]))
            };
            self.script = Some((styles, script));
        }
        self.script.as_ref()?.1.of_track(text)
    }
}

/// The sixteen colours that an event tells, if it is one that does.
fn dvd_colors(event: &gst::StructureRef) -> Option<[u32; 16]> {
    if event.name() != DVD_EVENT || event.get::<&str>("event").ok()? != "dvd-spu-clut-change" {
        return None;
    }
    let mut colors = [0; 16];
    for (number, color) in colors.iter_mut().enumerate() {
        *color = event.get::<i32>(&*format!("clut{number:02}")).ok()?.cast_unsigned();
    }
    Some(colors)
}
