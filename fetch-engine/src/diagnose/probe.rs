//! One connection to one server: greeting, transfer, and how fast the bytes came.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use tokio::sync::mpsc;
use tokio::time::timeout;
use tributary_core::geometry::{Geometry, Seq, StreamId};
use tributary_core::held::Held;
use tributary_core::pattern::{Element, Pattern, SourceId};
use tributary_core::schedule::Schedule;
use tributary_core::session::Loss;
use tributary_core::wire::{Frame, Identify, MIN_VERSION, VERSION};

use super::ground::{BLOCK_BYTES, Checks, Ground, SharedProof};
use crate::connection::{Connection, Report, Way, What};
use crate::text;
use crate::web::{Tls, WebSource};

/// Reports of a connection that wait.
const MAX_REPORTS_WAITING: usize = 16;
/// How long a server may be silent while something of it is awaited.
const SILENCE: Duration = Duration::from_secs(5);
/// How long pages of hashes are waited for once the blocks are here.
const PAGES_LATE: Duration = Duration::from_secs(2);
/// Test blocks by which the response time is measured, one after the other.
const ECHOES: u64 = 4;
/// Bytes of a test block.
const ECHO: &[u8] = b"how far away are you?";
/// Longest reason of a server that is kept, in characters.
const MAX_REASON_CHARS: usize = 200;
/// The place that every probe has in its own pattern.
const ME: Option<SourceId> = SourceId::new(0);

/// A way to a server.
#[derive(Clone, Debug)]
pub(super) enum Reach {
    /// A content server, straight or by a relay; the route in words.
    Content(Way, String),
    /// A plain web server.
    Web(Arc<WebSource>),
}

impl Reach {
    /// `direct`, or by which relay.
    pub(super) fn route(&self) -> String {
        match self {
            Self::Content(_, route) => route.clone(),
            Self::Web(_) => "direct".to_owned(),
        }
    }
}

/// The stream that a server is measured by.
#[derive(Clone, Debug)]
pub(super) struct Sample {
    /// Its name.
    pub(super) stream: StreamId,
    /// Its blocks.
    pub(super) geometry: Geometry,
    /// What is proved of it.
    pub(super) proof: SharedProof,
}

/// What went wrong with a server.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Trouble {
    /// No connection.
    #[error("{0}")]
    Unreachable(String),
    /// It answered, and won't.
    #[error("{0}")]
    Refused(String),
    /// The connection ended, or what came can't be read.
    #[error("{0}")]
    Broke(String),
    /// It is there and says nothing.
    #[error("it was silent for {} s", SILENCE.as_secs())]
    Silent,
}

/// What a greeting shows.
#[derive(Clone, Debug)]
pub(super) struct Greeting {
    /// How long the connect took.
    pub(super) connect: Duration,
    /// Round trips of test blocks, the shortest first.
    pub(super) rtts: Vec<Duration>,
    /// Which bytes it holds.
    pub(super) held: Held,
    /// What it calls itself, where it does.
    pub(super) name: Option<String>,
}

/// How much to transfer, and how.
#[derive(Clone, Copy, Debug)]
pub(super) struct Order {
    /// Where to begin: after this part of what the server holds.
    pub(super) part: f64,
    /// Most bytes.
    pub(super) bytes: u64,
    /// Most time.
    pub(super) time: Duration,
    /// Most bytes that are ordered and not here.
    pub(super) ahead: u64,
}

/// How a transfer went.
#[derive(Debug)]
pub(super) struct Transfer {
    /// From the order to the first byte of a block.
    pub(super) first_byte: Option<Duration>,
    /// When how many bytes had come.
    pub(super) arrivals: Arrivals,
    /// Blocks that were right, wrong, or could not be checked.
    pub(super) right: u64,
    pub(super) wrong: u64,
    pub(super) unchecked: u64,
    /// What ended it early.
    pub(super) trouble: Option<Trouble>,
}

/// A connection to a server under test.
#[derive(Debug)]
pub(super) struct Probe {
    connection: Connection,
    reports: mpsc::Receiver<Report>,
    /// Frames that came and were not looked at.
    frames: VecDeque<Frame>,
}

