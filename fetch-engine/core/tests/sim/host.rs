//! A content server on its link: the real `Walker` behind a queue with a rate and a delay.

use std::time::Duration;

use bytes::Bytes;
use tributary_core::geometry::Geometry;
use tributary_core::held::Held;
use tributary_core::time::Time;
use tributary_core::walker::{Label, Walker};
use tributary_core::wire::{ErrorCode, Frame, VERSION, encoded_len};

use super::Dice;
use super::content::Content;

/// A server fills its link at most so far ahead (what TCP_NOTSENT_LOWAT does).
const FILL: Duration = Duration::from_millis(10);

/// What a server does with the truth.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Vices {
    /// Every n-th block has a flipped bit; 0: none.
    pub(crate) flips: u64,
    /// Its hash pages are forged.
    pub(crate) forges: bool,
    /// It doesn't hold the stream.
    pub(crate) lacks: bool,
    /// Its copy has another size.
    pub(crate) other_size: bool,
    /// Each block twice.
    pub(crate) doubles: bool,
    /// Blocks nobody asked for.
    pub(crate) unrequested: bool,
    /// Blocks under a wrong number.
    pub(crate) misnumbers: bool,
    /// Takes no connection.
    pub(crate) refuses: bool,
    /// Sends frames without end, and none of its blocks.
    pub(crate) junk: bool,
    /// Never answers for a hash page.
    pub(crate) deaf: bool,
    /// Answers `Busy`.
    pub(crate) busy: bool,
}

/// Something on its way to the player.
#[derive(Clone, Debug)]
pub(crate) struct Delivery {
    pub(crate) first_half_at: Time,
    pub(crate) at: Time,
    pub(crate) bytes: usize,
    pub(crate) frame: Frame,
}

/// A content server and the link to it.
#[derive(Debug)]
pub(crate) struct Host {
    pub(crate) rate: f64,
    pub(crate) one_way: Duration,
    pub(crate) jitter: Duration,
    pub(crate) alive: bool,
    /// Stopped: takes nothing in and sends nothing, the connection stands.
    pub(crate) stopped: bool,
    /// The link is cut: nothing passes, nobody is told.
    pub(crate) cut: bool,
    pub(crate) vices: Vices,
    walker: Option<(Walker, Geometry)>,
    /// Number of the connection: what is of an older one is lost.
    pub(crate) connection: u64,
    pub(crate) connected: bool,
    link_free_at: Time,
    last_arrival: Time,
    inbox: Vec<Frame>,
    sent: u64,
}

impl Host {
    pub(crate) fn new(rate: f64, one_way: Duration, jitter: Duration) -> Self {
        Self {
            rate,
            one_way,
            jitter,
            alive: true,
            stopped: false,
            cut: false,
            vices: Vices::default(),
            walker: None,
            connection: 0,
            connected: false,
            link_free_at: Time::ZERO,
            last_arrival: Time::ZERO,
            inbox: Vec::new(),
            sent: 0,
        }
    }

    pub(crate) fn reset(&mut self) {
        self.connection += 1;
        self.connected = false;
        self.walker = None;
        self.inbox.clear();
    }

    /// A frame of the player arrives. Answers go to `out`.
    pub(crate) fn receive(
        &mut self,
        now: Time,
        frame: Frame,
        content: &Content,
        dice: &mut Dice,
        out: &mut Vec<Delivery>,
    ) {
        if self.stopped {
            self.inbox.push(frame);
            return;
        }
        match frame {
            Frame::Hello { max_version, .. } => {
                let reply = if self.vices.busy {
                    Frame::Error { code: ErrorCode::Busy, message: "as many as it takes".into() }
                } else {
                    Frame::Welcome { version: VERSION.min(max_version), name: "host".into() }
                };
                self.transmit(now, reply, dice, out);
            }
            Frame::Open { size, block_size, me, identify, .. } => {
                let reply = if self.vices.lacks {
                    Frame::Error { code: ErrorCode::NoSuchStream, message: "no such stream".into() }
                } else {
                    Frame::Opened { size: size + u64::from(self.vices.other_size), held: Held::all() }
                };
                let geometry =
                    Geometry::new(size, block_size).expect("the player opens with a good block size");
                let open = !self.vices.lacks && !self.vices.busy;
                self.walker = open.then(|| (Walker::identifying(me, geometry, identify), geometry));
                self.transmit(now, reply, dice, out);
            }
            Frame::Echo { nonce, payload } => {
                self.transmit(now, Frame::EchoReply { nonce, payload }, dice, out)
            }
            Frame::PageRequest { page } => {
                if let Some(values) = content.page(page).filter(|_| self.walker.is_some() && !self.vices.deaf)
                {
                    let values = if self.vices.forges { flipped(&values) } else { values };
                    self.transmit(now, Frame::Page { page, values }, dice, out);
                }
            }
            other => {
                let Some((walker, _)) = &mut self.walker else { return };
                let reply =
                    walker.handle(&other).unwrap_or_else(|bad| panic!("the player said {other:?}: {bad}"));
                if let Some(reply) = reply {
                    self.transmit(now, reply, dice, out);
                }
            }
        }
        self.pump(now, content, dice, out);
    }

