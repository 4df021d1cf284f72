//! Cache: where every block came from, and how full the cache is.

use egui::accesskit::Role;
use egui::{Align2, Color32, Rect, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2};
use fetch_engine::snapshot::{Cell, Snapshot, SourceSnapshot};

use super::parts;
use crate::i18n::t;
use crate::state::people::Person;
use crate::state::playback::Playback;
use crate::state::{Command, State, words};
use crate::theme::{Tokens, Type, radius};
use crate::view::Scene;
use crate::widget::chip::{self, Presence};
use crate::widget::file_map::{self, Layout, Palette};
use crate::widget::{focus, live_texture, mark, meter, river, text};

/// Least height that is left to the map, in points.
const LEAST_MAP: f32 = 140.0;
/// Height of a line that says how full something is, in points.
const FILL: f32 = 27.0;
/// What the page needs beside the map, in points.
const AROUND_MAP: f32 = 250.0;

/// Shows the page, which is `height` points high.
pub(super) fn show(ui: &mut Ui, width: f32, height: f32, playback: &Playback, scene: &mut Scene<'_>) {
    let Some(snapshot) = &playback.snapshot else { return };
    let size = words::mebibytes(u64::from(snapshot.block_size));
    let size =
        if snapshot.block_size < 1 << 20 { format!("{} KiB", snapshot.block_size >> 10) } else { size };
    let right = t!("cache-blocks", count = snapshot.blocks, size = size);
    parts::heading(ui, width, &t!("cache-where"), &right);
    ui.add_space(10.0);
    legend(ui, width, snapshot, scene);
    ui.add_space(18.0);
    let disk = snapshot.cache.disk;
    let around = AROUND_MAP + if disk.is_some() { FILL } else { 0.0 };
    map(ui, width, (height - around).max(LEAST_MAP), snapshot, playback, scene.state);
    ui.add_space(12.0);
    keys(ui, width);
    ui.add_space(10.0);
    let cache = &snapshot.cache;
    fill(ui, width, &t!("cache-behind"), cache.back_bytes, cache.back_limit);
    fill(ui, width, &t!("cache-ahead"), cache.ahead_bytes, cache.ahead_limit);
    if let Some(disk) = disk {
        fill(ui, width, &t!("cache-disk"), disk.bytes, snapshot.size);
    }
}

fn legend(ui: &mut Ui, width: f32, snapshot: &Snapshot, scene: &mut Scene<'_>) {
    const GAP: f32 = 8.0;
    let all: u64 = snapshot.sources.iter().map(|source| source.blocks).sum();
    let columns = (((width + GAP) / (134.0 + GAP)).floor() as usize).clamp(1, snapshot.sources.len().max(1));
    let side = (width - GAP * (columns - 1) as f32) / columns as f32;
    for sources in snapshot.sources.chunks(columns) {
        let row = parts::line(ui, width, 52.0 + GAP);
        for (column, source) in sources.iter().enumerate() {
            let corner = row.min + vec2(column as f32 * (side + GAP), 0.0);
            entry(ui, Rect::from_min_size(corner, vec2(side, 52.0)), source, all, scene);
        }
    }
}

fn entry(ui: &mut Ui, rect: Rect, source: &SourceSnapshot, all: u64, scene: &mut Scene<'_>) {
    let tokens = *Tokens::of(ui);
    let on = scene.state.stats.isolated == Some(source.index);
    let response = ui.interact(rect, ui.scope_id().with(("legend", source.index)), Sense::click());
    let part = if all == 0 { 0.0 } else { source.blocks as f64 * 100.0 / all as f64 };
    let blocks = t!("count-blocks", count = source.blocks);
    let name = words::safe(&source.name);
    let percent = words::percent(part / 100.0);
    let spoken = t!("cache-only", name = name.as_str(), part = percent.as_str(), blocks = blocks.as_str());
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, on, &spoken));
    let fill = if response.hovered() || on { tokens.surface3 } else { tokens.surface2 };
    ui.painter().rect_filled(rect, radius::ROW, fill);
    let person = scene.state.person(source.index);
    let painter = ui.painter();
    if on {
        let stroke = Stroke::new(1.5, tokens.source(person.slot()));
        painter.rect_stroke(rect, radius::ROW, stroke, StrokeKind::Inside);
    }
    chip::paint(painter, &tokens, rect.min + vec2(21.0, 18.0), 18.0, person, Presence::Here);
    sample(painter, Rect::from_center_size(rect.min + vec2(21.0, 37.0), vec2(11.0, 11.0)), &tokens, person);
    let place = pos2(rect.right() - 12.0, rect.top() + 18.0);
    let edge =
        text::paint(painter, place, Align2::RIGHT_CENTER, &percent, Type::FIGURES_STRONG, tokens.text1)
            .left();
    let place = rect.min + vec2(38.0, 18.0);
    text::paint_within(
        painter,
        place,
        Align2::LEFT_CENTER,
        &name,
        Type::LABEL_STRONG,
        tokens.text1,
        edge - place.x - 4.0,
    );
    let place = rect.min + vec2(38.0, 37.0);
    let room = rect.width() - 44.0;
    text::paint_within(painter, place, Align2::LEFT_CENTER, &blocks, Type::FIGURES_SMALL, tokens.text2, room);
    focus::ring(ui, &response, rect, radius::ROW);
    if response.clicked() {
        scene.push(Command::Isolate((!on).then_some(source.index)));
    }
}

