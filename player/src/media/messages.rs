//! What GStreamer's messages mean for a load.

use std::time::Duration;

use gstreamer as gst;

use super::chapters;
use super::codec_names::{Missing, Part};
use super::events::{Failure, MediaEvent};
use super::load::{Hands, Load, Stage};
use super::mailbox::Origin;
use super::pipeline::{Pipeline, Sound};
use super::text;
use super::tracks::TrackKind;
use crate::i18n::t;

/// Most missing codecs kept of one title.
const MAX_MISSING: usize = 16;
/// A title that ends so long before its time, and by such a part of it, has lost its end.
const MISSED_AT_LEAST: Duration = Duration::from_secs(3);
const MISSED_PART: f64 = 0.02;

/// What the worker must do after a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum After {
    /// Nothing.
    Go,
    /// Build the pipeline anew: the sound device does not open.
    WithoutDevice,
}

/// Takes one message of the load's pipeline.
pub(super) fn take(load: &mut Load, message: &gst::Message, hands: &Hands) -> After {
    if load.stage == Stage::Failed {
        return After::Go;
    }
    match message.view() {
        gst::MessageView::Error(error) => return failed(load, message, error, hands),
        gst::MessageView::Warning(warning) => warned(message, warning, hands),
        gst::MessageView::Element(_) => {
            if let Some(missing) = Missing::parse(message) {
                lacks(load, missing, hands);
            }
        }
        gst::MessageView::AsyncDone(_) => {
            let changed = load.tracks.read_again();
            tell_tracks(load, changed, hands);
            if load.stage == Stage::Opening {
                load.begun(hands);
            } else {
                load.seek_done(hands);
            }
        }
        gst::MessageView::Eos(_) => ended(load, hands),
        gst::MessageView::DurationChanged(_) => {
            if let Some(duration) = load.pipeline.duration()
                && load.stage != Stage::Opening
                && load.duration != Some(duration)
            {
                load.duration = Some(duration);
                hands.tell(MediaEvent::Duration(duration));
            }
        }
        gst::MessageView::StreamCollection(collection) => {
            let changed = load.tracks.set_collection(collection.stream_collection());
            tell_tracks(load, changed, hands);
        }
        gst::MessageView::StreamsSelected(selected) => {
            let ids = selected.streams().filter_map(|stream| Some(stream.stream_id()?.to_string())).collect();
            let changed = load.tracks.set_running(ids);
            tell_tracks(load, changed, hands);
        }
        gst::MessageView::Tag(_) => {
            let changed = load.tracks.read_again();
            tell_tracks(load, changed, hands);
        }
        gst::MessageView::Buffering(buffering) => uri_buffering(load, buffering.percent(), hands),
        gst::MessageView::Toc(toc) => {
            // It comes once from each end of the pipeline.
            let chapters = chapters::of_toc(&toc.toc().0);
            if chapters != load.chapters {
                load.chapters.clone_from(&chapters);
                hands.tell(MediaEvent::Chapters(chapters));
            }
        }
        gst::MessageView::Qos(_) => hands.around.slot.count_late(load.pipeline.late_frames()),
        gst::MessageView::Latency(_) => load.pipeline.recalculate_latency(),
        gst::MessageView::ClockLost(_) => {
            load.pipeline.set_state(gst::State::Paused);
            load.apply_state();
        }
        _ => (),
    }
    After::Go
}

/// A decoder is missing. A film goes on with silence in place of its sound; nothing goes on without its
/// picture, which the pipeline would wait for for ever, and sound alone not without itself.
fn lacks(load: &mut Load, missing: Missing, hands: &Hands) {
    if load.missing.len() >= MAX_MISSING || load.missing.contains(&missing) {
        return;
    }
    load.missing.push(missing.clone());
    let Missing { codec, install, part } = missing;
    if load.stage != Stage::Opening {
        hands.tell(MediaEvent::LeftOut { codec, install, sound: part == Part::Sound });
    } else if part == Part::Picture || (part == Part::Sound && !load.tracks.has(TrackKind::Video)) {
        load.fail(Failure::MissingCodec { codec, install }, hands);
    }
    // What else is missing is told when the rest is there.
}

fn tell_tracks(load: &Load, changed: bool, hands: &Hands) {
    if changed && load.stage != Stage::Opening {
        hands.tell(MediaEvent::Tracks(load.tracks.list()));
    }
}

/// A failed read makes demuxers report all sorts of things, an end of stream among them: the read
/// is asked first, every time.
pub(super) fn failed_read(load: &mut Load, hands: &Hands) {
    let Some(feed) = load.feed() else { return };
    let is_file = feed.is_whole();
    if let Some(why) = feed.take_failure() {
        load.fail(if is_file { Failure::Other(why) } else { Failure::Network(why) }, hands);
    }
}

