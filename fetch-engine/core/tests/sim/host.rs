//! A content server: the real `Walker` with a copy of the stream, and whatever it does to the truth.

use std::time::Duration;

use bytes::Bytes;
use tributary_core::geometry::{Geometry, MAX_BLOCK_SIZE};
use tributary_core::held::Held;
use tributary_core::time::Time;
use tributary_core::verify::PageId;
use tributary_core::walker::{Label, Order, Walker};
use tributary_core::wire::{Decoder, ErrorCode, Frame, MAX_BODY, VERSION, encoded_len};

use super::content::Content;
use super::fault::FaultSet;
use super::link::{Bottleneck, Link};
use super::{Dice, Fault, Tally};

/// A server fills its link at most so far ahead (what TCP_NOTSENT_LOWAT does).
const FILL: Duration = Duration::from_millis(10);
/// A dripping frame's bytes come so far apart.
const DRIP: Duration = Duration::from_millis(50);
/// Bytes of an endless frame that are sent at one time.
const CHUNK: usize = 16 << 10;
/// Kind of a `Data` frame.
const DATA: u8 = 12;

/// What is on its way to the player.
#[derive(Clone, Debug)]
pub(super) enum Load {
    Frame(Frame),
    /// Bytes that are no whole frame.
    Raw(Bytes),
}

/// Something on its way to the player.
#[derive(Clone, Debug)]
pub(super) struct Delivery {
    pub(super) first_half_at: Time,
    pub(super) at: Time,
    pub(super) bytes: usize,
    pub(super) load: Load,
    /// The connection ends when half of it has come.
    pub(super) breaks: bool,
    /// The server closes after it.
    pub(super) closes: bool,
}

/// What a server works with.
pub(super) struct Around<'a> {
    pub(super) now: Time,
    pub(super) content: &'static Content,
    pub(super) dice: &'a mut Dice,
    pub(super) bottleneck: &'a mut Option<Bottleneck>,
    pub(super) out: &'a mut Vec<Delivery>,
}

/// A content server and the link to it.
#[derive(Debug)]
pub(super) struct Host {
    pub(super) link: Link,
    pub(super) alive: bool,
    /// Stopped: takes nothing in and sends nothing, the connection stands.
    pub(super) stopped: bool,
    /// What is wrong with it.
    pub(super) vices: FaultSet,
    /// Every n-th block, where a vice is not about all.
    pub(super) every: u64,
    /// What happens at its next block.
    pub(super) next_block: Option<Fault>,
    /// What it holds of the stream, as it says when it is asked to open it.
    pub(super) held: Held,
    /// What it has come to hold since.
    pub(super) grown: Option<Held>,
    /// Bytes of its copy that are left.
    pub(super) truncated_to: Option<u64>,
    /// A connect takes so much longer than a round trip.
    pub(super) connect_takes: Duration,
    /// Counted when it is next connected.
    pub(super) counts_when_connected: Option<Fault>,
    /// It takes what it is told so much later.
    pub(super) lag: Duration,
    /// It has sent what is not the stream's.
    pub(super) lied: bool,
    walker: Option<(Walker, Geometry)>,
    /// Number of the connection: what is of an older one is lost.
    pub(super) connection: u64,
    pub(super) connected: bool,
    inbox: Vec<Frame>,
    /// When it will be asked to fill its link again.
    pub(super) pumps_at: Option<Time>,
    /// What the player has of a frame that is not whole, once one came that is none.
    pub(super) decoder: Option<Decoder>,
    /// When something last changed about it.
    pub(super) changed_at: Time,
    sent: u64,
    /// A frame without end has begun on this connection.
    began: bool,
    pub(super) happened: Tally,
}

impl Host {
    pub(super) fn new(link: Link) -> Self {
        Self {
            link,
            alive: true,
            stopped: false,
            vices: FaultSet::default(),
            every: 5,
            next_block: None,
            held: Held::all(),
            grown: None,
            truncated_to: None,
            connect_takes: Duration::ZERO,
            counts_when_connected: None,
            lag: Duration::ZERO,
            lied: false,
            walker: None,
            connection: 0,
            connected: false,
            inbox: Vec::new(),
            pumps_at: None,
            decoder: None,
            changed_at: Time::ZERO,
            sent: 0,
            began: false,
            happened: Tally::default(),
        }
    }