/// A cell as the map has it for a source, with its mark.
fn sample(painter: &egui::Painter, cell: Rect, tokens: &Tokens, person: Person) {
    let color = tokens.source(person.slot());
    painter.rect_filled(cell, 2, color);
    let ink = Tokens::letter_on(color).gamma_multiply(0.7);
    let side = cell.width() as usize;
    for number in 0..side * side {
        let (x, y) = ((number % side) as f32, (number / side) as f32);
        if mark::covers(person.slot(), (x + 0.5) / side as f32, (y + 0.5) / side as f32) {
            painter.rect_filled(Rect::from_min_size(cell.min + vec2(x, y), vec2(1.0, 1.0)), 0, ink);
        }
    }
}

fn map(ui: &mut Ui, width: f32, height: f32, snapshot: &Snapshot, playback: &Playback, state: &State) {
    let tokens = *Tokens::of(ui);
    let layout = Layout::new(snapshot.map.len(), vec2(width, height));
    let size = layout.size();
    let row = parts::line(ui, width, size.y.max(13.0));
    if snapshot.map.is_empty() {
        return;
    }
    let rect = Rect::from_min_size(row.min, size);
    let response = ui.interact(rect, ui.scope_id().with("map"), Sense::hover());
    let here = snapshot.map.iter().filter(|&&cell| river::is_here(cell)).count() as u64;
    let spoken = t!("cache-map", here = words::group(here), blocks = words::group(snapshot.blocks));
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, &spoken));
    let sources = (0..=snapshot.sources.iter().map(|source| source.index).max().unwrap_or(0))
        .map(|index| {
            let slot = state.person(index).slot();
            (tokens.source(slot), slot)
        })
        .collect();
    let palette = Palette {
        sources,
        marks: Tokens::letter_on,
        disk: tokens.text2,
        absent: tokens.surface2,
        coming: tokens.edge,
        isolated: state.stats.isolated,
    };
    let head = snapshot.head_block.saturating_sub(1) as usize;
    let scale = ui.pixels_per_point();
    let shape = (layout, scale.to_bits(), palette.isolated);
    let id = ui.scope_id().with("map image");
    let texture = live_texture::get(ui, id, shape, snapshot.at.to_bits(), || {
        file_map::image(&snapshot.map, layout, scale, head, &palette)
    });
    let image = (size * scale).ceil() / scale;
    let uv = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
    ui.painter().image(texture, Rect::from_min_size(rect.min, image), uv, Color32::WHITE);
    playing_mark(ui, rect, layout, snapshot);
    if let Some(at) = response.hover_pos()
        && let Some(blocks) = layout.blocks_at(at - rect.min)
    {
        frame(ui, rect.min + layout.corner_of(blocks.start), layout);
        let told = told(&blocks, snapshot, playback, state);
        let _ = response.on_hover_ui_at_pointer(|ui| {
            ui.set_style(crate::theme::style(&Tokens::DARK));
            ui.label(egui::RichText::new(&told.0).font(Type::LABEL_STRONG.font()));
            ui.label(egui::RichText::new(&told.1).font(Type::CAPTION.font()).color(tokens.text2));
        });
    }
}

fn frame(ui: &Ui, corner: egui::Pos2, layout: Layout) {
    let cell = Rect::from_min_size(corner, vec2(layout.side(), layout.side())).expand(1.0);
    let ink = Tokens::of(ui).text1;
    ui.painter().rect_stroke(cell, radius::CELL, Stroke::new(2.0, ink), StrokeKind::Outside);
}