/// Picture and sound are over, or the pipeline says that all is.
pub(super) fn ended(load: &mut Load, hands: &Hands) {
    failed_read(load, hands);
    // An end that a seek has overtaken is none.
    if load.stage == Stage::Running && !load.seeks.is_busy() {
        if let Some((at, lasts)) = load.pipeline.came_to().zip(load.duration)
            && breaks_off(at, lasts)
        {
            return load.fail(Failure::BreaksOff { at, lasts }, hands);
        }
        load.stage = Stage::Ended;
        load.forget_subtitles(hands);
        hands.tell(MediaEvent::EndOfFile);
    }
}

/// Whether a title that came to `at` and should last so long has lost its end. Sound and picture may end apart,
/// and a track of words after both.
fn breaks_off(at: Duration, lasts: Duration) -> bool {
    lasts.saturating_sub(at) > MISSED_AT_LEAST.max(lasts.mul_f64(MISSED_PART))
}

fn uri_buffering(load: &mut Load, percent: i32, hands: &Hands) {
    if !matches!(load.origin, Origin::Uri(_)) {
        return;
    }
    let percent = u8::try_from(percent.clamp(0, 100)).unwrap_or(100);
    let was_held = load.uri_held;
    load.uri_held = percent < 100;
    if was_held != load.uri_held {
        load.apply_state();
    }
    if load.uri_held {
        hands.tell(MediaEvent::Buffering { percent });
    } else if was_held {
        hands.tell(MediaEvent::BufferingEnded);
    }
}

fn warned(message: &gst::Message, warning: &gst::message::Warning, hands: &Hands) {
    if Pipeline::is_from_audio_sink(message) {
        hands.tell(MediaEvent::NoSoundDevice);
        return;
    }
    tracing::debug!(warning = %warning.error(), debug = ?warning.debug(), "pipeline warning");
    hands.tell(MediaEvent::Warning(text::clean(&warning.error().to_string())));
}

fn failed(load: &mut Load, message: &gst::Message, error: &gst::message::Error, hands: &Hands) -> After {
    failed_read(load, hands);
    if load.stage == Stage::Failed {
        return After::Go;
    }
    tracing::debug!(error = %error.error(), debug = ?error.debug(), "pipeline error");
    if Pipeline::is_from_audio_sink(message) && hands.sound == Sound::Device {
        return After::WithoutDevice;
    }
    let is_web = matches!(&load.origin, Origin::Uri(uri) if !uri.starts_with("file:"));
    let is_from_web = is_web && Pipeline::is_from_source(message);
    let failure = classify(&error.error(), &load.missing, is_from_web);
    load.fail(failure, hands);
    After::Go
}

/// What went wrong, in words.
fn classify(error: &gst::glib::Error, missing: &[Missing], is_from_web: bool) -> Failure {
    let said = text::clean(error.message());
    let of_picture = missing.iter().find(|missing| missing.part == Part::Picture);
    if let Some(missing) = of_picture.or_else(|| missing.first()) {
        return Failure::MissingCodec { codec: missing.codec.clone(), install: missing.install.clone() };
    }
    if is_from_web {
        // What a web source says when nobody answers is no more than that its stream stopped.
        let said = if error.is::<gst::StreamError>() { t!("media-nobody-answers") } else { said };
        return Failure::Network(t!("media-address", why = said));
    }
    if let Some(kind) = error.kind::<gst::StreamError>() {
        return match kind {
            gst::StreamError::CodecNotFound => Failure::MissingCodec {
                codec: t!("media-all-codecs"),
                install: "gstreamer1.0-libav, gstreamer1.0-plugins-bad".into(),
            },
            gst::StreamError::TypeNotFound | gst::StreamError::WrongType => {
                Failure::Damaged(t!("media-unknown"))
            }
            _ => Failure::Damaged(t!("media-damaged", why = said)),
        };
    }
    Failure::Other(t!("media-failed", why = said))
}

#[cfg(test)]
mod tests {
    use super::*;
    use gst::glib;

    #[test]
    fn a_missing_codec_is_named_before_anything_else() {
        gst::init().unwrap();
        let error = glib::Error::new(gst::StreamError::Failed, "Internal data stream error.");
        let missing = [
            Missing { codec: "Opus".into(), install: "a".into(), part: Part::Sound },
            Missing { codec: "H.265".into(), install: "b".into(), part: Part::Picture },
        ];
        let expected = Failure::MissingCodec { codec: "H.265".into(), install: "b".into() };
        assert_eq!(classify(&error, &missing, false), expected);
    }

    #[test]
    fn kinds_of_error_are_told_apart() {
        gst::init().unwrap();
        let of = |error: glib::Error, is_from_web| classify(&error, &[], is_from_web);
        assert!(matches!(of(glib::Error::new(gst::StreamError::Demux, "x"), false), Failure::Damaged(_)));
        assert!(matches!(of(glib::Error::new(gst::ResourceError::Read, "x"), true), Failure::Network(_)));
        assert!(matches!(of(glib::Error::new(gst::StreamError::Failed, "x"), true), Failure::Network(_)));
        assert!(matches!(of(glib::Error::new(gst::ResourceError::Read, "x"), false), Failure::Other(_)));
    }
}
