//! How the picture is laid into the window, apart from what its file says: shape, size, turn; and
//! the part of a film that is played over and over.

use std::time::Duration;

use crate::i18n::t;

/// Shapes on offer, and their names: width by height; none is as the file says, and has its name
/// from [`aspect_name`].
pub const SHAPES: [(Option<f32>, &str); 5] = [
    (None, ""),
    (Some(16.0 / 9.0), "16:9"),
    (Some(4.0 / 3.0), "4:3"),
    (Some(2.35), "2.35:1"),
    (Some(1.0), "1:1"),
];
/// Smallest and largest size against the one that fits.
pub const ZOOM: std::ops::RangeInclusive<f32> = 0.25..=4.0;

/// The name of a shape on offer.
#[must_use]
pub fn aspect_name(aspect: Option<f32>) -> String {
    let named = SHAPES.iter().find(|(other, name)| *other == aspect && !name.is_empty());
    named.map_or_else(|| t!("menu-as-it-is"), |(_, name)| (*name).to_owned())
}

/// How the picture is laid into the window.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shape {
    /// Width by height, instead of what the file says.
    pub aspect: Option<f32>,
    /// Size against the one that fits.
    pub zoom: f32,
    /// It fills the window, and what does not fit is cut off.
    pub fill: bool,
    /// Quarter turns clockwise.
    pub quarters: u8,
}

impl Default for Shape {
    fn default() -> Self {
        Self { aspect: None, zoom: 1.0, fill: false, quarters: 0 }
    }
}

impl Shape {
    /// A step larger or smaller.
    #[must_use]
    pub fn zoomed(self, larger: bool) -> Self {
        let zoom = self.zoom * if larger { 1.1 } else { 1.0 / 1.1 };
        // Back to just what fits, whatever was rounded on the way.
        let zoom = if (zoom - 1.0).abs() < 0.04 { 1.0 } else { zoom };
        Self { zoom: zoom.clamp(*ZOOM.start(), *ZOOM.end()), ..self }
    }

    /// The next shape on offer.
    #[must_use]
    pub fn next_aspect(self) -> Self {
        let at = SHAPES.iter().position(|(aspect, _)| *aspect == self.aspect).unwrap_or(0);
        Self { aspect: SHAPES[(at + 1) % SHAPES.len()].0, ..self }
    }

    /// What is other than `before`, in words.
    #[must_use]
    pub fn told_after(self, before: Self) -> Option<String> {
        if self.aspect != before.aspect {
            Some(self.aspect_name())
        } else if self.quarters != before.quarters {
            Some(t!("note-turned", degrees = u32::from(self.quarters) * 90))
        } else if self.fill != before.fill {
            Some(if self.fill { t!("menu-fill") } else { t!("note-fits") })
        } else {
            let percent = f64::from(self.zoom * 100.0).round();
            ((self.zoom - before.zoom).abs() > f32::EPSILON).then(|| t!("note-percent", percent = percent))
        }
    }

    /// Its name on offer.
    #[must_use]
    pub fn aspect_name(self) -> String {
        aspect_name(self.aspect)
    }

    /// A quarter further.
    #[must_use]
    pub const fn turned(self) -> Self {
        Self { quarters: (self.quarters + 1) % 4, ..self }
    }
}

/// The part that is played over and over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Repeat {
    /// Where it begins.
    pub from: Option<Duration>,
    /// Where it ends.
    pub to: Option<Duration>,
}

impl Repeat {
    /// Shortest part, or a seek would follow a seek.
    const LEAST: Duration = Duration::from_millis(300);

    /// What it becomes when its key is pressed at `place`: the beginning is set, then the end, then
    /// both are forgotten.
    #[must_use]
    pub fn pressed(self, place: Duration) -> Self {
        match (self.from, self.to) {
            (None, _) => Self { from: Some(place), to: None },
            (Some(from), None) if place >= from + Self::LEAST => Self { to: Some(place), ..self },
            (Some(_), None) => Self { from: Some(place), to: None },
            (Some(_), Some(_)) => Self::default(),
        }
    }

    /// Where to go from `place`, if it is past the end.
    #[must_use]
    pub fn back_from(self, place: Duration) -> Option<Duration> {
        let (from, to) = self.from.zip(self.to)?;
        (place >= to).then_some(from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_changed_is_told() {
        let usual = Shape::default();
        assert_eq!(usual.told_after(usual), None);
        assert_eq!(usual.zoomed(true).told_after(usual).as_deref(), Some("110 %"));
        assert_eq!(usual.next_aspect().told_after(usual).as_deref(), Some("16:9"));
        assert_eq!(usual.turned().told_after(usual).as_deref(), Some("turned by 90°"));
        assert_eq!(usual.told_after(Shape { fill: true, ..usual }).as_deref(), Some("all of it is shown"));
    }

    #[test]
    fn steps_of_size_come_back_to_what_fits() {
        let mut shape = Shape::default();
        for _ in 0..7 {
            shape = shape.zoomed(true);
        }
        for _ in 0..7 {
            shape = shape.zoomed(false);
        }
        assert_eq!(shape, Shape::default());
        for _ in 0..100 {
            shape = shape.zoomed(true);
        }
        assert_eq!(shape.zoom, *ZOOM.end());
    }

    #[test]
    fn shapes_and_turns_come_round() {
        let mut shape = Shape::default();
        for _ in 0..SHAPES.len() {
            shape = shape.next_aspect();
        }
        assert_eq!(shape.turned().turned().turned().turned(), Shape::default());
        assert_eq!(shape.next_aspect().aspect_name(), "16:9");
    }

    #[test]
    fn a_part_is_marked_by_two_presses_and_forgotten_by_a_third() {
        let seconds = Duration::from_secs;
        let one = Repeat::default().pressed(seconds(5));
        assert_eq!(one.back_from(seconds(9)), None);
        let two = one.pressed(seconds(8));
        assert_eq!(two.back_from(seconds(7)), None);
        assert_eq!(two.back_from(seconds(8)), Some(seconds(5)));
        assert_eq!(two.pressed(seconds(6)), Repeat::default());
        // An end before the beginning is a new beginning.
        assert_eq!(one.pressed(seconds(2)).from, Some(seconds(2)));
    }
}
