//! When pictures came to be drawn: how long each waited for the view, and how far apart they were.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// Pictures that are remembered.
const REMEMBERED: usize = 120;
/// A pause or a jump is no distance between pictures.
const PAUSE: Duration = Duration::from_millis(500);
/// How fast the average of the waits follows.
const FOLLOWS: f64 = 0.05;

/// The last pictures.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FrameTimes {
    taken: Option<Instant>,
    /// How long a picture waits for the view once its time has come, on average, in milliseconds; none before the
    /// first.
    pub wait_ms: Option<f64>,
    /// Milliseconds between one picture and the next, oldest first.
    pub apart_ms: VecDeque<f32>,
}

impl FrameTimes {
    /// The view takes a picture whose time had come at `came`.
    pub(super) fn taken(&mut self, came: Instant, now: Instant) {
        let wait = (now - came).as_secs_f64() * 1e3;
        let old = self.wait_ms.unwrap_or(wait);
        self.wait_ms = Some(old + (wait - old) * FOLLOWS);
        if let Some(apart) = self.taken.map(|before| now - before).filter(|apart| *apart < PAUSE) {
            if self.apart_ms.len() >= REMEMBERED {
                self.apart_ms.pop_front();
            }
            self.apart_ms.push_back(apart.as_secs_f32() * 1e3);
        }
        self.taken = Some(now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_and_distances_are_remembered_and_pauses_are_none() {
        let (mut times, start) = (FrameTimes::default(), Instant::now());
        let mut now = start;
        for _ in 0..200 {
            times.taken(now, now + Duration::from_millis(4));
            now += Duration::from_millis(40);
        }
        assert!((times.wait_ms.unwrap() - 4.0).abs() < 0.01);
        assert_eq!((times.apart_ms.len(), times.apart_ms[7].round() as u32), (REMEMBERED, 40));
        times.taken(now + Duration::from_secs(3), now + Duration::from_secs(3));
        assert_eq!(times.apart_ms.back().unwrap().round() as u32, 40, "a pause is none");
    }
}