    pub(super) fn reset(&mut self) {
        self.connection += 1;
        self.connected = false;
        self.walker = None;
        self.inbox.clear();
        self.decoder = None;
        self.began = false;
        self.link.reset();
    }

    /// Whether the stream is open on a connection that stands.
    pub(super) const fn serves(&self) -> bool {
        self.connected && self.walker.is_some() && self.alive
    }

    /// Whether it does now all that an honest server does.
    pub(super) fn is_honest_and_there(&self) -> bool {
        !self.vices.has_lasting()
            && self.truncated_to.is_none()
            && self.alive
            && !self.stopped
            && self.link.is_whole()
    }

    pub(super) fn has(&mut self, vice: Fault) -> bool {
        let has = self.vices.contains(vice);
        if has {
            self.happened.count(vice);
        }
        has
    }

    /// What it has come to hold is said on the next connection, and counts from then on.
    fn take_grown(&mut self, now: Time) {
        let Some(grown) = self.grown.take() else { return };
        self.happened.count(Fault::GrowingCopy);
        self.held = grown;
        self.changed_at = now;
        if self.held.is_all() {
            self.vices.remove(Fault::PartialCopy);
            self.vices.remove(Fault::GrowingCopy);
        }
    }

    /// A frame of the player arrives.
    pub(super) fn receive(&mut self, frame: Frame, around: &mut Around<'_>) {
        if self.stopped {
            self.happened.count(Fault::Stop);
            self.inbox.push(frame);
            return;
        }
        if self.has(Fault::Mute) {
            return;
        }
        match frame {
            Frame::Hello { max_version, .. } => {
                if self.has(Fault::Busy) {
                    self.close_with(ErrorCode::Busy, around);
                } else if self.has(Fault::OldServer) {
                    self.close_with(ErrorCode::Version, around);
                } else {
                    let version = VERSION.min(max_version);
                    self.transmit(Frame::Welcome { version, name: "host".into() }, around);
                }
            }
            Frame::Open { size, block_size, me, identify, .. } => {
                if self.vices.contains(Fault::Busy) || self.vices.contains(Fault::OldServer) {
                    return;
                }
                if self.has(Fault::StaleTable) {
                    self.close_with(ErrorCode::NoSuchStream, around);
                } else if self.has(Fault::Forbidden) {
                    self.close_with(ErrorCode::Refused, around);
                } else if self.truncated_to.is_some() {
                    self.close_with(ErrorCode::SizeMismatch, around);
                } else {
                    self.take_grown(around.now);
                    let geometry =
                        Geometry::new(size, block_size).expect("the player opens with a good block size");
                    self.walker = Some((Walker::identifying(me, geometry, identify), geometry));
                    let other = u64::from(self.has(Fault::OtherSize));
                    self.transmit(Frame::Opened { size: size + other, held: self.held.clone() }, around);
                }
            }
            Frame::Echo { nonce, payload } => self.transmit(Frame::EchoReply { nonce, payload }, around),
            Frame::PageRequest { page } => self.answer_page(page, around),
            other => {
                let Some((walker, _)) = &mut self.walker else { return };
                let reply =
                    walker.handle(&other).unwrap_or_else(|bad| panic!("the player said {other:?}: {bad}"));
                if let Some(reply) = reply {
                    self.transmit(reply, around);
                }
            }
        }
    }

    fn answer_page(&mut self, page: PageId, around: &mut Around<'_>) {
        let Some(mut values) = around.content.page(page).filter(|_| self.walker.is_some()) else { return };
        if self.vices.contains(Fault::PartialCopy) {
            // It would have to hold all that a page is about.
            self.transmit(Frame::Page { page, values: Bytes::new() }, around);
            return;
        }
        assert!(!self.vices.contains(Fault::NoPages), "a web server is asked for a hash page");
        if self.has(Fault::DeafToPages) {
            return;
        }
        if self.has(Fault::ForgedPages) {
            values = flipped(&values);
            self.lied = true;
        }
        self.transmit(Frame::Page { page, values }, around);
    }

