//! A web server's part in the pattern, without a socket: the session's frames in, range requests out;
//! answers in, the frames that a content server would send out.
//!
//! A web server walks no pattern, so it is walked here. Own blocks that follow each other become one
//! range, and requests follow each other on the connection without waiting for answers, as far as the
//! [`Window`] allows. A block is handed on as soon as its bytes are here, not when its range is.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use tributary_core::geometry::Geometry;
use tributary_core::held::Held;
use tributary_core::walker::{Order, Walker};
use tributary_core::wire::{DATA_OVERHEAD, Frame, VERSION, encoded_len};

use self::acks::Acks;
use super::exchange::{Exchange, Part, Purpose, Request};
use super::refusal::{self, Stop};
use super::request;
use super::source::WebSource;
use super::window::Window;

mod acks;

/// Most test blocks that may wait to be asked for; a session sends one at a time.
const MAX_ECHOES_WAITING: usize = 16;
/// Least and most bytes of one range; a single block may be larger.
const RANGE_BYTES: (u64, u64) = (64 << 10, 2 << 20);
/// A server that takes no more requests than this on one connection gets larger ones.
const FEW_REQUESTS: u64 = 16;
/// What is asked for is cut off by a new connection where waiting for it would take so much longer.
const CUT_AFTER: Duration = Duration::from_millis(250);

/// What came since this was last asked.
#[derive(Debug, Default)]
pub(crate) struct Came {
    /// Bytes, as the frames would have taken them on the wire.
    pub(crate) bytes: usize,
    pub(crate) frames: Vec<Frame>,
}

/// One server's part.
pub(crate) struct Pipeline {
    source: Arc<WebSource>,
    walk: Option<(Walker, Geometry)>,
    /// The server has shown that it holds the file and gives ranges of it.
    opened: bool,
    window: Window,
    rtt: Duration,
    /// Taken from the walk, and not asked for yet.
    next: Option<Order>,
    echoes: VecDeque<(u64, Bytes)>,
    acks: Acks,
    /// Asked on a connection that ended first.
    again: VecDeque<Request>,
    /// Bytes that are asked for and not here, on all connections.
    asked_bytes: u64,
    /// Bytes that were told of, and must come again because their connection ended inside a block.
    told_ahead: usize,
    came: Came,
}

impl Pipeline {
    pub(crate) fn new(source: Arc<WebSource>, rtt: Duration) -> Self {
        Self {
            source,
            walk: None,
            opened: false,
            window: Window::new(rtt),
            rtt,
            next: None,
            echoes: VecDeque::new(),
            acks: Acks::default(),
            again: VecDeque::new(),
            asked_bytes: 0,
            told_ahead: 0,
            came: Came::default(),
        }
    }

    /// Takes a frame of the session.
    pub(crate) fn take(&mut self, frame: &Frame) -> Result<(), Stop> {
        match frame {
            Frame::Hello { .. } => {
                let name = self.source.url().authority();
                self.reply(Frame::Welcome { version: VERSION, name });
            }
            Frame::Open { size, block_size, me, .. } => {
                let geometry = Geometry::new(*size, *block_size).map_err(refusal::unexpected)?;
                // Blocks get their number here, whatever is asked of those who send them over a wire.
                self.walk = Some((Walker::new(*me, geometry), geometry));
                if *size == 0 {
                    self.opened();
                }
            }
            Frame::Echo { nonce, payload } if self.size() == 0 => {
                self.reply(Frame::EchoReply { nonce: *nonce, payload: payload.clone() });
            }
            Frame::Echo { nonce, payload } if self.echoes.len() < MAX_ECHOES_WAITING => {
                self.echoes.push_back((*nonce, payload.clone()));
            }
            Frame::Epoch { .. } | Frame::Lease { .. } | Frame::Repair { .. } | Frame::Cancel { .. } => {
                let Some((walker, _)) = &mut self.walk else { return Ok(()) };
                let before = walker.generation();
                let answer = walker.handle(frame).map_err(refusal::unexpected)?;
                if walker.generation() != before {
                    self.next = None;
                    self.acks.clear();
                    self.again.retain(|request| matches!(request.purpose, Purpose::Echo(..)));
                } else if let Frame::Cancel { blocks, .. } = frame
                    && let Some(order) = self.next.take_if(|order| blocks.contains(&order.seq))
                {
                    self.acks.settled(order.seq);
                }
                if let Some(answer) = answer {
                    self.acks.add(answer);
                }
                self.acknowledge();
            }
            // A web server has no hash pages, and the session knows that.
            _ => {}
        }
        Ok(())
    }

    /// What came and is to be reported.
    pub(crate) fn came(&mut self) -> Option<Came> {
        let came = std::mem::take(&mut self.came);
        (came.bytes > 0 || !came.frames.is_empty()).then_some(came)
    }

    /// Whether there is something to ask for.
    pub(crate) fn has_work(&mut self) -> bool {
        if !self.again.is_empty() || !self.echoes.is_empty() {
            return true;
        }
        if self.next.is_none() {
            self.next = self.walk.as_mut().and_then(|(walker, _)| walker.next_order());
            self.next.iter().for_each(|order| self.acks.taken(order.seq));
        }
        self.next.is_some()
    }

