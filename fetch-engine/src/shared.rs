//! What readers and the driver of a stream share: the cache, the read heads, and how it ended.

use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::Notify;
use tributary_core::geometry::Seq;
use tributary_core::session::Demand;

use crate::cache::{Cache, Focus};
use crate::cancel::{Cancel, Wake};
use crate::heads::Heads;
use crate::readers::Readers;

/// Least and most bytes that the main head moves before the session is told.
const DEMAND_STEP_BYTES: (u64, u64) = (64 << 10, 512 << 10);
/// Parts of the window ahead that the main head moves before the session is told.
const DEMAND_STEPS_A_WINDOW: u64 = 64;

/// Parts of a side window that its head moves before the session is told.
const SIDE_STEPS_A_WINDOW: u64 = 4;
/// And at most so many blocks.
const MAX_SIDE_STEP_BLOCKS: u64 = 16;

/// A blocked read looks again so often whether what it waits for is still asked for: another thread's
/// seek may have pushed its place out.
const REVIEW_EVERY: Duration = Duration::from_millis(300);

/// Bytes at the main head that come before the stream's end is fetched aside: explicit orders go
/// first, and would hold up the first picture.
const START_BYTES: u64 = 1 << 20;

/// Why a stream can't go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailureKind {
    /// No server could be reached for as long as the engine was told to wait.
    NobodyReachable,
    /// Every server refused the stream for good, or sent wrong bytes.
    NoHonestCopy,
}

/// The end of a stream that was not read whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// What kind, for programs.
    pub kind: FailureKind,
    /// What happened to each server, for people.
    pub message: String,
}

/// A read that gave nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// It was cancelled.
    #[error("the read was cancelled")]
    Cancelled,
    /// The stream can't go on; what happened to each server, in words.
    #[error("{0}")]
    Failed(String),
}

/// The shared part of one stream.
pub(crate) struct Shared {
    inner: Mutex<Inner>,
    arrived: Condvar,
    /// Rung when the demand changed.
    pub(crate) demand_changed: Notify,
    /// Rung when nobody reads the stream any more.
    pub(crate) closed: Notify,
    is_closed: AtomicBool,
}

/// What the lock guards.
pub(crate) struct Inner {
    pub(crate) cache: Cache,
    pub(crate) heads: Heads,
    /// Readers that say who they are; where there may be any, the heads are of no account.
    pub(crate) readers: Option<Readers>,
    /// What the session is to be asked for.
    pub(crate) demand: Demand,
    step_blocks: u64,
    /// First missing block of every blocked read: one for each thread.
    awaited: Vec<Seq>,
    failure: Option<Failure>,
    /// The stream's end is still to be fetched aside, once its start is here.
    tail_due: bool,
}