fn playing_mark(ui: &Ui, rect: Rect, layout: Layout, snapshot: &Snapshot) {
    let tokens = *Tokens::of(ui);
    if snapshot.head_block == 0 || snapshot.head_block > snapshot.blocks {
        return;
    }
    let corner = rect.min + layout.corner_of(snapshot.head_block as usize - 1);
    frame(ui, corner, layout);
    let words = t!("cache-playing", block = words::group(snapshot.head_block));
    let width = text::width(ui.painter(), &words, Type::LABEL_STRONG) + 16.0;
    let left = if corner.x - width - 6.0 > rect.left() { corner.x - width - 6.0 } else { corner.x + 19.0 };
    let label = Rect::from_min_size(pos2(left, corner.y - 5.0), vec2(width, 21.0));
    ui.painter().rect_filled(label, radius::CELL + 2, tokens.primary);
    text::paint(
        ui.painter(),
        label.center(),
        Align2::CENTER_CENTER,
        &words,
        Type::LABEL_STRONG,
        tokens.on_primary,
    );
}

/// What is told of a cell under the pointer.
fn told(
    blocks: &std::ops::Range<usize>,
    snapshot: &Snapshot,
    playback: &Playback,
    state: &State,
) -> (String, String) {
    let part = blocks.start as f32 / snapshot.blocks.max(1) as f32;
    let time = words::clock(playback.time_at(part));
    let first = words::group(blocks.start as u64 + 1);
    let head = if blocks.len() == 1 {
        t!("cache-block", block = first, time = time)
    } else {
        t!("cache-block-range", first = first, last = words::group(blocks.end as u64), time = time)
    };
    let cell = file_map::of_cell(&snapshot.map[blocks.clone()]);
    let body = match cell {
        Cell::COMING => t!("cache-coming"),
        Cell::DISK => t!("cache-from-disk"),
        source if river::is_here(source) => {
            let name = snapshot.sources.iter().find(|entry| entry.index == source);
            let name = name.map_or_else(|| t!("finding-a-server"), |entry| words::safe(&entry.name));
            let letter = state.person(source).letter().to_string();
            if blocks.len() == 1 {
                t!("cache-from", name = name, letter = letter)
            } else {
                t!("cache-mostly-from", name = name, letter = letter)
            }
        }
        _ => t!("cache-absent"),
    };
    (head, body)
}

fn keys(ui: &mut Ui, width: f32) {
    let tokens = *Tokens::of(ui);
    let row = parts::line(ui, width, 20.0);
    let color = tokens.source(0);
    let mut x = row.left();
    let entries = [
        (t!("cache-kept"), color.gamma_multiply(0.45), Stroke::NONE),
        (t!("cache-key-ahead"), color, Stroke::NONE),
        (t!("cache-coming"), Color32::TRANSPARENT, Stroke::new(1.0, tokens.edge)),
        (t!("cache-absent"), tokens.surface3, Stroke::NONE),
    ];
    for (words, fill, stroke) in entries {
        let cell = Rect::from_center_size(pos2(x + 6.0, row.center().y), vec2(11.0, 11.0));
        ui.painter().rect(cell, 2, fill, stroke, StrokeKind::Inside);
        let place = pos2(x + 18.0, row.center().y);
        x = text::label(ui, place, Align2::LEFT_CENTER, &words, Type::CAPTION, tokens.text2).right() + 20.0;
    }
}

fn fill(ui: &mut Ui, width: f32, name: &str, bytes: u64, limit: u64) {
    let tokens = *Tokens::of(ui);
    let row = parts::line(ui, width, FILL);
    text::label(ui, row.left_center(), Align2::LEFT_CENTER, name, Type::NOTE, tokens.text2);
    let of = format!(" {}", t!("cache-of", limit = words::mebibytes(limit)));
    let painter = ui.painter();
    let rest = text::paint(
        painter,
        row.right_center(),
        Align2::RIGHT_CENTER,
        &of,
        Type::FIGURES_SMALL,
        tokens.text3,
    );
    let value = words::mebibytes(bytes);
    let place = pos2(rest.left(), row.center().y);
    let told = text::paint(painter, place, Align2::RIGHT_CENTER, &value, Type::FIGURES_STRONG, tokens.text1);
    let bar = Rect::from_min_max(
        pos2(row.left() + 84.0, row.center().y - 3.0),
        pos2((row.right() - 150.0).max(row.left() + 100.0), row.center().y + 3.0),
    );
    meter::bar(painter, bar, bytes as f32 / limit.max(1) as f32, tokens.text1, tokens.surface3);
    text::name(ui, told.union(rest), &format!("{name} {value}{of}"));
}
