//! A picture of every view, large and small, light and dark: each has its theme's colours, and every
//! word on it stands out from what lies behind it.

use egui::{Rect, Theme, Vec2};
use image::RgbaImage;

use super::words::{SIZES, all};
use crate::state::State;
use crate::testing::{Stage, keep};
use crate::theme::Tokens;

/// Least contrast between the lightest and the darkest point where a word stands, as WCAG 2 has it. What
/// can't be pressed yet is fainter than the 4.5 of running text.
const LEAST_CONTRAST: f32 = 2.4;
/// At the lower end of a list its last entries fade, in points.
const FADING: f32 = 56.0;

fn luminance(pixel: &image::Rgba<u8>) -> f32 {
    let linear = |value: u8| {
        let value = f32::from(value) / 255.0;
        if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    let [r, g, b, _] = pixel.0;
    0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b)
}

/// Contrast between the lightest and the darkest point of `image` in `rect`.
fn contrast(image: &RgbaImage, rect: Rect) -> f32 {
    let (mut least, mut most) = (1.0_f32, 0.0_f32);
    for y in rect.top().ceil() as u32..rect.bottom().floor() as u32 {
        for x in rect.left().ceil() as u32..rect.right().floor() as u32 {
            let light = luminance(image.get_pixel(x, y));
            (least, most) = (least.min(light), most.max(light));
        }
    }
    (most + 0.05) / (least + 0.05)
}

fn check(size: Vec2, theme: Theme) {
    let tokens = if theme == Theme::Dark { Tokens::DARK } else { Tokens::LIGHT };
    let window = Rect::from_min_size(egui::Pos2::ZERO, size);
    let mut amiss = Vec::new();
    let mut stage = Stage::sized(State::default(), size, theme);
    for (name, state) in all() {
        stage.show(state);
        let image = stage.image();
        let called = format!("{name}-{}x{}-{theme:?}", size.x, size.y).to_lowercase();
        keep(&called, &image);
        // The film is dark in both themes, and what lies over a view darkens it.
        if !name.starts_with("film") && !name.starts_with("stats") && !["keys", "open"].contains(&name) {
            let corner = image.get_pixel(image.width() - 1, image.height() - 1);
            assert_eq!(corner.0, tokens.bg.to_array(), "{called}");
        }
        for text in stage.texts().iter().filter(|text| !text.text.trim().is_empty()) {
            let seen = text.rect.intersect(text.clip).intersect(window);
            let whole = seen.width() > 5.0 && seen.height() > text.rect.height() * 0.8;
            if !whole || seen.bottom() > window.bottom() - FADING {
                continue;
            }
            let contrast = contrast(&image, seen);
            if contrast < LEAST_CONTRAST {
                amiss.push(format!("{called}: {:?} at {:?}: {contrast:.2}", text.text, seen));
            }
        }
    }
    assert!(amiss.is_empty(), "{}", amiss.join("\n"));
}

#[test]
fn every_word_can_be_read_in_the_dark() {
    check(SIZES[0], Theme::Dark);
}

#[test]
fn every_word_can_be_read_in_the_light() {
    check(SIZES[0], Theme::Light);
}

#[test]
fn every_word_can_be_read_in_a_small_window_in_the_dark() {
    check(SIZES[1], Theme::Dark);
}

#[test]
fn every_word_can_be_read_in_a_small_window_in_the_light() {
    check(SIZES[1], Theme::Light);
}
