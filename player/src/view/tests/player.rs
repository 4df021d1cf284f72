//! The player: its controls, and what it says when it can't play.

use std::time::Duration;

use egui::{Theme, pos2, vec2};
use egui_kittest::kittest::Queryable;
use fetch_engine::snapshot::StreamState;

use crate::captions::ass::Script;
use crate::captions::{Caption, Picture, Words};
use crate::state::notice::{Notice, NoticeKind};
use crate::state::playback::{Fault, Phase};
use crate::state::settings::Settings;
use crate::state::stats::StatsPage;
use crate::state::{Command, Event, PlaybackEvent, SeekKind, State, fixture};
use crate::testing::Stage;

fn press(stage: &mut Stage, label: &str) -> Vec<Command> {
    stage.harness.get_by_label(label).click();
    stage.settle();
    stage.commands()
}

#[test]
fn the_controls_are_named_and_ask_for_what_they_say() {
    let mut stage = Stage::new(fixture::playing());
    stage.picture("playing-dark");
    let buttons = [
        ("Pause", Command::TogglePause),
        ("Back 10 s", Command::SeekBy(-10.0)),
        ("Forward 10 s", Command::SeekBy(10.0)),
        ("Mute", Command::ToggleMute),
        ("Full screen", Command::ToggleFullscreen),
        ("Stats", Command::ToggleStats),
        ("Save a picture", Command::Screenshot),
        ("Back", Command::LeavePlayer),
    ];
    for (label, command) in buttons {
        assert_eq!(press(&mut stage, label), [command], "{label}");
    }
    assert!(stage.harness.query_by_label_contains("Seek, at 4:12 of 9:56").is_some());
    assert!(stage.harness.query_by_label_contains("3.6× what it needs, from 4 servers").is_some());
}

#[test]
fn the_seek_bar_seeks_to_what_is_pressed() {
    let mut stage = Stage::new(fixture::playing());
    stage.harness.hover_at(pos2(707.0, 716.0));
    stage.settle();
    stage.settle();
    stage.picture("playing-hover");
    stage.commands();
    let half = pos2(640.0, 716.0);
    stage.harness.drag_at(half);
    stage.harness.drop_at(half);
    stage.settle();
    let wanted = Duration::from_millis(596_500) / 2;
    let close = |time: Duration| time.abs_diff(wanted) < Duration::from_secs(1);
    let commands = stage.commands();
    assert!(
        commands.iter().any(|c| matches!(c, Command::Seek(time, SeekKind::Exact) if close(*time))),
        "{commands:?}"
    );
}

#[test]
fn the_card_over_the_seek_bar_shows_the_picture_where_there_is_one() {
    let mut stage = Stage::new(fixture::playing());
    let previews = stage.with_previews();
    assert!(!stage.shows(previews));
    for x in [707.0, 24.0, 1250.0] {
        stage.harness.hover_at(pos2(x, 716.0));
        stage.settle();
        assert!(stage.shows(previews), "{x}");
    }
    stage.picture("playing-preview");
    stage.harness.hover_at(pos2(640.0, 400.0));
    stage.settle();
    assert!(!stage.shows(previews));
}

#[test]
fn tracks_and_speeds_are_chosen_from_menus() {
    let mut stage = Stage::new(fixture::playing());
    press(&mut stage, "Sound and subtitles");
    stage.settle();
    stage.picture("playing-tracks");
    assert_eq!(press(&mut stage, "Commentary Opus, stereo"), [Command::ChooseSound(1)]);
    press(&mut stage, "Speed 1×");
    stage.settle();
    assert_eq!(press(&mut stage, "1.5× "), [Command::SetSpeed(1.5)]);
}

#[test]
fn waiting_names_the_server_that_is_awaited() {
    let mut state = fixture::playing();
    if let Some(playback) = &mut state.playback {
        fixture::edit_snapshot(playback, |snapshot| snapshot.sources[1].state = "silent".to_owned());
    }
    state.apply(Event::Playing(PlaybackEvent::Buffering(62)));
    let stage = Stage::new(state);
    stage.picture("buffering");
    for words in ["62 %", "Waiting for beta", "beta silent"] {
        assert!(stage.harness.query_by_label(words).is_some(), "{words}");
    }
}

