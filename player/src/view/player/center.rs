//! In the middle of the film: that it opens, waits, has ended or can't go on, each for what it is.

use egui::{Align2, Color32, Rect, Stroke, StrokeKind, Ui, pos2, vec2};
use fetch_engine::snapshot::{SourceSnapshot, StreamState};

use crate::i18n::t;
use crate::state::playback::{Fault, Origin, Phase, Playback};
use crate::state::{Command, State, words};
use crate::state::{standing, verdict};
use crate::theme::{Tokens, Type, icon, over_film, radius};
use crate::view::Scene;
use crate::widget::button::{Button, ButtonKind};
use crate::widget::chip::{self, Presence};
use crate::widget::{focus, meter, text};

/// Widest the explanation gets, in points.
const WIDTH: f32 = 520.0;

/// What is told in the middle.
struct Told {
    glyph: char,
    color: Color32,
    sentence: String,
    explanation: String,
    buttons: Vec<(String, Command)>,
}

/// Shows it over `film`.
pub(super) fn show(ui: &mut Ui, film: Rect, scene: &mut Scene<'_>) {
    let Some(playback) = &scene.state.playback else { return };
    let position = words::clock(Some(playback.shown_position()));
    match &playback.phase {
        Phase::Opening | Phase::Loading | Phase::Running => match nobody(playback) {
            Some(why) if !playback.begun => {
                let told = Told {
                    glyph: icon::WIFI_SLASH,
                    color: Tokens::DARK.warn,
                    sentence: t!("center-nobody"),
                    explanation: why,
                    buttons: vec![
                        (t!("try-again"), Command::RetryPlayback),
                        (t!("back"), Command::LeavePlayer),
                    ],
                };
                tell(ui, film, told, scene);
            }
            Some(why) => {
                let told = Told {
                    glyph: icon::WIFI_SLASH,
                    color: Tokens::DARK.warn,
                    sentence: if anybody_is_there(playback) {
                        t!("center-nobody-rest")
                    } else {
                        t!("center-network")
                    },
                    explanation: t!("center-network-what", why = why, time = position),
                    buttons: vec![
                        (t!("try-now"), Command::RetryPlayback),
                        (t!("stop"), Command::LeavePlayer),
                    ],
                };
                tell(ui, film, told, scene);
            }
            None if playback.phase == Phase::Running => waiting(ui, film, playback, scene.state),
            None => opening(ui, film, playback, scene.state),
        },
        Phase::Ended => {
            let told = ended(scene.state);
            tell(ui, film, told, scene);
        }
        Phase::Failed(fault) => {
            let mut told = match (fault, &playback.snapshot) {
                // What the engine says of each server stands in what is copied.
                (Fault::Network(_), Some(snapshot)) => {
                    of_fault(&Fault::Network(standing::why(snapshot)), &position)
                }
                _ => of_fault(fault, &position),
            };
            told.buttons.push((t!("center-copy"), Command::Copy(details(playback, fault))));
            tell(ui, film, told, scene);
        }
    }
}

/// The end, and what comes after it.
fn ended(state: &State) -> Told {
    let again = (t!("center-play-again"), Command::RetryPlayback);
    let back = (t!("back"), Command::LeavePlayer);
    let (glyph, color) = (icon::CHECK_CIRCLE, over_film::WHITE);
    match (&state.next, state.countdown) {
        (Some(next), Some(end)) => {
            let seconds = (end - state.now).ceil().max(1.0);
            Told {
                glyph: icon::SKIP_FORWARD,
                color,
                sentence: t!("player-next", title = next.as_str()),
                explanation: t!("center-begins-in", time = words::span(seconds)),
                buttons: vec![
                    (t!("center-play-now"), Command::Next),
                    (t!("center-stay"), Command::StopCountdown),
                ],
            }
        }
        (next, _) => {
            let after = |next: &String| t!("center-after", title = next.as_str());
            let explanation = next.as_ref().map_or_else(String::new, after);
            let mut buttons = vec![again, back];
            if next.is_some() {
                buttons.insert(1, (t!("center-play-next"), Command::Next));
            }
            Told { glyph, color, sentence: t!("center-end"), explanation, buttons }
        }
    }
}

/// Why nobody can send, if that is so.
fn nobody(playback: &Playback) -> Option<String> {
    let snapshot = playback.snapshot.as_ref()?;
    matches!(snapshot.state, StreamState::Nobody(_)).then(|| standing::why(snapshot))
}

fn anybody_is_there(playback: &Playback) -> bool {
    playback.snapshot.as_ref().is_some_and(|snapshot| snapshot.sources.iter().any(standing::is_connected))
}

