//! Everything that can change the state.

use std::sync::Arc;
use std::time::Duration;

use fetch_engine::diagnose::report::{SortBy, TestReport};
use fetch_engine::snapshot::{LogEntry, Snapshot};
use tributary_core::directory::{Catalogs, Servers, TagEntry, Title, TitlePage};

use super::chosen::{ChosenTracks, Subtitles};
use super::history::Span;
use super::keymap::Action;
use super::library::{FoundDirector, KnownDirector, Listing};
use super::memory::{Memory, WindowPlace};
use super::notice::Notice;
use super::playback::{Chapter, Fault, MediaWords, Origin, Pictures, TrackChoice};
use super::settings::{Settings, SettingsPage};
use super::shape::{Repeat, Shape};
use super::stats::{EventFilter, StatsPage};
use super::subtitles::SubtitleFile;
use crate::captions::Caption;

/// One change, from the user, the director, the engine or the pipeline.
#[derive(Clone, Debug)]
pub enum Event {
    /// Time went by: seconds since the window was opened.
    Tick(f64),
    /// The date, in seconds since 1970.
    Dated(u64),
    /// The settings were read or changed.
    SettingsRead(Box<Settings>),
    /// What was remembered was read.
    Recalled(Box<Memory>),
    /// The page of a title opened.
    TitleShown(Box<Title>),
    /// A title was marked as watched by hand, or as not watched.
    Marked {
        /// The title.
        title: Box<Title>,
        /// Watched, or not.
        watched: bool,
    },
    /// Tracks were chosen for a title before it plays.
    TracksChosen {
        /// The title.
        title: Box<Title>,
        /// All that were chosen for it.
        tracks: ChosenTracks,
    },
    /// The place kept of this is forgotten.
    PlaceDropped(String),
    /// What comes before and after what plays.
    NeighboursSet {
        /// Whether something comes before.
        previous: bool,
        /// Name of what comes after.
        next: Option<String>,
    },
    /// The next title begins at this time, in seconds since the window was opened; or not by itself.
    CountdownSet(Option<f64>),
    /// The window is there and that large.
    WindowPlaced(WindowPlace),
    /// The configuration was read.
    Configured {
        /// Directors remembered.
        known: Vec<KnownDirector>,
        /// Volume at the last end.
        volume: f64,
    },
    /// The text in the address field changed.
    AddressEdited(String),
    /// A director was chosen and is being asked.
    DirectorChosen(String),
    /// A director is forgotten.
    DirectorForgotten(String),
    /// The page where a director is chosen opened.
    ChoosingDirector,
    /// The library opened.
    LibraryShown,
    /// The director at that address answered.
    DirectorAnswered {
        /// Its address.
        address: String,
        /// Its name and catalogs.
        catalogs: Catalogs,
        /// Its servers.
        servers: Servers,
    },
    /// The director at that address did not answer; in words.
    DirectorSilent {
        /// Its address.
        address: String,
        /// Why, in words.
        why: String,
    },
    /// Another list of titles is on show.
    Listed(Listing),
    /// The tags of a list's titles.
    TagsCame {
        /// The director that told them.
        director: String,
        /// The catalog that they are of; none for all.
        catalog: Option<String>,
        /// Those of most titles first.
        tags: Vec<TagEntry>,
    },
    /// The local network is being searched for directors, or not any more.
    LookingAround(bool),
    /// The directors that were found on the local network.
    LookedAround(Vec<FoundDirector>),
    /// The page with this place was asked for.
    TitlesAsked(u64),
    /// The titles around a place were asked for and will not come: others were wanted since.
    TitlesLeft {
        /// Number of the listing they belong to.
        listing: u64,
        /// The place.
        place: u64,
    },
    /// A page of titles came, or the reason why not.
    TitlesCame {
        /// Number of the listing it belongs to.
        listing: u64,
        /// The page.
        page: Result<TitlePage, String>,
    },
    /// Something is being opened.
    Opening {
        /// Number of the opening.
        number: u64,
        /// What it is, as it could be asked for again.
        what: String,
        /// Its name to show.
        name: String,
        /// Where its bytes come from.
        origin: Origin,
        /// What the director knows of it.
        title: Option<Box<Title>>,
        /// Where it shall begin.
        start: Duration,
        /// Whether it shall stand still at its first picture.
        paused: bool,
    },
    /// Its bytes can be had.
    Opened {
        /// Number of the opening.
        number: u64,
        /// The name of its stream.
        what: String,
        /// Its size in bytes.
        size: u64,
        /// What the director knows of it.
        title: Option<Box<Title>>,
    },
    /// Something of what plays changed.
    Playing(PlaybackEvent),
    /// The player was left.
    PlayerLeft,
    /// The engine's numbers.
    Measured {
        /// Number of the opening.
        number: u64,
        /// Those numbers.
        snapshot: Arc<Snapshot>,
    },
    /// New entries of the engine's log.
    Logged {
        /// Number of the opening.
        number: u64,
        /// Those entries.
        entries: Vec<LogEntry>,
    },
    /// The volume changed, 0 to 1.5.
    VolumeSet(f64),
    /// The sound was switched off or on.
    MuteSet(bool),
    /// Full screen is on or off.
    FullscreenSet(bool),
    /// The stats opened or closed.
    StatsOpened(bool),
    /// The stats opened for as long as their key is held.
    StatsHeld,
    /// The stats have a window of their own, or not any more.
    StatsApart(bool),
    /// The plots span this.
    StatsSpan(Span),
    /// A page of the stats is on show.
    StatsShown(StatsPage),
    /// The stats drawer is that wide, in points.
    StatsSized(f32),
    /// One source is isolated in the file map.
    Isolated(Option<u8>),
    /// Only some events are shown.
    EventsFiltered(EventFilter),
    /// Only events with these words are shown.
    EventsSearched(String),
    /// A source's details opened or closed.
    SourceToggled(u8),
    /// Something to tell the user.
    Noticed(Notice),
    /// A notice was closed.
    NoticeClosed(u64),
    /// The keys are shown or hidden.
    KeysShown(bool),
    /// A page of the settings is on show.
    SettingsShown(SettingsPage),
    /// The server test is on show.
    ServerTestShown,
    /// What the server test has found out.
    ServersTested(Arc<TestReport>),
    /// The tested servers are ordered by that, or the other way round.
    ServersSorted(SortBy),
    /// That action waits for a key to be given to it, or none.
    KeyAwaited(Option<Action>),
    /// The sheet that opens files and addresses is shown or hidden.
    OpenShown(bool),
    /// The text in it changed.
    OpenEdited(String),
    /// The window is small and on top, or as usual.
    SmallSet(bool),
    /// The search field shall have, or has got, the keyboard.
    SearchFocus(bool),
}

