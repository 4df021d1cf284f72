//! The tracks of a title, and how they are chosen.

use gstreamer as gst;
use gstreamer_pbutils as gst_pbutils;

use super::subtitle_sink;
use super::text;

/// Most tracks listed of one title.
const MAX_TRACKS: usize = 256;

/// What a track carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TrackKind {
    /// A picture.
    Video,
    /// Sound.
    Audio,
    /// Text or pictures laid over the film.
    Subtitle,
}

/// One track.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrackInfo {
    /// What it carries.
    pub kind: TrackKind,
    /// Its number among the tracks of its kind, from 0: what selecting takes.
    pub index: usize,
    /// Codec in words.
    pub codec: String,
    /// Channels of sound; 0 where unknown.
    pub channels: u32,
    /// Language as the file has it: a code or a name.
    pub language: Option<String>,
    /// The track's own title.
    pub title: Option<String>,
    /// Whether it is shown or heard.
    pub selected: bool,
    /// Whether there is a way to show it.
    pub drawn: bool,
    /// Name of the stream inside the pipeline.
    pub(super) stream_id: String,
}

impl TrackInfo {
    /// A track of which nothing but its kind is known.
    #[must_use]
    pub const fn of_kind(kind: TrackKind) -> Self {
        Self {
            kind,
            index: 0,
            codec: String::new(),
            channels: 0,
            language: None,
            title: None,
            selected: false,
            drawn: true,
            stream_id: String::new(),
        }
    }
}

/// Tracks of the collection, in its order, without a choice made.
fn of_collection(collection: &gst::StreamCollection) -> Vec<TrackInfo> {
    let mut tracks: Vec<TrackInfo> = Vec::new();
    for stream in collection.iter().take(MAX_TRACKS) {
        let kind = match stream.stream_type() {
            kind if kind.contains(gst::StreamType::VIDEO) => TrackKind::Video,
            kind if kind.contains(gst::StreamType::AUDIO) => TrackKind::Audio,
            kind if kind.contains(gst::StreamType::TEXT) => TrackKind::Subtitle,
            _ => continue,
        };
        let Some(stream_id) = stream.stream_id() else { continue };
        let tags = stream.tags();
        let language = tags.as_ref().and_then(|tags| {
            let code = tags.get::<gst::tags::LanguageCode>().map(|value| value.get().to_owned());
            code.or_else(|| tags.get::<gst::tags::LanguageName>().map(|value| value.get().to_owned()))
        });
        let title = tags.as_ref().and_then(|tags| tags.get::<gst::tags::Title>().map(|v| v.get().to_owned()));
        let caps = stream.caps();
        let channels = caps.as_ref().and_then(|caps| caps.structure(0)?.get::<i32>("channels").ok());
        let drawn =
            kind != TrackKind::Subtitle || caps.as_ref().is_none_or(|caps| subtitle_sink::is_drawn(caps));
        let codec = caps
            .filter(|caps| caps.is_fixed())
            .map_or_else(String::new, |caps| gst_pbutils::pb_utils_get_codec_description(&caps).to_string());
        tracks.push(TrackInfo {
            kind,
            index: tracks.iter().filter(|other| other.kind == kind).count(),
            codec: text::clean(&codec),
            channels: channels.and_then(|channels| u32::try_from(channels).ok()).unwrap_or(0),
            language: language.map(|language| text::clean(&language)).filter(|language| !language.is_empty()),
            title: title.map(|title| text::clean(&title)).filter(|title| !title.is_empty()),
            selected: false,
            drawn,
            stream_id: stream_id.to_string(),
        });
    }
    tracks
}

/// Tracks of a title and which of them run.
///
/// The pipeline always runs one subtitle track where there is one; showing none is only a matter
/// of not drawing it, since taking a stream away can freeze the picture.
#[derive(Debug, Default)]
pub(super) struct Tracks {
    all: Vec<TrackInfo>,
    collection: Option<gst::StreamCollection>,
    running: Vec<String>,
    subtitles_shown: bool,
}

impl Tracks {
    /// Takes a new collection; says whether anything changed.
    pub(super) fn set_collection(&mut self, collection: gst::StreamCollection) -> bool {
        let changed = self.set_all(of_collection(&collection));
        self.collection = Some(collection);
        changed
    }

