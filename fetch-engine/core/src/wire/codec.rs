//! Reading and writing frames.
//!
//! The decoder is incremental: bytes go in as they come, whole frames come out. It keeps at most one
//! frame's worth of bytes beyond what was fed last, and checks a length before it waits for it.

use bytes::{Buf, BufMut, Bytes, BytesMut};

use super::{ErrorCode, Frame, HEADER_LEN, Identify, MAX_BODY, MAX_ECHO, MAX_LIST, MAX_TEXT};
use crate::geometry::{BadBlockSize, MAX_BLOCK_SIZE, StreamId};
use crate::held::{BadRanges, Held, MAX_RANGES};
use crate::pattern::{BadPattern, Element, Pattern, SourceId};
use crate::schedule::Schedule;
use crate::verify::PageId;

const HELLO: u8 = 1;
const WELCOME: u8 = 2;
const OPEN: u8 = 3;
const OPENED: u8 = 4;
const ECHO: u8 = 5;
const ECHO_REPLY: u8 = 6;
const EPOCH: u8 = 7;
const LEASE: u8 = 8;
const EPOCH_ACK: u8 = 9;
const REPAIR: u8 = 10;
const CANCEL: u8 = 11;
const DATA: u8 = 12;
const PAGE_REQUEST: u8 = 13;
const PAGE: u8 = 14;
const GOING_AWAY: u8 = 15;
const ERROR: u8 = 16;
const DATA_AT: u8 = 17;
const SLOTS: u8 = 18;
const SLOT: u8 = 19;
const FORWARD: u8 = 20;
const SIZE_REQUEST: u8 = 21;
const SIZE: u8 = 22;
const READING: u8 = 23;

/// Flag of an epoch: the server shall answer with an `EpochAck`.
const FLAG_ACKNOWLEDGE: u8 = 1;
/// Flag of an epoch: its pattern ends with its last element.
const FLAG_ENDS: u8 = 2;

