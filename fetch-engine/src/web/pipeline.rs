//! A web server's part in the pattern, without a socket: the session's frames in, range requests out;
//! answers in, the frames that a content server would send out.
//!
//! A web server walks no pattern, so it is walked here. Own blocks that follow each other become one
//! range, and requests follow each other on the connection without waiting for answers, as far as the
//! [`Window`] allows. A block is handed on as soon as its bytes are here, not when its range is.

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::{Buf, Bytes, BytesMut};
use tributary_core::geometry::Geometry;
use tributary_core::held::Held;
use tributary_core::walker::{Order, Walker};
use tributary_core::wire::{DATA_OVERHEAD, Frame, VERSION, encoded_len};

use super::body::Body;
use super::head::Head;
use super::refusal::{self, Stop};
use super::request;
use super::source::WebSource;
use super::window::Window;

/// Most requests that may wait for their answers.
const MAX_REQUESTS_WAITING: usize = 256;
/// Most test blocks that may wait to be asked for; a session sends one at a time.
const MAX_ECHOES_WAITING: usize = 16;
/// Least and most bytes of one range; a single block may be larger.
const RANGE_BYTES: (u64, u64) = (64 << 10, 2 << 20);
/// What is asked for is cut off by a new connection where waiting for it would take so much longer.
const CUT_AFTER: Duration = Duration::from_millis(250);

/// What a request is for.
#[derive(Clone, Debug)]
enum Purpose {
    /// The test block: one byte of the file, and the session's own bytes in answer.
    Echo(u64, Bytes),
    /// These blocks, one behind the other.
    Blocks(VecDeque<Order>),
}

/// A request that is asked, or to be asked again.
#[derive(Clone, Debug)]
struct Request {
    purpose: Purpose,
    /// Bytes of the file that are not here yet.
    range: Range<u64>,
}

