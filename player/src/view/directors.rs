//! Where a director is chosen: the ones remembered, those found on the local network, and a field for
//! an address.

use egui::accesskit::Role;
use egui::epaint::{CubicBezierShape, PathShape, PathStroke};
use egui::{
    Align2, Color32, Id, Key, Rect, ScrollArea, Sense, Stroke, Ui, UiBuilder, WidgetInfo, pos2, vec2,
};

use super::Scene;
use crate::i18n::t;
use crate::state::Command;
use crate::state::library::{FoundDirector, KnownDirector, Library, Link};
use crate::state::words;
use crate::theme::{Tokens, Type, icon, motion, radius};
use crate::widget::button::{Button, ButtonKind};
use crate::widget::field::Field;
use crate::widget::icon_button::IconButton;
use crate::widget::{focus, logo, meter, text};

/// Widest the column of text gets, in points.
const COLUMN: f32 = 680.0;
/// Widest its running text gets.
const WORDS: f32 = 640.0;

/// Shows it in `rect`.
pub fn show(ui: &mut Ui, rect: Rect, scene: &mut Scene<'_>) {
    let tokens = *Tokens::of(ui);
    ui.painter().rect_filled(rect, 0, tokens.bg);
    let art = if rect.width() < 900.0 { 0.0 } else { (rect.width() * 0.34375).min(520.0) };
    if art > 0.0 {
        picture(ui, Rect::from_min_size(rect.min, vec2(art, rect.height())));
    }
    let margin = if art > 0.0 { 80.0 } else { 32.0 };
    let width = (rect.width() - art - 2.0 * margin).min(COLUMN);
    let place = Rect::from_min_max(pos2(rect.left() + art + margin, rect.top()), rect.max);
    let mut child = ui.new_child(UiBuilder::new().max_rect(place));
    ScrollArea::vertical().id_salt("directors").auto_shrink(false).show(&mut child, |ui| {
        ui.spacing_mut().item_spacing = vec2(0.0, 0.0);
        ui.add_space(if rect.height() < 600.0 { 32.0 } else { 85.0 });
        column(ui, width, scene);
        ui.add_space(32.0);
    });
    if scene.state.library.director.is_some() && !scene.state.library.catalogs.is_empty() {
        let center = pos2(rect.right() - 40.0, rect.top() + 40.0);
        if IconButton::new(icon::X, &t!("directors-back")).key("Esc").show(ui, center).clicked() {
            scene.push(Command::ShowLibrary);
        }
    }
}

fn column(ui: &mut Ui, width: f32, scene: &mut Scene<'_>) {
    let tokens = *Tokens::of(ui);
    let library = &scene.state.library;
    let head = if library.known.is_empty() { t!("directors-first") } else { t!("directors-choose") };
    let ty = if width < 480.0 { Type::TITLE } else { Type::HEADLINE };
    line(ui, width, ty.line, |ui, rect| {
        text::label(ui, rect.left_center(), Align2::LEFT_CENTER, &head, ty, tokens.text1);
    });
    ui.add_space(13.0);
    let words = t!("directors-about");
    let at = ui.cursor().min;
    let body = text::paragraph(ui, at, &words, Type::BODY, tokens.text2, width.min(WORDS));
    ui.add_space(body.height() + 26.0);
    if !library.known.is_empty() {
        heading(ui, width, &t!("directors-known"));
        for known in &library.known {
            entry(ui, width, &Entry::known(known, library, &tokens), scene);
            ui.add_space(10.0);
        }
        ui.add_space(22.0);
    }
    let strange = |found: &&FoundDirector| !library.known.iter().any(|known| known.address == found.address);
    let found: Vec<&FoundDirector> = library.found.iter().filter(strange).collect();
    if scene.state.settings.look_around {
        heading(ui, width, &t!("directors-found"));
        looking(ui, width, library.looking, found.is_empty());
        for found in found {
            entry(ui, width, &Entry::found(found, &tokens), scene);
            ui.add_space(10.0);
        }
        ui.add_space(22.0);
    }
    heading(ui, width, &t!("directors-add"));
    address(ui, width, scene);
    ui.add_space(25.0);
    instead(ui, width, scene);
}

/// At the right of the heading above, that the network is searched; below, that nothing was found.
fn looking(ui: &mut Ui, width: f32, looking: bool, nothing: bool) {
    let tokens = *Tokens::of(ui);
    if looking {
        let right = ui.cursor().min + vec2(width, -24.0);
        let words = t!("directors-looking");
        let place = text::label(ui, right, Align2::RIGHT_CENTER, &words, Type::NOTE, tokens.text3);
        meter::spinner(ui.painter(), place.left_center() - vec2(23.0, 0.0), 7.0, tokens.text1);
    }
    if nothing {
        let at = ui.cursor().min;
        let words = t!("directors-none-found");
        let body = text::paragraph(ui, at, &words, Type::NOTE, tokens.text3, width);
        ui.add_space(body.height());
    }
}

