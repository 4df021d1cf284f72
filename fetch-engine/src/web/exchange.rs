//! What goes on on one connection to a web server: requests in their order, and the answer being read.

use std::collections::VecDeque;
use std::ops::Range;

use bytes::{Buf, Bytes, BytesMut};
use tributary_core::geometry::Geometry;
use tributary_core::walker::Order;

use super::body::Body;
use super::head::Head;
use super::refusal::{self, Stop};
use super::source::WebSource;

/// Most requests that may wait for their answers on one connection.
const MAX_REQUESTS_WAITING: usize = 256;

/// What a request is for.
#[derive(Clone, Debug)]
pub(super) enum Purpose {
    /// The test block: one byte of the file, and the session's own bytes in answer.
    Echo(u64, Bytes),
    /// These blocks, one behind the other.
    Blocks(VecDeque<Order>),
}

/// A request that is asked, or to be asked again.
#[derive(Clone, Debug)]
pub(super) struct Request {
    pub(super) purpose: Purpose,
    /// Bytes of the file that are not here yet.
    pub(super) range: Range<u64>,
}

impl Request {
    pub(super) const fn left(&self) -> u64 {
        self.range.end - self.range.start
    }
}

/// Something whole that was read.
#[derive(Debug)]
pub(super) enum Part {
    /// The head of an answer that is as it should be.
    Answer,
    /// Bytes of the file came; what they make up follows once it is whole.
    Bytes(usize),
    /// A block is here.
    Block(Order, Bytes),
    /// The test block is back.
    Echo(u64, Bytes),
}

/// One connection's requests and answers.
#[derive(Debug, Default)]
pub(crate) struct Exchange {
    /// Asked, oldest first.
    asked: VecDeque<Request>,
    /// The body of the answer to the first of those, where it has begun.
    body: Option<Body>,
    /// The beginning of the next block.
    partial: BytesMut,
    /// Whole parts that were read and not given out yet, in their order; at most two.
    ready: VecDeque<Part>,
    /// No more is to be asked here.
    ends: bool,
    /// The server said that the answer that has begun is the last.
    closing: bool,
    /// A block came here, or the test block.
    useful: bool,
    /// Requests that were asked here, all in all.
    asked_ever: u64,
    /// Answers that have begun.
    answers: u64,
}

impl Exchange {
    /// Whether an answer is awaited.
    pub(crate) fn awaits(&self) -> bool {
        !self.asked.is_empty()
    }

    /// Bytes that are awaited.
    pub(crate) fn awaited_bytes(&self) -> u64 {
        self.asked.iter().map(Request::left).sum()
    }

    /// Whether no more may be asked here.
    pub(crate) const fn ends(&self) -> bool {
        self.ends
    }

    /// Requests that were asked here, all in all.
    pub(crate) const fn asked_ever(&self) -> u64 {
        self.asked_ever
    }

    /// Whether the next request has a place here. `limit`: how many the server takes on one connection.
    pub(crate) fn has_room(&self, limit: u64) -> bool {
        !self.ends && self.asked.len() < MAX_REQUESTS_WAITING && self.asked_ever < limit
    }

    /// A request goes out. `limit` as above: with the last one the exchange ends.
    pub(super) fn push(&mut self, request: Request, limit: u64) {
        self.asked.push_back(request);
        self.asked_ever += 1;
        self.ends |= self.asked_ever >= limit;
    }

    /// Whether all that is awaited is blocks for which `is_old` holds.
    pub(super) fn awaits_only(&self, is_old: impl Fn(&Order) -> bool) -> bool {
        self.asked.iter().all(|request| match &request.purpose {
            Purpose::Blocks(orders) => orders.iter().all(&is_old),
            Purpose::Echo(..) => false,
        })
    }

    /// The next part of what came; none where more must come first.
    pub(super) fn read(
        &mut self,
        raw: &mut BytesMut,
        geometry: Geometry,
        source: &WebSource,
    ) -> Result<Option<Part>, Stop> {
        loop {
            if let Some(part) = self.ready.pop_front() {
                return Ok(Some(part));
            }
            if raw.is_empty() {
                return Ok(None);
            }
            let went_on = match self.body {
                Some(body) => self.read_body(body, raw, geometry)?,
                None => self.read_head(raw, geometry, source)?,
            };
            if !went_on {
                return Ok(None);
            }
        }
    }

