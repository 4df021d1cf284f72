//! Over the head of the film: the way back, the title, and how the servers do.

use egui::accesskit::Role;
use egui::{Align2, Color32, Rect, Sense, Ui, WidgetInfo, pos2, vec2};

use super::white;
use crate::i18n::t;
use crate::state::people::Person;
use crate::state::playback::{Fault, Phase, Playback};
use crate::state::verdict::{self, Grade};
use crate::state::{Command, words};
use crate::theme::{Tokens, Type, icon, over_film, radius};
use crate::view::Scene;
use crate::widget::icon_button::{IconButton, tooltip};
use crate::widget::{chip, focus, text};

/// Shows it at the head of `film`.
pub(super) fn show(ui: &mut Ui, film: Rect, scene: &mut Scene<'_>) {
    let y = film.top() + 40.0;
    let words = t!("back");
    let back = IconButton::new(icon::ARROW_LEFT, &words).over_film().key("Esc");
    if back.show(ui, pos2(film.left() + 38.0, y)).clicked() {
        scene.push(Command::LeavePlayer);
    }
    let Some(playback) = &scene.state.playback else { return };
    let health = if scene.state.has_stats() && !scene.state.stats.open {
        health(ui, film, playback, scene)
    } else {
        None
    };
    let left = film.left() + 70.0;
    let room = health.unwrap_or(film.right() - 24.0) - left - 24.0;
    let chapter = playback.chapter_at(playback.shown_position());
    let chapter = chapter.map(|(number, chapter)| {
        let own = t!("player-chapter", number = number + 1);
        let named = || t!("player-chapter-named", number = number + 1, name = chapter.name.as_str());
        if chapter.name == own { own } else { named() }
    });
    let under = chapter.or_else(|| playback.title.as_ref().map(|title| words::safe(&title.catalog)));
    let low = film.height() < 520.0;
    match under.filter(|under| !under.is_empty() && !low) {
        Some(under) => {
            white(
                ui,
                pos2(left, y - 8.5),
                Align2::LEFT_CENTER,
                &playback.name,
                Type::HEADING.at(18.0, 24.0),
                room,
            );
            white(ui, pos2(left, y + 12.5), Align2::LEFT_CENTER, &under, Type::NOTE, room);
        }
        None => {
            white(ui, pos2(left, y), Align2::LEFT_CENTER, &playback.name, Type::HEADING.at(18.0, 24.0), room);
        }
    }
}

/// Shows squares and headroom at the right; returns their left edge.
fn health(ui: &mut Ui, film: Rect, playback: &Playback, scene: &mut Scene<'_>) -> Option<f32> {
    let tokens = *Tokens::of(ui);
    let snapshot = playback.snapshot.as_ref()?;
    let mut people: Vec<Person> = snapshot
        .sources
        .iter()
        .filter(|s| verdict::is_there(s))
        .map(|s| scene.state.person(s.index))
        .collect();
    people.sort_unstable();
    let verdict = verdict::verdict(playback);
    let (strong, rest, ink) = match verdict.grade {
        Grade::Waiting => {
            let (first, rest) = verdict.sentence.split_once(' ').unwrap_or((&verdict.sentence, ""));
            (first.to_owned(), rest.to_owned(), tokens.warn)
        }
        Grade::Bad => {
            // Only where the servers are to blame; a decoder that is missing is no matter of theirs.
            let other =
                matches!(&playback.phase, Phase::Failed(fault) if !matches!(fault, Fault::Network(_)));
            let rest = if other { verdict.sentence } else { t!("player-stopped-what") };
            (t!("player-stopped"), rest, tokens.bad)
        }
        _ if playback.rest_is_here() => {
            (t!("player-rest-here"), t!("player-rest-here-what"), over_film::WHITE)
        }
        _ => {
            let headroom = verdict::headroom(playback);
            let factor = headroom.map_or("–".to_owned(), |headroom| headroom.factor_words());
            (factor, t!("player-headroom", count = people.len()), over_film::WHITE)
        }
    };
    let spoken = t!("player-show-stats", words = format!("{strong} {rest}"));
    let short = film.width() < 900.0 || film.height() < 520.0;
    let rest = if short { String::new() } else { rest };
    let (y, right) = (film.top() + 40.0, film.right() - 25.0);
    let painter = ui.painter();
    let rest_width = if rest.is_empty() { 0.0 } else { text::width(painter, &rest, Type::NOTE) + 7.0 };
    let strong_width = text::width(painter, &strong, Type::FIGURES_STRONG);
    let squares = people.len().min(8) as f32 * 13.0;
    let left = right - rest_width - strong_width - 8.0 - squares;
    let rect = Rect::from_min_max(pos2(left - 8.0, y - 18.0), pos2(right + 8.0, y + 18.0));
    let response = ui.interact(rect, ui.scope_id().with("health"), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &spoken));
    let painter = ui.painter();
    if response.hovered() {
        painter.rect_filled(rect, radius::SMALL, over_film::HOVER);
    }
    text::paint(painter, pos2(right, y), Align2::RIGHT_CENTER, &rest, Type::NOTE, Color32::WHITE);
    let at = pos2(right - rest_width, y);
    text::paint(painter, at, Align2::RIGHT_CENTER, &strong, Type::FIGURES_STRONG, ink);
    for (number, person) in people.iter().take(8).enumerate() {
        let center = pos2(left + 5.0 + 13.0 * number as f32, y);
        chip::square(painter, &tokens, center, 10.0, *person);
    }
    focus::ring(ui, &response, rect.shrink2(vec2(2.0, 2.0)), radius::SMALL);
    tooltip(&response, &t!("stats"), "i");
    if response.clicked() {
        scene.push(Command::ToggleStats);
    }
    Some(rect.left())
}