/// The way to a file or an address, for who has no director.
fn instead(ui: &mut Ui, width: f32, scene: &mut Scene<'_>) {
    let tokens = *Tokens::of(ui);
    let (rect, _) = ui.allocate_exact_size(vec2(width, 56.0), Sense::hover());
    ui.painter().hline(rect.x_range(), rect.top(), Stroke::new(1.0, tokens.line));
    let words = t!("directors-instead");
    let wide = text::width(ui.painter(), &words, Type::LIST_STRONG) + 30.0;
    let place = Rect::from_min_size(rect.min + vec2(0.0, 12.0), vec2(wide, 32.0));
    let response = ui.interact(place, ui.scope_id().with("instead"), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &words));
    let ink = if response.hovered() { tokens.text2 } else { tokens.text1 };
    let middle = place.center().y;
    let glyph = pos2(place.left() + 9.0, middle);
    text::icon(ui.painter(), glyph, icon::FOLDER_OPEN, Type::icon(18.0), tokens.text2);
    let at = pos2(place.left() + 30.0, middle);
    text::paint(ui.painter(), at, Align2::LEFT_CENTER, &words, Type::LIST_STRONG, ink);
    focus::ring(ui, &response, place, radius::SMALL);
    let also = t!("directors-drop");
    let left = pos2(place.right() + 12.0, middle);
    if left.x + text::width(ui.painter(), &also, Type::LIST) < rect.right() {
        text::label(ui, left, Align2::LEFT_CENTER, &also, Type::LIST, tokens.text3);
    }
    if response.clicked() {
        scene.push(Command::ToggleOpen);
    }
}

/// A director in the list.
struct Entry {
    name: String,
    address: String,
    /// What it holds, or what is amiss.
    under: String,
    ink: Color32,
    amiss: bool,
    /// It is remembered, and can be forgotten.
    remembered: bool,
}

impl Entry {
    fn known(known: &KnownDirector, library: &Library, tokens: &Tokens) -> Self {
        let ours = library.director.as_deref() == Some(&known.address);
        let found = library.found.iter().find(|found| found.address == known.address);
        let (under, ink, amiss) = match (&library.link, ours) {
            (Link::Down(why), true) => (why.clone(), tokens.warn, true),
            (Link::Asking, true) => (t!("directors-asked"), tokens.text2, false),
            (Link::Up, true) => {
                let servers = library.servers.len() as u64;
                let holds = holds((library.catalogs.len() as u64, library.title_count(), servers));
                (t!("directors-in-use", holds = holds), tokens.text2, false)
            }
            _ => (found.and_then(|found| found.holds).map(holds).unwrap_or_default(), tokens.text2, false),
        };
        let (name, address) = (words::safe(&known.name), known.address.clone());
        Self { name, address, under, ink, amiss, remembered: true }
    }

    fn found(found: &FoundDirector, tokens: &Tokens) -> Self {
        let (under, ink) = match found.holds {
            Some(numbers) => (holds(numbers), tokens.text2),
            None => (t!("directors-found-silent"), tokens.warn),
        };
        let (name, address) = (words::safe(&found.name), words::safe(&found.address));
        Self { name, address, under, ink, amiss: found.holds.is_none(), remembered: false }
    }
}

/// `5 catalogs, 412 titles, 4 servers`
fn holds((catalogs, titles, servers): (u64, u64, u64)) -> String {
    let parts = [
        t!("count-catalogs", count = catalogs),
        t!("count-titles", count = titles),
        t!("count-servers", count = servers),
    ];
    parts.join(", ")
}

fn line(ui: &mut Ui, width: f32, height: f32, add: impl FnOnce(&mut Ui, Rect)) {
    let (rect, _) = ui.allocate_exact_size(vec2(width, height), Sense::hover());
    add(ui, rect);
}

fn heading(ui: &mut Ui, width: f32, words: &str) {
    let ink = Tokens::of(ui).text1;
    line(ui, width, 24.0, |ui, rect| {
        text::label(ui, rect.left_center(), Align2::LEFT_CENTER, words, Type::HEADING, ink);
    });
    ui.add_space(12.0);
}