/// A change of what plays.
#[derive(Clone, Debug, PartialEq)]
pub enum PlaybackEvent {
    /// The pipeline was given something to play.
    Loading,
    /// The first picture is there.
    Ready {
        /// Its length, where known.
        duration: Option<Duration>,
        /// Whether one can jump in it.
        seekable: bool,
        /// Facts of picture and sound.
        media: MediaWords,
    },
    /// The tracks that can be chosen.
    Tracks(Vec<TrackChoice>),
    /// Somebody chose the sound track with this number.
    SoundChosen(usize),
    /// Somebody chose these subtitles, or none.
    SubtitlesChosen(Subtitles),
    /// Its length became known.
    Duration(Duration),
    /// The user wants it to play or to stand still.
    Paused(bool),
    /// The picture stands still until the buffer is full; per cent.
    Buffering(u8),
    /// It goes on.
    BufferingEnded,
    /// A jump is under way.
    Seeking(Duration),
    /// It has landed.
    Seeked(Duration),
    /// Where the picture is.
    Position(Duration),
    /// Frames drawn and dropped.
    Frames(u64, u64),
    /// How the last frames came.
    Pictures(Pictures),
    /// It plays at that speed.
    Speed(f64),
    /// The subtitles of the chosen track to show now.
    Subtitles(Vec<Caption>),
    /// Its chapters.
    Chapters(Vec<Chapter>),
    /// A part is played over and over, or marked for it.
    Repeating(Repeat),
    /// Sound comes that much later, in milliseconds.
    SoundDelayed(i32),
    /// Subtitles come that much later, in milliseconds.
    SubtitlesDelayed(i32),
    /// The picture is laid into the window like that.
    Shaped(Shape),
    /// A file of subtitles came, and is shown.
    SubtitleFile(SubtitleFile),
    /// That file of subtitles is shown, or none.
    SubtitleFileChosen(Option<usize>),
    /// The end was reached.
    Ended,
    /// It can't go on.
    Failed(Fault),
}