fn failed(fault: Fault) -> State {
    let mut state = fixture::playing();
    state.apply(Event::Playing(PlaybackEvent::Failed(fault)));
    state
}

#[test]
fn each_fault_is_shown_for_what_it_is() {
    let faults = [
        (
            "missing-codec",
            Fault::MissingCodec {
                codec: "H.265 (HEVC)".to_owned(),
                install: "gstreamer1.0-libav".to_owned(),
            },
            "It can't be decoded",
        ),
        ("network", Fault::Network("none of the 4 servers answers".to_owned()), "The network is gone"),
        ("damaged", Fault::Damaged("no picture begins here".to_owned()), "The file is damaged"),
        (
            "not-opened",
            Fault::NotOpened("the director lists no such title".to_owned()),
            "It could not be opened",
        ),
    ];
    for (name, fault, sentence) in faults {
        let mut stage = Stage::new(failed(fault));
        stage.picture(&format!("error-{name}"));
        assert!(stage.harness.query_by_label(sentence).is_some(), "{sentence}");
        let retry = if name == "network" { "Try now" } else { "Try again" };
        assert_eq!(press(&mut stage, retry), [Command::RetryPlayback]);
        let copied = press(&mut stage, "Copy details");
        let [Command::Copy(text)] = &copied[..] else { panic!("{copied:?}") };
        assert!(text.contains("Big Buck Bunny (b3:") && text.contains("at 4:12 of 9:56"), "{text}");
        assert!(text.contains("beta slowed"), "{text}");
    }
}

#[test]
fn the_missing_package_is_named() {
    let stage = Stage::new(failed(Fault::MissingCodec {
        codec: "H.265 (HEVC)".to_owned(),
        install: "gstreamer1.0-libav".to_owned(),
    }));
    assert!(stage.harness.query_by_label_contains("gstreamer1.0-libav").is_some());
    let blamed = stage.texts().into_iter().any(|text| text.text.contains("nobody can send"));
    assert!(!blamed, "no server is to blame");
}

#[test]
fn the_end_is_no_fault() {
    let mut state = fixture::playing();
    state.apply(Event::Playing(PlaybackEvent::Ended));
    let mut stage = Stage::new(state);
    stage.picture("ended");
    assert!(stage.harness.query_by_label("The end").is_some());
    assert!(stage.harness.query_by_label("Try again").is_none());
    assert_eq!(press(&mut stage, "Play again"), [Command::RetryPlayback]);
}

#[test]
fn at_the_end_the_next_title_is_told_and_can_be_kept_from_beginning() {
    let mut state = fixture::playing();
    state.apply(Event::NeighboursSet { previous: false, next: Some("Paper Boats".to_owned()) });
    state.apply(Event::Playing(PlaybackEvent::Ended));
    state.apply(Event::CountdownSet(Some(state.now + 8.0)));
    let mut stage = Stage::new(state);
    stage.picture("ended-next");
    assert!(stage.harness.query_all_by_label("Next: Paper Boats").next().is_some());
    assert!(stage.harness.query_by_label("It begins in 8 s.").is_some());
    assert_eq!(press(&mut stage, "Play now"), [Command::Next]);
    assert_eq!(press(&mut stage, "Stay here"), [Command::StopCountdown]);
    stage.apply(Event::CountdownSet(None));
    assert!(stage.harness.query_by_label("The end").is_some());
    assert_eq!(press(&mut stage, "Play next"), [Command::Next]);
}

fn plain(text: &str) -> Vec<Caption> {
    Words::plain(text).map(Caption::Words).into_iter().collect()
}

