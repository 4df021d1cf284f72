//! The stats drawer: its pages, what they name, and what they ask for.

use egui::{Theme, vec2};
use egui_kittest::kittest::Queryable;

use crate::state::stats::{EventFilter, StatsPage};
use crate::state::{Command, Event, State, fixture};
use crate::testing::Stage;

fn open(page: StatsPage) -> State {
    let mut state = fixture::playing();
    state.apply(Event::StatsOpened(true));
    state.apply(Event::StatsShown(page));
    state
}

fn press(stage: &mut Stage, label: &str) -> Vec<Command> {
    stage.harness.get_by_label(label).click();
    stage.settle();
    stage.commands()
}

#[test]
fn sources_tell_the_verdict_the_headroom_and_a_row_each() {
    let mut stage = Stage::new(open(StatsPage::Sources));
    stage.picture("stats-sources");
    for words in ["Smooth, with room to spare", "18.6 Mbit/s arrive", "headroom 3.6×", "needs 5.2"] {
        assert!(stage.harness.query_by_label(words).is_some(), "{words}");
    }
    assert!(stage.harness.query_by_label("Pattern ACADABACAD, ACDAACDAB from block 952").is_some());
    assert!(stage.harness.query_by_label("Verified 605 of 1\u{202f}480").is_some());
    assert_eq!(press(&mut stage, "beta, sending, 2.1 Mbit/s, 11 %"), [Command::ToggleSource(1)]);
    stage.apply(Event::SourceToggled(1));
    assert!(stage.harness.query_by_label("2 late, 2 hedged").is_some());
    stage.picture("stats-sources-unfolded");
}

#[test]
fn tabs_change_the_page_and_the_drawer_closes() {
    let mut stage = Stage::new(open(StatsPage::Sources));
    assert_eq!(press(&mut stage, "Cache"), [Command::ShowStats(StatsPage::Cache)]);
    assert_eq!(press(&mut stage, "Events, new warning"), [Command::ShowStats(StatsPage::Events)]);
    assert_eq!(press(&mut stage, "Close stats"), [Command::ToggleStats]);
}

#[test]
fn the_cache_page_isolates_a_source() {
    let mut stage = Stage::new(open(StatsPage::Cache));
    stage.picture("stats-cache");
    assert!(stage.harness.query_by_label_contains("File map: 568 of 1\u{202f}480").is_some());
    assert!(stage.harness.query_by_label("Ahead 74 MiB of 150 MiB").is_some());
    stage.harness.get_by_label_contains("gamma, 22 %").click();
    stage.settle();
    assert_eq!(stage.commands(), [Command::Isolate(Some(2))]);
    stage.apply(Event::Isolated(Some(2)));
    stage.picture("stats-cache-isolated");
}

#[test]
fn events_are_filtered_and_copied() {
    let mut stage = Stage::new(open(StatsPage::Events));
    stage.picture("stats-events");
    assert!(stage.harness.query_by_label_contains("3:50.1 beta slowed").is_some());
    assert_eq!(press(&mut stage, "Warnings 1"), [Command::FilterEvents(EventFilter::Warnings)]);
    stage.apply(Event::EventsFiltered(EventFilter::Warnings));
    assert!(stage.harness.query_by_label_contains("delta joined").is_none());
    let copied = press(&mut stage, "Copy");
    assert_eq!(copied, [Command::Copy("3:50.1  ! beta slowed: 5.6 to 2.1 Mbit/s\n".to_owned())]);
    stage.apply(Event::EventsSearched("nothing like it".to_owned()));
    assert!(stage.harness.query_by_label("No event matches.").is_some());
}

#[test]
fn network_and_media_tell_their_numbers() {
    let stage = Stage::new(open(StatsPage::Network));
    stage.picture("stats-network");
    assert!(stage.harness.query_by_label("Rates, 60 s, 18.6 Mbit/s now").is_some());
    let stage = Stage::new(open(StatsPage::Media));
    stage.picture("stats-media");
    assert!(stage.harness.query_by_label("Every frame on time").is_some());
    assert!(stage.harness.query_by_label("H.264 High 4.0").is_some());
}

#[test]
fn small_and_large_windows_hold_the_drawer() {
    for (size, name) in [(vec2(800.0, 500.0), "800x500"), (vec2(1920.0, 1080.0), "1920x1080")] {
        let stage = Stage::sized(open(StatsPage::Sources), size, Theme::Light);
        stage.picture(&format!("stats-sources-{name}"));
        assert!(stage.harness.query_by_label("Smooth, with room to spare").is_some());
    }
}

#[test]
fn a_local_file_has_no_stats() {
    let mut state = open(StatsPage::Sources);
    if let Some(playback) = &mut state.playback {
        playback.origin = crate::state::playback::Origin::File;
    }
    let stage = Stage::new(state);
    stage.picture("playing-file");
    assert!(stage.harness.query_by_label("Stats").is_none());
    assert!(stage.harness.query_by_label("Close stats").is_none());
}
