//! Titles whose codecs nobody can decode. Alone in their process, since decoders are taken away.

#[expect(dead_code, reason = "each file of tests needs only a part of it")]
mod support;

use gstreamer as gst;
use gstreamer::prelude::*;
use support::{Kind, TestSource, Watched, film, made, tone};
use tributary_player::media::{Failure, Input, LoadOptions, MediaEvent};

/// Nobody decodes this from now on.
fn take_away(caps: &str) {
    let caps = gst::Caps::builder(caps).build();
    let decoders =
        gst::ElementFactory::factories_with_type(gst::ElementFactoryType::DECODER, gst::Rank::MARGINAL);
    for factory in decoders {
        if factory.can_sink_any_caps(&caps) {
            factory.set_rank(gst::Rank::NONE);
        }
    }
}

/// Plays what can't be played, and gives what is said to be missing and what to install.
fn refused(watched: &mut Watched, bytes: Vec<u8>) -> (String, String) {
    watched.player.load(Input::Source(TestSource::open(bytes)), LoadOptions::default());
    watched.wait("the failure", |event| match event {
        MediaEvent::Failed(Failure::MissingCodec { codec, install }) => {
            Some((codec.clone(), install.clone()))
        }
        _ => None,
    })
}

#[test]
fn a_film_plays_without_its_sound_but_not_without_its_picture_and_both_are_named() {
    let bytes = film(Kind::WebM, 2);
    let song = made(&format!("{} ! vorbisenc ! oggmux ! filesink name=out", tone(1, 440)));
    take_away("audio/x-vorbis");
    let mut watched = Watched::playing(&TestSource::open(bytes.clone()));
    assert_eq!(watched.ready().audio, None);
    let (codec, install) = watched.wait("word of the sound", |event| match event {
        MediaEvent::LeftOut { codec, install, sound: true } => Some((codec.clone(), install.clone())),
        _ => None,
    });
    assert!(codec.contains("Vorbis") && install == "gstreamer1.0-plugins-base", "{codec}, {install}");
    watched.wait_for(&MediaEvent::EndOfFile);

    let (codec, install) = refused(&mut watched, song);
    assert!(codec.contains("Vorbis"), "{codec}");
    assert_eq!(install, "gstreamer1.0-plugins-base");

    take_away("video/x-vp8");
    let (codec, install) = refused(&mut watched, bytes);
    assert!(codec.contains("VP8"), "{codec}");
    assert_eq!(install, "gstreamer1.0-plugins-good");
}