/// Words with looks of their own at several places.
fn styled() -> Vec<Caption> {
    let header = "PlayResX: 640\nPlayResY: 360\nFormat: Name, Fontsize, PrimaryColour, Bold, Alignment, MarginV\n\
                  Style: Default,22,&H00FFFFFF,0,2,10\nStyle: Sign,30,&H0000FFFF,-1,8,20\n";
    let script = Script::parse(header);
    [
        "0,0,Default,,0,0,0,,Hello {\\i1}slanted{\\i0} and {\\c&H4040FF&}red{\\r} {\\u1}words{\\u0}",
        "1,0,Default,,0,0,0,,A second one at once",
        "2,0,Sign,,0,0,0,,A SIGN\\N{\\fs16}and small",
        "3,0,Default,,0,0,0,,{\\an7\\pos(60,140)}At a place",
    ]
    .into_iter()
    .filter_map(|line| script.of_track(line).map(Caption::Words))
    .collect()
}

#[test]
fn words_have_their_looks_and_stand_where_they_say() {
    let mut state = fixture::playing();
    state.apply(Event::Playing(PlaybackEvent::Subtitles(styled())));
    for (name, size) in
        [("subtitles-styled", vec2(1280.0, 800.0)), ("subtitles-styled-small", vec2(800.0, 500.0))]
    {
        let stage = Stage::sized(state.clone(), size, Theme::Dark);
        stage.picture(name);
        let rect = |label: &str| stage.harness.get_by_label(label).rect();
        let (first, second) = (rect("Hello slanted and red words"), rect("A second one at once"));
        assert!(second.bottom() <= first.top(), "the later one stands above: {first:?} {second:?}");
        assert!(first.bottom() < size.y && rect("A SIGN\nand small").bottom() < size.y / 2.0);
        let place = rect("At a place");
        assert!((place.left() / size.x - 60.0 / 640.0).abs() < 0.01, "{place:?}");
        assert!((place.top() / size.y - 140.0 / 360.0).abs() < 0.01, "{place:?}");
    }
}

#[test]
fn a_subtitle_that_is_a_picture_lies_over_the_film_and_goes() {
    let mut state = fixture::playing();
    let yellow = [255, 220, 0, 255].repeat(96 * 20);
    let picture = Picture::new((192, 108), (48, 40), (96, 20), yellow).expect("a picture");
    state.apply(Event::Playing(PlaybackEvent::Subtitles(vec![Caption::Picture(picture)])));
    let is_yellow = |state: &State| {
        let image = Stage::new(state.clone()).image();
        let (x, y) = (image.width() / 2, image.height() * 50 / 108);
        let pixel = image.get_pixel(x, y).0;
        pixel[0] > 200 && pixel[1] > 170 && pixel[2] < 60
    };
    Stage::new(state.clone()).picture("subtitles-picture");
    assert!(is_yellow(&state));
    state.apply(Event::Playing(PlaybackEvent::Subtitles(Vec::new())));
    assert!(!is_yellow(&state));
}

#[test]
fn subtitles_follow_the_settings() {
    let mut state = fixture::playing();
    state.apply(Event::Playing(PlaybackEvent::Subtitles(plain("Good morning,\nmeadow."))));
    let height = |state: &State| {
        let stage = Stage::new(state.clone());
        stage.picture(if state.settings.subtitle_plate { "subtitle-plate" } else { "subtitle" });
        stage.harness.get_by_label("Good morning,\nmeadow.").rect()
    };
    let usual = height(&state);
    let settings =
        Settings { subtitle_size: 1.5, subtitle_raise: 0.3, subtitle_plate: true, ..Settings::default() };
    state.apply(Event::SettingsRead(Box::new(settings)));
    let large = height(&state);
    assert!((large.height() / usual.height() - 1.5).abs() < 0.1, "{usual:?} {large:?}");
    assert!(large.bottom() < usual.bottom() - 100.0);
}

#[test]
fn notices_are_shown_and_closed() {
    let mut state = fixture::playing();
    let detail = "The film plays on without sound.";
    state.apply(Event::Noticed(Notice::warning(NoticeKind::NoSound, "No sound device", detail)));
    let mut stage = Stage::new(state);
    stage.picture("notice");
    let number = stage.harness.state().state.notices.shown[0].number;
    assert_eq!(press(&mut stage, "Close"), [Command::CloseNotice(number)]);
}

