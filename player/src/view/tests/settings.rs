//! The settings: each page, and what its controls change.

use egui::{Key, Theme, vec2};
use egui_kittest::kittest::{NodeT as _, Queryable};

use crate::state::keymap::Action;
use crate::state::settings::{Planner, Settings, SettingsPage, SubtitleColour, ThemeChoice};
use crate::state::{Command, Event, State, fixture};
use crate::testing::Stage;

fn page(page: SettingsPage) -> State {
    let mut state = fixture::library();
    state.apply(Event::SettingsShown(page));
    state
}

/// What a press changes the settings to.
fn changed(stage: &mut Stage, label: &str) -> Settings {
    stage.commands();
    stage.harness.get_by_label(label).click();
    stage.settle();
    let commands = stage.commands();
    let [Command::ChangeSettings(settings)] = &commands[..] else { panic!("{label}: {commands:?}") };
    (**settings).clone()
}

/// What a key changes the settings to, on the line with this name and value.
fn moved(stage: &mut Stage, label: &str, key: Key) -> Settings {
    stage.harness.get_by_label(label).focus();
    stage.settle();
    stage.commands();
    stage.harness.key_press(key);
    stage.settle();
    let focused = stage.harness.get_by_label(label).accesskit_node().is_focused();
    assert!(focused, "{label}: arrows stay on the line");
    let commands = stage.commands();
    let [Command::ChangeSettings(settings)] = &commands[..] else { panic!("{label}: {commands:?}") };
    (**settings).clone()
}

#[test]
fn switches_and_steps_change_what_they_say() {
    let usual = Settings::default();
    let mut stage = Stage::new(page(SettingsPage::Playback));
    stage.picture("settings-playback");
    assert_eq!(changed(&mut stage, "Go on where I left off"), Settings { resume: false, ..usual.clone() });
    let longer = moved(&mut stage, "Countdown to the next title: 10 s", Key::ArrowRight);
    assert_eq!(longer, Settings { countdown_seconds: 15, ..usual.clone() });
    let mut stage = Stage::new(page(SettingsPage::Subtitles));
    stage.picture("settings-subtitles");
    assert_eq!(changed(&mut stage, "Size: more"), Settings { subtitle_size: 1.1, ..usual.clone() });
    let yellow = Settings { subtitle_colour: SubtitleColour::Yellow, ..usual.clone() };
    assert_eq!(changed(&mut stage, "Yellow"), yellow);
    let mut stage = Stage::new(page(SettingsPage::Cache));
    stage.picture("settings-cache");
    let less = moved(&mut stage, "Ahead: 150 MiB", Key::ArrowLeft);
    assert_eq!(less, Settings { ahead_mib: 100, ..usual.clone() });
    // As many seconds as the bytes allow is more than any number of them.
    let less = moved(&mut stage, "Ahead in time: all", Key::ArrowLeft);
    assert_eq!(less, Settings { ahead_seconds: 3600, ..usual.clone() });
    let mut stage = Stage::new(page(SettingsPage::Appearance));
    stage.picture("settings-appearance");
    assert_eq!(changed(&mut stage, "Light"), Settings { theme: ThemeChoice::Light, ..usual.clone() });
    assert_eq!(changed(&mut stage, "One window"), Settings { one_window: false, ..usual });
}

#[test]
fn a_value_is_chosen_where_its_line_is_pressed() {
    let mut stage = Stage::new(page(SettingsPage::Network));
    let line = stage.harness.get_by_label("Most sources at once: all").rect();
    let place = line.left_center() + vec2(11.0, 0.0);
    stage.harness.event(egui::Event::PointerMoved(place));
    stage.commands();
    stage.harness.drag_at(place);
    stage.harness.drop_at(place);
    stage.settle();
    let commands = stage.commands();
    let least = commands.iter().all(|command| match command {
        Command::ChangeSettings(settings) => settings.most_sources == 1,
        _ => false,
    });
    assert!(least && !commands.is_empty(), "{commands:?}");
    stage.harness.get_by_label("Planner: By predicted arrival").click();
    stage.settle();
    let by_shares = changed(&mut stage, "By shares");
    assert_eq!(by_shares, Settings { planner: Planner::Interval, ..Settings::default() });
}

#[test]
fn languages_are_taken_when_the_field_is_left() {
    let mut stage = Stage::new(page(SettingsPage::Playback));
    stage.harness.get_by_label("Sound").focus();
    stage.settle();
    stage.harness.event(egui::Event::Text("de, en".to_owned()));
    stage.settle();
    stage.commands();
    stage.harness.key_press(Key::Enter);
    stage.settle();
    let commands = stage.commands();
    let languages = commands.iter().find_map(|command| match command {
        Command::ChangeSettings(settings) => Some(settings.sound_languages.clone()),
        _ => None,
    });
    assert_eq!(languages, Some(vec!["de".to_owned(), "en".to_owned()]), "{commands:?}");
}

#[test]
fn a_key_is_given_by_pressing_it() {
    let mut state = page(SettingsPage::Keys);
    state.apply(Event::KeyAwaited(Some(Action::PlayPause)));
    let mut stage = Stage::new(state);
    stage.picture("settings-keys");
    assert!(stage.harness.query_by_label("Press a key").is_some());
    stage.commands();
    stage.harness.key_press_modifiers(egui::Modifiers::COMMAND, Key::G);
    stage.settle();
    assert!(stage.commands().contains(&Command::BindKey(Action::PlayPause, "Ctrl+g".to_owned())));
    stage.apply(Event::KeyAwaited(Some(Action::PlayPause)));
    stage.harness.key_press(Key::Escape);
    stage.settle();
    assert!(stage.commands().contains(&Command::AwaitKey(None)));
}

#[test]
fn directors_are_switched_forgotten_and_added() {
    let mut stage = Stage::new(page(SettingsPage::Network));
    stage.picture("settings-network");
    assert!(stage.harness.query_by_label("In use").is_some());
    stage.harness.get_by_label("Add a director").click();
    stage.settle();
    assert!(stage.commands().contains(&Command::ChooseDirector));
}

#[test]
fn settings_in_light_and_small() {
    Stage::sized(page(SettingsPage::Network), vec2(1280.0, 800.0), Theme::Light).picture("settings-light");
    let stage = Stage::sized(page(SettingsPage::Appearance), vec2(800.0, 500.0), Theme::Light);
    stage.picture("settings-800x500");
    assert!(stage.harness.query_by_label("One window").is_some());
    let mut stage = Stage::new(page(SettingsPage::About));
    stage.picture("settings-about");
    stage.commands();
    stage.harness.get_by_label("Save a bundle").click();
    stage.settle();
    assert_eq!(stage.commands(), [Command::SaveBundle]);
}