    /// Reads the collection again: languages, titles and codecs of its streams may come after it. Says whether
    /// anything changed.
    pub(super) fn read_again(&mut self) -> bool {
        let Some(collection) = &self.collection else { return false };
        let all = of_collection(collection);
        self.set_all(all)
    }

    /// Takes new tracks; says whether anything changed.
    fn set_all(&mut self, all: Vec<TrackInfo>) -> bool {
        let changed = self.all != all;
        self.all = all;
        changed
    }

    /// Takes the names of the streams that run; says whether anything changed.
    pub(super) fn set_running(&mut self, running: Vec<String>) -> bool {
        let changed = self.running != running;
        self.running = running;
        changed
    }

    pub(super) fn subtitles_shown(&self) -> bool {
        self.subtitles_shown
    }

    pub(super) fn has(&self, kind: TrackKind) -> bool {
        self.all.iter().any(|track| track.kind == kind)
    }

    /// The list for views.
    pub(super) fn list(&self) -> Vec<TrackInfo> {
        let mut list = self.all.clone();
        for track in &mut list {
            track.selected = self.running.contains(&track.stream_id)
                && (track.kind != TrackKind::Subtitle || self.subtitles_shown);
        }
        list
    }

    /// Shows or hides subtitles.
    pub(super) fn show_subtitles(&mut self, shown: bool) {
        self.subtitles_shown = shown;
    }

    /// The streams that must run so that track `index` of `kind` does; none where it runs already
    /// or there is no such track.
    pub(super) fn choose(&self, kind: TrackKind, index: usize) -> Option<Vec<String>> {
        let wanted = self.all.iter().find(|track| track.kind == kind && track.index == index)?;
        if self.running.contains(&wanted.stream_id) {
            return None;
        }
        let kind_of = |id: &String| self.all.iter().find(|t| t.stream_id == *id).map(|t| t.kind);
        let mut running: Vec<String> = self
            .running
            .iter()
            .filter(|id| kind_of(id).is_some_and(|other| other != kind))
            .cloned()
            .collect();
        running.push(wanted.stream_id.clone());
        Some(running)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn track(kind: TrackKind, index: usize, id: &str) -> TrackInfo {
        TrackInfo {
            kind,
            index,
            codec: String::new(),
            channels: 0,
            language: None,
            title: None,
            selected: false,
            drawn: true,
            stream_id: id.into(),
        }
    }

    fn film() -> Tracks {
        let mut tracks = Tracks::default();
        tracks.set_all(vec![
            track(TrackKind::Video, 0, "v"),
            track(TrackKind::Audio, 0, "a0"),
            track(TrackKind::Audio, 1, "a1"),
            track(TrackKind::Subtitle, 0, "s0"),
        ]);
        tracks.set_running(vec!["v".into(), "a0".into(), "s0".into()]);
        tracks
    }

    #[test]
    fn another_track_replaces_only_those_of_its_kind() {
        assert_eq!(film().choose(TrackKind::Audio, 1).unwrap(), ["v", "s0", "a1"]);
    }

    #[test]
    fn a_running_or_absent_track_needs_no_change() {
        assert_eq!(film().choose(TrackKind::Audio, 0), None);
        assert_eq!(film().choose(TrackKind::Audio, 7), None);
    }

    #[test]
    fn a_hidden_subtitle_runs_and_is_not_selected() {
        let mut tracks = film();
        assert!(!tracks.list()[3].selected);
        tracks.show_subtitles(true);
        assert!(tracks.list()[3].selected);
    }

    #[test]
    fn a_language_that_comes_after_its_stream_is_read() {
        gst::init().expect("GStreamer is here");
        let stream = gst::Stream::new(Some("a0"), None, gst::StreamType::AUDIO, gst::StreamFlags::empty());
        let collection = gst::StreamCollection::builder(None).stream(stream.clone()).build();
        let mut tracks = Tracks::default();
        assert!(tracks.set_collection(collection));
        assert_eq!(tracks.list()[0].language, None);
        assert!(!tracks.read_again());
        let mut tags = gst::TagList::new();
        let own = tags.get_mut().expect("nobody else has it");
        own.add::<gst::tags::LanguageCode>(&"de", gst::TagMergeMode::Replace);
        stream.set_tags(Some(&tags));
        assert!(tracks.read_again());
        assert_eq!(tracks.list()[0].language.as_deref(), Some("de"));
    }
}