#[test]
fn a_small_window_keeps_its_buttons() {
    let stage = Stage::sized(fixture::playing(), vec2(800.0, 500.0), Theme::Dark);
    stage.picture("playing-800x500");
    for label in ["Pause", "Stats", "Full screen"] {
        let rect = stage.harness.get_by_label(label).rect();
        assert!(rect.width() >= 40.0 && rect.height() >= 40.0, "{label}: {rect:?}");
    }
    let tiny = Stage::sized(fixture::playing(), vec2(480.0, 300.0), Theme::Light);
    tiny.picture("playing-480x300");
    assert!(tiny.harness.query_by_label("More").is_some());
    assert!(tiny.harness.query_by_label("Volume").is_none());
}

#[test]
fn every_fixed_key_asks_for_its_command() {
    use egui::Key;
    let mut state = fixture::playing();
    state.apply(Event::NeighboursSet { previous: true, next: Some("Paper Boats".to_owned()) });
    let mut stage = Stage::new(state);
    let keys = [
        (Key::Space, Command::TogglePause),
        (Key::K, Command::TogglePause),
        (Key::F, Command::ToggleFullscreen),
        (Key::Escape, Command::Escape),
        (Key::M, Command::ToggleMute),
        (Key::ArrowLeft, Command::SeekBy(-5.0)),
        (Key::ArrowRight, Command::SeekBy(5.0)),
        (Key::J, Command::SeekBy(-10.0)),
        (Key::L, Command::SeekBy(10.0)),
        (Key::ArrowUp, Command::StepVolume(0.05)),
        (Key::ArrowDown, Command::StepVolume(-0.05)),
        (Key::Comma, Command::Step { forward: false }),
        (Key::Period, Command::Step { forward: true }),
        (Key::OpenBracket, Command::StepSpeed { faster: false }),
        (Key::CloseBracket, Command::StepSpeed { faster: true }),
        (Key::Backspace, Command::SetSpeed(1.0)),
        (Key::Num7, Command::SeekTenth(7)),
        (Key::C, Command::NextSubtitles),
        (Key::A, Command::NextSound),
        (Key::S, Command::Screenshot),
        (Key::I, Command::HoldStats(true)),
        (Key::N, Command::Next),
        (Key::P, Command::Previous),
        (Key::PageDown, Command::SeekChapter { forward: true }),
        (Key::B, Command::MarkRepeat),
        (Key::X, Command::StepSubtitleDelay(100)),
        (Key::R, Command::SetShape(crate::state::shape::Shape::default().turned())),
        (Key::T, Command::ToggleSmall),
        (Key::O, Command::ToggleOpen),
        (Key::Questionmark, Command::ToggleKeys),
    ];
    for (key, command) in keys {
        stage.commands();
        stage.harness.key_press(key);
        stage.settle();
        assert_eq!(stage.commands(), [command], "{key:?}");
    }
}

#[test]
fn a_menu_opened_with_the_pointer_leaves_no_keyboard_on_its_button() {
    use egui::Key;
    let mut stage = Stage::new(fixture::playing());
    let focused = |stage: &Stage| stage.harness.ctx.memory(|memory| memory.focused().is_some());
    stage.harness.get_by_label("Speed 1×").click();
    stage.settle();
    assert!(stage.harness.query_by_label_contains("0.25×").is_some(), "the menu is open");
    stage.harness.key_press(Key::Escape);
    stage.settle();
    assert!(stage.harness.query_by_label_contains("0.25×").is_none() && !focused(&stage));
    // Who opens it by a key gets back to its button.
    stage.harness.get_by_label("Speed 1×").focus();
    for key in [Key::Enter, Key::Escape] {
        stage.settle();
        stage.harness.key_press(key);
    }
    stage.settle();
    assert!(focused(&stage));
}

#[test]
fn a_focused_control_takes_the_space_bar_and_arrows_still_seek() {
    use egui::Key;
    let mut stage = Stage::new(fixture::playing());
    stage.harness.get_by_label("Mute").focus();
    stage.settle();
    stage.commands();
    stage.harness.key_press(Key::Space);
    stage.settle();
    assert_eq!(stage.commands(), [Command::ToggleMute]);
    stage.harness.key_press(Key::ArrowRight);
    stage.settle();
    assert_eq!(stage.commands(), [Command::SeekBy(5.0)]);
}

