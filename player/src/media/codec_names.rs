//! What a missing decoder is called, and what to install for it.

use gstreamer as gst;
use gstreamer_pbutils as gst_pbutils;

/// The part of a title that can't be had without a plugin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Picture,
    Sound,
    /// A subtitle, a cover, the container.
    Other,
}

/// A decoder, demuxer or element that a title needs and that is not installed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Missing {
    /// In words: `H.265 (Main Profile)`.
    pub(super) codec: String,
    /// Names of Debian packages.
    pub(super) install: String,
    /// What it is for.
    pub(super) part: Part,
}

impl Missing {
    /// Reads GStreamer's message, if `message` is one about a missing plugin.
    pub(super) fn parse(message: &gst::MessageRef) -> Option<Self> {
        let missing = gst_pbutils::MissingPluginMessage::parse(message).ok()?;
        Some(Self::from_parts(&missing.description(), &missing.installer_detail()))
    }

    /// `description` is `H.265 (Main Profile) decoder`, `detail` is
    /// `gstreamer|1.0|program|description|decoder-video/x-h265, …`.
    fn from_parts(description: &str, detail: &str) -> Self {
        let wanted = detail.rsplit('|').next().unwrap_or_default();
        let codec = ["decoder", "demuxer", "parser", "element"]
            .iter()
            .find_map(|suffix| description.strip_suffix(suffix))
            .unwrap_or(description)
            .trim();
        let codec = if codec.is_empty() { description } else { codec };
        Self {
            codec: codec.chars().filter(|c| !c.is_control()).take(80).collect(),
            install: package(wanted).to_owned(),
            part: match wanted {
                caps if caps.starts_with("decoder-video/") => Part::Picture,
                caps if caps.starts_with("decoder-audio/") => Part::Sound,
                _ => Part::Other,
            },
        }
    }
}

/// The Debian package that holds a plugin for `wanted`: the caps or element name at the end of an
/// installer detail. Of several the most common is named.
fn package(wanted: &str) -> &'static str {
    const GOOD: &str = "gstreamer1.0-plugins-good";
    const BAD: &str = "gstreamer1.0-plugins-bad";
    const BASE: &str = "gstreamer1.0-plugins-base";
    const TABLE: &[(&str, &str)] = &[
        ("video/x-vp8", GOOD),
        ("video/x-vp9", GOOD),
        ("video/x-theora", BASE),
        ("audio/x-vorbis", BASE),
        ("audio/x-opus", BASE),
        ("audio/x-flac", GOOD),
        ("audio/mpeg, mpegversion=(int)1", GOOD),
        ("video/quicktime", GOOD),
        ("video/x-matroska", GOOD),
        ("video/webm", GOOD),
        ("video/x-msvideo", GOOD),
        ("video/x-flv", GOOD),
        ("application/ogg", BASE),
        ("video/mpegts", BAD),
        ("application/x-hls", BAD),
        ("application/dash+xml", BAD),
        ("application/x-ssa", "gstreamer1.0-plugins-bad (assrender)"),
        ("video/x-av1", "gstreamer1.0-plugins-bad (dav1d) or gstreamer1.0-libav"),
    ];
    let wanted = wanted.strip_prefix("decoder-").unwrap_or(wanted);
    TABLE
        .iter()
        .find(|(caps, _)| wanted.starts_with(caps))
        .map_or("gstreamer1.0-libav", |(_, package)| *package)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codec_and_package_are_named() {
        let missing = Missing::from_parts(
            "H.265 (Main 10 Profile) decoder",
            "gstreamer|1.0|tributary|H.265 (Main 10 Profile) decoder|decoder-video/x-h265, profile=(string)main-10",
        );
        assert_eq!(missing.codec, "H.265 (Main 10 Profile)");
        assert_eq!(missing.install, "gstreamer1.0-libav");
        assert_eq!(missing.part, Part::Picture);
    }

    #[test]
    fn packages_follow_the_caps() {
        assert_eq!(package("decoder-video/x-vp9"), "gstreamer1.0-plugins-good");
        assert_eq!(
            package("decoder-audio/mpeg, mpegversion=(int)1, layer=(int)3"),
            "gstreamer1.0-plugins-good"
        );
        assert_eq!(package("decoder-audio/mpeg, mpegversion=(int)4"), "gstreamer1.0-libav");
        assert_eq!(package("decoder-video/mpegts"), "gstreamer1.0-plugins-bad");
    }

    #[test]
    fn a_real_message_is_understood() {
        gst::init().unwrap();
        let caps = gst::Caps::builder("video/x-h264").build();
        let sender = gst::ElementFactory::make("identity").build().unwrap();
        let message = gst_pbutils::MissingPluginMessage::builder_for_decoder(&caps).src(&sender).build();
        let missing = Missing::parse(&message).unwrap();
        assert!(missing.codec.contains("H.264"), "{missing:?}");
        assert_eq!(missing.part, Part::Picture);
        assert_eq!(Missing::parse(&gst::message::Eos::new()), None);
    }
}
