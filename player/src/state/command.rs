//! Everything that a view can ask for.

use std::time::Duration;

use fetch_engine::diagnose::report::SortBy;
use tributary_core::directory::Title;
use tributary_core::geometry::StreamId;

use super::chosen::ChosenTracks;
use super::history::Span;
use super::keymap::Action;
use super::library::{Listing, TitleOrder};
use super::settings::{Settings, SettingsPage};
use super::shape::Shape;
use super::stats::{EventFilter, StatsPage};

/// How exact a seek has to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SeekKind {
    /// To the nearest key frame: quick, while dragging.
    Key,
    /// To just that time.
    Exact,
}

/// A wish of the user, pushed by a view and carried out by the app.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// The text in the address field changed.
    EditAddress(String),
    /// Use the director at this address.
    Connect(String),
    /// Ask the director again.
    RetryDirector,
    /// Show the page where a director is chosen.
    ChooseDirector,
    /// Forget a remembered director.
    ForgetDirector(String),
    /// Back from choosing a director to the library.
    ShowLibrary,
    /// Show another list of titles.
    List(Listing),
    /// The titles around this place are wanted.
    WantTitles(u64),
    /// The poster of this stream is on show and not here.
    WantPoster(StreamId),
    /// The still of this stream, where one left off, is on show and not here.
    WantStill(StreamId),
    /// Open the page of a title.
    OpenTitle(Box<Title>),
    /// Play a title of the library, from where one left off.
    Play(Box<Title>),
    /// Go on with what was begun, by its remembered name.
    Continue(String),
    /// Play a title of the library from this time on.
    PlayFrom(Box<Title>, Duration),
    /// These tracks are chosen for a title of the library.
    ChooseTracks(Box<Title>, ChosenTracks),
    /// Forget where one left off in this.
    DropPlace(String),
    /// Mark a title as watched, or as not watched.
    Mark(Box<Title>, bool),
    /// Try again what failed.
    RetryPlayback,
    /// Leave the player.
    LeavePlayer,
    /// Play what comes after.
    Next,
    /// Play what comes before.
    Previous,
    /// Do not begin the next title by itself.
    StopCountdown,
    /// Play if paused, pause if playing.
    TogglePause,
    /// Go to a time.
    Seek(Duration, SeekKind),
    /// Go forward or back by seconds.
    SeekBy(f64),
    /// Go to a tenth of the whole, 0 to 9.
    SeekTenth(u8),
    /// Show a page of the settings.
    ShowSettings(SettingsPage),
    /// Show how good the servers are, and test them where that was not done yet.
    ShowServerTest,
    /// Test the servers.
    TestServers,
    /// End the test of the servers.
    StopServerTest,
    /// Order the tested servers by that, or the other way round.
    SortServers(SortBy),
    /// Write what was measured to a file.
    ExportServers,
    /// Write a bundle for a report to a file.
    SaveBundle,
    /// Change the settings to these.
    ChangeSettings(Box<Settings>),
    /// Let an action wait for a key to be given to it, or none.
    AwaitKey(Option<Action>),
    /// Give an action that key.
    BindKey(Action, String),
    /// Go to the next chapter, or back.
    SeekChapter {
        /// Forward, or back.
        forward: bool,
    },
    /// Mark the beginning of a part to repeat, then its end, then forget both.
    MarkRepeat,
    /// Let sound come so many milliseconds later.
    SetSoundDelay(i32),
    /// Let subtitles come so many milliseconds later.
    SetSubtitleDelay(i32),
    /// The same, counted from how late they come now.
    StepSubtitleDelay(i32),
    /// Lay the picture into the window like that.
    SetShape(Shape),
    /// Show that file of subtitles, or none.
    ChooseSubtitleFile(Option<usize>),
    /// Have a file of subtitles chosen.
    LoadSubtitles,
    /// Make the window small and keep it on top, or as it was.
    ToggleSmall,
    /// Show or hide the sheet that opens files and addresses.
    ToggleOpen,
    /// The text in that sheet changed.
    EditOpen(String),
    /// Play what this names.
    Open(String),
    /// Have files to play chosen.
    ChooseFile,
    /// One frame forward or back.
    Step {
        /// Forward, or back.
        forward: bool,
    },
    /// Set the volume, 0 to 1.5.
    SetVolume(f64),
    /// Louder or softer by that much, and say how loud it is then.
    StepVolume(f64),
    /// Sound off or on.
    ToggleMute,
    /// Set the speed, 1 is normal.
    SetSpeed(f64),
    /// One step slower or faster.
    StepSpeed {
        /// Faster, or slower.
        faster: bool,
    },
    /// Choose a sound track by its number.
    ChooseSound(usize),
    /// Choose subtitles by their number, or none.
    ChooseSubtitles(Option<usize>),
    /// The next sound track.
    NextSound,
    /// The next subtitles, or none after the last.
    NextSubtitles,
    /// Save the picture that is on show.
    Screenshot,
    /// Full screen on or off.
    ToggleFullscreen,
    /// Leave full screen, a dialog, the drawer or the player: the uppermost of them.
    Escape,
    /// Open or close the stats.
    ToggleStats,
    /// The key of the stats is pressed (it opens or closes them) or let go of.
    HoldStats(bool),
    /// Give the stats a window of their own, or put them back.
    DetachStats,
    /// What the plots span.
    ShowSpan(Span),
    /// Show a page of the stats.
    ShowStats(StatsPage),
    /// How wide the stats drawer is, in points.
    SizeStats(f32),
    /// Show only blocks of this source in the file map, or all.
    Isolate(Option<u8>),
    /// Show only some events.
    FilterEvents(EventFilter),
    /// Show only events with these words.
    SearchEvents(String),
    /// Open or close a source's details.
    ToggleSource(u8),
    /// Put text into the clipboard.
    Copy(String),
    /// Close a notice.
    CloseNotice(u64),
    /// Show or hide the keys.
    ToggleKeys,
    /// Put the keyboard into the search field.
    FocusSearch,
}

impl Command {
    /// The same list of titles in another order.
    #[must_use]
    pub fn reorder(listing: &Listing, order: TitleOrder) -> Self {
        Self::List(Listing { order, ..listing.clone() })
    }
}
