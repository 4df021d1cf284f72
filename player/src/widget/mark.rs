//! Marks within the colours of sources, for people who can't tell the colours apart: each source has its own.

/// Whether the mark of a source (by its place among the people met) covers a place, 0 to 1 each way, of a square that is
/// filled with its colour.
#[must_use]
pub fn covers(slot: usize, x: f32, y: f32) -> bool {
    /// Half the width of a line.
    const HALF: f32 = 0.11;
    let near = |a: f32, b: f32| (a - b).abs() <= HALF;
    let (dx, dy) = (x - 0.5, y - 0.5);
    let inner = dx.abs() <= 0.34 && dy.abs() <= 0.34;
    inner
        && match slot % MARKS {
            // Full.
            0 => false,
            // Rising and falling.
            1 => near(x, 1.0 - y),
            2 => dx.abs() <= HALF * 1.6 && dy.abs() <= HALF * 1.6,
            3 => near(x, y),
            // Lying and standing.
            4 => near(y, 0.5),
            5 => near(x, 0.5),
            // Crosses.
            6 => near(x, 0.5) || near(y, 0.5),
            _ => near(x, y) || near(x, 1.0 - y),
        }
}

/// So many marks there are.
pub const MARKS: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_marks_are_alike() {
        let drawn = |slot: usize| -> Vec<bool> {
            (0..121).map(|n| covers(slot, (n % 11) as f32 / 10.0, (n / 11) as f32 / 10.0)).collect()
        };
        for slot in 0..MARKS {
            for other in 0..slot {
                let differ = drawn(slot).iter().zip(drawn(other)).filter(|(a, b)| **a != *b).count();
                assert!(differ >= 6, "{slot} and {other} differ in {differ} of 121 places");
            }
        }
        assert_eq!(drawn(1), drawn(MARKS + 1), "from the ninth source on they repeat, as colours do");
    }
}