impl Shared {
    /// `prefetch_tail`: whether the stream's end is fetched aside.
    pub(crate) fn new(cache: Cache, heads: Heads, readers: Option<Readers>, prefetch_tail: bool) -> Self {
        let (least, most) = DEMAND_STEP_BYTES;
        let step = (cache.limits().ahead_bytes / DEMAND_STEPS_A_WINDOW).clamp(least, most);
        let step_blocks = (step / u64::from(cache.geometry().block_size())).max(1);
        let demand = readers.as_ref().map_or_else(|| heads.demand(), Readers::demand);
        let inner = Inner {
            cache,
            heads,
            readers,
            demand,
            step_blocks,
            awaited: Vec::new(),
            failure: None,
            tail_due: prefetch_tail,
        };
        Self {
            inner: Mutex::new(inner),
            arrived: Condvar::new(),
            demand_changed: Notify::new(),
            closed: Notify::new(),
            is_closed: AtomicBool::new(false),
        }
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, Inner> {
        // No code that holds the lock can panic half-way through a change.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps blocks that were verified, each with its [`crate::snapshot::Cell`]; returns what had to go for them.
    pub(crate) fn store(&self, blocks: impl Iterator<Item = (Seq, Bytes, u8)>) -> Vec<Range<Seq>> {
        let mut inner = self.lock();
        let mut wake = false;
        for (seq, bytes, from) in blocks {
            wake |= inner.awaited.contains(&seq);
            inner.cache.insert(seq, bytes, from);
            if let Some(readers) = &mut inner.readers {
                readers.wake(Some(seq));
            }
        }
        if inner.tail_due && inner.cache.available(inner.heads.main_position()) >= START_BYTES {
            inner.tail_due = false;
            inner.heads.prefetch_tail();
            self.review(&mut inner, None);
        }
        let focus = Focus::of(&inner.demand, inner.cache.geometry(), inner.readers.is_some());
        let dropped = inner.cache.evict(&focus);
        if wake {
            self.arrived.notify_all();
        }
        dropped
    }

    /// Ends every read that would have to wait, or takes that back.
    pub(crate) fn set_failure(&self, failure: Option<Failure>) {
        let mut inner = self.lock();
        inner.failure = failure;
        if let Some(readers) = &mut inner.readers {
            readers.wake(None);
        }
        drop(inner);
        self.arrived.notify_all();
    }

    pub(crate) fn failure(&self) -> Option<Failure> {
        self.lock().failure.clone()
    }

    /// Has the driver stop.
    pub(crate) fn close(&self) {
        self.is_closed.store(true, Ordering::Release);
        self.closed.notify_one();
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.is_closed.load(Ordering::Acquire)
    }

    /// Fills `buf` from `offset` on, waiting for what is not here. Stops early at the end of what
    /// was opened, or with `whole` false as soon as there is anything.
    pub(crate) fn read(
        self: &Arc<Self>,
        offset: u64,
        buf: &mut [u8],
        whole: bool,
        cancel: &Cancel,
    ) -> Result<usize, ReadError> {
        let mut inner = self.lock();
        let len = (buf.len() as u64).min(inner.heads.end().saturating_sub(offset)) as usize;
        if len == 0 {
            return Ok(0);
        }
        let buf = &mut buf[..len];
        let here = inner.cache.available(offset) >= len as u64;
        inner.heads.begin(offset..offset + len as u64, here);
        let mut done = 0;
        loop {
            let at = offset + done as u64;
            let copied = inner.cache.copy(at, &mut buf[done..]);
            if copied > 0 {
                inner.heads.advance(at, copied as u64);
                done += copied;
            }
            if done == len || (done > 0 && !whole) {
                self.review(&mut inner, None);
                return Ok(done);
            }
            inner = self.wait(inner, offset + done as u64, cancel)?;
        }
    }

    /// The rest of the block at `offset`, without copying it; none at the end of what was opened.
    pub(crate) fn chunk(self: &Arc<Self>, offset: u64, cancel: &Cancel) -> Result<Option<Bytes>, ReadError> {
        let mut inner = self.lock();
        let end = inner.heads.end();
        if offset >= end {
            return Ok(None);
        }
        let here = inner.cache.available(offset) > 0;
        inner.heads.begin(offset..offset + 1, here);
        loop {
            if let Some(mut bytes) = inner.cache.chunk(offset) {
                bytes.truncate(usize::try_from(end - offset).unwrap_or(usize::MAX));
                inner.heads.advance(offset, bytes.len() as u64);
                self.review(&mut inner, None);
                return Ok(Some(bytes));
            }
            inner = self.wait(inner, offset, cancel)?;
        }
    }

    /// A new reader of `range`; none where there are too many, or this stream's readers have no names.
    pub(crate) fn add_reader(&self, range: Range<u64>) -> Option<u64> {
        let mut inner = self.lock();
        let size = inner.cache.geometry().size();
        let range = range.start.min(size)..range.end.min(size);
        let number = inner.readers.as_mut()?.add(range)?;
        self.review(&mut inner, None);
        Some(number)
    }

    /// A reader has gone.
    pub(crate) fn remove_reader(&self, number: u64) {
        let mut inner = self.lock();
        if let Some(readers) = &mut inner.readers {
            readers.remove(number);
            self.review(&mut inner, None);
        }
    }

    /// The next bytes of a reader, as many as lie in one block; none at the end of its range.
    pub(crate) fn poll_reader(
        &self,
        number: u64,
        cx: &Context<'_>,
    ) -> Poll<Result<Option<Bytes>, ReadError>> {
        let mut guard = self.lock();
        let inner = &mut *guard;
        let Some(readers) = &mut inner.readers else { return Poll::Ready(Ok(None)) };
        let left = readers.left(number);
        if left.is_empty() {
            return Poll::Ready(Ok(None));
        }
        if let Some(mut bytes) = inner.cache.chunk(left.start) {
            bytes.truncate(usize::try_from(left.end - left.start).unwrap_or(usize::MAX));
            readers.advance(number, bytes.len() as u64);
            self.review(inner, None);
            return Poll::Ready(Ok(Some(bytes)));
        }
        if let Some(failure) = &inner.failure {
            return Poll::Ready(Err(ReadError::Failed(failure.message.clone())));
        }
        let seq = inner.cache.geometry().seq_at(left.start);
        readers.wait(number, seq, cx.waker());
        self.review(inner, Some(seq));
        Poll::Pending
    }

    /// Waits for a wake-up while the byte at `offset` is not here.
    fn wait<'a>(
        self: &Arc<Self>,
        mut inner: MutexGuard<'a, Inner>,
        offset: u64,
        cancel: &Cancel,
    ) -> Result<MutexGuard<'a, Inner>, ReadError> {
        let seq = inner.cache.geometry().seq_at(offset);
        let this: Weak<dyn Wake> = Arc::downgrade(&(self.clone() as Arc<dyn Wake>));
        let _watch = cancel.watch(this);
        if cancel.is_cancelled() {
            return Err(ReadError::Cancelled);
        }
        if let Some(failure) = &inner.failure {
            return Err(ReadError::Failed(failure.message.clone()));
        }
        self.review(&mut inner, Some(seq));
        inner.awaited.push(seq);
        let (mut inner, _) =
            self.arrived.wait_timeout(inner, REVIEW_EVERY).unwrap_or_else(PoisonError::into_inner);
        if let Some(place) = inner.awaited.iter().position(|other| *other == seq) {
            inner.awaited.swap_remove(place);
        }
        Ok(inner)
    }

