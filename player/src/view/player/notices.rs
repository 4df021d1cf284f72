//! Notices over the film, top left under the title.

use egui::accesskit::Role;
use egui::{Align2, Rect, Stroke, StrokeKind, Ui, UiBuilder, WidgetInfo, pos2, vec2};

use super::HEAD;
use crate::i18n::t;
use crate::state::Command;
use crate::state::notice::{Notice, NoticeKind};
use crate::state::stats::StatsPage;
use crate::theme::{Tokens, Type, icon, radius};
use crate::view::Scene;
use crate::widget::icon_button::IconButton;
use crate::widget::{button, text};

/// Size of a notice in points.
const SIZE: egui::Vec2 = vec2(WIDTH, 68.0);
/// Width of a notice in points.
pub(super) const WIDTH: f32 = 420.0;
/// From one notice to the next, in points.
pub(super) const PITCH: f32 = SIZE.y + 12.0;

/// Shows them over `film`.
pub(super) fn show(ui: &mut Ui, film: Rect, scene: &mut Scene<'_>) {
    let mut y = film.top() + HEAD;
    let mut next = f64::INFINITY;
    for notice in &scene.state.notices.shown {
        let size = vec2(SIZE.x.min(film.width() - 40.0), SIZE.y);
        let rect = Rect::from_min_size(pos2(film.left() + 20.0, y), size);
        let mut child = ui.new_child(UiBuilder::new().max_rect(rect).id_salt(("notice", notice.number)));
        let link = notice.kind == NoticeKind::Source && scene.state.playback.is_some();
        match card(&mut child, rect, notice, link) {
            Some(Pressed::Close) => scene.commands.push(Command::CloseNotice(notice.number)),
            Some(Pressed::Stats) => {
                scene.commands.push(Command::ShowStats(StatsPage::Events));
                if !scene.state.stats.open {
                    scene.commands.push(Command::ToggleStats);
                }
            }
            None => {}
        }
        next = next.min(notice.seconds_left(scene.state.now).unwrap_or(f64::INFINITY));
        y += PITCH;
    }
    if next.is_finite() {
        ui.ctx().request_repaint_after(std::time::Duration::from_secs_f64(next.max(0.05)));
    }
}

/// What was pressed on a notice.
enum Pressed {
    Close,
    Stats,
}

/// Shows a notice, with a way to the events of the stats where `link`.
fn card(ui: &mut Ui, rect: Rect, notice: &Notice, link: bool) -> Option<Pressed> {
    let tokens = *Tokens::of(ui);
    let response = ui.interact(rect, ui.scope_id().with("card"), egui::Sense::hover());
    let spoken = format!("{}. {}", notice.title, notice.detail);
    response.widget_info(|| WidgetInfo::labeled(Role::Alert, true, &spoken));
    let painter = ui.painter();
    painter.add(tokens.shadow(26, 8, 170).as_shape(rect, radius::LARGE));
    painter.rect(rect, radius::LARGE, tokens.surface1, Stroke::new(1.0, tokens.line), StrokeKind::Inside);
    let glyph = match notice.kind {
        NoticeKind::NoSound => icon::SPEAKER_SLASH,
        NoticeKind::Source => icon::SHIELD_WARNING,
        NoticeKind::Saved => icon::CAMERA,
        NoticeKind::Other => icon::INFO,
    };
    let ink = if notice.warning { tokens.warn } else { tokens.text1 };
    text::icon(painter, pos2(rect.left() + 26.0, rect.top() + 24.0), glyph, Type::icon_fill(20.0), ink);
    let words = t!("stats");
    let wide = if link { text::width(painter, &words, Type::LABEL_STRONG) + 16.0 } else { 0.0 };
    let room = rect.width() - 48.0 - 48.0 - wide;
    let place = pos2(rect.left() + 48.0, rect.top() + 24.0);
    let ty = Type::LIST_STRONG;
    text::paint_within(painter, place, Align2::LEFT_CENTER, &notice.title, ty, tokens.text1, room);
    let place = pos2(rect.left() + 48.0, rect.top() + 46.0);
    let room = rect.width() - 48.0 - 20.0;
    text::paint_within(painter, place, Align2::LEFT_CENTER, &notice.detail, Type::NOTE, tokens.text2, room);
    let close = pos2(rect.right() - 22.0, rect.top() + 24.0);
    let place = pos2(rect.right() - 48.0, rect.top() + 24.0);
    if link && button::link(ui, place, &words).clicked() {
        return Some(Pressed::Stats);
    }
    let closed = IconButton::new(icon::X, &t!("close")).size(16.0).side(32.0).show(ui, close).clicked();
    closed.then_some(Pressed::Close)
}