    /// Goes on after a stop.
    pub(super) fn resume(&mut self, around: &mut Around<'_>) {
        self.stopped = false;
        for frame in std::mem::take(&mut self.inbox) {
            self.receive(frame, around);
        }
    }

    /// Fills the link. Returns when it wants to be asked again.
    pub(super) fn pump(&mut self, around: &mut Around<'_>) -> Option<Time> {
        while !self.stopped && self.alive {
            if self.link.free_at() > around.now + FILL {
                let again = self.link.free_at().as_micros() - FILL.as_micros() as u64;
                return Some(Time::from_micros(again));
            }
            let geometry = self.walker.as_ref()?.1;
            if self.vices.contains(Fault::EndlessFrames) && self.sent >= self.every {
                self.happened.count(Fault::EndlessFrames);
                let payload = Bytes::from_static(&[0; CHUNK]);
                self.transmit(Frame::EchoReply { nonce: 1, payload }, around);
                continue;
            }
            if self.vices.contains(Fault::EndlessFrame) && self.sent >= self.every {
                self.endless(Fault::EndlessFrame, CHUNK, around);
                continue;
            }
            if self.vices.contains(Fault::DrippingFrame) && self.sent >= self.every {
                self.endless(Fault::DrippingFrame, 1, around);
                return Some(around.now + DRIP);
            }
            let order = self.walker.as_mut()?.0.next_order()?;
            self.sent += 1;
            if !self.stumbles(order, geometry, around) {
                self.send_block(order, geometry, around);
            }
        }
        None
    }

    /// More of a frame that has no end.
    fn endless(&mut self, cause: Fault, bytes: usize, around: &mut Around<'_>) {
        self.happened.count(cause);
        // Once it is as long as it says, it is a block of no possible length.
        self.lied = true;
        let mut raw = Vec::with_capacity(bytes + 5);
        if !std::mem::replace(&mut self.began, true) {
            // A block as long as any may be: nothing is wrong with it until all of it is here.
            raw.extend_from_slice(&(MAX_BLOCK_SIZE + 16).to_le_bytes());
            raw.push(DATA);
        }
        raw.resize(raw.len() + bytes, 0);
        self.send(Load::Raw(raw.into()), bytes, around);
    }

    /// What was to happen at this block, instead of it. Returns whether it did.
    fn stumbles(&mut self, order: Order, geometry: Geometry, around: &mut Around<'_>) -> bool {
        if self.truncated_to.is_some_and(|len| geometry.range(order.seq).end > len) {
            self.happened.count(Fault::Truncated);
            self.close_with(ErrorCode::ReadFailed, around);
            return true;
        }
        let Some(fault) = self.next_block.take() else { return false };
        self.happened.count(fault);
        match fault {
            Fault::ReadError => self.close_with(ErrorCode::ReadFailed, around),
            Fault::OddFrame => self.transmit(Frame::Hello { min_version: 1, max_version: 1 }, around),
            Fault::EmptyBlock => {
                self.lied = true;
                self.transmit(data(order, order.seq, Bytes::new()), around);
            }
            Fault::ZeroFrame => self.send(Load::Raw(Bytes::from_static(&[0, 0, 0, 0, DATA])), 5, around),
            Fault::OversizeFrame => {
                let len = (MAX_BODY as u32 + 22).to_le_bytes();
                self.send(Load::Raw(Bytes::copy_from_slice(&[&len[..], &[DATA; 60]].concat())), 64, around);
            }
            Fault::Garbage => {
                self.lied = true;
                let raw: Vec<u8> = (0..200).map(|_| around.dice.next() as u8).collect();
                self.send(Load::Raw(raw.into()), 200, around);
            }
            Fault::ResetInsideBlock => {
                let bytes = around.block(geometry, order.seq);
                self.transmit(data(order, order.seq, bytes), around);
                if let Some(last) = around.out.last_mut() {
                    last.breaks = true;
                }
            }
            other => panic!("{other:?} does not happen at a block"),
        }
        true
    }

