//! The page of a title: what it tells and what it asks for.

use std::time::Duration;

use egui::{Theme, vec2};
use egui_kittest::kittest::{NodeT, Queryable};

use crate::state::chosen::{ChosenTracks, Subtitles};
use crate::state::{Command, Event, State, fixture};
use crate::testing::Stage;

fn page(number: u8) -> State {
    let mut state = fixture::begun();
    state.apply(Event::TitleShown(Box::new(fixture::title(number))));
    state
}

fn press(stage: &mut Stage, label: &str) -> Vec<Command> {
    stage.harness.get_by_label(label).click();
    stage.settle();
    let commands = stage.commands();
    commands.into_iter().filter(|command| !matches!(command, Command::WantPoster(_))).collect()
}

#[test]
fn a_begun_title_is_resumed_or_begun_again() {
    let mut stage = Stage::new(page(3));
    stage.picture("title-dark");
    let title = || Box::new(fixture::title(3));
    assert_eq!(press(&mut stage, "Resume at 20:00"), [Command::Play(title())]);
    assert_eq!(press(&mut stage, "From the start"), [Command::PlayFrom(title(), Duration::ZERO)]);
    assert_eq!(press(&mut stage, "Mark as watched"), [Command::Mark(title(), true)]);
    assert_eq!(press(&mut stage, "Back"), [Command::ShowLibrary]);
    let hash = format!("b3:{}", fixture::title(3).stream);
    assert_eq!(press(&mut stage, "Copy the whole hash"), [Command::Copy(hash)]);
    for words in ["Held by 4 servers", "speeds of the last session, 2 days ago", "Tracks", "388 MB, MP4"] {
        assert!(stage.harness.query_by_label(words).is_some(), "{words}");
    }
    assert!(stage.harness.query_by_label("beta, 5.6 Mbit/s last time, 18 ms").is_some());
    assert!(stage.harness.query_by_label_contains("together they gave 22.1 Mbit/s last time").is_some());
}

#[test]
fn what_else_can_be_done_stands_in_a_menu() {
    let mut stage = Stage::new(page(3));
    let title = fixture::title(3);
    let mut chosen = |name: &str| {
        press(&mut stage, "More");
        stage.picture("title-menu");
        press(&mut stage, name)
    };
    let address = "tributary://attic.local:7400/Films/Kestrel".to_owned();
    assert_eq!(chosen("Copy the address"), [Command::Copy(address)]);
    let what = format!("b3:{}", title.stream);
    assert_eq!(chosen("Forget where I left off"), [Command::DropPlace(what)]);
    assert_eq!(chosen("Test the servers"), [Command::ShowServerTest]);
    // What was not begun has no place to forget.
    let mut stage = Stage::new(page(1));
    press(&mut stage, "More");
    assert!(stage.harness.query_by_label("Forget where I left off").is_none());
}

#[test]
fn tracks_are_chosen_before_it_plays_and_shown_as_they_will_be() {
    let mut stage = Stage::new(page(3));
    let title = || Box::new(fixture::title(3));
    let choose = |sound, subtitles| Command::ChooseTracks(title(), ChosenTracks { sound, subtitles });
    press(&mut stage, "Sound: English, AAC, stereo");
    stage.picture("title-sounds");
    assert_eq!(press(&mut stage, "Commentary Opus, stereo"), [choose(Some(1), None)]);
    press(&mut stage, "Subtitles: Off, Deutsch");
    assert_eq!(press(&mut stage, "Deutsch SRT"), [choose(None, Some(Subtitles::Track(0)))]);
    // As it is shown when it was chosen.
    let mut state = page(3);
    let tracks = ChosenTracks { sound: Some(1), subtitles: Some(Subtitles::Track(0)) };
    state.apply(Event::TracksChosen { title: title(), tracks });
    let mut stage = Stage::new(state);
    assert!(stage.harness.query_by_label("Sound: Commentary, Opus, stereo").is_some());
    press(&mut stage, "Subtitles: Deutsch, SRT");
    let off = Some(Subtitles::Off);
    assert_eq!(
        press(&mut stage, "Off"),
        [Command::ChooseTracks(title(), ChosenTracks { subtitles: off, ..tracks })]
    );
    // And by the languages that the settings prefer.
    let mut state = page(3);
    let languages = vec!["de".to_owned()];
    let settings =
        crate::state::settings::Settings { subtitle_languages: languages, ..state.settings.clone() };
    state.apply(Event::SettingsRead(Box::new(settings)));
    assert!(Stage::new(state).harness.query_by_label("Subtitles: Deutsch, SRT").is_some());
}

