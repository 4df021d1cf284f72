//! What the pipeline tells, as changes of the state.

use crate::i18n::t;
use crate::media::{ColorMatrix, FrameSlot, Light, PixelFormat, Transfer, VideoFrame};
use crate::media::{Facts, Failure, MediaEvent, TrackInfo, TrackKind as MediaTrackKind};
use crate::state::PlaybackEvent;
use crate::state::playback::{self, Fault, MediaWords, Pictures, TrackChoice, TrackKind};
use crate::state::{languages, words};

/// The changes that `event` makes.
pub(super) fn events(event: MediaEvent) -> Vec<PlaybackEvent> {
    let one = |event| vec![event];
    match event {
        MediaEvent::Loading => one(PlaybackEvent::Loading),
        MediaEvent::Ready(facts) => vec![ready(&facts), PlaybackEvent::Tracks(tracks(&facts.tracks))],
        MediaEvent::Tracks(list) => one(PlaybackEvent::Tracks(tracks(&list))),
        MediaEvent::Chapters(list) => one(PlaybackEvent::Chapters(playback::chapters(
            list.iter().map(|chapter| (chapter.title.as_str(), chapter.start)),
        ))),
        MediaEvent::Duration(duration) => one(PlaybackEvent::Duration(duration)),
        MediaEvent::Playing => one(PlaybackEvent::Paused(false)),
        MediaEvent::Paused => one(PlaybackEvent::Paused(true)),
        MediaEvent::Buffering { percent } => one(PlaybackEvent::Buffering(percent)),
        MediaEvent::BufferingEnded => one(PlaybackEvent::BufferingEnded),
        MediaEvent::Seeking(target) => one(PlaybackEvent::Seeking(target)),
        MediaEvent::Seeked(place) => one(PlaybackEvent::Seeked(place)),
        MediaEvent::Subtitles(captions) => one(PlaybackEvent::Subtitles(captions)),
        MediaEvent::EndOfFile => one(PlaybackEvent::Ended),
        MediaEvent::Failed(failure) => one(PlaybackEvent::Failed(fault(failure))),
        MediaEvent::NoSoundDevice | MediaEvent::LeftOut { .. } | MediaEvent::Warning(_) => Vec::new(),
    }
}

fn fault(failure: Failure) -> Fault {
    match failure {
        Failure::MissingCodec { codec, install } => Fault::MissingCodec { codec, install },
        Failure::Network(why) => Fault::Network(why),
        Failure::Damaged(why) => Fault::Damaged(why),
        Failure::BreaksOff { at, lasts } => {
            let (at, lasts) = (words::clock(Some(at)), words::clock(Some(lasts)));
            Fault::Damaged(t!("media-breaks-off", at = at, lasts = lasts))
        }
        Failure::Other(why) => Fault::Other(why),
    }
}

fn ready(facts: &Facts) -> PlaybackEvent {
    let mut media = MediaWords::default();
    if let Some(video) = &facts.video {
        media.video_codec = words::safe(&video.codec);
        media.video_size = Some((video.width, video.height));
        media.fps = (video.frames_per_second > 0.0).then_some(video.frames_per_second);
        let name = words::safe(&video.decoder);
        media.video_decoder = if video.hardware {
            t!("decoder-hardware", name = name)
        } else {
            t!("decoder-software", name = name)
        };
    }
    if let Some(audio) = &facts.audio {
        media.audio_codec = words::safe(&audio.codec);
        media.audio_decoder = words::safe(&audio.decoder);
        media.audio_detail =
            format!("{}, {}", words::channels(audio.channels), kilohertz(audio.sample_rate_hz));
    }
    PlaybackEvent::Ready { duration: facts.duration, seekable: facts.seekable, media }
}

/// How the last pictures came, and what they are made of.
pub(super) fn pictures(frames: &FrameSlot) -> Pictures {
    let times = frames.times();
    let newest = frames.newest();
    Pictures {
        late: frames.late(),
        wait_ms: times.wait_ms,
        apart_ms: times.apart_ms.into_iter().collect(),
        colour: newest.as_deref().map(colour).unwrap_or_default(),
        light: newest.as_deref().map(|frame| light(frame.light)).unwrap_or_default(),
    }
}