fn entry(ui: &mut Ui, width: f32, entry: &Entry, scene: &mut Scene<'_>) {
    let tokens = *Tokens::of(ui);
    let (rect, _) = ui.allocate_exact_size(vec2(width, 72.0), Sense::hover());
    let id = ui.scope_id().with(("director", &entry.address, entry.remembered));
    let response = ui.interact(rect, id, Sense::click());
    if !entry.amiss && first_of_this_visit(ui) {
        response.request_focus();
    }
    let spoken = t!("directors-open", name = entry.name.as_str(), address = entry.address.as_str());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &spoken));
    let chosen = response.has_focus() || ui.rect_contains_pointer(rect);
    let hover = motion::glide(ui.ctx(), response.id, chosen, motion::HOVER);
    ui.painter().rect_filled(rect, radius::LARGE, tokens.surface1.lerp_to_gamma(tokens.surface2, hover));
    let tile = Rect::from_center_size(rect.left_center() + vec2(36.0, 0.0), vec2(40.0, 40.0));
    ui.painter().rect_filled(tile, radius::SMALL, tokens.surface2.lerp_to_gamma(tokens.surface3, hover));
    let (glyph, ink) =
        if entry.amiss { (icon::WARNING, tokens.warn) } else { (icon::HARD_DRIVES, tokens.text1) };
    text::icon(ui.painter(), tile.center(), glyph, Type::icon(20.0), ink);
    let left = rect.left() + 72.0;
    let open = text::width(ui.painter(), &t!("open"), Type::LABEL_STRONG) + 32.0;
    let room = rect.width() - 72.0 - 28.0 - open - if entry.remembered { 44.0 } else { 0.0 };
    let painter = ui.painter();
    let y = rect.center().y - if entry.under.is_empty() { 0.0 } else { 11.0 };
    let (ty, ink) = (Type::STRONG, tokens.text1);
    let place = pos2(left, y);
    let name = text::paint_within(painter, place, Align2::LEFT_CENTER, &entry.name, ty, ink, room);
    let place = pos2(name.right() + 11.0, y);
    let rest = room - name.width() - 11.0;
    if rest > 60.0 && entry.name != entry.address {
        let (ty, ink) = (Type::NOTE, tokens.text3);
        text::paint_within(painter, place, Align2::LEFT_CENTER, &entry.address, ty, ink, rest);
    }
    let place = pos2(left, rect.center().y + 12.0);
    text::paint_within(painter, place, Align2::LEFT_CENTER, &entry.under, Type::NOTE, entry.ink, room);
    focus::ring(ui, &response, rect, radius::LARGE);
    if entry.remembered {
        let forget = t!("directors-forget");
        let forget = IconButton::new(icon::TRASH, &forget).size(18.0).quiet();
        ui.push_id(&entry.address, |ui| {
            let place = pos2(rect.right() - 16.0 - open - 28.0, rect.center().y);
            if forget.show(ui, place).clicked() {
                scene.push(Command::ForgetDirector(entry.address.clone()));
            }
        });
    }
    let caret = pos2(rect.right() - 30.0, rect.center().y);
    if chosen {
        let words = t!("open");
        let place = Rect::from_min_max(caret + vec2(14.0 - open, -18.0), caret + vec2(14.0, 18.0));
        ui.painter().rect_filled(place, radius::SMALL, tokens.primary);
        let (ty, ink) = (Type::LABEL_STRONG, tokens.on_primary);
        text::paint(ui.painter(), place.center(), Align2::CENTER_CENTER, &words, ty, ink);
    } else {
        text::icon(ui.painter(), caret, icon::CARET_RIGHT, Type::icon(18.0), tokens.text2);
    }
    if response.clicked() {
        scene.push(Command::Connect(entry.address.clone()));
    }
}

/// Where the keyboard's first place of a visit is noted.
fn visited() -> Id {
    Id::unique("directors visited")
}

/// Whether nothing on this page had the keyboard yet: its first entry gets it, once.
fn first_of_this_visit(ui: &Ui) -> bool {
    let free = ui.memory(|memory| memory.focused().is_none());
    free && ui.data_mut(|data| !std::mem::replace(data.get_temp_mut_or_default::<bool>(visited()), true))
}

/// Notes that the page is closed.
pub(super) fn closed(ui: &Ui) {
    ui.data_mut(|data| data.remove::<bool>(visited()));
}