impl Request {
    const fn left(&self) -> u64 {
        self.range.end - self.range.start
    }
}

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
    /// Asked on a connection that ended first.
    again: VecDeque<Request>,
    /// Asked, oldest first.
    asked: VecDeque<Request>,
    /// Bytes of those that are not here.
    asked_bytes: u64,
    /// The body of the answer to the first of those, where it has begun.
    body: Option<Body>,
    /// The beginning of the next block.
    partial: BytesMut,
    /// Bytes that were told of, and must come again because their connection ended inside a block.
    told_ahead: usize,
    came: Came,
    /// The server takes no more requests on this connection.
    line_ends: bool,
    /// This connection has brought a block, or the test block.
    useful: bool,
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
            again: VecDeque::new(),
            asked: VecDeque::new(),
            asked_bytes: 0,
            body: None,
            partial: BytesMut::new(),
            told_ahead: 0,
            came: Came::default(),
            line_ends: false,
            useful: false,
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
                    self.again.retain(|request| matches!(request.purpose, Purpose::Echo(..)));
                } else if let Frame::Cancel { blocks, .. } = frame
                    && self.next.is_some_and(|order| blocks.contains(&order.seq))
                {
                    self.next = None;
                }
                if let Some(answer) = answer {
                    self.reply(answer);
                }
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

    /// Whether there is something to ask for, or an answer to wait for.
    pub(crate) fn needs_line(&mut self) -> bool {
        if !self.asked.is_empty() || !self.again.is_empty() || !self.echoes.is_empty() {
            return true;
        }
        self.next = self.next.take().or_else(|| self.walk.as_mut()?.0.next_order());
        self.next.is_some()
    }

    /// Whether an answer is awaited.
    pub(crate) fn awaits(&self) -> bool {
        !self.asked.is_empty()
    }

    /// Whether the last answer that this connection will bring is here.
    pub(crate) const fn line_is_over(&self) -> bool {
        self.line_ends && self.body.is_none()
    }

    /// Writes as many requests to `out` as may be asked now.
    pub(crate) fn ask(&mut self, out: &mut BytesMut) {
        while !self.line_ends && self.asked.len() < MAX_REQUESTS_WAITING {
            let Some(request) = self.next_request() else { break };
            request::write(&self.source.at(), &request.range, out);
            self.asked_bytes += request.left();
            self.asked.push_back(request);
        }
    }

    fn next_request(&mut self) -> Option<Request> {
        if let Some(request) = self.again.pop_front() {
            return Some(request);
        }
        if let Some((nonce, payload)) = self.echoes.pop_front() {
            return Some(Request { purpose: Purpose::Echo(nonce, payload), range: 0..1 });
        }
        let window = self.window.bytes();
        let most = (window / 4).clamp(RANGE_BYTES.0, RANGE_BYTES.1).min(window);
        if self.asked_bytes > 0 && self.asked_bytes + most > window {
            return None;
        }
        let (walker, geometry) = self.walk.as_mut()?;
        let first = self.next.take().or_else(|| walker.next_order())?;
        let mut orders = VecDeque::from([first]);
        let mut range = geometry.range(first.seq);
        while let Some(order) = walker.next_order() {
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

    /// Takes what came on the connection.
    pub(crate) fn feed(&mut self, now: Instant, raw: &mut BytesMut) -> Result<(), Stop> {
        let before = self.came.bytes;
        while !raw.is_empty() {
            let went_on = if self.body.is_some() { self.read_body(raw)? } else { self.read_head(raw)? };
            if !went_on {
                break;
            }
        }
        self.window.came(now, self.came.bytes - before, self.awaits());
        Ok(())
    }

    /// Reads the head of an answer; says whether it was whole.
    fn read_head(&mut self, raw: &mut BytesMut) -> Result<bool, Stop> {
        let Some(request) = self.asked.front() else {
            return Err(refusal::unexpected("it sent more than was asked for"));
        };
        let Some((head, len)) = Head::parse(raw).map_err(refusal::malformed)? else { return Ok(false) };
        raw.advance(len);
        if head.is_interim() {
            return Ok(true);
        }
        let size = self.size();
        let body = refusal::check(&head, &request.range, size, &self.source)?;
        self.line_ends |= head.closes;
        self.body = Some(body);
        if !self.opened {
            self.opened();
        }
        Ok(true)
    }

    /// Reads the next bytes of a body; says whether there were any.
    fn read_body(&mut self, raw: &mut BytesMut) -> Result<bool, Stop> {
        let (Some(body), Some(request), Some((_, geometry))) =
            (&mut self.body, self.asked.front_mut(), &self.walk)
        else {
            return Ok(false);
        };
        if request.left() == 0 {
            // What frames the body may go on a little longer than its bytes.
            if !body.take(raw, 1).map_err(refusal::malformed)?.is_empty() {
                return Err(refusal::unexpected("it sent more than was asked for"));
            }
            let done = body.is_done();
            self.end_answer();
            return Ok(done);
        }
        let block = match &request.purpose {
            Purpose::Blocks(orders) => orders.front().copied(),
            Purpose::Echo(..) => None,
        };
        let whole = block.map_or(request.left(), |order| u64::from(geometry.len(order.seq)));
        let missing = whole as usize - self.partial.len();
        let bytes = body.take(raw, missing).map_err(refusal::malformed)?;
        let (len, ended) = (bytes.len(), body.is_done());
        self.asked_bytes -= len as u64;
        let told_before = self.told_ahead.min(len);
        self.told_ahead -= told_before;
        self.came.bytes += len - told_before;
        if len == missing {
            let bytes = if self.partial.is_empty() {
                bytes
            } else {
                self.partial.extend_from_slice(&bytes);
                self.partial.split()
            };
            self.whole(block, bytes.freeze());
            return Ok(true);
        }
        if ended {
            return Err(refusal::unexpected("it sent less than it said"));
        }
        self.partial.extend_from_slice(&bytes);
        Ok(len > 0)
    }

    /// The bytes of `block`, or of the test block, are here.
    fn whole(&mut self, block: Option<Order>, bytes: Bytes) {
        let Some(request) = self.asked.front_mut() else { return };
        self.useful = true;
        match (&mut request.purpose, block) {
            (Purpose::Blocks(orders), Some(Order { generation, epoch, seq, .. })) => {
                orders.pop_front();
                request.range.start += bytes.len() as u64;
                self.came.bytes += DATA_OVERHEAD;
                self.came.frames.push(Frame::Data { generation, epoch, seq, bytes });
            }
            (Purpose::Echo(nonce, payload), _) => {
                let reply = Frame::EchoReply { nonce: *nonce, payload: std::mem::take(payload) };
                request.range.start = request.range.end;
                self.reply(reply);
            }
            (Purpose::Blocks(_), None) => {}
        }
        self.end_answer();
    }

    /// Goes on to the next answer, where this one is whole.
    fn end_answer(&mut self) {
        let whole = self.asked.front().is_some_and(|request| request.left() == 0);
        let framed = self.body.is_some_and(Body::is_done);
        if whole && framed {
            self.asked.pop_front();
            self.body = None;
        }
    }

    /// The connection is gone: what it left is to be asked again. Gives whether it had been of use.
    pub(crate) fn line_lost(&mut self) -> bool {
        let useful = std::mem::take(&mut self.useful);
        for request in self.asked.drain(..).rev().filter(|request| request.left() > 0) {
            self.again.push_front(request);
        }
        self.asked_bytes = 0;
        self.body = None;
        self.told_ahead += self.partial.len();
        self.partial.clear();
        self.line_ends = false;
        useful
    }

    /// Whether nothing that is awaited is of use any more, and a new connection would be quicker than
    /// waiting for it.
    pub(crate) fn is_stale(&self) -> bool {
        let Some((walker, _)) = &self.walk else { return false };
        let generation = walker.generation();
        let old = |request: &Request| match &request.purpose {
            Purpose::Blocks(orders) => orders.iter().all(|order| order.generation < generation),
            Purpose::Echo(..) => false,
        };
        let Some(rate) = self.window.rate().filter(|rate| *rate > 0.0) else { return false };
        let wait = self.asked_bytes as f64 / rate;
        let patience = (self.rtt * 3 + CUT_AFTER).as_secs_f64();
        !self.asked.is_empty() && wait > patience && self.asked.iter().all(old)
    }

    /// Gives up what is awaited: its connection is closed.
    pub(crate) fn cut(&mut self) {
        self.line_lost();
        self.again.retain(|request| matches!(request.purpose, Purpose::Echo(..)));
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