impl Probe {
    /// Starts to connect.
    pub(super) fn start(reach: &Reach, tls: &Arc<Tls>) -> Self {
        let (sender, reports) = mpsc::channel(MAX_REPORTS_WAITING);
        let me = me();
        let connection = match reach {
            Reach::Content(way, _) => Connection::start(me, 1, way.clone(), sender),
            Reach::Web(web) => Connection::start_web(me, 1, web.clone(), tls.clone(), sender),
        };
        Self { connection, reports, frames: VecDeque::new() }
    }

    /// Connects, opens the stream and measures the response time.
    pub(super) async fn greet(&mut self, sample: &Sample) -> Result<Greeting, Trouble> {
        let What::Up(connect) = self.report(SILENCE).await? else {
            return Err(Trouble::Broke("bytes came before the connection was up".to_owned()));
        };
        let geometry = sample.geometry;
        let (size, block_size) = (geometry.size(), geometry.block_size());
        self.send(&Frame::Hello { min_version: MIN_VERSION, max_version: VERSION })?;
        self.send(&Frame::Open {
            stream: sample.stream,
            size,
            block_size,
            me: me(),
            identify: Identify::Number,
        })?;
        let mut greeting = Greeting { connect, rtts: Vec::new(), held: Held::all(), name: None };
        loop {
            match self.frame().await? {
                Frame::Welcome { name, .. } => greeting.name = Some(text::clean(&name, text::MAX_NAME_CHARS)),
                Frame::Opened { size: told, held } if told == size => {
                    greeting.held = held;
                    break;
                }
                Frame::Opened { size: told, .. } => {
                    return Err(Trouble::Refused(format!("its copy has {told} bytes, not {size}")));
                }
                _ => {}
            }
        }
        for nonce in 1..=ECHOES {
            let asked = Instant::now();
            self.send(&Frame::Echo { nonce, payload: Bytes::from_static(ECHO) })?;
            while !matches!(self.frame().await?, Frame::EchoReply { nonce: told, .. } if told == nonce) {}
            greeting.rtts.push(asked.elapsed());
        }
        greeting.rtts.sort();
        Ok(greeting)
    }

    /// Has the server send, and watches. `progress` is told how far it is, 0 to 1.
    pub(super) async fn transfer(
        &mut self,
        sample: &Sample,
        held: &Held,
        order: Order,
        mut progress: impl FnMut(f64, u64),
    ) -> Transfer {
        let began = Instant::now();
        let mut transfer = Transfer {
            first_byte: None,
            arrivals: Arrivals::new(began),
            right: 0,
            wrong: 0,
            unchecked: 0,
            trouble: None,
        };
        let mut checks = Checks::new(sample.geometry, sample.proof.clone());
        let Some(ground) = Ground::choose(sample.geometry, held, order.part) else {
            transfer.trouble = Some(Trouble::Refused("it holds no whole block of the title".to_owned()));
            return transfer;
        };
        let mut course = Course::new(ground, order);
        let mut last_sign = began;
        transfer.trouble = loop {
            if let Err(stuck) = self.go_on(&mut course, &checks) {
                break Some(stuck);
            }
            let left = order.time.saturating_sub(began.elapsed());
            if course.is_over() || left.is_zero() {
                break (transfer.first_byte.is_none()).then_some(Trouble::Silent);
            }
            let silence = SILENCE.saturating_sub(last_sign.elapsed());
            let (bytes, frames) = match timeout(left.min(silence), self.came()).await {
                Ok(Ok(came)) => came,
                Ok(Err(trouble)) => break Some(trouble),
                Err(_) if last_sign.elapsed() >= SILENCE => break Some(Trouble::Silent),
                Err(_) => continue,
            };
            last_sign = Instant::now();
            let mut trouble = None;
            let mut blocks = false;
            for frame in frames {
                match frame {
                    Frame::Data { generation, seq, bytes, .. } => {
                        blocks = true;
                        if course.came(generation, seq) {
                            checks.block(seq, bytes);
                        }
                    }
                    Frame::Page { page, values } => checks.page(page, values),
                    Frame::Error { message, .. } => {
                        trouble = Some(Trouble::Broke(text::clean(&message, MAX_REASON_CHARS)));
                    }
                    Frame::GoingAway => trouble = Some(Trouble::Broke("it is shutting down".to_owned())),
                    _ => {}
                }
            }
            if blocks && transfer.first_byte.is_none() {
                transfer.first_byte = Some(last_sign - began);
            }
            transfer.arrivals.add(last_sign, bytes as u64);
            progress(
                course.done().max(began.elapsed().as_secs_f64() / order.time.as_secs_f64()),
                bytes as u64,
            );
            if trouble.is_some() {
                break trouble;
            }
        };
        transfer.arrivals.end(Instant::now());
        if transfer.trouble.is_none() {
            self.await_pages(&mut checks).await;
        }
        (transfer.right, transfer.wrong, transfer.unchecked) =
            (checks.right, checks.wrong, checks.unchecked());
        transfer
    }

