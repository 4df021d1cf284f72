//! The way between a server and the player: a rate, a delay, and what can happen to what is on it.

use std::time::Duration;

use tributary_core::time::Time;

use super::{Dice, Fault, Tally};

/// What is lost is sent again after a round trip, but not sooner than this.
const RETRANSMIT: Duration = Duration::from_millis(200);

/// A queue that all servers share.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bottleneck {
    pub(super) rate: f64,
    free_at: Time,
}

impl Bottleneck {
    pub(super) const fn new(rate: f64) -> Self {
        Self { rate, free_at: Time::ZERO }
    }
}

/// One link.
#[derive(Clone, Debug)]
pub(super) struct Link {
    /// Bytes a second.
    pub(super) rate: f64,
    pub(super) one_way: Duration,
    pub(super) jitter: Duration,
    /// Of a thousand deliveries so many are lost once.
    pub(super) loss_per_mille: u64,
    /// Part of the rate that is left, and what took the rest.
    pub(super) slowed: Option<(f64, Fault)>,
    /// Nothing reaches the player, because of this.
    pub(super) down_cut: Option<Fault>,
    /// Nothing reaches the server, because of this.
    pub(super) up_cut: Option<Fault>,
    free_at: Time,
    last_down: Time,
    last_up: Time,
    pub(super) happened: Tally,
}

impl Link {
    pub(super) fn new(rate: f64, one_way: Duration) -> Self {
        Self {
            rate,
            one_way,
            jitter: Duration::ZERO,
            loss_per_mille: 0,
            slowed: None,
            down_cut: None,
            up_cut: None,
            free_at: Time::ZERO,
            last_down: Time::ZERO,
            last_up: Time::ZERO,
            happened: Tally::default(),
        }
    }

    pub(super) const fn is_whole(&self) -> bool {
        self.down_cut.is_none() && self.up_cut.is_none()
    }

    /// When all that was sent will have left the server.
    pub(super) const fn free_at(&self) -> Time {
        self.free_at
    }

    /// Sends `bytes` to the player: when the first of them come, and when all are there.
    pub(super) fn carry(
        &mut self,
        now: Time,
        bytes: usize,
        dice: &mut Dice,
        bottleneck: &mut Option<Bottleneck>,
    ) -> (Time, Time) {
        let factor = self.slowed.map_or(1.0, |(factor, cause)| {
            self.happened.count(cause);
            factor
        });
        let mut start = self.free_at.max(now);
        self.free_at = start + Duration::from_secs_f64(bytes as f64 / (self.rate * factor));
        if let Some(shared) = bottleneck {
            let through = shared.free_at.max(now) + Duration::from_secs_f64(bytes as f64 / shared.rate);
            shared.free_at = through;
            if through > self.free_at {
                self.happened.count(Fault::SharedBottleneck);
                start = start.max(now);
                self.free_at = through;
            }
        }
        let mut late = Duration::from_micros(dice.range(0, self.jitter.as_micros() as u64 + 1));
        if !late.is_zero() {
            self.happened.count(Fault::Jitter);
        }
        if self.loss_per_mille > 0 && dice.range(0, 1000) < self.loss_per_mille {
            self.happened.count(Fault::Loss);
            late += RETRANSMIT.max(self.one_way * 2);
        }
        // the connection keeps its order, whatever comes late
        let at = (self.free_at + self.one_way + late).max(self.last_down);
        self.last_down = at;
        ((start + self.one_way + late).max(now).min(at), at)
    }

    /// When what the player says now reaches the server.
    pub(super) fn carry_up(&mut self, now: Time) -> Time {
        self.last_up = self.last_up.max(now + self.one_way);
        self.last_up
    }

    /// A new connection: nothing of the old one is before it.
    pub(super) const fn reset(&mut self) {
        self.last_down = Time::ZERO;
        self.last_up = Time::ZERO;
    }
}
