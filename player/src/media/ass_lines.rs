//! Lets SubStation's subtitles through as they are written, looks and all.
//!
//! GStreamer's own parser of them (ssaparse) throws away everything but the words. This one stands in its place: it
//! ranks before it, and hands on each line of the track, with the track's styles in its caps.

use std::sync::LazyLock;

use gstreamer as gst;
use gstreamer::glib;
use gstreamer::prelude::*;
use gstreamer::subclass::prelude::*;

const NAME: &str = "tributaryasslines";
/// How what comes out is called in `text/x-raw`.
pub(super) const FORMAT: &str = "substation";
/// The field of its caps that holds the track's styles.
pub(super) const STYLES: &str = "styles";

glib::wrapper! {
    /// See the module's header.
    pub(super) struct AssLines(ObjectSubclass<Parser>) @extends gst::Element, gst::Object;
}

/// Makes the parser known to playbin.
pub(super) fn register() -> Result<(), glib::BoolError> {
    gst::Element::register(None, NAME, gst::Rank::PRIMARY + 1, AssLines::static_type())
}

/// What stands behind [`AssLines`].
pub(super) struct Parser {
    sink: gst::Pad,
    source: gst::Pad,
}

#[glib::object_subclass]
impl ObjectSubclass for Parser {
    const NAME: &'static str = "TributaryAssLines";
    type Type = AssLines;
    type ParentType = gst::Element;

    fn with_class(class: &Self::Class) -> Self {
        let template = |name| class.pad_template(name).expect("the class has both templates");
        let sink = gst::Pad::builder_from_template(&template("sink"))
            .chain_function(|_, parent, buffer| {
                Self::catch_panic_pad_function(
                    parent,
                    || Err(gst::FlowError::Error),
                    |parser| parser.source.push(buffer),
                )
            })
            .event_function(|_, parent, event| {
                Self::catch_panic_pad_function(parent, || false, |parser| parser.told(event))
            })
            .build();
        let source = gst::Pad::builder_from_template(&template("src")).build();
        Self { sink, source }
    }
}

impl ObjectImpl for Parser {
    fn constructed(&self) {
        self.parent_constructed();
        for pad in [&self.sink, &self.source] {
            self.obj().add_pad(pad).expect("a fresh element has no pad of this name");
        }
    }
}

impl GstObjectImpl for Parser {}

impl ElementImpl for Parser {
    fn metadata() -> Option<&'static gst::subclass::ElementMetadata> {
        static METADATA: LazyLock<gst::subclass::ElementMetadata> = LazyLock::new(|| {
            gst::subclass::ElementMetadata::new(
                "SubStation lines",
                "Codec/Parser/Subtitle",
                "Lines of SubStation subtitles with their looks",
                "Tributary",
            )
        });
        Some(&METADATA)
    }

    fn pad_templates() -> &'static [gst::PadTemplate] {
        static TEMPLATES: LazyLock<Vec<gst::PadTemplate>> = LazyLock::new(|| {
            let written: gst::Caps = ["application/x-ass", "application/x-ssa"]
                .into_iter()
                .map(gst::Structure::new_empty)
                .collect();
            let lines = gst::Caps::builder("text/x-raw").field("format", FORMAT).build();
            [("sink", gst::PadDirection::Sink, written), ("src", gst::PadDirection::Src, lines)]
                .into_iter()
                .filter_map(|(name, way, caps)| {
                    gst::PadTemplate::new(name, way, gst::PadPresence::Always, &caps).ok()
                })
                .collect()
        });
        &TEMPLATES
    }
}

impl Parser {
    fn told(&self, event: gst::Event) -> bool {
        let gst::EventView::Caps(caps) = event.view() else {
            return gst::Pad::event_default(&self.sink, Some(&*self.obj()), event);
        };
        let mut lines = gst::Caps::builder("text/x-raw").field("format", FORMAT);
        if let Some(styles) = caps.caps().structure(0).and_then(|s| s.get::<gst::Buffer>("codec_data").ok()) {
            lines = lines.field(STYLES, styles);
        }
        self.source.push_event(gst::event::Caps::new(&lines.build()))
    }
}