    fn send_block(&mut self, order: Order, geometry: Geometry, around: &mut Around<'_>) {
        let blocks = geometry.blocks();
        let now_and_then = self.sent.is_multiple_of(self.every);
        let lacks = !self.held.has(&geometry.range(order.seq)) && self.has(Fault::PartialCopy);
        if lacks || now_and_then && self.has(Fault::Withheld) {
            for frame in order.without_block().iter().flat_map(|order| order.frames(Bytes::new())) {
                self.transmit(frame, around);
            }
            return;
        }
        let mut bytes = around.block(geometry, order.seq);
        let flips = now_and_then && (self.has(Fault::FlippedBits) || self.has(Fault::LyingRelay));
        if flips || self.has(Fault::Replaced) {
            bytes = flipped(&bytes);
            self.lied = true;
        }
        let mut order = order;
        if now_and_then && blocks > 1 && self.has(Fault::WrongNumber) {
            self.lied = true;
            order.seq = order.seq % blocks + 1;
            match &mut order.label {
                Label::Number => {}
                Label::Offset(offset) => *offset = geometry.range(order.seq).start,
                Label::Slot { .. } => self.transmit(Frame::Slot { bytes: Bytes::new() }, around),
            }
        }
        if self.has(Fault::Doubled) {
            self.transmit(data(order, order.seq, bytes.clone()), around);
        }
        for frame in order.frames(bytes) {
            self.transmit(frame, around);
        }
        if !now_and_then {
            return;
        }
        if self.has(Fault::Unrequested) {
            let seq = around.dice.range(1, blocks + 1);
            let bytes = around.block(geometry, seq);
            self.transmit(data(order, seq, bytes), around);
        }
        if self.has(Fault::WrongGeneration) {
            let generation = if around.dice.chance(50) { order.generation + 1 } else { order.generation - 1 };
            let bytes = around.block(geometry, order.seq);
            self.transmit(data(Order { generation, ..order }, order.seq, bytes), around);
        }
        if self.has(Fault::OddAnswers) {
            let odd = match around.dice.range(0, 5) {
                0 => Frame::EchoReply { nonce: around.dice.next(), payload: Bytes::new() },
                1 => Frame::EpochAck {
                    generation: order.generation,
                    epoch: around.dice.range(0, 1000) as u32,
                    applied_from: around.dice.range(1, 10_000),
                    next_unsent: around.dice.range(1, 10_000),
                },
                2 => Frame::Opened { size: around.content.bytes.len() as u64, held: self.held.clone() },
                3 => Frame::Welcome { version: VERSION, name: "again".into() },
                _ => {
                    let page = PageId::leaf_at(0);
                    let Some(values) = around.content.page(page) else { return };
                    Frame::Page { page, values }
                }
            };
            self.transmit(odd, around);
        }
    }

    pub(super) fn transmit(&mut self, frame: Frame, around: &mut Around<'_>) {
        let bytes = encoded_len(&frame);
        self.send(Load::Frame(frame), bytes, around);
    }

    /// It is shutting down.
    pub(super) fn say_goodbye(&mut self, around: &mut Around<'_>) {
        self.walker = None;
        self.transmit(Frame::GoingAway, around);
        if let Some(last) = around.out.last_mut() {
            last.closes = true;
        }
    }

    fn close_with(&mut self, code: ErrorCode, around: &mut Around<'_>) {
        self.walker = None;
        self.transmit(Frame::Error { code, message: "no".into() }, around);
        if let Some(last) = around.out.last_mut() {
            last.closes = true;
        }
    }

    fn send(&mut self, load: Load, bytes: usize, around: &mut Around<'_>) {
        let (first_half_at, at) = self.link.carry(around.now, bytes, around.dice, around.bottleneck);
        around.out.push(Delivery { first_half_at, at, bytes, load, breaks: false, closes: false });
    }
}

impl Around<'_> {
    fn block(&self, geometry: Geometry, seq: u64) -> Bytes {
        let range = geometry.range(seq);
        self.content.bytes.slice(range.start as usize..range.end as usize)
    }
}

/// A block that carries its number, however others are named.
const fn data(order: Order, seq: u64, bytes: Bytes) -> Frame {
    Frame::Data { generation: order.generation, epoch: order.epoch, seq, bytes }
}

fn flipped(bytes: &Bytes) -> Bytes {
    let mut copy = bytes.to_vec();
    let middle = copy.len() / 2;
    copy[middle] ^= 0x10;
    copy.into()
}
