//! How much the kernel holds unsent for a connection before it asks us to wait.
//!
//! What is not in flight yet can still be changed by a seek or a cancel, so it should be little. But TCP
//! must never run out of bytes while the path could take more: BBR does not count such rounds, never finds
//! the path's rate, and goes on in its start-up phase, which floods the path. So it is what went out in
//! the last moments, and no more.

use std::io;
use std::time::Duration;

use socket2::SockRef;
use tokio::net::TcpStream;
use tokio::time::Instant;

/// Least and most unsent bytes.
pub(crate) const LEAST_BYTES: u32 = 16 << 10;
const MOST_BYTES: u32 = 1 << 20;
/// So long TCP may send before we are back with more.
const MOMENT: Duration = Duration::from_millis(20);
/// A limit is changed where it would be so many times as much, or less than its inverse.
const WORTH_CHANGING: f64 = 1.25;

/// The limit of one connection, as fast as it is.
#[derive(Debug)]
pub(crate) struct Unsent {
    since: Instant,
    bytes: u64,
    limit: u32,
}

impl Unsent {
    /// The limit of a connection that has sent nothing.
    pub(crate) const fn new(now: Instant) -> Self {
        Self { since: now, bytes: 0, limit: LEAST_BYTES }
    }

    /// `count` bytes were taken by the kernel: the new limit, where there is one.
    pub(crate) fn wrote(&mut self, now: Instant, count: usize) -> Option<u32> {
        self.bytes += count as u64;
        let elapsed = now.saturating_duration_since(self.since);
        if elapsed < MOMENT {
            return None;
        }
        let in_a_moment = self.bytes as f64 * MOMENT.as_secs_f64() / elapsed.as_secs_f64();
        (self.since, self.bytes) = (now, 0);
        let limit = (in_a_moment as u32).clamp(LEAST_BYTES, MOST_BYTES);
        let change = f64::from(limit) / f64::from(self.limit);
        if (1.0 / WORTH_CHANGING..=WORTH_CHANGING).contains(&change) {
            return None;
        }
        self.limit = limit;
        Some(limit)
    }
}

/// Sets the limit of unsent bytes.
///
/// # Errors
/// When the socket is closed already.
#[cfg(target_os = "linux")]
pub(crate) fn limit(stream: &TcpStream, bytes: u32) -> io::Result<()> {
    SockRef::from(stream).set_tcp_notsent_lowat(bytes)
}

/// Elsewhere there is no such limit.
#[cfg(not(target_os = "linux"))]
pub(crate) fn limit(_stream: &TcpStream, _bytes: u32) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Writes `rate` bytes a second for a second, and returns the last limit.
    fn after_a_second(unsent: &mut Unsent, start: Instant, rate: usize) -> u32 {
        (1..=200).for_each(|step| {
            unsent.wrote(start + Duration::from_millis(5) * step, rate / 200);
        });
        unsent.limit
    }

    #[test]
    fn it_is_what_goes_out_in_a_moment() {
        let start = Instant::now();
        let mut unsent = Unsent::new(start);
        let fast = after_a_second(&mut unsent, start, 10_000_000);
        assert!((150_000..=250_000).contains(&fast), "{fast}");
        let slow = after_a_second(&mut unsent, start + Duration::from_secs(1), 100_000);
        assert_eq!(slow, LEAST_BYTES);
        let huge = after_a_second(&mut unsent, start + Duration::from_secs(2), 2_000_000_000);
        assert_eq!(huge, MOST_BYTES);
    }

    #[test]
    fn small_changes_cost_no_call() {
        let start = Instant::now();
        let mut unsent = Unsent::new(start);
        after_a_second(&mut unsent, start, 10_000_000);
        let later = start + Duration::from_secs(1);
        let changes = (1..=200u32).filter(|step| {
            let jitter = (step % 5) as usize * 1000;
            unsent.wrote(later + Duration::from_millis(5) * *step, 49_000 + jitter).is_some()
        });
        assert_eq!(changes.count(), 0);
    }
}
