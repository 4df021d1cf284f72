//! What goes wrong while a run goes on, and what mends again.

use std::time::Duration;

use tributary_core::time::Time;
use tributary_core::wire::{ErrorCode, Frame};

use super::Fault;
use super::clock::Happening;
use super::world::{PEACE, World};

impl World {
    pub(super) fn fault(&mut self, host: usize, dice: u64) {
        if self.now > Time::ZERO + PEACE {
            return;
        }
        let after = Duration::from_millis(50 + dice / 16 % 6000);
        let connection = self.hosts[host].connection;
        let (fault, mend) = match dice % 12 {
            0 => (Fault::Reset, None),
            1 => (Fault::Crash, Some(Fault::Restart)),
            2 => (Fault::Stop, Some(Fault::Continue)),
            3 => (Fault::Cut, Some(Fault::Heal)),
            4 => (Fault::Slow, Some(Fault::Recover)),
            5 => (Fault::Trickle, Some(Fault::Recover)),
            6 => (Fault::Pause, Some(Fault::Pause)),
            7 => (Fault::Withdrawn, None),
            8 => (Fault::Drain, None),
            9 => (Fault::OddFrame, None),
            10 => (Fault::ErrorFrame, None),
            _ => (Fault::Reset, None),
        };
        let target = &mut self.hosts[host];
        let arrives = self.now + target.one_way;
        match fault {
            Fault::Crash => target.alive = false,
            Fault::Stop => target.stopped = true,
            Fault::Cut => target.cut = true,
            Fault::Slow => target.rate /= 4.0,
            Fault::Trickle => target.rate /= 40.0,
            Fault::Pause => self.reader.paused = true,
            Fault::Withdrawn => self.at(self.now, Happening::Withdraw(host)),
            _ => {}
        }
        let frame = match fault {
            Fault::Drain => Some(Frame::GoingAway),
            Fault::OddFrame => Some(Frame::Hello { min_version: 1, max_version: 1 }),
            Fault::ErrorFrame => {
                Some(Frame::Error { code: ErrorCode::ReadFailed, message: "read failed".into() })
            }
            _ => None,
        };
        if let Some(frame) = frame {
            self.at(arrives, Happening::Arrive { host, connection, bytes: 20, frame });
        }
        if matches!(fault, Fault::Reset | Fault::Crash) {
            self.at(arrives, Happening::Reset { host, connection });
        }
        self.happened(fault);
        if let Some(mend) = mend {
            self.at(self.now + after, Happening::Mend { host, fault: mend });
        }
    }

    pub(super) fn mend(&mut self, host: usize, fault: Fault) {
        let target = &mut self.hosts[host];
        match fault {
            Fault::Restart => target.alive = true,
            Fault::Heal => {
                target.cut = false;
                let (freed, held) =
                    std::mem::take(&mut self.held).into_iter().partition(|(at, _)| *at == host);
                self.held = held;
                let freed: Vec<(usize, Happening)> = freed;
                for (_, happening) in freed {
                    self.at(self.now, happening);
                }
            }
            Fault::Recover => target.rate = target.rate.max(500_000.0),
            Fault::Continue => {
                let mut out = Vec::new();
                self.hosts[host].resume(self.now, self.content, &mut self.dice, &mut out);
                self.deliver(host, out);
                self.pump(host);
            }
            _ => {
                self.reader.paused = false;
                self.at(self.now, Happening::Read);
            }
        }
        self.happened(fault);
    }
}