/// `I420, 8 bit, BT.709, limited range`.
fn colour(frame: &VideoFrame) -> String {
    let name = match frame.format {
        PixelFormat::I420 | PixelFormat::I420Deep => "I420",
        PixelFormat::Nv12 => "NV12",
        PixelFormat::P010 => "P010",
        // Converted for a software rasteriser; what it was before is not told.
        PixelFormat::Rgba => return "RGBA".to_owned(),
    };
    let bits = t!("media-bits", bits = if frame.format.deep_scale().is_some() { 10 } else { 8 });
    let matrix = match frame.matrix {
        ColorMatrix::Bt601 => "BT.601",
        ColorMatrix::Bt709 => "BT.709",
        ColorMatrix::Bt2020 => "BT.2020",
    };
    let range = if frame.full_range { t!("media-full") } else { t!("media-limited") };
    format!("{name}, {bits}, {matrix}, {range}")
}

/// What its light asks for; nothing where it is as screens show it.
fn light(light: Light) -> String {
    let nits = words::group(light.peak_nits.round() as u64);
    match light.transfer {
        Transfer::Pq => t!("media-hdr", transfer = "PQ", nits = nits),
        Transfer::Hlg => t!("media-hdr", transfer = "HLG", nits = nits),
        Transfer::Sdr if light.wide => t!("media-wide"),
        Transfer::Sdr => String::new(),
    }
}

fn kilohertz(hertz: u32) -> String {
    let text = words::decimal(f64::from(hertz) / 1000.0, 1);
    format!("{} kHz", text.trim_end_matches('0').trim_end_matches(['.', ',']))
}

fn tracks(list: &[TrackInfo]) -> Vec<TrackChoice> {
    fn told(text: &Option<String>) -> &str {
        text.as_deref().unwrap_or_default()
    }
    let of_kind = |kind, own| {
        let tracks: Vec<&TrackInfo> = list.iter().filter(|track| track.kind == own).collect();
        let known: Vec<_> = tracks.iter().map(|track| (told(&track.title), told(&track.language))).collect();
        let names = languages::names_of_tracks(&known);
        let choice = move |(track, name): (&TrackInfo, String)| TrackChoice {
            kind,
            number: track.index,
            name,
            detail: detail(track),
            on: track.selected,
        };
        tracks.into_iter().zip(names).map(choice).collect::<Vec<_>>()
    };
    let mut choices = of_kind(TrackKind::Sound, MediaTrackKind::Audio);
    choices.extend(of_kind(TrackKind::Subtitle, MediaTrackKind::Subtitle));
    choices
}

/// `AAC, stereo`
fn detail(track: &TrackInfo) -> String {
    let codec = words::codec(&words::safe(&track.codec));
    if !track.drawn {
        return t!("media-not-drawn", codec = codec);
    }
    match track.channels {
        0 => codec,
        number if codec.is_empty() => words::channels(number),
        number => format!("{codec}, {}", words::channels(number)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::AudioFacts;

    #[test]
    fn facts_are_put_into_words() {
        let audio = AudioFacts {
            codec: "MPEG-4 AAC".to_owned(),
            channels: 2,
            sample_rate_hz: 44_100,
            ..AudioFacts::default()
        };
        let facts = Facts { audio: Some(audio), ..Facts::default() };
        let events = events(MediaEvent::Ready(facts));
        let PlaybackEvent::Ready { media, .. } = &events[0] else { panic!("{events:?}") };
        assert_eq!(media.audio_detail, "stereo, 44.1 kHz");
        assert_eq!(kilohertz(48_000), "48 kHz");
    }

    #[test]
    fn tracks_are_told_as_people_call_them() {
        let track = |codec: &str, channels| {
            let mut track = TrackInfo::of_kind(MediaTrackKind::Audio);
            (track.codec, track.channels) = (codec.to_owned(), channels);
            detail(&track)
        };
        assert_eq!(track("MPEG-4 AAC", 2), "AAC, stereo");
        assert_eq!(track("AC-3 (ATSC A/52)", 6), "AC-3, 5.1");
        assert_eq!(track("Timed Text", 0), "Text");
        assert_eq!(track("", 1), "mono");
        let mut odd = TrackInfo::of_kind(MediaTrackKind::Subtitle);
        (odd.codec, odd.drawn) = ("XSUB".to_owned(), false);
        assert_eq!(detail(&odd), "XSUB, can't be shown");
    }

    #[test]
    fn a_fault_and_the_end_are_told_apart() {
        assert_eq!(events(MediaEvent::EndOfFile), [PlaybackEvent::Ended]);
        let failed = events(MediaEvent::Failed(Failure::Network("gone".to_owned())));
        assert_eq!(failed, [PlaybackEvent::Failed(Fault::Network("gone".to_owned()))]);
    }
}
