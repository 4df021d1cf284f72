//! The receiver's side of the scheme (module 14 of the seed, FIG. 4): events in, actions out.
//!
//! | file | what it does |
//! |---|---|
//! | `links` | sources come and go: connect, lose, back off, shut out |
//! | `plan` | who sends the next blocks: epochs and leases (112 to 132) |
//! | `repeat`, `cutover` | patterns that repeat, and how a new one takes over |
//! | `intake` | blocks and hash pages arrive: verify, store, count |
//! | `rescue` | blocks that nobody will send, or not in time |
//! | `doubt` | what was cancelled and may come all the same |
//! | `finish` | sources without work take what others would be late with |
//! | `forward` | what a reader waits for elsewhere goes before the pattern's blocks |
//! | `urgency` | how soon the reader needs a block |
//! | `silence` | sources that owe blocks and say nothing |
//! | `turns` | several readers, none before the others |
//! | `report` | what there is to show |
//! | `source`, `meter`, `ramp`, `reaction` | one source: what it owes, how fast it is, how soon it reacts |
//! | `slots` | which block a time slot holds |
//! | `held` | which blocks a source has to give at all |
//! | `groups`, `together` | blocks that are not whole groups, proved together |
//! | `dispute` | who lied, where a wrong group came from several |
//! | `ledger`, `presence` | one block: here, owed by whom, orphaned |
//! | `pages` | hash pages that must be fetched |
//! | `work` | counts in tests how many blocks are looked at |
//!
//! Invariants (the simulator checks them after every step): nothing unverified is stored; every block
//! below the lease that is wanted is here, owed by a living source, or an orphan about to be ordered;
//! outstanding bytes stay within their bound; the same events give the same actions.

mod api;
mod cutover;
mod dispute;
mod doubt;
mod finish;
mod forward;
mod groups;
mod held;
mod intake;
mod interval;
mod ledger;
mod links;
mod meter;
mod owed;
mod owners;
mod pages;
mod plan;
mod presence;
mod ramp;
mod reaction;
mod repeat;
mod report;
mod rescue;
mod silence;
mod slots;
mod source;
mod together;
mod trend;
mod turns;
mod urgency;
mod work;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::ops::Range;
use std::time::Duration;

use bytes::Bytes;

pub use api::*;
use cutover::Change;
use dispute::Dispute;
use groups::Groups;
use ledger::Ledger;
use pages::PageFetch;
use plan::Walk;
use repeat::Repeat;
use source::Source;
use urgency::Reading;

use crate::geometry::{Geometry, Seq, StreamId};
use crate::pattern::{MAX_ELEMENTS, SourceId};
use crate::time::Time;
use crate::verify::{GROUP, Proof};
use crate::wire::{Frame, encoded_len};

/// How often the pattern is renewed while blocks flow.
const TICK: Duration = Duration::from_millis(20);
/// The same while a connection is in slow start.
const RAMP_TICK: Duration = Duration::from_millis(10);
/// A source that has run dry gets more at once, but at most so often.
const MIN_PLAN_STEP: Duration = Duration::from_millis(1);
/// How often anything is looked at while nothing flows.
const IDLE_TICK: Duration = Duration::from_millis(250);

/// Most blocks of a stream.
pub const MAX_BLOCKS: u64 = 1 << 25;
/// Most blocks of a stream where they are smaller than a chunk group: each costs about as much to keep
/// account of as a large one. So blocks of one byte are for streams of at most 1 MiB.
pub const MAX_SMALL_BLOCKS: u64 = 1 << 20;
/// Most blocks that may be ordered, or here and not in order or not proved. Two groups of one-byte
/// blocks, so that the group at the head of line always finds room; less than servers take as repairs
/// or as cancelled.
const MAX_OUTSTANDING_BLOCKS: usize = 2 * GROUP as usize;