    /// Reads the head of an answer; says whether it was whole.
    fn read_head(
        &mut self,
        raw: &mut BytesMut,
        geometry: Geometry,
        source: &WebSource,
    ) -> Result<bool, Stop> {
        let Some(request) = self.asked.front() else {
            return Err(refusal::unexpected("it sent more than was asked for"));
        };
        let Some((head, len)) = Head::parse(raw).map_err(refusal::malformed)? else { return Ok(false) };
        raw.advance(len);
        if head.is_interim() {
            return Ok(true);
        }
        let body = refusal::check(&head, &request.range, geometry.size(), source)?;
        self.answers += 1;
        if head.closes {
            self.ends = true;
            self.closing = true;
            source.takes_requests(self.answers);
        } else if let Some(more) = head.takes_more {
            source.takes_requests(self.answers.saturating_add(more));
        }
        self.body = Some(body);
        self.ready.push_back(Part::Answer);
        Ok(true)
    }

    /// Reads the next bytes of a body; says whether there were any.
    fn read_body(&mut self, mut body: Body, raw: &mut BytesMut, geometry: Geometry) -> Result<bool, Stop> {
        let Some(request) = self.asked.front_mut() else { return Ok(false) };
        if request.left() == 0 {
            // What frames the body may go on a little longer than its bytes.
            if !body.take(raw, 1).map_err(refusal::malformed)?.is_empty() {
                return Err(refusal::unexpected("it sent more than was asked for"));
            }
            self.body = Some(body);
            self.end_answer();
            return Ok(body.is_done());
        }
        let block = match &request.purpose {
            Purpose::Blocks(orders) => orders.front().copied(),
            Purpose::Echo(..) => None,
        };
        let whole = block.map_or(request.left(), |order| u64::from(geometry.len(order.seq)));
        let missing = whole as usize - self.partial.len();
        let bytes = body.take(raw, missing).map_err(refusal::malformed)?;
        self.body = Some(body);
        if bytes.is_empty() && !body.is_done() {
            return Ok(false);
        }
        self.ready.push_back(Part::Bytes(bytes.len()));
        if bytes.len() < missing {
            if body.is_done() {
                return Err(refusal::unexpected("it sent less than it said"));
            }
            self.partial.extend_from_slice(&bytes);
            return Ok(true);
        }
        let bytes = if self.partial.is_empty() {
            bytes
        } else {
            self.partial.extend_from_slice(&bytes);
            self.partial.split()
        };
        self.useful = true;
        request.range.start += bytes.len() as u64;
        match (&mut request.purpose, block) {
            (Purpose::Blocks(orders), Some(order)) => {
                orders.pop_front();
                self.ready.push_back(Part::Block(order, bytes.freeze()));
            }
            (Purpose::Echo(nonce, payload), _) => {
                self.ready.push_back(Part::Echo(*nonce, std::mem::take(payload)));
            }
            (Purpose::Blocks(_), None) => {}
        }
        self.end_answer();
        Ok(true)
    }

    /// Goes on to the next answer, where this one is whole.
    fn end_answer(&mut self) {
        let whole = self.asked.front().is_some_and(|request| request.left() == 0);
        if whole && self.body.is_some_and(Body::is_done) {
            self.asked.pop_front();
            self.body = None;
        }
    }

    /// Takes out what was asked after the answer that the server said is the last.
    pub(super) fn after_the_last(&mut self) -> VecDeque<Request> {
        let last = usize::from(self.body.is_some());
        if self.closing { self.asked.split_off(last.min(self.asked.len())) } else { VecDeque::new() }
    }

    /// Takes out all that is awaited: the connection is gone.
    pub(super) fn all_awaited(&mut self) -> VecDeque<Request> {
        let mut all = std::mem::take(&mut self.asked);
        all.retain(|request| request.left() > 0);
        all
    }

    /// Bytes of a block that are lost with the connection.
    pub(super) fn lost_bytes(&self) -> usize {
        self.partial.len()
    }

    /// Whether a block came here, or the test block.
    pub(super) const fn is_useful(&self) -> bool {
        self.useful
    }
}
