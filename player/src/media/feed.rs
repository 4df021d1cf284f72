//! Answers the pipeline's reads from a [`MediaSource`].
//!
//! The pipeline pulls: each need-data is answered inside its callback with exactly the bytes asked
//! for, so that every file plays as it does from disk. A read may wait for the network. Three
//! things must end that wait, and none may look like the end of the file:
//!
//! * A seek. Demuxers announce it to the source by a flush; a probe sees the flush before appsrc
//!   does, cancels the read, and lets reads through again when the flush is over.
//! * A stop. Reads are cancelled for good; whoever still asks gets an end of stream that nobody
//!   listens to any more, so that a seek that reads (Matroska's) can't keep the worker.
//! * A failure. It is kept for the worker, and the demuxer waits until it is torn down.
//!
//! Reads also wait until the whole pipeline has changed its state: uridecodebin3 of GStreamer 1.22
//! starts its source before its decoders, and one that answers at once hangs for ever.
//!
//! appsrc keeps a buffer that was queued just before a flush, and hands it out for the next read,
//! whatever that asks for. A second probe compares what is handed out with what was asked for, and
//! puts the right bytes in its place.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use gstreamer as gst;
use gstreamer::prelude::*;
use gstreamer_app as gst_app;
use tributary_core::directory::Chapter;
use tributary_core::mp4_chapters;

use super::kind;
use super::source::{MediaSource, SourceError};

/// Bytes given where the pipeline does not say how many it wants.
const UNASKED_BYTES: usize = 64 * 1024;

/// Most bytes given for one read; demuxers ask for far less.
const MAX_READ_BYTES: usize = 64 * 1024 * 1024;

/// Longest wait for reads to begin before the title's kind is left to be found out.
const KIND_PATIENCE: Duration = Duration::from_millis(500);

#[derive(Debug)]
struct State {
    opened: bool,
    stopped: bool,
    flushing: bool,
    /// Where the next read starts.
    offset: u64,
    /// Since when a read has been under way.
    reading_since: Option<Instant>,
    /// When the last read ended.
    idle_since: Instant,
    failure: Option<String>,
}

impl State {
    /// Whether reads may not begin yet.
    const fn is_closed(&self) -> bool {
        !self.opened && !self.stopped && !self.flushing
    }
}

/// The link between a source and one pipeline.
pub(super) struct Feed {
    source: Arc<dyn MediaSource>,
    state: Mutex<State>,
    /// Tells that reads may begin, or need not any more.
    opened: Condvar,
    /// The address that tells the title's kind; none where its first bytes don't.
    kind: OnceLock<Option<String>>,
    /// Tells the worker that a failure is there.
    wake: Arc<dyn Fn() + Send + Sync>,
}

/// What the feed is doing, for decisions about buffering.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Reading {
    /// How long the read under way has been waiting; none if there is none.
    pub(super) waiting_for: Option<Duration>,
    /// How long the pipeline has not asked for anything.
    pub(super) idle_for: Duration,
    /// Bytes that are here from the next read's place on.
    pub(super) available_bytes: u64,
    /// Bytes from there to the end.
    pub(super) left_bytes: u64,
}

impl Feed {
    pub(super) fn new(source: Arc<dyn MediaSource>, wake: Arc<dyn Fn() + Send + Sync>) -> Arc<Self> {
        Arc::new(Self {
            source,
            state: Mutex::new(State {
                opened: false,
                stopped: false,
                flushing: false,
                offset: 0,
                reading_since: None,
                idle_since: Instant::now(),
                failure: None,
            }),
            opened: Condvar::new(),
            kind: OnceLock::new(),
            wake,
        })
    }

    /// Another feed of the same source, for another pipeline.
    pub(super) fn again(&self) -> Arc<Self> {
        Self::new(Arc::clone(&self.source), Arc::clone(&self.wake))
    }

    /// Lets reads through, unless it was stopped already. Called when the pipeline before has
    /// been taken down, since both may share a source, and when this one is ready for bytes.
    pub(super) fn open(&self) {
        let mut state = self.lock();
        if !state.stopped {
            self.source.uncancel();
        }
        state.opened = true;
        self.opened.notify_all();
    }