/// A session that can't be.
#[derive(Debug, Clone, Copy, thiserror::Error, PartialEq, Eq)]
pub enum BadSession {
    /// So many elements can't stand for one block.
    #[error("1 to {MAX_ELEMENTS} elements of a pattern stand for a block, not {0}")]
    ElementsPerBlock(u16),
    /// A pattern can't have so many elements.
    #[error("a pattern has {shortest} to {MAX_ELEMENTS} elements here, not {length}")]
    PatternLength {
        /// How many it shall have.
        length: u16,
        /// How many stand for one block.
        shortest: u16,
    },
    /// More blocks than are kept account of.
    #[error(
        "this stream has {blocks} blocks of {block_size} bytes, and at most {most} of that size can be kept \
         account of: choose blocks of at least {least} bytes"
    )]
    TooManyBlocks {
        /// How many there would be.
        blocks: u64,
        /// Bytes of one.
        block_size: u32,
        /// How many there may be.
        most: u64,
        /// Least bytes of a block for this stream.
        least: u64,
    },
}

/// One stream being drawn from several sources.
#[derive(Clone, Debug)]
pub struct Session {
    stream: StreamId,
    geometry: Geometry,
    config: Config,
    sources: BTreeMap<SourceId, Source>,
    ledger: Ledger,
    tree: Proof,
    pages: PageFetch,
    /// Blocks that came before the page that proves them, with their sender.
    unproved: BTreeMap<Seq, (Bytes, SourceId)>,
    unproved_bytes: u64,
    /// Groups that are put together from smaller or odd blocks.
    groups: Groups,
    dispute: Option<Dispute>,
    demand: Demand,
    walk: Walk,
    repeat: Repeat,
    /// The last epoch, until it is acknowledged.
    change: Option<Change>,
    /// Leased blocks that the last change gave anew.
    changed: Range<Seq>,
    prediction: Option<Prediction>,
    /// Stored blocks with a missing one before them.
    reorder: BTreeSet<Seq>,
    reorder_bytes: u64,
    counters: Counters,
    actions: VecDeque<Action>,
    ticked_at: Option<Time>,
    nobody_told: bool,
    out_of_sequence_told: Option<Time>,
    /// Bytes of blocks ordered twice, against the bound on them.
    hedged_bytes: u64,
    reading: Reading,
    /// Blocks of side heads wait for room within the horizon.
    turns_wait: bool,
    /// Groups of blocks that are here wait for room.
    groups_wait: bool,
}

impl Session {
    /// A session that knows no source yet.
    ///
    /// # Errors
    /// [`BadSession`] where there are more blocks than a session keeps account of, or the patterns can't be.
    pub fn new(stream: StreamId, geometry: Geometry, config: Config) -> Result<Self, BadSession> {
        Self::with_proof(stream, Proof::tree(stream, geometry.size()), geometry, config)
    }