    /// Goes on after a stop.
    pub(crate) fn resume(&mut self, now: Time, content: &Content, dice: &mut Dice, out: &mut Vec<Delivery>) {
        self.stopped = false;
        for frame in std::mem::take(&mut self.inbox) {
            self.receive(now, frame, content, dice, out);
        }
        self.pump(now, content, dice, out);
    }

    /// Fills the link. Returns when it wants to be asked again.
    pub(crate) fn pump(
        &mut self,
        now: Time,
        content: &Content,
        dice: &mut Dice,
        out: &mut Vec<Delivery>,
    ) -> Option<Time> {
        while !self.stopped && self.alive {
            if self.link_free_at > now + FILL {
                return Some(Time::from_micros(self.link_free_at.as_micros() - FILL.as_micros() as u64));
            }
            let (walker, geometry) = self.walker.as_mut()?;
            let geometry = *geometry;
            if self.vices.junk {
                let payload = Bytes::from_static(&[0; 32768]);
                self.transmit(now, Frame::EchoReply { nonce: 1, payload }, dice, out);
                continue;
            }
            let mut order = walker.next_order()?;
            self.sent += 1;
            let range = geometry.range(order.seq);
            let mut bytes = content.bytes.slice(range.start as usize..range.end as usize);
            if self.vices.flips > 0 && self.sent.is_multiple_of(self.vices.flips) {
                bytes = flipped(&bytes);
            }
            if self.vices.misnumbers && self.sent.is_multiple_of(5) {
                order.seq = order.seq % geometry.blocks() + 1;
                match &mut order.label {
                    Label::Number => {}
                    Label::Offset(offset) => *offset = geometry.range(order.seq).start,
                    Label::Slot { .. } => {
                        let out_of_step = Frame::Slot { bytes: Bytes::new() };
                        self.transmit(now, out_of_step, dice, out);
                    }
                }
            }
            let (generation, epoch) = (order.generation, order.epoch);
            for frame in order.frames(bytes) {
                if self.vices.doubles {
                    self.transmit(now, frame.clone(), dice, out);
                }
                self.transmit(now, frame, dice, out);
            }
            if self.vices.unrequested && self.sent.is_multiple_of(3) {
                let seq = dice.range(1, geometry.blocks() + 1);
                let range = geometry.range(seq);
                let bytes = content.bytes.slice(range.start as usize..range.end as usize);
                self.transmit(now, Frame::Data { generation, epoch, seq, bytes }, dice, out);
            }
        }
        None
    }

    fn transmit(&mut self, now: Time, frame: Frame, dice: &mut Dice, out: &mut Vec<Delivery>) {
        let bytes = encoded_len(&frame);
        let start = self.link_free_at.max(now);
        self.link_free_at = start + Duration::from_secs_f64(bytes as f64 / self.rate);
        let jitter = Duration::from_micros(dice.range(0, self.jitter.as_micros() as u64 + 1));
        // the connection keeps its order, whatever the jitter
        let at = (self.link_free_at + self.one_way + jitter).max(self.last_arrival);
        self.last_arrival = at;
        let first_half_at = (start + self.one_way + jitter).max(now).min(at);
        out.push(Delivery { first_half_at, at, bytes, frame });
    }
}

fn flipped(bytes: &Bytes) -> Bytes {
    let mut copy = bytes.to_vec();
    let middle = copy.len() / 2;
    copy[middle] ^= 0x10;
    copy.into()
}
