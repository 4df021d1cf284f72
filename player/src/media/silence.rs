//! The decoder of last resort: silence in place of sound that nothing here can decode.
//!
//! playbin3 (GStreamer 1.22) selects a film's sound even where it is told to play none, and now and then
//! waits for it for ever when its decoder is missing. So there always is one: it ranks behind all
//! others, says what is missing, and gives silence as long as the sound it was given.

use std::sync::{LazyLock, Mutex, PoisonError};

use gstreamer as gst;
use gstreamer::glib;
use gstreamer::prelude::*;
use gstreamer::subclass::prelude::*;
use gstreamer_pbutils as gst_pbutils;

/// Of the decoders with the lowest rank the one whose name sorts last is taken last.
const NAME: &str = "zsilence";

/// Every compressed sound that GStreamer's demuxers name.
const CODECS: [&str; 32] = [
    "audio/AMR",
    "audio/AMR-WB",
    "audio/mpeg",
    "audio/x-ac3",
    "audio/x-ac4",
    "audio/x-adpcm",
    "audio/x-alac",
    "audio/x-alaw",
    "audio/x-ape",
    "audio/x-atrac3",
    "audio/x-cook",
    "audio/x-dts",
    "audio/x-eac3",
    "audio/x-ffmpeg-parsed-musepack",
    "audio/x-flac",
    "audio/x-mace",
    "audio/x-mulaw",
    "audio/x-musepack",
    "audio/x-opus",
    "audio/x-private1-ac3",
    "audio/x-private1-dts",
    "audio/x-private1-lpcm",
    "audio/x-qdm",
    "audio/x-qdm2",
    "audio/x-sbc",
    "audio/x-speex",
    "audio/x-true-hd",
    "audio/x-tta",
    "audio/x-vorbis",
    "audio/x-wavpack",
    "audio/x-wma",
    "audio/x-wms",
];

/// Samples a second of the silence.
const SAMPLE_RATE_HZ: u32 = 48_000;
/// Bytes of a sample: one channel of 16 bits.
const SAMPLE_BYTES: u64 = 2;
/// How long a piece of sound is taken to last where it does not say.
const USUAL_PIECE: gst::ClockTime = gst::ClockTime::from_mseconds(20);
/// Longest piece of silence made at once.
const LONGEST_PIECE: gst::ClockTime = gst::ClockTime::from_seconds(2);

glib::wrapper! {
    /// See the module's header.
    pub(super) struct Silence(ObjectSubclass<Decoder>) @extends gst::Element, gst::Object;
}

/// Makes the decoder known to playbin.
pub(super) fn register() -> Result<(), glib::BoolError> {
    gst::Element::register(None, NAME, gst::Rank::MARGINAL, Silence::static_type())
}

/// Whether this is the decoder of last resort.
pub(super) fn is(decoder: &str) -> bool {
    decoder == NAME
}

/// What stands behind [`Silence`].
pub(super) struct Decoder {
    sink: gst::Pad,
    source: gst::Pad,
    /// Where the next piece begins if it does not say.
    next: Mutex<Option<gst::ClockTime>>,
}

#[glib::object_subclass]
impl ObjectSubclass for Decoder {
    const NAME: &'static str = "TributarySilence";
    type Type = Silence;
    type ParentType = gst::Element;

    fn with_class(class: &Self::Class) -> Self {
        let template = |name| class.pad_template(name).expect("the class has both templates");
        let sink = gst::Pad::builder_from_template(&template("sink"))
            .chain_function(|_, parent, buffer| {
                Self::catch_panic_pad_function(
                    parent,
                    || Err(gst::FlowError::Error),
                    |decoder| decoder.take(&buffer),
                )
            })
            .event_function(|_, parent, event| {
                Self::catch_panic_pad_function(parent, || false, |decoder| decoder.told(event))
            })
            .build();
        let source = gst::Pad::builder_from_template(&template("src")).build();
        Self { sink, source, next: Mutex::new(None) }
    }
}

impl ObjectImpl for Decoder {
    fn constructed(&self) {
        self.parent_constructed();
        for pad in [&self.sink, &self.source] {
            self.obj().add_pad(pad).expect("a fresh element has no pad of this name");
        }
    }
}

impl GstObjectImpl for Decoder {}

impl ElementImpl for Decoder {
    fn metadata() -> Option<&'static gst::subclass::ElementMetadata> {
        static METADATA: LazyLock<gst::subclass::ElementMetadata> = LazyLock::new(|| {
            gst::subclass::ElementMetadata::new(
                "Silence",
                "Codec/Decoder/Audio",
                "Silence in place of sound that can't be decoded",
                "Tributary",
            )
        });
        Some(&METADATA)
    }

    fn pad_templates() -> &'static [gst::PadTemplate] {
        static TEMPLATES: LazyLock<Vec<gst::PadTemplate>> = LazyLock::new(|| {
            let codecs: gst::Caps = CODECS.into_iter().map(gst::Structure::new_empty).collect();
            [("sink", gst::PadDirection::Sink, codecs), ("src", gst::PadDirection::Src, silent_caps())]
                .into_iter()
                .filter_map(|(name, way, caps)| {
                    gst::PadTemplate::new(name, way, gst::PadPresence::Always, &caps).ok()
                })
                .collect()
        });
        &TEMPLATES
    }
}

fn silent_caps() -> gst::Caps {
    gst::Caps::builder("audio/x-raw")
        .field("format", "S16LE")
        .field("layout", "interleaved")
        .field("rate", SAMPLE_RATE_HZ as i32)
        .field("channels", 1)
        .build()
}

impl Decoder {
    fn told(&self, event: gst::Event) -> bool {
        match event.view() {
            gst::EventView::Caps(caps) => {
                let lacking = caps.caps_owned();
                let missing = gst_pbutils::MissingPluginMessage::builder_for_decoder(&lacking);
                // Nobody to hear it means nobody to tell.
                let _ = self.obj().post_message(missing.src(&*self.obj()).build());
                self.source.push_event(gst::event::Caps::new(&silent_caps()))
            }
            gst::EventView::FlushStop(_) | gst::EventView::Segment(_) => {
                *self.next.lock().unwrap_or_else(PoisonError::into_inner) = None;
                gst::Pad::event_default(&self.sink, Some(&*self.obj()), event)
            }
            _ => gst::Pad::event_default(&self.sink, Some(&*self.obj()), event),
        }
    }

    fn take(&self, given: &gst::Buffer) -> Result<gst::FlowSuccess, gst::FlowError> {
        let lasts = given.duration().unwrap_or(USUAL_PIECE).min(LONGEST_PIECE);
        let samples =
            lasts.nseconds().saturating_mul(u64::from(SAMPLE_RATE_HZ)) / gst::ClockTime::SECOND.nseconds();
        let mut silence =
            vec![0; usize::try_from(samples * SAMPLE_BYTES).map_err(|_| gst::FlowError::Error)?];
        // An empty buffer would carry no time.
        silence.resize(silence.len().max(SAMPLE_BYTES as usize), 0);
        let mut silence = gst::Buffer::from_mut_slice(silence);
        {
            let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
            let start = given.pts().or(*next);
            *next = start.map(|start| start.saturating_add(lasts));
            let silence = silence.get_mut().expect("nobody else has this buffer yet");
            silence.set_pts(start);
            silence.set_duration(lasts);
        }
        self.source.push(silence)
    }
}