    /// The same, with bytes proved in another way than by the stream's name.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn with_proof(
        stream: StreamId,
        proof: Proof,
        geometry: Geometry,
        mut config: Config,
    ) -> Result<Self, BadSession> {
        if config.elements_per_block == 0 || usize::from(config.elements_per_block) > MAX_ELEMENTS {
            return Err(BadSession::ElementsPerBlock(config.elements_per_block));
        }
        let shortest = config.elements_per_block;
        if let Some(length) = config.pattern_length
            && !(usize::from(shortest)..=MAX_ELEMENTS).contains(&usize::from(length))
        {
            return Err(BadSession::PatternLength { length, shortest });
        }
        let most = if u64::from(geometry.block_size()) < GROUP { MAX_SMALL_BLOCKS } else { MAX_BLOCKS };
        if geometry.blocks() > most {
            let (blocks, block_size) = (geometry.blocks(), geometry.block_size());
            let least = geometry.size().div_ceil(most).min(GROUP);
            return Err(BadSession::TooManyBlocks { blocks, block_size, most, least });
        }
        // Less could never complete the group at the head of line.
        let unit = proof.unit();
        let least = 2 * (u64::from(geometry.block_size()) + unit);
        config.max_outstanding_bytes = config.max_outstanding_bytes.max(least);
        Ok(Self {
            stream,
            geometry,
            config,
            sources: BTreeMap::new(),
            ledger: Ledger::new(geometry),
            tree: proof,
            pages: PageFetch::default(),
            unproved: BTreeMap::new(),
            unproved_bytes: 0,
            groups: Groups::new(geometry, unit),
            dispute: None,
            demand: Demand::default(),
            walk: Walk::default(),
            repeat: Repeat::default(),
            change: None,
            changed: 0..0,
            prediction: None,
            reorder: BTreeSet::new(),
            reorder_bytes: 0,
            counters: Counters::default(),
            actions: VecDeque::new(),
            ticked_at: None,
            nobody_told: false,
            out_of_sequence_told: None,
            hedged_bytes: 0,
            reading: Reading::default(),
            turns_wait: false,
            groups_wait: false,
        })
    }

    /// Bytes of the stream.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.geometry.size()
    }

    /// Takes an event. Ask [`Self::poll`] for what follows from it until it gives nothing.
    pub fn handle(&mut self, now: Time, event: Event) {
        match event {
            Event::Added { source, hint, gives_pages } => self.added(source, hint, gives_pages),
            Event::Withdrawn { source } => self.withdrawn(now, source),
            Event::Connected { source, rtt, relayed } => self.connected(now, source, rtt, relayed),
            Event::Distrusted { source, why } => self.distrusted(now, source, why),
            Event::Lost { source, why } => self.lost(now, source, &why),
            Event::Received { source, bytes } => self.received(now, source, bytes),
            Event::Frame { source, frame } => self.frame(now, source, frame),
            Event::Demand(demand) => self.demanded(now, demand),
            Event::Evicted(blocks) => {
                let end = blocks.end.min(self.geometry.blocks() + 1);
                self.evicted(now, blocks.start.max(1)..end);
            }
            Event::Kept(blocks) => {
                let end = blocks.end.min(self.geometry.blocks() + 1);
                self.kept(blocks.start.max(1)..end);
            }
        }
    }

    /// Does what is due by time alone; to be called at [`Self::next_tick`], harmless at other times.
    pub fn tick(&mut self, now: Time) {
        self.notice_absence(now);
        self.ticked_at = Some(now);
        self.retry_links(now);
        self.watch_rates(now);
        self.watch_silence(now);
        self.watch_change(now);
        self.forget_unneeded_groups(now);
        self.open_waiting_groups(now);
        self.keep_dispute_going(now);
        self.order_orphans(now);
        self.order_others(now);
        self.bring_forward(now);
        self.speed_up_late(now);
        self.cancel_surplus(now);
        if self.renewal_is_due(now) {
            self.plan(now);
        }
        self.finish_together(now);
        self.request_pages(now);
    }

    /// When [`Self::tick`] is due next; nothing where only an event can change anything.
    #[must_use]
    pub fn next_tick(&self) -> Option<Time> {
        let Some(last) = self.ticked_at else { return Some(Time::ZERO) };
        let busy = self.sources.values().any(|source| !source.backlog().is_empty()) || self.wants_more();
        let ramping = || self.sources.values().any(|source| source.is_usable() && source.rate().is_none());
        Some(
            last + if self.walk.goes_on {
                MIN_PLAN_STEP
            } else if !busy {
                IDLE_TICK
            } else if ramping() {
                RAMP_TICK
            } else {
                TICK
            },
        )
    }

    /// The next thing to do.
    pub fn poll(&mut self) -> Option<Action> {
        self.actions.pop_front()
    }

    /// Blocks are gone. Those that are wanted and that the walk has passed are asked for by name.
    fn evicted(&mut self, now: Time, blocks: std::ops::Range<Seq>) {
        let lost = self.groups.lose_lent(blocks.clone());
        self.ledger.evict(blocks.clone());
        self.miss_all(now, lost);
        let walked = self.demand.main.start..self.walk.next.min(self.demand.main.end);
        for seq in blocks.start.max(walked.start)..blocks.end.min(walked.end) {
            if !self.is_settled(seq) {
                self.reorder.remove(&seq).then(|| self.reorder_bytes -= self.block_bytes(seq));
                self.miss(now, seq);
            }
        }
    }

    /// Blocks are here without anybody having sent them.
    fn kept(&mut self, blocks: Range<Seq>) {
        // Where blocks are proved together, one that is here and not proved says nothing of the others.
        if self.groups.are_needed() {
            return;
        }
        for seq in blocks.filter(|seq| !self.is_settled(*seq)).collect::<Vec<_>>() {
            self.ledger.mark_present(seq);
        }
        self.settle_order();
    }

    fn received(&mut self, now: Time, id: SourceId, bytes: usize) {
        let Some(source) = self.sources.get_mut(&id).filter(|source| source.is_up()) else { return };
        if source.received(now, bytes) {
            self.notice(Notice::Back { source: id });
        }
    }

    fn frame(&mut self, now: Time, id: SourceId, frame: Frame) {
        if !self.sources.get(&id).is_some_and(Source::is_up) {
            return;
        }
        let len = encoded_len(&frame);
        if let Some(source) = self.sources.get_mut(&id) {
            source.frame_done(len as u64);
        }
        match &frame {
            Frame::Page { .. } => self.counters.page_bytes += len as u64,
            _ => self.counters.control_bytes += (len - frame.block().map_or(0, Bytes::len)) as u64,
        }
        match frame {
            Frame::Data { generation, epoch, seq, bytes } => {
                self.data(now, id, generation, epoch, seq, bytes);
            }
            Frame::DataAt { generation, epoch, offset, bytes } => {
                self.data_at(now, id, generation, epoch, offset, bytes);
            }
            Frame::Slots { generation, epoch, first } => self.slots(now, id, generation, epoch, first),
            Frame::Slot { bytes } => self.slot(now, id, bytes),
            Frame::Page { page, values } => self.page(now, id, page, &values),
            Frame::EchoReply { nonce, .. } => self.echoed(now, id, nonce),
            Frame::Opened { size, held } => self.opened(now, id, size, held),
            Frame::EpochAck { generation, epoch, applied_from, next_unsent } => {
                self.acknowledged(now, id, (generation, epoch), applied_from, next_unsent);
            }
            Frame::Welcome { .. } | Frame::Size { .. } | Frame::Reading { .. } => {}
            Frame::GoingAway => self.drop_link(now, id, "it is shutting down".into(), false),
            Frame::Error { code, message } => self.refused(now, id, code, &message),
            Frame::Hello { .. }
            | Frame::Open { .. }
            | Frame::Forward { .. }
            | Frame::SizeRequest { .. }
            | Frame::Echo { .. }
            | Frame::Epoch { .. }
            | Frame::Lease { .. }
            | Frame::Repair { .. }
            | Frame::Cancel { .. }
            | Frame::PageRequest { .. } => {
                self.drop_link(now, id, "it sent what only a player may send".into(), true);
            }
        }
    }

    fn send(&mut self, to: SourceId, frame: Frame) {
        self.counters.control_bytes += encoded_len(&frame) as u64;
        self.actions.push_back(Action::Send(to, frame));
    }

    fn notice(&mut self, notice: Notice) {
        self.actions.push_back(Action::Notice(notice));
    }

    fn block_bytes(&self, seq: Seq) -> u64 {
        u64::from(self.geometry.len(seq))
    }

    /// Whether a reader wants this block now.
    fn is_wanted(&self, seq: Seq) -> bool {
        (self.demand.main.start..self.walk_end()).contains(&seq)
            || self.demand.others.iter().any(|range| range.contains(&seq))
    }
}
