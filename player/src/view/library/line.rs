//! One title as a line of the list: a small picture, name, facts, how far it was watched, holders.

use egui::accesskit::Role;
use egui::{Align2, Rect, Response, Sense, Stroke, Ui, WidgetInfo, pos2, vec2};
use tributary_core::directory::Title;

use crate::i18n::t;
use crate::state::people::Person;
use crate::state::{readiness, words};
use crate::theme::{Tokens, Type, icon, motion, radius};
use crate::view::Poster;
use crate::widget::poster::{self, Mark};
use crate::widget::{chip, focus, meter, text};

/// From one line to the next, in points.
pub(super) const PITCH: f32 = 64.0;

/// Shows it at `rect`.
pub(super) fn show(
    ui: &mut Ui,
    rect: Rect,
    title: &Title,
    picture: Poster,
    holders: &[Person],
    mark: Mark,
) -> Response {
    let tokens = *Tokens::of(ui);
    // Pictures and squares end where the page does; what the pointer is over reaches a little further.
    let rect = rect.expand2(vec2(8.0, 0.0));
    let id = ui.scope_id().with(("line", title.stream.0, &title.name));
    let response = ui.interact(rect, id, Sense::click());
    let spoken = poster::spoken(title, mark);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &spoken));
    let hover = motion::glide(ui.ctx(), id, response.hovered(), motion::HOVER);
    let painter = ui.painter();
    painter.rect_filled(rect, radius::ROW, tokens.bg.lerp_to_gamma(tokens.surface2, hover));
    painter.hline(rect.left() + 8.0..=rect.right() - 8.0, rect.bottom() + 2.0, Stroke::new(1.0, tokens.line));
    let thumb = Rect::from_center_size(rect.left_center() + vec2(24.0, 0.0), vec2(32.0, 48.0));
    match picture {
        Poster::Here(texture, aspect) => {
            poster::paint_cover(painter, thumb, radius::CELL, texture, aspect);
        }
        _ => {
            painter.rect_filled(thumb, radius::CELL, tokens.surface2);
            text::icon(painter, thumb.center(), icon::FILM_STRIP, Type::icon(16.0), tokens.text3);
        }
    }
    let middle = rect.center().y;
    let right = pos2(rect.right() - 8.0, middle);
    let mut edge = chip::squares(painter, &tokens, right, holders, 6, tokens.text3).min(right.x - 90.0);
    match mark {
        Mark::None => {}
        Mark::Begun(part) => {
            let bar = Rect::from_min_max(pos2(edge - 80.0, middle - 2.0), pos2(edge, middle + 2.0));
            meter::bar(painter, bar, part, tokens.text1, tokens.surface3);
            edge = bar.left() - 16.0;
        }
        Mark::Watched => {
            let place = pos2(edge, middle);
            let ty = Type::CAPTION;
            let words = t!("poster-watched");
            let words = text::paint(painter, place, Align2::RIGHT_CENTER, &words, ty, tokens.text2);
            let place = pos2(words.left() - 12.0, middle);
            text::icon(painter, place, icon::CHECK, Type::icon(14.0), tokens.text2);
            edge = words.left() - 28.0;
        }
    }
    let left = thumb.right() + 16.0;
    let room = edge - left - 12.0;
    let place = pos2(left, middle - 10.0);
    text::paint_within(
        painter,
        place,
        Align2::LEFT_CENTER,
        &title.title,
        Type::LIST_STRONG,
        tokens.text1,
        room,
    );
    let mut facts = vec![poster::facts(title)];
    facts.push(readiness::picture_name(title.media.width, title.media.height));
    facts.push(words::safe(&title.tags.join(", ")));
    facts.retain(|fact| !fact.is_empty());
    let place = pos2(left, middle + 11.0);
    let facts = facts.join(" · ");
    text::paint_within(painter, place, Align2::LEFT_CENTER, &facts, Type::CAPTION, tokens.text3, room);
    focus::ring(ui, &response, rect, radius::ROW);
    response
}