#[test]
fn a_list_opened_with_the_pointer_is_gone_through_with_the_arrows() {
    let mut stage = Stage::new(page(3));
    press(&mut stage, "Sound: English, AAC, stereo");
    let focused =
        |stage: &Stage, label: &str| stage.harness.get_by_label(label).accesskit_node().is_focused();
    let (first, last) = ("English AAC, stereo", "Commentary Opus, stereo");
    // The keyboard stays within the list.
    for (key, row) in [
        (egui::Key::ArrowDown, first),
        (egui::Key::ArrowDown, last),
        (egui::Key::ArrowDown, last),
        (egui::Key::ArrowUp, first),
        (egui::Key::ArrowUp, first),
        (egui::Key::ArrowDown, last),
    ] {
        stage.harness.key_press(key);
        stage.settle();
        assert!(focused(&stage, row), "{key:?}");
    }
    stage.harness.key_press(egui::Key::Enter);
    stage.settle();
    let tracks = ChosenTracks { sound: Some(1), subtitles: None };
    assert!(stage.commands().contains(&Command::ChooseTracks(Box::new(fixture::title(3)), tracks)));
}

#[test]
fn it_is_played_from_a_chapter() {
    let mut stage = Stage::new(page(3));
    press(&mut stage, "Chapters: 6, first: Morning");
    stage.picture("title-chapters");
    let third = Command::PlayFrom(Box::new(fixture::title(3)), Duration::from_secs(190));
    assert_eq!(press(&mut stage, "Three bullies 3:10"), [third]);
    // The player knows them before the film's first byte is here.
    let state = fixture::playing();
    let chapters = state.playback.map(|playback| playback.chapters).unwrap_or_default();
    assert_eq!((chapters.len(), chapters[1].name.as_str()), (6, "The branch"));
    // Nobody holds it: they are told, and that is all.
    let mut title = fixture::title(3);
    title.servers.clear();
    let mut state = fixture::begun();
    state.apply(Event::TitleShown(Box::new(title)));
    assert_eq!(press(&mut Stage::new(state), "Chapters: 6, first: Morning"), []);
}

#[test]
fn a_new_title_is_played_with_the_key_that_is_under_the_finger() {
    let mut stage = Stage::new(page(1));
    stage.picture("title-new");
    assert!(stage.harness.query_by_label("From the start").is_none());
    stage.commands();
    stage.harness.key_press(egui::Key::Enter);
    stage.settle();
    assert!(stage.commands().contains(&Command::Play(Box::new(fixture::title(1)))));
}

#[test]
fn a_title_that_nobody_holds_says_so() {
    let mut title = fixture::title(1);
    title.servers.clear();
    let mut state = fixture::begun();
    state.apply(Event::TitleShown(Box::new(title)));
    let mut stage = Stage::new(state);
    stage.picture("title-nobody");
    assert!(stage.harness.query_by_label("Held by nobody now").is_some());
    assert_eq!(press(&mut stage, "Play"), []);
}

#[test]
fn the_page_in_light_and_small() {
    Stage::sized(page(3), vec2(1280.0, 800.0), Theme::Light).picture("title-light");
    let stage = Stage::sized(page(3), vec2(800.0, 500.0), Theme::Dark);
    stage.picture("title-800x500");
    assert!(stage.harness.query_by_label("Resume at 20:00").is_some());
    let tiny = Stage::sized(page(3), vec2(480.0, 300.0), Theme::Dark);
    tiny.picture("title-480x300");
    assert!(tiny.harness.query_by_label("Resume at 20:00").is_some());
}

#[test]
fn leaving_the_film_goes_back_to_its_page() {
    let mut state = page(3);
    state.apply(Event::Opening {
        number: 9,
        what: "x".to_owned(),
        name: "Kestrel".to_owned(),
        origin: crate::state::playback::Origin::Stream,
        title: None,
        start: std::time::Duration::ZERO,
        paused: false,
    });
    state.apply(Event::PlayerLeft);
    assert_eq!(state.view, crate::state::View::Title);
    state.apply(Event::LibraryShown);
    assert!(state.page.is_none());
}
