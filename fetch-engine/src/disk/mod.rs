//! Films kept on disk beside what is in memory, so that what was watched once is there again after a seek far
//! back, or on another day, without a server.
//!
//! A thread for each open stream writes and reads; the driver never waits for it. While the disk is slow, blocks
//! that come are not kept, and those that are wanted come from the servers.

mod film;
mod folder;

use std::collections::BTreeSet;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};
use std::{io, mem};

use bytes::Bytes;
use tokio::sync::mpsc;
use tributary_core::geometry::{Geometry, Seq, StreamId};
use tributary_core::held::Held;
use tributary_core::session::Demand;
use tributary_core::verify::{GROUP, HashTree};

use crate::cache::Cache;
use film::Film;

/// Most orders that wait for the thread.
const MAX_JOBS_WAITING: usize = 256;
/// Most blocks that one order to read is for.
const MAX_BLOCKS_OF_A_JOB: u64 = 64;
/// Most blocks read that wait for the driver.
const MAX_FOUND_WAITING: usize = 64;
/// How often what is there is written down while that changes.
const DESCRIBE_EVERY: Duration = Duration::from_secs(20);

/// Where films are kept, and how much of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DiskLimits {
    /// The folder; made where there is none.
    pub folder: PathBuf,
    /// Most bytes of all films together. Those that were used longest ago go first.
    pub bytes: u64,
}

/// What the thread tells the driver.
#[derive(Debug)]
pub(crate) enum Found {
    /// A block was read, and is proved.
    Block(Seq, Bytes),
    /// It could not be read, or is not what it was.
    Nothing(Seq),
}

enum Job {
    Keep(Seq, Bytes),
    Read(Range<Seq>),
    Describe(Box<HashTree>),
}

/// The driver's end.
#[derive(Debug)]
pub(crate) struct Disk {
    geometry: Geometry,
    jobs: SyncSender<Job>,
    state: Arc<State>,
    thread: JoinHandle<()>,
    /// Blocks that are being read.
    coming: BTreeSet<Seq>,
    described_at: Instant,
}

/// What thread, driver and snapshots share.
#[derive(Debug, Default)]
pub(crate) struct State {
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    /// None where nothing is there.
    held: Option<Held>,
    /// That is not as it was last asked to be written down.
    is_changed: bool,
    /// Bytes read so far.
    read_bytes: u64,
}

impl Inner {
    fn hold(&mut self, held: Option<&Held>) {
        self.held = held.cloned();
        self.is_changed = true;
    }
}

impl State {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Bytes of a stream of `size` bytes that are on disk, and that were read from there since it was opened.
    pub(crate) fn bytes(&self, size: u64) -> (u64, u64) {
        let inner = self.lock();
        (inner.held.as_ref().map_or(0, |held| held.bytes(size)), inner.read_bytes)
    }
}

impl Disk {
    /// Opens the film; none where it can't be kept: blocks are no whole groups, or another program has it open.
    pub(crate) fn open(
        limits: DiskLimits,
        stream: StreamId,
        geometry: Geometry,
    ) -> io::Result<(Self, mpsc::Receiver<Found>)> {
        if !u64::from(geometry.block_size()).is_multiple_of(GROUP) {
            return Err(io::Error::other("blocks of this size can't be kept on disk"));
        }
        let film = Film::open(limits, stream, geometry.size())?;
        let (jobs, orders) = sync_channel(MAX_JOBS_WAITING);
        let (to_driver, found) = mpsc::channel(MAX_FOUND_WAITING);
        let state = Arc::<State>::default();
        state.lock().held = film.held().cloned();
        let shown = state.clone();
        let thread = thread::Builder::new()
            .name("tributary-disk".to_owned())
            .spawn(move || work(film, geometry, &orders, &to_driver, &shown))?;
        let disk =
            Self { geometry, jobs, state, thread, coming: BTreeSet::new(), described_at: Instant::now() };
        Ok((disk, found))
    }