#[test]
fn a_press_of_the_stats_that_is_over_within_a_frame_is_a_press() {
    let mut stage = Stage::new(fixture::playing());
    stage.commands();
    for pressed in [true, false] {
        let (key, modifiers) = (egui::Key::I, egui::Modifiers::NONE);
        let event = egui::Event::Key { key, physical_key: None, pressed, repeat: false, modifiers };
        stage.harness.input_mut().events.push(event);
    }
    stage.harness.step();
    assert_eq!(stage.commands(), [Command::HoldStats(true), Command::HoldStats(false)]);
}

#[test]
fn what_nobody_can_send_is_not_waited_for_in_silence() {
    let mut state = fixture::playing();
    let playback = state.playback.as_mut().expect("it plays");
    (playback.phase, playback.begun) = (Phase::Loading, false);
    fixture::edit_snapshot(playback, |snapshot| {
        snapshot.state = StreamState::Nobody("no server holds it".to_owned());
    });
    let mut stage = Stage::new(state);
    stage.picture("nobody");
    assert!(stage.harness.get_by_label("Try again").is_focused(), "Enter tries again");
    assert!(stage.harness.query_by_label("Nobody can send this").is_some());
    stage.commands();
    stage.harness.get_by_label("Try again").click();
    stage.settle();
    assert!(stage.commands().contains(&Command::RetryPlayback));
}

#[test]
fn a_notice_about_a_server_leads_to_the_events() {
    let mut state = fixture::playing();
    let notice = Notice::warning(NoticeKind::Source, "beta sent a wrong block".to_owned(), "–".to_owned());
    state.apply(Event::Noticed(notice));
    let mut stage = Stage::new(state);
    stage.picture("notice-source");
    stage.commands();
    let links = stage.harness.get_all_by_role(egui::accesskit::Role::Link);
    links.last().expect("a link").click();
    stage.settle();
    assert_eq!(stage.commands(), [Command::ShowStats(StatsPage::Events), Command::ToggleStats]);
}

#[test]
fn a_click_on_the_film_pauses_and_two_fill_the_screen() {
    let mut stage = Stage::new(fixture::playing());
    // Time passes in quarters of a second here.
    stage.harness.ctx.options_mut(|options| options.input_options.max_double_click_delay = 5.0);
    stage.commands();
    let click = |stage: &mut Stage| {
        let pos = pos2(640.0, 400.0);
        let button = |pressed| egui::Event::PointerButton {
            pos,
            button: egui::PointerButton::Primary,
            pressed,
            modifiers: egui::Modifiers::NONE,
        };
        stage.harness.event(egui::Event::PointerMoved(pos));
        stage.harness.event(button(true));
        stage.harness.event(button(false));
        stage.harness.run_steps(1);
    };
    click(&mut stage);
    assert_eq!(stage.commands(), [Command::TogglePause]);
    click(&mut stage);
    assert_eq!(stage.commands(), [Command::TogglePause, Command::ToggleFullscreen]);
    press(&mut stage, "Sound and subtitles");
    stage.settle();
    stage.commands();
    click(&mut stage);
    assert!(!stage.commands().contains(&Command::TogglePause), "it closes the menu");
}

#[test]
fn where_there_is_only_sound_something_stands_in_place_of_the_picture() {
    let notes = crate::theme::icon::MUSIC_NOTES.to_string();
    let shown = |stage: &Stage| stage.texts().iter().any(|text| text.text == notes);
    let mut state = fixture::playing();
    assert!(!shown(&Stage::new(state.clone())));
    let playback = state.playback.as_mut().expect("a film");
    playback.media.video_size = None;
    playback.media.video_codec.clear();
    assert!(playback.is_sound_alone());
    let mut stage = Stage::new(state);
    assert!(shown(&stage));
    stage.picture("playing-sound");
    stage.apply(Event::Playing(PlaybackEvent::Buffering(20)));
    assert!(!shown(&stage), "what is told in the middle needs its place");
}
