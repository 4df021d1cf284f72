//! Chapters, repeating, shapes, delays, files of subtitles, and the sheet that opens things.

use std::time::Duration;

use egui::{Theme, vec2};
use egui_kittest::kittest::Queryable;

use crate::captions::Caption;
use crate::state::playback::Chapter;
use crate::state::shape::{Repeat, Shape};
use crate::state::subtitles::SubtitleFile;
use crate::state::{Command, Event, PlaybackEvent, SeekKind, State, fixture};
use crate::testing::Stage;

fn press(stage: &mut Stage, label: &str) -> Vec<Command> {
    stage.harness.get_by_label(label).click();
    stage.settle();
    stage.commands()
}

/// A film with three chapters, at 4:12.
fn chaptered() -> State {
    let mut state = fixture::playing();
    let chapter =
        |name: &str, seconds| Chapter { name: name.to_owned(), start: Duration::from_secs(seconds) };
    let chapters = vec![chapter("Morning", 0), chapter("The branch", 120), chapter("The stream", 320)];
    state.apply(Event::Playing(PlaybackEvent::Chapters(chapters)));
    state
}

#[test]
fn chapters_are_told_listed_and_gone_to() {
    let mut stage = Stage::new(chaptered());
    assert!(stage.harness.query_by_label("Chapter 2, The branch").is_some());
    press(&mut stage, "Chapters");
    stage.settle();
    stage.picture("playing-chapters");
    let third = Command::Seek(Duration::from_secs(320), SeekKind::Exact);
    assert_eq!(press(&mut stage, "The stream 5:20"), [third]);
    let stage = Stage::sized(chaptered(), vec2(800.0, 500.0), Theme::Dark);
    stage.picture("playing-chapters-800x500");
}

#[test]
fn chapters_beside_the_place_are_found() {
    let mut state = chaptered();
    let beside = |state: &State, forward| {
        state.playback.as_ref().and_then(|playback| playback.chapter_beside(forward)).map(|to| to.as_secs())
    };
    assert_eq!((beside(&state, true), beside(&state, false)), (Some(320), Some(120)));
    state.apply(Event::Playing(PlaybackEvent::Position(Duration::from_secs(121))));
    assert_eq!(beside(&state, false), Some(0), "shortly after its beginning, to the one before");
    state.apply(Event::Playing(PlaybackEvent::Position(Duration::from_secs(400))));
    assert_eq!(beside(&state, true), None);
    state.apply(Event::Playing(PlaybackEvent::Chapters(Vec::new())));
    assert_eq!(beside(&state, false), None);
}

#[test]
fn picture_and_delays_are_chosen_from_a_menu() {
    let mut state = chaptered();
    let repeat = Repeat { from: Some(Duration::from_secs(200)), to: Some(Duration::from_secs(300)) };
    state.apply(Event::Playing(PlaybackEvent::Repeating(repeat)));
    state.apply(Event::Playing(PlaybackEvent::SoundDelayed(-300)));
    let mut stage = Stage::sized(state, vec2(1280.0, 900.0), Theme::Dark);
    let mut chosen = |label: &str| {
        press(&mut stage, "Picture and delays");
        stage.settle();
        if label.starts_with("Sound earlier") {
            stage.picture("playing-picture");
        }
        let commands = press(&mut stage, label);
        // The menu stays open for the steps: closed for the next.
        if !stage.harness.query_all_by_label(label).count().eq(&0) {
            stage.harness.key_press(egui::Key::Escape);
            stage.settle();
            stage.commands();
        }
        commands
    };
    let usual = Shape::default();
    assert_eq!(chosen("Sound earlier"), [Command::SetSoundDelay(-400)]);
    assert_eq!(chosen("16:9 "), [Command::SetShape(Shape { aspect: Some(16.0 / 9.0), ..usual })]);
    assert_eq!(chosen("Fill the window "), [Command::SetShape(Shape { fill: true, ..usual })]);
    assert_eq!(chosen("Turn, now 0° r"), [Command::SetShape(usual.turned())]);
    assert_eq!(chosen("Repeats 3:20 to 5:00 b"), [Command::MarkRepeat]);
    assert_eq!(chosen("Small window on top t"), [Command::ToggleSmall]);
}

#[test]
fn a_file_of_subtitles_takes_the_place_of_the_track() {
    let mut state = fixture::playing();
    let text = b"1\n00:04:10,000 --> 00:04:20,000\nGood morning\n";
    let file = SubtitleFile::parse("bunny.en.srt", text).expect("subtitles");
    state.apply(Event::Playing(PlaybackEvent::SubtitleFile(file)));
    let shown = |state: &State| {
        state.playback.as_ref().and_then(|playback| playback.shown_subtitles().first().map(Caption::text))
    };
    assert_eq!(shown(&state).as_deref(), Some("Good morning"));
    let mut stage = Stage::new(state.clone());
    press(&mut stage, "Sound and subtitles");
    stage.settle();
    stage.picture("playing-subtitle-file");
    assert_eq!(press(&mut stage, "English SRT"), [Command::ChooseSubtitles(Some(0))]);
    press(&mut stage, "Sound and subtitles");
    stage.settle();
    assert_eq!(press(&mut stage, "Load a file… "), [Command::LoadSubtitles]);
    state.apply(Event::Playing(PlaybackEvent::SubtitlesDelayed(20_000)));
    assert_eq!(shown(&state), None);
    state.apply(Event::Playing(PlaybackEvent::SubtitlesDelayed(-5_000)));
    assert_eq!(shown(&state).as_deref(), Some("Good morning"));
    state.apply(Event::Playing(PlaybackEvent::SubtitleFileChosen(None)));
    assert_eq!(shown(&state), None);
}

#[test]
fn an_address_is_typed_into_the_sheet_that_opens_things() {
    let mut state = fixture::library();
    state.apply(Event::OpenShown(true));
    let mut stage = Stage::new(state);
    stage.picture("open");
    stage.harness.event(egui::Event::Text("https://example.net/a.mp4".to_owned()));
    stage.settle();
    assert!(stage.commands().contains(&Command::EditOpen("https://example.net/a.mp4".to_owned())));
    stage.apply(Event::OpenEdited("https://example.net/a.mp4".to_owned()));
    stage.harness.key_press(egui::Key::Enter);
    stage.settle();
    assert!(stage.commands().contains(&Command::Open("https://example.net/a.mp4".to_owned())));
    assert!(press(&mut stage, "Choose files…").contains(&Command::ChooseFile));
    stage.harness.key_press(egui::Key::Escape);
    stage.settle();
    assert!(stage.commands().contains(&Command::Escape));
    let mut small = fixture::playing();
    small.apply(Event::OpenShown(true));
    Stage::sized(small, vec2(480.0, 300.0), Theme::Light).picture("open-480x300");
}

#[test]
fn changed_keys_do_and_tell_what_they_were_changed_to() {
    use crate::state::keymap::Action;
    let mut state = fixture::playing();
    let mut settings = state.settings.clone();
    settings.keys.set(Action::Mute, vec!["q".to_owned()]);
    state.apply(Event::SettingsRead(Box::new(settings)));
    let mut stage = Stage::new(state);
    stage.commands();
    stage.harness.key_press(egui::Key::M);
    stage.settle();
    assert_eq!(stage.commands(), []);
    stage.harness.key_press(egui::Key::Q);
    stage.settle();
    assert_eq!(stage.commands(), [Command::ToggleMute]);
}