/// Bytes that are not a frame of this protocol.
#[derive(Debug, Clone, thiserror::Error, PartialEq, Eq)]
pub enum DecodeError {
    /// A frame longer than any may be.
    #[error("a frame of {0} bytes is longer than the {MAX_BODY} allowed")]
    TooLong(usize),
    /// A kind that doesn't exist.
    #[error("unknown frame kind {0}")]
    UnknownKind(u8),
    /// A body that ends too early.
    #[error("frame kind {0} ends too early")]
    Truncated(u8),
    /// A body with bytes to spare.
    #[error("frame kind {0} has {1} bytes too many")]
    Trailing(u8, usize),
    /// A list, text or payload longer than allowed.
    #[error("frame kind {kind} holds {found} entries where at most {limit} are allowed")]
    TooMany {
        /// The frame.
        kind: u8,
        /// How many it holds.
        found: usize,
        /// How many it may.
        limit: usize,
    },
    /// Sequence number 0.
    #[error("sequence number 0 names no block")]
    ZeroSeq,
    /// Text that is not UTF-8.
    #[error("frame kind {0} holds text that is not UTF-8")]
    NotText(u8),
    /// An impossible pattern.
    #[error(transparent)]
    Pattern(#[from] BadPattern),
    /// Flags of an epoch that don't exist.
    #[error("an epoch has no flags {0:#04x}")]
    EpochFlags(u8),
    /// An impossible block size.
    #[error(transparent)]
    BlockSize(#[from] BadBlockSize),
    /// An impossible way to name blocks.
    #[error("{0} is no way to name blocks (0, 1 or 2)")]
    Identify(u8),
    /// Impossible ranges of a partial copy.
    #[error(transparent)]
    Ranges(#[from] BadRanges),
    /// An impossible page of hashes.
    #[error("level {0} of hash pages doesn't exist")]
    PageLevel(u8),
}

/// Appends `frame` to `out`.
///
/// # Panics
/// Where a list, text or payload is longer than the limits of [`super`]: such a frame is a mistake
/// of the caller, never of the other side.
pub fn encode(frame: &Frame, out: &mut BytesMut) {
    let start = out.len();
    out.put_u32_le(0);
    out.put_u8(kind(frame));
    match frame {
        Frame::Hello { min_version, max_version } => {
            out.put_u16_le(*min_version);
            out.put_u16_le(*max_version);
        }
        Frame::Welcome { version, name } => {
            out.put_u16_le(*version);
            put_text(out, name);
        }
        Frame::Open { stream, size, block_size, me, identify } => {
            out.put_slice(&stream.0);
            out.put_u64_le(*size);
            out.put_u32_le(*block_size);
            out.put_u8(me.index() as u8);
            out.put_u8(*identify as u8);
        }
        Frame::Opened { size, held } => {
            out.put_u64_le(*size);
            for range in held.ranges() {
                out.put_u64_le(range.start);
                out.put_u64_le(range.end);
            }
        }
        Frame::Echo { nonce, payload } | Frame::EchoReply { nonce, payload } => {
            assert!(payload.len() <= MAX_ECHO, "an echo carries at most {MAX_ECHO} bytes");
            out.put_u64_le(*nonce);
            out.put_slice(payload);
        }
        Frame::Epoch { generation, epoch, from, lease, acknowledge, schedule } => {
            out.put_u32_le(*generation);
            out.put_u32_le(*epoch);
            out.put_u64_le(*from);
            out.put_u64_le(*lease);
            let ends = if schedule.ends() { FLAG_ENDS } else { 0 };
            out.put_u8(if *acknowledge { FLAG_ACKNOWLEDGE | ends } else { ends });
            out.put_u16_le(schedule.per_block());
            out.put_u8(schedule.pattern().copies());
            for element in schedule.pattern().layers().flatten() {
                out.put_u8(element.to_byte());
            }
        }
        Frame::Lease { generation, lease } => {
            out.put_u32_le(*generation);
            out.put_u64_le(*lease);
        }
        Frame::EpochAck { generation, epoch, applied_from, next_unsent } => {
            out.put_u32_le(*generation);
            out.put_u32_le(*epoch);
            out.put_u64_le(*applied_from);
            out.put_u64_le(*next_unsent);
        }
        Frame::Repair { generation, blocks } | Frame::Cancel { generation, blocks } => {
            assert!(blocks.len() <= MAX_LIST, "a list holds at most {MAX_LIST} numbers");
            out.put_u32_le(*generation);
            for block in blocks {
                out.put_u64_le(*block);
            }
        }
        Frame::Data { generation, epoch, seq, bytes } => {
            out.put_u32_le(*generation);
            out.put_u32_le(*epoch);
            out.put_u64_le(*seq);
            put_block(out, bytes);
        }
        Frame::DataAt { generation, epoch, offset, bytes } => {
            out.put_u32_le(*generation);
            out.put_u32_le(*epoch);
            out.put_u64_le(*offset);
            put_block(out, bytes);
        }
        Frame::Slots { generation, epoch, first } => {
            out.put_u32_le(*generation);
            out.put_u32_le(*epoch);
            out.put_u64_le(*first);
        }
        Frame::Slot { bytes } => put_block(out, bytes),
        Frame::PageRequest { page } => put_page(out, *page),
        Frame::Page { page, values } => {
            put_page(out, *page);
            out.put_slice(values);
        }
        Frame::GoingAway => {}
        Frame::Forward { address } => put_text(out, address),
        Frame::SizeRequest { stream } => out.put_slice(&stream.0),
        Frame::Size { stream, size } => {
            out.put_slice(&stream.0);
            out.put_u64_le(*size);
        }
        Frame::Reading { waited_us, waits } => {
            out.put_u64_le(*waited_us);
            out.put_u64_le(*waits);
        }
        Frame::Error { code, message } => {
            out.put_u16_le(*code as u16);
            put_text(out, message);
        }
    }
    let body = out.len() - start - HEADER_LEN;
    assert!(body <= MAX_BODY, "a frame's body has at most {MAX_BODY} bytes");
    out[start..start + 4].copy_from_slice(&(body as u32).to_le_bytes());
}

/// Bytes that [`encode`] writes for `frame`, its header included.
#[must_use]
pub fn encoded_len(frame: &Frame) -> usize {
    const PAGE_ID: usize = 1 + 8;
    const RANGE: usize = 8 + 8;
    let body = match frame {
        Frame::Hello { .. } => 2 + 2,
        Frame::Welcome { name, .. } => 2 + text_len(name),
        Frame::Open { .. } => 32 + 8 + 4 + 1 + 1,
        Frame::Opened { held, .. } => 8 + RANGE * held.ranges().len(),
        Frame::Echo { payload, .. } | Frame::EchoReply { payload, .. } => 8 + payload.len(),
        Frame::Epoch { schedule, .. } => {
            let pattern = schedule.pattern();
            4 + 4 + 8 + 8 + 1 + 2 + 1 + pattern.len() * usize::from(pattern.copies())
        }
        Frame::Lease { .. } => 4 + 8,
        Frame::EpochAck { .. } => 4 + 4 + 8 + 8,
        Frame::Repair { blocks, .. } | Frame::Cancel { blocks, .. } => 4 + 8 * blocks.len(),
        Frame::Data { bytes, .. } | Frame::DataAt { bytes, .. } => {
            super::DATA_OVERHEAD - HEADER_LEN + bytes.len()
        }
        Frame::Slots { .. } => 4 + 4 + 8,
        Frame::Slot { bytes } => bytes.len(),
        Frame::PageRequest { .. } => PAGE_ID,
        Frame::Page { values, .. } => PAGE_ID + values.len(),
        Frame::GoingAway => 0,
        Frame::Forward { address } => text_len(address),
        Frame::SizeRequest { .. } => 32,
        Frame::Size { .. } => 32 + 8,
        Frame::Reading { .. } => 8 + 8,
        Frame::Error { message, .. } => 2 + text_len(message),
    };
    HEADER_LEN + body
}

const fn kind(frame: &Frame) -> u8 {
    match frame {
        Frame::Hello { .. } => HELLO,
        Frame::Welcome { .. } => WELCOME,
        Frame::Open { .. } => OPEN,
        Frame::Opened { .. } => OPENED,
        Frame::Echo { .. } => ECHO,
        Frame::EchoReply { .. } => ECHO_REPLY,
        Frame::Epoch { .. } => EPOCH,
        Frame::Lease { .. } => LEASE,
        Frame::EpochAck { .. } => EPOCH_ACK,
        Frame::Repair { .. } => REPAIR,
        Frame::Cancel { .. } => CANCEL,
        Frame::Data { .. } => DATA,
        Frame::PageRequest { .. } => PAGE_REQUEST,
        Frame::Page { .. } => PAGE,
        Frame::GoingAway => GOING_AWAY,
        Frame::Forward { .. } => FORWARD,
        Frame::SizeRequest { .. } => SIZE_REQUEST,
        Frame::Size { .. } => SIZE,
        Frame::Reading { .. } => READING,
        Frame::Error { .. } => ERROR,
        Frame::DataAt { .. } => DATA_AT,
        Frame::Slots { .. } => SLOTS,
        Frame::Slot { .. } => SLOT,
    }
}

/// Bytes of text that are written: it is cut at a character's edge where it is longer than allowed.
fn text_len(text: &str) -> usize {
    text.floor_char_boundary(MAX_TEXT)
}

fn put_text(out: &mut BytesMut, text: &str) {
    out.put_slice(&text.as_bytes()[..text_len(text)]);
}

fn put_block(out: &mut BytesMut, bytes: &Bytes) {
    assert!(bytes.len() <= MAX_BLOCK_SIZE as usize, "a block has at most {MAX_BLOCK_SIZE} bytes");
    out.put_slice(bytes);
}

fn put_page(out: &mut BytesMut, page: PageId) {
    out.put_u8(page.level as u8);
    out.put_u64_le(page.index);
}

/// Turns bytes as they come into frames.
#[derive(Debug, Default)]
pub struct Decoder {
    buffer: BytesMut,
}

impl Decoder {
    /// A decoder that has seen nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Room to read into, at least `at_least` bytes. Read, then call [`Self::next_frame`] until it
    /// gives nothing.
    pub fn buffer(&mut self, at_least: usize) -> &mut BytesMut {
        self.buffer.reserve(at_least);
        &mut self.buffer
    }

    /// Takes bytes that were read elsewhere.
    pub fn feed(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
    }

    /// Bytes fed and not yet part of a frame.
    #[must_use]
    pub fn pending(&self) -> usize {
        self.buffer.len()
    }

    /// The next whole frame, or nothing until more bytes come.
    ///
    /// # Errors
    /// [`DecodeError`]; the connection is of no use after that.
    pub fn next_frame(&mut self) -> Result<Option<Frame>, DecodeError> {
        let Some(header) = self.buffer.first_chunk::<HEADER_LEN>() else { return Ok(None) };
        let body = u32::from_le_bytes([header[0], header[1], header[2], header[3]]) as usize;
        let kind = header[4];
        if body > MAX_BODY {
            return Err(DecodeError::TooLong(body));
        }
        if !(HELLO..=READING).contains(&kind) {
            return Err(DecodeError::UnknownKind(kind));
        }
        let holds_block = matches!(kind, DATA | DATA_AT | SLOT);
        if holds_block && body > super::DATA_OVERHEAD - HEADER_LEN + MAX_BLOCK_SIZE as usize {
            return Err(DecodeError::TooMany { kind, found: body, limit: MAX_BLOCK_SIZE as usize });
        }
        if self.buffer.len() < HEADER_LEN + body {
            return Ok(None);
        }
        self.buffer.advance(HEADER_LEN);
        decode(kind, self.buffer.split_to(body).freeze()).map(Some)
    }
}

/// The rest of a frame's body, read field by field.
struct Body {
    kind: u8,
    bytes: Bytes,
}

impl Body {
    fn need(&self, len: usize) -> Result<(), DecodeError> {
        if self.bytes.len() < len { Err(DecodeError::Truncated(self.kind)) } else { Ok(()) }
    }

    fn u8(&mut self) -> Result<u8, DecodeError> {
        self.need(1)?;
        Ok(self.bytes.get_u8())
    }

    fn u16(&mut self) -> Result<u16, DecodeError> {
        self.need(2)?;
        Ok(self.bytes.get_u16_le())
    }

    fn u32(&mut self) -> Result<u32, DecodeError> {
        self.need(4)?;
        Ok(self.bytes.get_u32_le())
    }

    fn u64(&mut self) -> Result<u64, DecodeError> {
        self.need(8)?;
        Ok(self.bytes.get_u64_le())
    }

    fn seq(&mut self) -> Result<u64, DecodeError> {
        match self.u64()? {
            0 => Err(DecodeError::ZeroSeq),
            seq => Ok(seq),
        }
    }

    fn id(&mut self) -> Result<StreamId, DecodeError> {
        self.need(32)?;
        let mut id = [0; 32];
        self.bytes.copy_to_slice(&mut id);
        Ok(StreamId(id))
    }

    fn limited(&self, entries: usize, limit: usize) -> Result<(), DecodeError> {
        if entries > limit {
            return Err(DecodeError::TooMany { kind: self.kind, found: entries, limit });
        }
        Ok(())
    }

    fn text(&mut self) -> Result<String, DecodeError> {
        self.limited(self.bytes.len(), MAX_TEXT)?;
        let text = std::str::from_utf8(&self.bytes).map_err(|_| DecodeError::NotText(self.kind))?.to_owned();
        self.bytes.clear();
        Ok(text)
    }

    fn rest(&mut self, limit: usize) -> Result<Bytes, DecodeError> {
        self.limited(self.bytes.len(), limit)?;
        Ok(self.bytes.split_off(0))
    }

    fn seqs(&mut self) -> Result<Vec<u64>, DecodeError> {
        self.limited(self.bytes.len() / 8, MAX_LIST)?;
        let mut seqs = Vec::with_capacity(self.bytes.len() / 8);
        while !self.bytes.is_empty() {
            seqs.push(self.seq()?);
        }
        Ok(seqs)
    }

    /// Ranges up to the end of the body; none is a whole copy.
    fn held(&mut self, size: u64) -> Result<Held, DecodeError> {
        if self.bytes.is_empty() {
            return Ok(Held::all());
        }
        self.limited(self.bytes.len() / 16, MAX_RANGES)?;
        let mut ranges = Vec::with_capacity(self.bytes.len() / 16);
        while !self.bytes.is_empty() {
            ranges.push(self.u64()?..self.u64()?);
        }
        Ok(Held::new(size, ranges)?)
    }

    fn pattern(&mut self) -> Result<Pattern, DecodeError> {
        let copies = self.u8()?;
        let bytes = self.bytes.split_off(0);
        Pattern::check_shape(bytes.len(), copies)?;
        let element = |byte: &u8| Element::from_byte(*byte).ok_or(BadPattern::Byte(*byte));
        let elements = bytes.iter().map(element).collect::<Result<Vec<_>, _>>()?;
        Ok(Pattern::layered(elements, copies)?)
    }

    fn page(&mut self) -> Result<PageId, DecodeError> {
        let level = self.u8()?;
        let level = crate::verify::Level::from_u8(level).ok_or(DecodeError::PageLevel(level))?;
        Ok(PageId { level, index: self.u64()? })
    }
}

fn decode(kind: u8, bytes: Bytes) -> Result<Frame, DecodeError> {
    let mut body = Body { kind, bytes };
    let frame = match kind {
        HELLO => Frame::Hello { min_version: body.u16()?, max_version: body.u16()? },
        WELCOME => Frame::Welcome { version: body.u16()?, name: body.text()? },
        OPEN => {
            let (stream, size, block_size, me) = (body.id()?, body.u64()?, body.u32()?, body.u8()?);
            if block_size == 0 || block_size > MAX_BLOCK_SIZE {
                return Err(BadBlockSize(block_size).into());
            }
            let me = SourceId::new(me).ok_or(BadPattern::Byte(me))?;
            let identify = body.u8()?;
            let identify = Identify::from_u8(identify).ok_or(DecodeError::Identify(identify))?;
            Frame::Open { stream, size, block_size, me, identify }
        }
        OPENED => {
            let size = body.u64()?;
            Frame::Opened { size, held: body.held(size)? }
        }
        ECHO => Frame::Echo { nonce: body.u64()?, payload: body.rest(MAX_ECHO)? },
        ECHO_REPLY => Frame::EchoReply { nonce: body.u64()?, payload: body.rest(MAX_ECHO)? },
        EPOCH => {
            let (generation, epoch) = (body.u32()?, body.u32()?);
            let (from, lease) = (body.seq()?, body.u64()?);
            let flags = body.u8()?;
            if flags & !(FLAG_ACKNOWLEDGE | FLAG_ENDS) != 0 {
                return Err(DecodeError::EpochFlags(flags));
            }
            let acknowledge = flags & FLAG_ACKNOWLEDGE != 0;
            let per_block = body.u16()?;
            let schedule = Schedule::new(body.pattern()?, per_block, flags & FLAG_ENDS != 0)?;
            Frame::Epoch { generation, epoch, from, lease, acknowledge, schedule }
        }
        LEASE => Frame::Lease { generation: body.u32()?, lease: body.u64()? },
        EPOCH_ACK => Frame::EpochAck {
            generation: body.u32()?,
            epoch: body.u32()?,
            applied_from: body.seq()?,
            next_unsent: body.seq()?,
        },
        REPAIR => Frame::Repair { generation: body.u32()?, blocks: body.seqs()? },
        CANCEL => Frame::Cancel { generation: body.u32()?, blocks: body.seqs()? },
        DATA => Frame::Data {
            generation: body.u32()?,
            epoch: body.u32()?,
            seq: body.seq()?,
            bytes: body.rest(MAX_BLOCK_SIZE as usize)?,
        },
        DATA_AT => Frame::DataAt {
            generation: body.u32()?,
            epoch: body.u32()?,
            offset: body.u64()?,
            bytes: body.rest(MAX_BLOCK_SIZE as usize)?,
        },
        SLOTS => Frame::Slots { generation: body.u32()?, epoch: body.u32()?, first: body.seq()? },
        SLOT => Frame::Slot { bytes: body.rest(MAX_BLOCK_SIZE as usize)? },
        PAGE_REQUEST => Frame::PageRequest { page: body.page()? },
        PAGE => Frame::Page { page: body.page()?, values: body.rest(MAX_BODY)? },
        GOING_AWAY => Frame::GoingAway,
        FORWARD => Frame::Forward { address: body.text()? },
        SIZE_REQUEST => Frame::SizeRequest { stream: body.id()? },
        SIZE => Frame::Size { stream: body.id()?, size: body.u64()? },
        READING => Frame::Reading { waited_us: body.u64()?, waits: body.u64()? },
        ERROR => Frame::Error { code: ErrorCode::from_u16(body.u16()?), message: body.text()? },
        _ => return Err(DecodeError::UnknownKind(kind)),
    };
    if body.bytes.is_empty() { Ok(frame) } else { Err(DecodeError::Trailing(kind, body.bytes.len())) }
}

#[cfg(test)]
mod example_tests;
#[cfg(test)]
mod tests;