/// What somebody who helps wants to know: the title, the fault, and what happened before it.
fn details(playback: &Playback, fault: &Fault) -> String {
    /// Most events that are copied.
    const EVENTS: usize = 40;
    let mut text = format!(
        "Tributary {}\n{} ({})\nat {} of {}\n{fault:?}\n",
        env!("CARGO_PKG_VERSION"),
        playback.name,
        playback.what,
        words::clock(Some(playback.shown_position())),
        words::clock(playback.duration),
    );
    let first = playback.log.len().saturating_sub(EVENTS);
    for entry in playback.log.iter().skip(first) {
        let detail = words::safe(&entry.detail);
        text.push_str(&format!(
            "{} {}: {detail}\n",
            words::clock_tenths(entry.at),
            words::safe(&entry.title)
        ));
    }
    text
}

fn of_fault(fault: &Fault, position: &str) -> Told {
    let tokens = Tokens::DARK;
    let retry = |words| (words, Command::RetryPlayback);
    let leave = |words| (words, Command::LeavePlayer);
    let again = vec![retry(t!("try-again")), leave(t!("back"))];
    let told =
        |glyph, color, sentence, explanation, buttons| Told { glyph, color, sentence, explanation, buttons };
    match fault {
        Fault::MissingCodec { codec, install } => told(
            icon::PUZZLE_PIECE,
            over_film::WHITE,
            t!("center-codec"),
            t!("center-codec-what", codec = codec.as_str(), install = install.as_str()),
            again,
        ),
        Fault::Network(why) => told(
            icon::WIFI_SLASH,
            tokens.warn,
            t!("center-network"),
            t!("center-network-failed", why = words::sentence(why), time = position),
            vec![retry(t!("try-now")), leave(t!("stop"))],
        ),
        Fault::NotOpened(why) => {
            told(icon::WARNING, tokens.warn, t!("center-not-opened"), words::sentence(why), again)
        }
        Fault::Damaged(why) => {
            told(icon::X_CIRCLE, tokens.bad, t!("center-damaged"), words::sentence(why), again)
        }
        Fault::Other(why) => {
            told(icon::X_CIRCLE, tokens.bad, t!("center-failed"), words::sentence(why), again)
        }
    }
}

fn dim(ui: &Ui, film: Rect) {
    ui.painter().rect_filled(film, 0, over_film::DIM);
}

fn tell(ui: &mut Ui, film: Rect, told: Told, scene: &mut Scene<'_>) {
    dim(ui, film);
    let center = pos2(film.center().x, film.center().y - 10.0);
    let disc = center - vec2(0.0, 84.0);
    ui.painter().circle_filled(disc, 28.0, Color32::from_black_alpha(190));
    text::icon(ui.painter(), disc, told.glyph, Type::icon_fill(28.0), told.color);
    let ty = Type::HEADING.at(20.0, 28.0);
    let place = center - vec2(0.0, 28.0);
    text::label(ui, place, Align2::CENTER_CENTER, &told.sentence, ty, over_film::WHITE);
    let width = WIDTH.min(film.width() - 48.0);
    let mut y = center.y - 8.0;
    if !told.explanation.is_empty() {
        let place = pos2(center.x, y);
        let ink = Tokens::DARK.text1;
        y = text::centered(ui, place, &told.explanation, Type::LIST.at(14.0, 22.0), ink, width).bottom();
    }
    let kinds = [ButtonKind::Primary, ButtonKind::OverFilm];
    let buttons: Vec<_> = told
        .buttons
        .iter()
        .enumerate()
        .map(|(i, (words, command))| (Button::new(words, kinds[i.min(1)]), command))
        .collect();
    let widths: Vec<f32> = buttons.iter().map(|(button, _)| button.width(ui, 40.0)).collect();
    let all = widths.iter().sum::<f32>() + 12.0 * widths.len().saturating_sub(1) as f32;
    let mut x = (center.x - all / 2.0).round();
    let opening = scene.state.playback.as_ref().map(|playback| playback.number);
    for (place, ((button, command), width)) in buttons.into_iter().zip(widths).enumerate() {
        let rect = Rect::from_min_size(pos2(x, (y + 18.0).round()), vec2(width, 40.0));
        let response = button.show(ui, rect);
        // Who presses Space to go on must not leave by it.
        if place == 0 && *command != Command::LeavePlayer {
            focus::once(ui, &response, (opening, &told.sentence));
        }
        if response.clicked() {
            scene.push(command.clone());
        }
        x += width + 12.0;
    }
}

fn opening(ui: &mut Ui, film: Rect, playback: &Playback, state: &State) {
    let center = film.center() - vec2(0.0, 40.0);
    meter::spinner(ui.painter(), center, 24.0, over_film::WHITE);
    let words = match (&playback.phase, playback.origin) {
        (Phase::Opening, Origin::Stream) => t!("center-asking"),
        (_, Origin::Stream) => t!("center-first-picture"),
        _ => t!("center-opening"),
    };
    let place = center + vec2(0.0, 54.0);
    text::label(ui, place, Align2::CENTER_CENTER, &words, Type::BODY, over_film::WHITE);
    plates(ui, film, center.y + 88.0, playback, state);
}