    /// Orders what may be ordered now.
    fn go_on(&mut self, course: &mut Course, checks: &Checks) -> Result<(), Trouble> {
        let Some(step) = course.next() else { return Ok(()) };
        let (generation, lease) = (step.generation, step.lease);
        self.send(&match step.begins {
            Some(from) => Frame::Epoch {
                generation,
                epoch: 1,
                from,
                lease,
                acknowledge: false,
                schedule: Schedule::new(mine(), 1, false).expect("a pattern of one element is whole groups"),
            },
            None => Frame::Lease { generation, lease },
        })?;
        for page in checks.missing(step.from, lease) {
            if course.asked.len() < MAX_PAGES && !course.asked.contains(&page) {
                course.asked.push(page);
                self.send(&Frame::PageRequest { page })?;
            }
        }
        Ok(())
    }

    async fn await_pages(&mut self, checks: &mut Checks) {
        let late = Instant::now() + PAGES_LATE;
        while checks.awaits_pages() {
            let left = late.saturating_duration_since(Instant::now());
            let Ok(Ok((_, frames))) = timeout(left, self.came()).await else { return };
            for frame in frames {
                if let Frame::Page { page, values } = frame {
                    checks.page(page, values);
                }
            }
        }
    }

    fn send(&self, frame: &Frame) -> Result<(), Trouble> {
        self.connection.send(frame).map_err(|stuck| Trouble::Broke(stuck.to_string()))
    }

    /// The next frame.
    async fn frame(&mut self) -> Result<Frame, Trouble> {
        loop {
            if let Some(frame) = self.frames.pop_front() {
                return match frame {
                    Frame::Error { message, .. } => {
                        Err(Trouble::Refused(text::clean(&message, MAX_REASON_CHARS)))
                    }
                    frame => Ok(frame),
                };
            }
            let (_, frames) = timeout(SILENCE, self.came()).await.unwrap_or(Err(Trouble::Silent))?;
            self.frames.extend(frames);
        }
    }

    /// What comes next.
    async fn came(&mut self) -> Result<(usize, Vec<Frame>), Trouble> {
        if !self.frames.is_empty() {
            return Ok((0, self.frames.drain(..).collect()));
        }
        loop {
            if let What::Came { bytes, frames } = self.report(Duration::MAX).await? {
                return Ok((bytes, frames));
            }
        }
    }

    async fn report(&mut self, limit: Duration) -> Result<What, Trouble> {
        let report = timeout(limit, self.reports.recv()).await.map_err(|_| Trouble::Silent)?;
        match report.map(|report| report.what) {
            Some(What::Lost(Loss::Unreachable(why))) => Err(Trouble::Unreachable(why)),
            Some(What::Lost(Loss::Closed(why) | Loss::Protocol(why))) => Err(Trouble::Broke(why)),
            Some(what) => Ok(what),
            None => Err(Trouble::Broke("the connection ended".to_owned())),
        }
    }
}

/// Most pages of hashes that are asked for in one transfer.
const MAX_PAGES: usize = 256;

/// Which blocks are ordered, and which have come.
#[derive(Debug)]
struct Course {
    ground: Ground,
    generation: u32,
    /// First block of this generation.
    from: Seq,
    /// Last block that may be sent; before the first one: none was ordered yet.
    lease: Seq,
    /// Last block that came.
    last: Seq,
    /// Blocks that came, and that shall.
    came: u64,
    wanted: u64,
    /// Most blocks that are ordered and not here.
    ahead: u64,
    /// Pages that were asked for.
    asked: Vec<tributary_core::verify::PageId>,
}

/// What to order next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Step {
    generation: u32,
    /// A generation begins there.
    begins: Option<Seq>,
    /// First block that is newly leased.
    from: Seq,
    lease: Seq,
}