    /// Waits until reads may begin.
    fn wait_until_open(&self) {
        drop(
            self.opened
                .wait_while(self.lock(), |state| state.is_closed())
                .unwrap_or_else(PoisonError::into_inner),
        );
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Bytes of the title.
    pub(super) fn size(&self) -> u64 {
        self.source.size()
    }

    /// The source's bytes never have to be waited for.
    pub(super) fn is_whole(&self) -> bool {
        self.source.whole()
    }

    /// Tells the source that a person seeks.
    pub(super) fn seeking(&self) {
        self.source.seeking();
    }

    /// Ends every read, now and later. Does not block; may be called from any thread.
    pub(super) fn stop(&self) {
        let mut state = self.lock();
        state.stopped = true;
        self.opened.notify_all();
        self.source.cancel();
    }

    /// The failure of a read, once.
    pub(super) fn take_failure(&self) -> Option<String> {
        self.lock().failure.take()
    }

    /// What is going on now.
    pub(super) fn reading(&self) -> Reading {
        let (offset, waiting_for, idle_for) = {
            let state = self.lock();
            let idle_for =
                if state.reading_since.is_some() { Duration::ZERO } else { state.idle_since.elapsed() };
            (state.offset, state.reading_since.map(|since| since.elapsed()), idle_for)
        };
        Reading {
            waiting_for,
            idle_for,
            available_bytes: self.source.available(offset),
            left_bytes: self.source.size().saturating_sub(offset),
        }
    }

    /// The chapters of an MP4, as far as the bytes that tell them are here.
    pub(super) fn mp4_chapters(&self) -> Vec<Chapter> {
        let mut read = |at, buf: &mut [u8]| {
            self.source.available(at) >= buf.len() as u64 && self.source.read_at(at, buf) == Ok(buf.len())
        };
        mp4_chapters::read(self.source.size(), &mut read)
    }

    /// Sets an appsrc up to be fed from here.
    pub(super) fn attach(self: &Arc<Self>, appsrc: &gst_app::AppSrc) {
        appsrc.set_format(gst::Format::Bytes);
        appsrc.set_stream_type(gst_app::AppStreamType::RandomAccess);
        appsrc.set_size(i64::try_from(self.source.size()).unwrap_or(i64::MAX));

        let (for_data, for_seek) = (Arc::clone(self), Arc::clone(self));
        appsrc.set_callbacks(
            gst_app::AppSrcCallbacks::builder()
                .need_data(move |appsrc, length| for_data.need_data(appsrc, length))
                .seek_data(move |_, offset| {
                    for_seek.lock().offset = offset;
                    true
                })
                .build(),
        );

        let Some(pad) = appsrc.static_pad("src") else { return };
        let for_flush = Arc::clone(self);
        pad.add_probe(gst::PadProbeType::EVENT_UPSTREAM | gst::PadProbeType::EVENT_FLUSH, move |_, info| {
            match info.event().map(|event| event.type_()) {
                Some(gst::EventType::FlushStart) => for_flush.set_flushing(true),
                Some(gst::EventType::FlushStop) => for_flush.set_flushing(false),
                _ => (),
            }
            gst::PadProbeReturn::Ok
        });
        let for_kind = Arc::clone(self);
        pad.add_probe(gst::PadProbeType::QUERY_UPSTREAM | gst::PadProbeType::PUSH, move |_, info| {
            for_kind.tell_kind(info)
        });
        let for_check = Arc::clone(self);
        pad.add_probe(gst::PadProbeType::PULL | gst::PadProbeType::BUFFER, move |_, info| {
            for_check.check(info)
        });
    }

    fn set_flushing(&self, flushing: bool) {
        let mut state = self.lock();
        state.flushing = flushing;
        self.opened.notify_all();
        if flushing {
            self.source.cancel();
        } else if !state.stopped {
            self.source.uncancel();
        }
    }

    /// Answers the question for the title's address by one that tells its kind.
    fn tell_kind(&self, info: &mut gst::PadProbeInfo<'_>) -> gst::PadProbeReturn {
        let Some(gst::PadProbeData::Query(query)) = &mut info.data else { return gst::PadProbeReturn::Ok };
        let gst::QueryViewMut::Uri(query) = query.view_mut() else { return gst::PadProbeReturn::Ok };
        let Some(address) = self.kind() else { return gst::PadProbeReturn::Ok };
        query.set_uri(Some(address.as_str()));
        gst::PadProbeReturn::Handled
    }

    /// The address that tells the title's kind, once its first bytes are here.
    fn kind(&self) -> Option<&String> {
        let find = || {
            let mut head = [0; kind::HEAD_BYTES];
            let length = usize::try_from(self.source.size()).map_or(head.len(), |size| size.min(head.len()));
            self.source.read_at(0, &mut head[..length]).ok()?;
            kind::usual_address(&head[..length])
        };
        if let Some(known) = self.kind.get() {
            return known.as_ref();
        }
        // Finders wait for bytes anyway; anybody else must not be held up for long.
        let waited = self.opened.wait_timeout_while(self.lock(), KIND_PATIENCE, |state| state.is_closed());
        if !waited.unwrap_or_else(PoisonError::into_inner).0.opened {
            return None;
        }
        self.kind.get_or_init(find).as_ref()
    }

    fn need_data(&self, appsrc: &gst_app::AppSrc, length: u32) {
        let asked = match length {
            0 | u32::MAX => UNASKED_BYTES,
            bytes => usize::try_from(bytes).map_or(UNASKED_BYTES, |bytes| bytes.min(MAX_READ_BYTES)),
        };
        self.wait_until_open();
        let offset = self.lock().offset;
        match self.read(offset, asked) {
            Ok(Some(buffer)) => {
                {
                    let mut state = self.lock();
                    if state.flushing {
                        return;
                    }
                    state.offset = offset + buffer.size() as u64;
                }
                // An error means that appsrc is flushing or past its end, and says so itself.
                let _ = appsrc.push_buffer(buffer);
            }
            Ok(None) => {
                let _ = appsrc.end_of_stream();
            }
            Err(ReadEnd::Stopped) => {
                let _ = appsrc.end_of_stream();
            }
            // appsrc waits until the flush, or the stop that follows a failure, wakes it.
            Err(ReadEnd::Flushed | ReadEnd::Failed) => (),
        }
    }

    /// Bytes from `offset` on; none at the end of the title.
    fn read(&self, offset: u64, asked: usize) -> Result<Option<gst::Buffer>, ReadEnd> {
        let left = self.source.size().saturating_sub(offset);
        let length = usize::try_from(left).map_or(asked, |left| left.min(asked));
        if length == 0 {
            return Ok(None);
        }
        let mut buffer =
            gst::Buffer::with_size(length).map_err(|_| self.fail("no memory for a read".into()))?;
        let filled = {
            let buffer = buffer.get_mut().expect("a buffer just made has one owner");
            buffer.set_offset(offset);
            buffer.set_offset_end(offset + length as u64);
            let mut map =
                buffer.map_writable().map_err(|_| self.fail("a read's memory can't be written".into()))?;
            self.lock().reading_since = Some(Instant::now());
            let filled = self.source.read_at(offset, &mut map);
            let mut state = self.lock();
            if let Some(since) = state.reading_since.take() {
                let waited_ms = since.elapsed().as_millis() as u64;
                tracing::trace!(target: "reads", offset, length, waited_ms);
            }
            state.idle_since = Instant::now();
            filled
        };
        match filled {
            Ok(bytes) if bytes == length => Ok(Some(buffer)),
            Ok(bytes) => Err(self.fail(format!("only {bytes} of {length} bytes came at byte {offset}"))),
            Err(SourceError::Failed(why)) => Err(self.fail(why)),
            Err(SourceError::Cancelled) => {
                if self.lock().stopped {
                    Err(ReadEnd::Stopped)
                } else {
                    Err(ReadEnd::Flushed)
                }
            }
        }
    }

    fn fail(&self, why: String) -> ReadEnd {
        {
            let mut state = self.lock();
            if state.stopped {
                return ReadEnd::Stopped;
            }
            state.failure.get_or_insert(why);
        }
        (self.wake)();
        ReadEnd::Failed
    }

    /// Replaces a buffer that was left over from before a flush.
    fn check(&self, info: &mut gst::PadProbeInfo<'_>) -> gst::PadProbeReturn {
        let (offset, size) = (info.offset, info.size as usize);
        let Some(gst::PadProbeData::Buffer(buffer)) = &info.data else { return gst::PadProbeReturn::Ok };
        let left = self.source.size().saturating_sub(offset);
        let due = usize::try_from(left).map_or(size, |left| left.min(size));
        if buffer.offset() == offset && buffer.size() == due {
            return gst::PadProbeReturn::Ok;
        }
        match self.read(offset, size) {
            Ok(Some(buffer)) => {
                self.lock().offset = offset + buffer.size() as u64;
                info.data = Some(gst::PadProbeData::Buffer(buffer));
                gst::PadProbeReturn::Ok
            }
            // Not "drop": that would read as the end of the file. And a read past the end is no flush, after
            // which a demuxer would wait for ever for what follows.
            end => {
                info.data = None;
                let is_end = matches!(end, Ok(None));
                info.flow_res = Err(if is_end { gst::FlowError::Eos } else { gst::FlowError::Flushing });
                gst::PadProbeReturn::Handled
            }
        }
    }
}

/// Why a read gave nothing.
enum ReadEnd {
    Flushed,
    Stopped,
    Failed,
}