fn waiting(ui: &mut Ui, film: Rect, playback: &Playback, state: &State) {
    dim(ui, film);
    let percent = playback.buffering.unwrap_or(0);
    let center = film.center() - vec2(0.0, if film.height() < 520.0 { 76.0 } else { 86.0 });
    let part = f32::from(percent) / 100.0;
    meter::ring(ui.painter(), center, 34.0, part, over_film::WHITE, over_film::AHEAD.gamma_multiply(0.6));
    let words = t!("percent", part = percent);
    text::label(ui, center, Align2::CENTER_CENTER, &words, Type::TIME, over_film::WHITE);
    let verdict = verdict::verdict(playback);
    let sentence = if playback.origin == Origin::Stream { verdict.sentence } else { t!("center-waiting") };
    let place = center + vec2(0.0, 68.0);
    text::label(ui, place, Align2::CENTER_CENTER, &sentence, Type::TITLE, over_film::WHITE);
    if playback.origin == Origin::Stream {
        let place = center + vec2(0.0, 86.0);
        let width = WIDTH.min(film.width() - 48.0);
        let ty = Type::BODY.at(15.0, 25.0);
        let body = text::centered(ui, place, &verdict.cause, ty, over_film::WHITE, width);
        plates(ui, film, body.bottom() + 22.0, playback, state);
    }
}

/// What a source does now, in a word or two, and whether that is amiss.
fn doing(source: &SourceSnapshot) -> (String, bool) {
    match source.state.as_str() {
        "silent" => (t!("state-silent"), true),
        "away" | "gone" => match source.retry_in {
            Some(seconds) => (t!("state-away-retry", time = words::span(seconds)), true),
            None => (t!("away"), true),
        },
        "quarantined" => (t!("state-shut-out"), true),
        "joining" => (t!("state-joining"), false),
        "waiting" => (t!("state-waiting"), false),
        _ => (t!("state-sending"), false),
    }
}

/// A plate for each source, in as many rows as fit.
fn plates(ui: &mut Ui, film: Rect, top: f32, playback: &Playback, state: &State) {
    const HEIGHT: f32 = 36.0;
    let tokens = Tokens::DARK;
    let Some(snapshot) = &playback.snapshot else { return };
    let plates: Vec<_> = snapshot
        .sources
        .iter()
        .take(8)
        .map(|source| {
            let (state, amiss) = doing(source);
            let name = words::safe(&source.name);
            let painter = ui.painter();
            let names = text::width(painter, &name, Type::LABEL_STRONG);
            let width = 36.0 + names + 7.0 + text::width(painter, &state, Type::NOTE) + 17.0;
            (source, name, state, amiss, names, width)
        })
        .collect();
    let mut rows: Vec<Vec<_>> = vec![Vec::new()];
    let mut used = 0.0;
    for plate in plates {
        if used + plate.5 > film.width() - 48.0 && used > 0.0 {
            rows.push(Vec::new());
            used = 0.0;
        }
        used += plate.5 + 12.0;
        rows.last_mut().expect("one row at least").push(plate);
    }
    let mut y = top;
    for row in rows {
        let all: f32 = row.iter().map(|plate| plate.5 + 12.0).sum::<f32>() - 12.0;
        let mut x = (film.center().x - all / 2.0).round();
        for (source, name, doing, amiss, names, width) in row {
            let rect = Rect::from_min_size(pos2(x, y), vec2(width, HEIGHT));
            let painter = ui.painter();
            painter.rect_filled(rect, radius::ROW, over_film::PLATE);
            if amiss {
                painter.rect_stroke(rect, radius::ROW, Stroke::new(1.5, tokens.warn), StrokeKind::Inside);
            }
            let presence = if verdict::is_there(source) { Presence::Here } else { Presence::Away };
            let middle = rect.center().y;
            let person = state.person(source.index);
            chip::paint(painter, &tokens, pos2(rect.left() + 19.0, middle), 18.0, person, presence);
            let place = pos2(rect.left() + 36.0, middle);
            text::paint(painter, place, Align2::LEFT_CENTER, &name, Type::LABEL_STRONG, tokens.text1);
            let place = pos2(rect.left() + 36.0 + names + 7.0, middle);
            let ink = if amiss { tokens.warn } else { tokens.text2 };
            text::paint(painter, place, Align2::LEFT_CENTER, &doing, Type::NOTE, ink);
            text::name(ui, rect, &format!("{name} {doing}"));
            x += width + 12.0;
        }
        y += HEIGHT + 10.0;
    }
}
