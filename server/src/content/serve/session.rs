//! One pattern connection: frames in, blocks out.
//!
//! Between any two writes the frames that have come are read, and while a write waits as well, so that a
//! new generation, a Cancel or a Repair takes effect at once.

use std::collections::VecDeque;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use tokio::net::TcpStream;
use tokio::time::{Instant, MissedTickBehavior, sleep_until};
use tributary_core::geometry::{Geometry, Seq, StreamId};
use tributary_core::verify::PageId;
use tributary_core::walker::{Order, Walker};
use tributary_core::wire::{
    self, DATA_OVERHEAD, Decoder, ErrorCode, Frame, HEADER_LEN, MAX_ECHO, READING_SINCE, encode,
};

use super::outbox::Outbox;
use super::waits::Waits;
use super::{Serving, read};
use crate::content::library::{OpenError, OpenStream};
use crate::content::metrics::Metrics;
use crate::content::pages::Groups;
use crate::net::accept::FAREWELL;
use crate::net::goodbye::say_goodbye;
use crate::net::shaper::Grant;
use crate::net::unsent::{self, Unsent};

/// Largest frame a client has reason to send: an echo.
const MAX_CLIENT_FRAME_BYTES: usize = MAX_ECHO + 64;
/// Bytes of answers that may wait; beyond it the client is not read until it takes them.
const MAX_ANSWER_BYTES_WAITING: usize = 256 << 10;
/// Hash pages that may wait.
const MAX_PAGES_WAITING: usize = 4096;
/// Bytes after which no further hash page is put to what is written together.
const MAX_PAGE_BYTES_AT_ONCE: usize = 16 << 10;
/// How often deadlines and the file are looked at.
const CHECK_EVERY: Duration = Duration::from_secs(1);

/// Why a connection is closed, told to the client.
#[derive(Debug)]
struct Closing {
    code: ErrorCode,
    message: String,
}

impl Closing {
    fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }
}

/// How a session ends.
enum End {
    /// The client left, or the socket failed.
    Gone(io::Error),
    /// The server closes.
    Closing(Closing),
}

impl From<Closing> for End {
    fn from(closing: Closing) -> Self {
        Self::Closing(closing)
    }
}

/// The stream of this connection.
struct Opened {
    film: OpenStream,
    geometry: Geometry,
    walker: Walker,
    /// Opened when the first page is asked for.
    groups: Option<Arc<Groups>>,
}

/// A block that waits for the disk. One at a time: what is read can't be taken back, so a client that changes its
/// mind gets no second one before.
struct Awaited {
    seq: Seq,
    /// What goes before the block, and the first of its bytes.
    beginning: BytesMut,
    rest: read::Rest,
    /// Nobody wants it any more.
    dropped: bool,
}

impl Awaited {
    /// The rest of it, or why there is none. May be dropped and called again.
    async fn rest(&mut self) -> io::Result<Vec<u8>> {
        (&mut self.rest).await.map_err(io::Error::other).flatten()
    }
}

struct Session<'a> {
    stream: &'a TcpStream,
    serving: &'a Arc<Serving>,
    decoder: Decoder,
    /// The version that was agreed on; none before `Hello`.
    version: Option<u16>,
    opened: Option<Opened>,
    /// Encoded answers, sent before the next block.
    answers: BytesMut,
    pages: VecDeque<PageId>,
    /// The block that the disk is to give.
    awaited: Option<Awaited>,
    waits: Waits,
    /// What is being written.
    out: Outbox,
    /// What the shaper has let through: the next bytes of `out`, also of one that is filled anew.
    grant: Grant<'a>,
    unsent: Unsent,
    started: Instant,
    progress: Instant,
    /// When the connection ends, once the server stops.
    farewell: Option<Instant>,
}

