//! The look in one place: colours, type, icons, and how egui is told of them.
//!
//! No view holds a literal colour or font: it takes them from [`Tokens`] and [`Type`].

mod fonts;
pub mod icon;
mod tokens;
mod type_scale;

pub use tokens::{Tokens, motion, over_film, radius};
pub use type_scale::{Face, Type, together};

use egui::{Context, CornerRadius, Stroke, Style, TextStyle, Theme, Visuals, vec2};

/// How long menus take to open, in seconds.
pub const ANIMATION_SECONDS: f32 = 0.14;

/// Loads the fonts and sets the styles of both themes.
pub fn install(ctx: &Context) {
    ctx.set_fonts(fonts::definitions());
    for (theme, tokens) in [(Theme::Dark, Tokens::DARK), (Theme::Light, Tokens::LIGHT)] {
        ctx.set_style_of(theme, style(&tokens));
    }
}

/// The egui style that follows from `tokens`.
#[must_use]
pub fn style(tokens: &Tokens) -> Style {
    let mut style = Style { visuals: visuals(tokens), animation_time: ANIMATION_SECONDS, ..Style::default() };
    style.text_styles = [
        (TextStyle::Heading, Type::HEADING.font()),
        (TextStyle::Body, Type::BODY.font()),
        (TextStyle::Button, Type::LABEL_STRONG.font()),
        (TextStyle::Small, Type::CAPTION.font()),
        (TextStyle::Monospace, Type::FIGURES.font()),
    ]
    .into();
    style.spacing.item_spacing = vec2(8.0, 8.0);
    style.spacing.button_padding = vec2(16.0, 8.0);
    style.spacing.interact_size = vec2(40.0, 32.0);
    // Bars show while the pointer is over what they scroll.
    let bars = egui::style::ScrollStyle::floating();
    // In a quiet grey: white and black are for what is selected.
    style.spacing.scroll = egui::style::ScrollStyle {
        bar_width: 8.0,
        floating_width: 4.0,
        dormant_handle_opacity: 0.0,
        active_handle_opacity: 0.24,
        interact_handle_opacity: 0.46,
        active_background_opacity: 0.0,
        interact_background_opacity: 0.0,
        ..bars
    };
    style.interaction.tooltip_delay = 0.5;
    style.interaction.selectable_labels = false;
    style
}

fn visuals(tokens: &Tokens) -> Visuals {
    let mut visuals = if tokens.dark { Visuals::dark() } else { Visuals::light() };
    visuals.panel_fill = tokens.bg;
    visuals.window_fill = tokens.surface2;
    visuals.extreme_bg_color = tokens.surface1;
    visuals.faint_bg_color = tokens.surface1;
    visuals.text_edit_bg_color = Some(tokens.surface1);
    visuals.override_text_color = Some(tokens.text1);
    visuals.weak_text_color = Some(tokens.text3);
    visuals.window_stroke = Stroke::new(1.0, tokens.line);
    visuals.window_corner_radius = CornerRadius::same(radius::CARD);
    visuals.menu_corner_radius = CornerRadius::same(radius::CARD);
    visuals.window_shadow = tokens.shadow(60, 18, 190);
    visuals.popup_shadow = tokens.shadow(16, 4, 140);
    visuals.selection.bg_fill = tokens.surface3;
    visuals.selection.stroke = Stroke::new(2.0, tokens.text1);
    visuals.slider_trailing_fill = true;
    visuals.warn_fg_color = tokens.warn;
    visuals.error_fg_color = tokens.bad;
    visuals.hyperlink_color = tokens.text1;
    visuals.interact_cursor = Some(egui::CursorIcon::PointingHand);
    let widgets = &mut visuals.widgets;
    for (widget, fill) in [
        (&mut widgets.noninteractive, tokens.surface1),
        (&mut widgets.inactive, tokens.surface2),
        (&mut widgets.hovered, tokens.surface3),
        (&mut widgets.active, tokens.surface3),
        (&mut widgets.open, tokens.surface2),
    ] {
        widget.bg_fill = fill;
        widget.weak_bg_fill = fill;
        widget.corner_radius = CornerRadius::same(radius::SMALL);
        widget.fg_stroke = Stroke::new(1.0, tokens.text1);
        widget.bg_stroke = Stroke::NONE;
        widget.expansion = 0.0;
    }
    widgets.noninteractive.bg_stroke = Stroke::new(1.0, tokens.line);
    visuals
}