impl Course {
    fn new(ground: Ground, order: Order) -> Self {
        let blocks = |bytes: u64| bytes.div_ceil(u64::from(BLOCK_BYTES)).max(1);
        Self {
            ground,
            generation: 0,
            from: ground.start,
            lease: ground.start - 1,
            last: ground.start - 1,
            came: 0,
            wanted: blocks(order.bytes),
            ahead: blocks(order.ahead),
            asked: Vec::new(),
        }
    }

    /// What may be ordered now. At the end of what is held it starts over, in a new generation.
    fn next(&mut self) -> Option<Step> {
        let begins = self.generation == 0 || (self.last >= self.ground.last && !self.is_over());
        if begins {
            self.from = if self.generation == 0 { self.ground.start } else { self.ground.first };
            self.generation += 1;
            (self.last, self.lease) = (self.from - 1, self.from - 1);
        }
        let left = self.wanted - self.came;
        let lease = self.ground.last.min(self.last + left.min(self.ahead));
        // Half a window at a time: an order for each block would be as many frames as blocks.
        let worth =
            begins || lease == self.ground.last || lease - self.lease >= (self.ahead / 2).min(left).max(1);
        if lease <= self.lease || !worth {
            return None;
        }
        let from = std::mem::replace(&mut self.lease, lease) + 1;
        Some(Step { generation: self.generation, begins: begins.then_some(self.from), from, lease })
    }

    /// A block came; says whether it was ordered and is new.
    fn came(&mut self, generation: u32, seq: Seq) -> bool {
        let ordered = generation == self.generation && seq > self.last && seq <= self.lease;
        if ordered {
            self.last = seq;
            self.came += 1;
        }
        ordered
    }

    const fn is_over(&self) -> bool {
        self.came >= self.wanted
    }

    fn done(&self) -> f64 {
        self.came as f64 / self.wanted as f64
    }
}

/// When how many bytes had come.
#[derive(Clone, Debug)]
pub(super) struct Arrivals {
    /// The moment, and all bytes up to it.
    moments: Vec<(Instant, u64)>,
}

/// Arrivals closer together than this are one.
const MOMENT: Duration = Duration::from_millis(1);

impl Arrivals {
    fn new(began: Instant) -> Self {
        Self { moments: vec![(began, 0)] }
    }

    fn add(&mut self, at: Instant, bytes: u64) {
        let all = self.total() + bytes;
        match self.moments.last_mut() {
            // The first moment is the beginning, and stays.
            Some(last) if at - last.0 < MOMENT && last.1 > 0 => last.1 = all,
            _ => self.moments.push((at, all)),
        }
    }

    fn end(&mut self, at: Instant) {
        let all = self.total();
        self.moments.push((at, all));
    }

    /// All bytes that came.
    pub(super) fn total(&self) -> u64 {
        self.moments.last().map_or(0, |(_, all)| *all)
    }

    /// Bits a second once it runs: without the first third of the bytes, in which a connection finds out how
    /// fast it can be. Nothing where too little came to tell.
    pub(super) fn sustained_bps(&self) -> Option<f64> {
        let third = self.total() / 3;
        let from = self.moments.iter().find(|(_, all)| *all > third)?;
        // The last moment but one is the last arrival: the end comes when somebody notices.
        let arrived = self.moments.iter().find(|(_, all)| *all == self.total())?;
        rate(from, arrived).or_else(|| rate(self.moments.first()?, arrived))
    }

    /// Bits a second between two moments.
    pub(super) fn between_bps(&self, from: Instant, to: Instant) -> Option<f64> {
        let at = |moment: Instant| {
            let after = self.moments.partition_point(|(at, _)| *at <= moment);
            self.moments.get(after.checked_sub(1)?).map(|(_, all)| (moment, *all))
        };
        rate(&at(from)?, &at(to)?)
    }
}

fn rate(from: &(Instant, u64), to: &(Instant, u64)) -> Option<f64> {
    let seconds = to.0.saturating_duration_since(from.0).as_secs_f64();
    (seconds > 0.0 && to.1 > from.1).then(|| (to.1 - from.1) as f64 * 8.0 / seconds)
}

fn me() -> SourceId {
    ME.expect("0 is a place in patterns")
}

fn mine() -> Pattern {
    Pattern::new([Element::Source(me())]).expect("one element makes a pattern")
}

#[cfg(test)]
mod tests;