/// Serves one connection whose first bytes were the magic; `first` came after it.
pub(super) async fn run(stream: &TcpStream, first: &[u8], serving: &Arc<Serving>) -> io::Result<()> {
    let now = Instant::now();
    let mut session = Session {
        stream,
        serving,
        decoder: Decoder::new(),
        version: None,
        opened: None,
        answers: BytesMut::new(),
        pages: VecDeque::new(),
        awaited: None,
        waits: Waits::new(now),
        out: Outbox::default(),
        grant: serving.shaper.nothing(),
        unsent: Unsent::new(now),
        started: now,
        progress: now,
        farewell: None,
    };
    session.decoder.feed(first);
    match session.serve().await {
        End::Gone(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(()),
        End::Gone(error) => Err(error),
        End::Closing(closing) => session.close(closing).await,
    }
}

impl Session<'_> {
    async fn serve(&mut self) -> End {
        let mut checks = tokio::time::interval(CHECK_EVERY);
        checks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            if let Err(closing) = self.take_frames() {
                return closing.into();
            }
            self.tell_waits();
            if self.out.is_empty() {
                if let Err(closing) = self.fill().await {
                    return closing.into();
                }
                self.progress = Instant::now();
            }
            self.ask_shaper();
            self.count_waits();
            let may_read =
                self.answers.len() < MAX_ANSWER_BYTES_WAITING && self.pages.len() < MAX_PAGES_WAITING;
            let waits = self.grant.when();
            let may_write = !self.out.is_empty() && waits.is_none();
            let news = self.waits.next_news().filter(|_| self.version >= Some(READING_SINCE));
            let (awaits, awaited) = (self.awaited.is_some(), &mut self.awaited);
            let awaited = async {
                match awaited {
                    Some(awaited) => awaited.rest().await,
                    None => std::future::pending().await,
                }
            };
            let step = tokio::select! {
                biased;
                ready = self.stream.readable(), if may_read => ready.and_then(|()| self.read()),
                ready = self.stream.writable(), if may_write => ready.and_then(|()| self.write()),
                () = sleep_until(waits.unwrap_or(self.started)), if waits.is_some() => {
                    self.grant.has_come();
                    self.progress = Instant::now();
                    Ok(())
                }
                rest = awaited, if awaits => match self.has_read(rest) {
                    Ok(()) => Ok(()),
                    Err(closing) => return closing.into(),
                },
                // What there is to tell is told at the next turn.
                () = sleep_until(news.unwrap_or(self.started)), if news.is_some() => Ok(()),
                _ = checks.tick() => match self.check() {
                    Ok(()) => Ok(()),
                    Err(closing) => return closing.into(),
                },
                () = self.serving.stop.cancelled(), if self.farewell.is_none() => {
                    encode(&Frame::GoingAway, &mut self.answers);
                    self.farewell = Some(Instant::now() + FAREWELL);
                    Ok(())
                }
            };
            if let Err(error) = step {
                return End::Gone(error);
            }
        }
    }

    fn read(&mut self) -> io::Result<()> {
        match self.stream.try_read_buf(self.decoder.buffer(4096)) {
            Ok(0) => Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(_) => Ok(()),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(()),
            Err(error) => Err(error),
        }
    }

    fn write(&mut self) -> io::Result<()> {
        let offered = self.grant.bytes().min(self.out.bytes().len());
        match self.stream.try_write(&self.out.bytes()[..offered]) {
            Ok(count) => {
                self.out.wrote(count, offered);
                self.grant.sent(count);
                self.progress = Instant::now();
                Metrics::add(&self.serving.metrics.pattern_bytes, count as u64);
                self.unsent
                    .wrote(self.progress, count)
                    .map_or(Ok(()), |limit| unsent::limit(self.stream, limit))
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Has the next piece of `out` let through, once the last one is used up.
    fn ask_shaper(&mut self) {
        if self.grant.bytes() == 0 && !self.out.is_empty() {
            let shaper = &self.serving.shaper;
            self.grant = shaper.reserve(shaper.piece(self.out.bytes().len()));
            self.progress = Instant::now();
        }
    }

    fn take_frames(&mut self) -> Result<(), Closing> {
        loop {
            match self.decoder.next_frame() {
                Ok(Some(frame)) => self.take(&frame)?,
                Ok(None) if self.decoder.pending() > MAX_CLIENT_FRAME_BYTES => {
                    return Err(Closing::new(
                        ErrorCode::Malformed,
                        "a client sends no frame as long as this",
                    ));
                }
                Ok(None) => return Ok(()),
                Err(error) => return Err(Closing::new(ErrorCode::Malformed, error.to_string())),
            }
        }
    }

    fn take(&mut self, frame: &Frame) -> Result<(), Closing> {
        match frame {
            Frame::Hello { min_version, max_version } if self.version.is_none() => {
                let Some(version) = wire::agreed_version(*min_version, *max_version) else {
                    let (oldest, newest) = (wire::MIN_VERSION, wire::VERSION);
                    let said = format!("this server speaks versions {oldest} to {newest} only");
                    return Err(Closing::new(ErrorCode::Version, said));
                };
                self.version = Some(version);
                let name = self.serving.name.clone();
                encode(&Frame::Welcome { version, name }, &mut self.answers);
                Ok(())
            }
            Frame::Echo { nonce, payload } if self.version.is_some() => {
                let reply = Frame::EchoReply { nonce: *nonce, payload: payload.clone() };
                encode(&reply, &mut self.answers);
                Ok(())
            }
            // The answer to a question we never ask, and what a client may say when it leaves.
            Frame::EchoReply { .. } if self.version.is_some() => Ok(()),
            Frame::Error { code, message } => {
                let message = crate::text::clean(message, 200);
                tracing::debug!(?code, "the client closes: {message}");
                Err(Closing::new(ErrorCode::Unexpected, "closed as you asked"))
            }
            Frame::Open { stream, size, block_size, me, identify }
                if self.version.is_some() && self.opened.is_none() =>
            {
                let film = self.open(*stream)?;
                if film.size != *size {
                    let said = format!("this server's copy has {} bytes, not {size}", film.size);
                    return Err(Closing::new(ErrorCode::SizeMismatch, said));
                }
                let geometry = Geometry::new(film.size, *block_size)
                    .map_err(|error| Closing::new(ErrorCode::Malformed, error.to_string()))?;
                encode(&Frame::Opened { size: film.size, held: film.held.clone() }, &mut self.answers);
                let walker = Walker::identifying(*me, geometry, *identify);
                self.opened = Some(Opened { film, geometry, walker, groups: None });
                Ok(())
            }
            Frame::SizeRequest { stream } if self.version.is_some() => {
                let film = self.open(*stream)?;
                encode(&Frame::Size { stream: *stream, size: film.size }, &mut self.answers);
                Ok(())
            }
            Frame::Forward { .. } => Err(Closing::new(
                ErrorCode::Refused,
                "this is a content server and passes nothing on: ask a relay",
            )),
            Frame::PageRequest { page } => {
                let opened = self.opened.as_ref().ok_or_else(too_early)?;
                if page.values(opened.film.size) == 0 {
                    let said = format!("the stream has no hash page {page:?}");
                    return Err(Closing::new(ErrorCode::Malformed, said));
                }
                self.pages.push_back(*page);
                Ok(())
            }
            Frame::Epoch { .. } | Frame::Lease { .. } | Frame::Repair { .. } | Frame::Cancel { .. } => {
                let opened = self.opened.as_mut().ok_or_else(too_early)?;
                let before = opened.walker.generation();
                let answer = opened
                    .walker
                    .handle(frame)
                    .map_err(|error| Closing::new(error.code(), error.to_string()))?;
                if let Some(answer) = answer {
                    encode(&answer, &mut self.answers);
                }
                if opened.walker.generation() != before {
                    // What is granted stays so, for the new generation's blocks.
                    self.out.drop_unsent_blocks();
                    if let Some(awaited) = &mut self.awaited {
                        awaited.dropped = true;
                    }
                }
                Ok(())
            }
            _ => Err(Closing::new(ErrorCode::Unexpected, "this frame may not come here")),
        }
    }

    fn open(&self, stream: StreamId) -> Result<OpenStream, Closing> {
        self.serving.library.open(stream).map_err(|error| match error {
            OpenError::NoSuchStream(_) => Closing::new(ErrorCode::NoSuchStream, error.to_string()),
            OpenError::Withdrawn(_) => Closing::new(ErrorCode::ReadFailed, error.to_string()),
        })
    }

    /// Puts what comes next into `out`: answers, pages, blocks.
    async fn fill(&mut self) -> Result<(), Closing> {
        std::mem::swap(self.out.frames(), &mut self.answers);
        while self.out.bytes().len() < MAX_PAGE_BYTES_AT_ONCE
            && let Some(page) = self.pages.pop_front()
        {
            let values = self.page(page).await?;
            encode(&Frame::Page { page, values }, self.out.frames());
        }
        if !self.pages.is_empty() {
            return Ok(());
        }
        let Some(opened) = self.opened.as_mut().filter(|_| self.awaited.is_none()) else { return Ok(()) };
        while let Some(order) = opened.walker.next_order() {
            let is_here = opened.film.held.has(&opened.geometry.range(order.seq));
            // What is not here is passed over, but for its time slot.
            let order = if is_here { Some(order) } else { order.without_block() };
            let Some(order) = order else { continue };
            self.awaited = put_block(opened, order, self.out.block());
            if self.awaited.is_some() {
                break;
            }
            self.out.block_is_whole();
            Metrics::add(&self.serving.metrics.blocks, 1);
            if self.serving.shaper.is_limited() || !self.out.has_room() {
                break;
            }
        }
        Ok(())
    }

    /// The disk has given what was awaited, or failed.
    fn has_read(&mut self, rest: io::Result<Vec<u8>>) -> Result<(), Closing> {
        let (Some(awaited), Some(opened)) = (self.awaited.take(), &self.opened) else { return Ok(()) };
        let rest = rest.map_err(|error| {
            tracing::warn!(stream = %opened.film.stream, "a block can't be read: {error}");
            self.serving.library.withdraw_changed(&opened.film);
            Closing::new(ErrorCode::ReadFailed, format!("block {} can't be read: {error}", awaited.seq))
        })?;
        if !awaited.dropped {
            let out = self.out.block();
            out.unsplit(awaited.beginning);
            out.extend_from_slice(&rest);
            self.out.block_is_whole();
            Metrics::add(&self.serving.metrics.blocks, 1);
        }
        Ok(())
    }

    /// Counts for how long nothing is sent because the disk is awaited.
    fn count_waits(&mut self) {
        let waits = self.awaited.is_some() && self.out.is_empty();
        if let Some(waited) = self.waits.waits(Instant::now(), waits) {
            Metrics::add(&self.serving.metrics.disk_waits, 1);
            Metrics::add(&self.serving.metrics.disk_wait_us, waited.as_micros() as u64);
        }
    }

    /// Tells a client that understands it.
    fn tell_waits(&mut self) {
        if self.version >= Some(READING_SINCE)
            && let Some(frame) = self.waits.news(Instant::now())
        {
            encode(&frame, &mut self.answers);
        }
    }

    /// Makes a hash page, off the async threads.
    async fn page(&mut self, page: PageId) -> Result<Bytes, Closing> {
        let opened = self.opened.as_mut().ok_or_else(too_early)?;
        let (stream, size) = (opened.film.stream, opened.film.size);
        let (serving, groups) = (Arc::clone(self.serving), opened.groups.take());
        let made = tokio::task::spawn_blocking(move || {
            let groups = groups.map_or_else(|| serving.pages.groups(stream, size), Ok)?;
            groups.page(page).map(|made| (groups, made))
        });
        let made = made.await.map_err(io::Error::other).flatten().map(|(groups, made)| {
            opened.groups = Some(groups);
            made
        });
        made.and_then(|page| page.ok_or_else(|| io::ErrorKind::InvalidData.into())).map_err(|error| {
            tracing::warn!(%stream, "hash pages can't be read: {error}");
            Closing::new(ErrorCode::ReadFailed, "the hash pages of this stream can't be read")
        })
    }

    /// Looks at deadlines and at the file.
    fn check(&self) -> Result<(), Closing> {
        let now = Instant::now();
        if self.opened.is_none() && now > self.started + self.serving.patience.handshake {
            return Err(Closing::new(ErrorCode::TimedOut, "no stream was opened in time"));
        }
        let waits_for_client = !self.out.is_empty() && self.grant.when().is_none();
        if waits_for_client && now > self.progress + self.serving.patience.slow_reader {
            return Err(Closing::new(ErrorCode::TimedOut, "nothing was taken for too long"));
        }
        if self.farewell.is_some_and(|end| now > end) {
            return Err(Closing::new(ErrorCode::ShuttingDown, "the server stops"));
        }
        if let Some(opened) = &self.opened
            && !opened.film.is_intact()
        {
            self.serving.library.withdraw_changed(&opened.film);
            return Err(Closing::new(ErrorCode::ReadFailed, "the file changed underneath the server"));
        }
        Ok(())
    }

    /// Ends what is half-way, says why, and waits a little for the client to have read it.
    async fn close(&mut self, closing: Closing) -> io::Result<()> {
        Metrics::add(&self.serving.metrics.errors, u64::from(closing.code != ErrorCode::ShuttingDown));
        let mut last = self.out.take();
        encode(&Frame::Error { code: closing.code, message: closing.message.clone() }, &mut last);
        say_goodbye(self.stream, last).await;
        Err(io::Error::other(format!("{:?}: {}", closing.code, closing.message)))
    }
}

fn too_early() -> Closing {
    Closing::new(ErrorCode::Unexpected, "no stream is open yet")
}

/// Reads a block straight behind its frame's header. Where the disk must be waited for, `out` is as before and what
/// is awaited comes back.
fn put_block(opened: &Opened, order: Order, out: &mut BytesMut) -> Option<Awaited> {
    let len = order.len(opened.geometry);
    let start = out.len();
    out.reserve(DATA_OVERHEAD + HEADER_LEN + len);
    order.put_header(opened.geometry, out);
    let rest = read::append(&opened.film.file, opened.geometry.range(order.seq).start, len, out)?;
    Some(Awaited { seq: order.seq, beginning: out.split_off(start), rest, dropped: false })
}