fn address(ui: &mut Ui, width: f32, scene: &mut Scene<'_>) {
    let tokens = *Tokens::of(ui);
    let library = &scene.state.library;
    let (rect, _) = ui.allocate_exact_size(vec2(width, 44.0), Sense::hover());
    let field = Rect::from_min_size(rect.min, vec2(rect.width() - 124.0, 44.0));
    let name = t!("directors-field");
    let shape =
        Field { hint: "films.example.net:7400", name: &name, icon: icon::LINK, key: "", strong_edge: true };
    let mut typed = library.address_field.clone();
    let response = shape.show(ui, field, &mut typed);
    let entered = response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
    let usable = !typed.trim().is_empty();
    let place = Rect::from_min_max(pos2(field.right() + 12.0, rect.top()), rect.max);
    let asking = library.link == Link::Asking;
    let button =
        Button::new(&t!("directors-connect"), ButtonKind::Primary).enabled(usable && !asking).show(ui, place);
    if response.changed() {
        scene.push(Command::EditAddress(typed.clone()));
    }
    if usable && (entered || button.clicked()) {
        scene.push(Command::Connect(typed.trim().to_owned()));
    }
    ui.add_space(12.0);
    // What became of one in the lists stands there.
    let listed = |address: &String| library.known.iter().any(|known| known.address == *address);
    let ours = library.director.as_ref().filter(|address| !listed(address));
    match (&library.link, ours) {
        (Link::Down(why), Some(address)) => told(
            ui,
            width,
            tokens.warn,
            &t!("directors-silent", address = address.as_str(), why = why.as_str()),
        ),
        (Link::Asking, Some(address)) => {
            line(ui, width, 20.0, |ui, rect| {
                meter::spinner(ui.painter(), rect.left_center() + vec2(8.0, 0.0), 7.0, tokens.text2);
                let place = rect.left_center() + vec2(26.0, 0.0);
                let words = t!("directors-asking", address = address.as_str());
                text::label(ui, place, Align2::LEFT_CENTER, &words, Type::NOTE, tokens.text2);
            });
        }
        _ => line(ui, width, 20.0, |ui, rect| {
            let words = t!("directors-port");
            text::label(ui, rect.left_center(), Align2::LEFT_CENTER, &words, Type::CAPTION, tokens.text3);
        }),
    }
}

fn told(ui: &mut Ui, width: f32, color: Color32, words: &str) {
    let at = ui.cursor().min;
    text::icon(ui.painter(), at + vec2(9.0, 10.0), icon::WARNING, Type::icon_fill(18.0), color);
    let body = text::paragraph(ui, at + vec2(28.0, 1.0), words, Type::NOTE, color, width - 28.0);
    ui.add_space(body.height() + 4.0);
}

fn picture(ui: &mut Ui, rect: Rect) {
    let tokens = *Tokens::of(ui);
    ui.painter().rect_filled(rect, 0, tokens.bg.lerp_to_gamma(tokens.surface1, 0.5));
    let painter = ui.painter_at(rect);
    let meet = pos2(rect.left() + rect.width() * 0.545, rect.top() + rect.height() * 0.73);
    let streams: [(f32, usize); 7] =
        [(0.04, 0), (0.21, 4), (0.36, 1), (0.49, 3), (0.62, 2), (0.77, 5), (0.935, 7)];
    for (number, (x, source)) in streams.into_iter().enumerate() {
        let from = pos2(rect.left() + rect.width() * x, rect.top() - 4.0);
        let to = pos2(meet.x + (number as f32 - 3.0) * rect.width() * 0.023, meet.y);
        let bend = rect.height() * 0.28;
        let points = [from, from + vec2(4.0, bend), to - vec2((to.x - from.x) * 0.06, bend * 1.1), to];
        let curve = CubicBezierShape::from_points_stroke(points, false, Color32::TRANSPARENT, Stroke::NONE);
        let color = tokens.source(source).gamma_multiply(0.9);
        let (fade, end) = (rect.top() + rect.height() * 0.48, meet.y);
        let stroke = PathStroke::new_uv(5.0, move |_, at| {
            color.gamma_multiply(1.0 - ((at.y - fade) / (end - fade)).clamp(0.0, 1.0))
        });
        painter.add(PathShape {
            points: curve.flatten(Some(0.2)),
            closed: false,
            fill: Color32::TRANSPARENT,
            stroke,
        });
    }
    let foot = rect.bottom() - 54.0;
    logo::paint(&painter, &tokens, pos2(rect.left() + 65.0, foot - 125.0), 36.0);
    let place = pos2(rect.left() + 48.0, foot - 97.0);
    let ty = Type::HEADLINE;
    text::paragraph(ui, place, &t!("directors-art-head"), ty, tokens.text1, rect.width() - 64.0);
    let words = t!("directors-art-words");
    text::label(ui, pos2(place.x, foot), Align2::LEFT_CENTER, &words, Type::LIST, tokens.text2);
}
