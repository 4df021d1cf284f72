//! The fonts that come with the program, one family for each face and weight.

use std::collections::BTreeMap;
use std::sync::Arc;

use egui::epaint::text::{FontTweak, VariationCoords};
use egui::{FontData, FontDefinitions, FontFamily};

use super::type_scale::{Face, WEIGHTS, family_name};

const INTER: &[u8] = include_bytes!("../../../assets/fonts/Inter.ttf");
const INTER_DISPLAY: &[u8] = include_bytes!("../../../assets/fonts/InterDisplay.ttf");
const INTER_FIGURES: &[u8] = include_bytes!("../../../assets/fonts/InterFigures.ttf");
const PHOSPHOR: &[u8] = include_bytes!("../../../assets/fonts/Phosphor.ttf");
const PHOSPHOR_FILL: &[u8] = include_bytes!("../../../assets/fonts/PhosphorFill.ttf");

const fn bytes(face: Face) -> &'static [u8] {
    match face {
        Face::Text => INTER,
        Face::Display => INTER_DISPLAY,
        Face::Figures => INTER_FIGURES,
        Face::Icon => PHOSPHOR,
        Face::IconFill => PHOSPHOR_FILL,
    }
}

/// All families. Letters that a face lacks come from Inter, then from egui's own fonts.
pub(super) fn definitions() -> FontDefinitions {
    let mut fonts = FontDefinitions::default();
    let last_resort = fonts.families.get(&FontFamily::Proportional).cloned().unwrap_or_default();
    let mut families = BTreeMap::new();
    for (face, weights) in WEIGHTS {
        for &weight in weights {
            let name = family_name(face, weight);
            // Thousands stand apart as the drawings have it; egui's half a space is too tight.
            let mut tweak = FontTweak { thin_space_width: 0.8, ..FontTweak::default() };
            if !matches!(face, Face::Icon | Face::IconFill) {
                tweak.coords = VariationCoords::new([(b"wght", f32::from(weight))]);
            }
            fonts.font_data.insert(name.clone(), Arc::new(FontData::from_static(bytes(face)).tweak(tweak)));
            let mut order = vec![name.clone()];
            if matches!(face, Face::Display | Face::Figures) {
                order.push(family_name(Face::Text, weight.clamp(410, 610).div_euclid(100) * 100 + 10));
            }
            order.extend(last_resort.iter().cloned());
            families.insert(FontFamily::Name(name.into()), order);
        }
    }
    let text = family_name(Face::Text, 410);
    for family in [FontFamily::Proportional, FontFamily::Monospace] {
        fonts.families.entry(family).or_default().insert(0, text.clone());
    }
    fonts.families.extend(families);
    fonts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_named_font_exists() {
        let fonts = definitions();
        for (family, names) in &fonts.families {
            for name in names {
                assert!(fonts.font_data.contains_key(name), "{family:?} names {name}");
            }
        }
    }
}