    /// What there is to show.
    pub(crate) fn state(&self) -> Arc<State> {
        self.state.clone()
    }

    /// Keeps a proved block, where the thread has time for it.
    pub(crate) fn keep(&self, seq: Seq, bytes: &Bytes) {
        // A full queue: the disk is slower than what comes.
        let _ = self.jobs.try_send(Job::Keep(seq, bytes.clone()));
    }

    /// Has the blocks read that are wanted, not in memory, not `settled` with a server, and on disk; gives them.
    pub(crate) fn look_for(
        &mut self,
        demand: &Demand,
        cache: &Cache,
        settled: impl Fn(Seq) -> bool,
    ) -> Vec<Range<Seq>> {
        let mut given = Vec::new();
        let Some(held) = self.state.lock().held.clone() else { return given };
        for range in [&demand.main].into_iter().chain(&demand.others) {
            let mut seq = cache.first_missing(range.start);
            while seq < range.end {
                let is_there = |seq: &Seq| {
                    held.has(&self.geometry.range(*seq))
                        && !self.coming.contains(seq)
                        && cache.first_missing(*seq) == *seq
                        && !settled(*seq)
                };
                let most = range.end.min(seq + MAX_BLOCKS_OF_A_JOB);
                let end = (seq..most).find(|seq| !is_there(seq)).unwrap_or(most);
                if end > seq {
                    if self.jobs.try_send(Job::Read(seq..end)).is_err() {
                        return given;
                    }
                    self.coming.extend(seq..end);
                    given.push(seq..end);
                }
                seq = cache.first_missing(end.max(seq + 1));
            }
        }
        given
    }

    /// A block has been read, or not.
    pub(crate) fn came(&mut self, seq: Seq) {
        self.coming.remove(&seq);
    }

    /// Whether what is there should be written down; `pages` prove it.
    pub(crate) fn describe(&mut self, pages: impl FnOnce() -> Option<HashTree>) {
        if self.described_at.elapsed() >= DESCRIBE_EVERY && mem::take(&mut self.state.lock().is_changed) {
            self.described_at = Instant::now();
            if let Some(pages) = pages() {
                let _ = self.jobs.try_send(Job::Describe(Box::new(pages)));
            }
        }
    }

    /// Writes down what is there, and waits until that is done. What is read and not taken must be dropped
    /// before.
    pub(crate) fn close(self, pages: Option<HashTree>) {
        let Self { jobs, thread, .. } = self;
        if let Some(pages) = pages {
            // It fails where the thread is gone, which said why.
            let _ = jobs.send(Job::Describe(Box::new(pages)));
        }
        drop(jobs);
        if thread.join().is_err() {
            tracing::warn!("the thread that keeps films on disk failed");
        }
    }
}

/// The thread: ends with the driver's end of the queue.
fn work(
    mut film: Film,
    geometry: Geometry,
    orders: &Receiver<Job>,
    to_driver: &mpsc::Sender<Found>,
    state: &State,
) {
    let mut may_write = true;
    for job in orders {
        match job {
            Job::Keep(seq, bytes) if may_write => {
                if let Err(why) = film.write(geometry.range(seq).start, &bytes) {
                    tracing::debug!("no more of the film is kept on disk: {why}");
                    may_write = false;
                }
                state.lock().hold(film.held());
            }
            Job::Keep(..) => {}
            Job::Read(blocks) => {
                for seq in blocks {
                    let found = match film.read(geometry.range(seq)) {
                        Some(bytes) => {
                            state.lock().read_bytes += bytes.len() as u64;
                            Found::Block(seq, bytes)
                        }
                        None => {
                            state.lock().hold(film.held());
                            Found::Nothing(seq)
                        }
                    };
                    if to_driver.blocking_send(found).is_err() {
                        break;
                    }
                }
            }
            Job::Describe(pages) => {
                if let Err(why) = film.describe(&pages) {
                    tracing::warn!("what is kept of the film on disk can't be written down: {why}");
                }
            }
        }
    }
}