    /// Writes one more request to `out`, where one may be asked now; says whether it did.
    pub(crate) fn ask(&mut self, exchange: &mut Exchange, out: &mut BytesMut) -> bool {
        let limit = self.source.request_limit();
        if !exchange.has_room(limit) {
            return false;
        }
        let Some(request) = self.next_request(limit) else { return false };
        request::write(&self.source.at(), &request.range, out);
        self.asked_bytes += request.left();
        exchange.push(request, limit);
        true
    }

    /// `limit`: requests that the server takes on one connection; the fewer, the more bytes in each.
    fn next_request(&mut self, limit: u64) -> Option<Request> {
        if let Some(request) = self.again.pop_front() {
            return Some(request);
        }
        if let Some((nonce, payload)) = self.echoes.pop_front() {
            return Some(Request { purpose: Purpose::Echo(nonce, payload), range: 0..1 });
        }
        let window = self.window.bytes();
        let part = if limit <= FEW_REQUESTS { 2 } else { 4 };
        let most = (window / part).clamp(RANGE_BYTES.0, RANGE_BYTES.1).min(window);
        if self.asked_bytes > 0 && self.asked_bytes + most > window {
            return None;
        }
        let (walker, geometry) = self.walk.as_mut()?;
        let first = self.next.take().or_else(|| walker.next_order())?;
        self.acks.taken(first.seq);
        let mut orders = VecDeque::from([first]);
        let mut range = geometry.range(first.seq);
        while let Some(order) = walker.next_order() {
            self.acks.taken(order.seq);
            let next = geometry.range(order.seq);
            if next.start != range.end || next.end - range.start > most {
                self.next = Some(order);
                break;
            }
            range.end = next.end;
            orders.push_back(order);
        }
        Some(Request { purpose: Purpose::Blocks(orders), range })
    }

    /// Takes what came on a connection. `busy`: more is awaited on another one.
    pub(crate) fn feed(
        &mut self,
        now: Instant,
        exchange: &mut Exchange,
        raw: &mut BytesMut,
        busy: bool,
    ) -> Result<(), Stop> {
        let Some((_, geometry)) = self.walk else { return Ok(()) };
        let before = self.came.bytes;
        while let Some(part) = exchange.read(raw, geometry, &self.source)? {
            match part {
                Part::Answer if !self.opened => self.opened(),
                Part::Answer => {}
                Part::Bytes(bytes) => {
                    self.asked_bytes -= bytes as u64;
                    let told_before = self.told_ahead.min(bytes);
                    self.told_ahead -= told_before;
                    self.came.bytes += bytes - told_before;
                }
                Part::Block(Order { generation, epoch, seq, .. }, bytes) => {
                    self.came.bytes += DATA_OVERHEAD;
                    self.came.frames.push(Frame::Data { generation, epoch, seq, bytes });
                    self.acks.settled(seq);
                    self.acknowledge();
                }
                Part::Echo(nonce, payload) => self.reply(Frame::EchoReply { nonce, payload }),
            }
        }
        let unanswered = exchange.after_the_last();
        self.ask_again(unanswered);
        self.window.came(now, self.came.bytes - before, busy || exchange.awaits());
        Ok(())
    }

    /// A connection is gone: what it left is asked again. Gives whether it had been of use.
    pub(crate) fn lost(&mut self, mut exchange: Exchange) -> bool {
        let lost = exchange.lost_bytes();
        self.told_ahead += lost;
        self.asked_bytes += lost as u64;
        let unanswered = exchange.all_awaited();
        self.ask_again(unanswered);
        exchange.is_useful()
    }

    fn ask_again(&mut self, requests: VecDeque<Request>) {
        for request in requests.into_iter().rev() {
            self.asked_bytes -= request.left();
            self.again.push_front(request);
        }
    }

    /// Whether nothing that is awaited on a connection is of use any more, and a new one would be quicker
    /// than waiting for it.
    pub(crate) fn is_stale(&self, exchange: &Exchange) -> bool {
        let Some((walker, _)) = &self.walk else { return false };
        let Some(rate) = self.window.rate().filter(|rate| *rate > 0.0) else { return false };
        let wait = self.asked_bytes as f64 / rate;
        let patience = (self.rtt * 3 + CUT_AFTER).as_secs_f64();
        let generation = walker.generation();
        exchange.awaits() && wait > patience && exchange.awaits_only(|order| order.generation < generation)
    }

    /// Gives up what is awaited on a connection that is closed for it.
    pub(crate) fn cut(&mut self, exchange: Exchange) {
        self.lost(exchange);
        self.again.retain(|request| matches!(request.purpose, Purpose::Echo(..)));
    }

    fn acknowledge(&mut self) {
        while let Some(ack) = self.acks.ready() {
            self.reply(ack);
        }
    }

    fn opened(&mut self) {
        self.opened = true;
        self.reply(Frame::Opened { size: self.size(), held: Held::all() });
    }

    fn size(&self) -> u64 {
        self.walk.as_ref().map_or(0, |(_, geometry)| geometry.size())
    }

    fn reply(&mut self, frame: Frame) {
        self.came.bytes += encoded_len(&frame);
        self.came.frames.push(frame);
    }
}

#[cfg(test)]
mod tests;
