//! The parts that views are made of, each painted as `ui.md` draws it and named for screen readers.

pub mod button;
pub mod chip;
pub mod choice;
pub mod field;
pub mod file_map;
pub mod focus;
pub mod headroom;
pub mod icon_button;
pub mod live_texture;
pub mod logo;
pub mod mark;
pub mod meter;
pub mod pattern_strip;
pub mod plot;
pub mod poster;
pub mod river;
pub mod scale;
pub mod scrim;
pub mod seek_bar;
pub mod slider;
pub mod sparkline;
pub mod text;
pub mod toggle;