    /// Tells the session of a changed demand: in steps, but at once when a read waits for a block that
    /// was not asked for.
    fn review(&self, inner: &mut Inner, blocked: Option<Seq>) {
        let mut new = inner.wanted();
        let asked = |demand: &Demand, seq: Seq| {
            demand.main.contains(&seq) || demand.others.iter().any(|range| range.contains(&seq))
        };
        if let Some(seq) = blocked.filter(|seq| inner.readers.is_none() && !asked(&new, *seq)) {
            // Reads of other threads have pushed this one's head out.
            inner.heads.begin(inner.cache.geometry().range(seq), false);
            new = inner.heads.demand();
        }
        if new == inner.demand {
            return;
        }
        let urgent = blocked.is_some_and(|seq| !asked(&inner.demand, seq));
        let moved = new.main.start.abs_diff(inner.demand.main.start) >= inner.step_blocks;
        let ended = new.main.end == inner.demand.main.end && new.main.is_empty();
        let sides_moved = new.others.len() != inner.demand.others.len()
            || new.others.iter().zip(&inner.demand.others).any(|(new, old)| {
                let step = ((old.end - old.start) / SIDE_STEPS_A_WINDOW).clamp(1, MAX_SIDE_STEP_BLOCKS);
                new.start.abs_diff(old.start) >= step || (new.is_empty() != old.is_empty())
            });
        if urgent || moved || ended || sides_moved {
            inner.demand = new;
            self.demand_changed.notify_one();
        }
    }
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shared").field("closed", &self.is_closed()).finish_non_exhaustive()
    }
}

impl Inner {
    /// What the readers want now.
    fn wanted(&self) -> Demand {
        self.readers.as_ref().map_or_else(|| self.heads.demand(), Readers::demand)
    }

    /// Where is read: the main head, or the first of several readers.
    pub(crate) fn position(&self) -> u64 {
        self.readers.as_ref().map_or_else(|| self.heads.main_position(), Readers::position)
    }

    /// Why reads that would have to wait fail, where they do.
    pub(crate) fn failure(&self) -> Option<&Failure> {
        self.failure.as_ref()
    }

    /// Whether everything that was asked for is here.
    pub(crate) fn is_full(&self) -> bool {
        self.cache.has_all(&self.demand.main)
            && self.demand.others.iter().all(|range| self.cache.has_all(range))
    }
}

impl Wake for Shared {
    fn wake(&self) {
        // Taking the lock keeps the wake-up from falling between a reader's last look and its wait.
        drop(self.lock());
        self.arrived.notify_all();
    }
}
