//! The bytes of an answer: words, or ranges of a title as they come.

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use fetch_engine::{RangeReader, ReadError};
use hyper::body::{Frame, SizeHint};

use super::metrics::Metrics;
use super::socket::Ending;
use super::titles::OpenTitle;

/// Part of a body.
#[derive(Debug)]
pub(super) enum Segment {
    /// These bytes.
    Words(Bytes),
    /// These bytes of the title.
    Range(std::ops::Range<u64>),
}

impl Segment {
    /// Its bytes.
    pub(super) fn len(&self) -> u64 {
        match self {
            Self::Words(bytes) => bytes.len() as u64,
            Self::Range(range) => range.end - range.start,
        }
    }
}

/// A body of known length.
#[derive(Debug)]
pub(super) struct Body {
    left: u64,
    segments: VecDeque<Segment>,
    film: Option<Film>,
}

/// What a body draws ranges from.
#[derive(Debug)]
struct Film {
    title: OpenTitle,
    reader: Option<RangeReader>,
    ending: Arc<Ending>,
    metrics: Arc<Metrics>,
}

impl Body {
    /// Nothing.
    pub(super) const fn empty() -> Self {
        Self { left: 0, segments: VecDeque::new(), film: None }
    }

    /// These bytes.
    pub(super) fn full(bytes: Bytes) -> Self {
        Self { left: bytes.len() as u64, segments: VecDeque::from([Segment::Words(bytes)]), film: None }
    }

    /// Segments of a title. Waits until the first byte is here, so that what can't be had is told
    /// instead of an answer that breaks off at once.
    ///
    /// # Errors
    /// [`ReadError`], where it can't be had.
    pub(super) async fn of_title(
        title: OpenTitle,
        reader: RangeReader,
        mut segments: VecDeque<Segment>,
        ending: Arc<Ending>,
        metrics: Arc<Metrics>,
    ) -> Result<Self, ReadError> {
        let left = segments.iter().map(Segment::len).sum();
        let mut reader = reader;
        let first = reader.next_chunk().await?;
        // The reader is that of the first range; it goes on where the first bytes end.
        let place = segments.iter().position(|segment| matches!(segment, Segment::Range(_)));
        if let (Some(place), Some(first)) = (place, first) {
            if let Segment::Range(range) = &mut segments[place] {
                range.start += first.len() as u64;
            }
            segments.insert(place, Segment::Words(first));
        }
        ending.body_begun();
        Ok(Self { left, segments, film: Some(Film { title, reader: Some(reader), ending, metrics }) })
    }

    fn poll_bytes(&mut self, cx: &Context<'_>) -> Poll<Option<Result<Bytes, ReadError>>> {
        loop {
            let range = match self.segments.front_mut() {
                None => return Poll::Ready(None),
                Some(Segment::Words(bytes)) => {
                    let bytes = std::mem::take(bytes);
                    self.segments.pop_front();
                    if bytes.is_empty() {
                        continue;
                    }
                    return Poll::Ready(Some(Ok(bytes)));
                }
                Some(Segment::Range(range)) => range,
            };
            let Some(film) = self.film.as_mut().filter(|_| !range.is_empty()) else {
                if let Some(film) = &mut self.film {
                    film.reader = None;
                }
                self.segments.pop_front();
                continue;
            };
            if film.reader.is_none() {
                match film.title.stream().reader(range.clone()) {
                    Ok(reader) => film.reader = Some(reader),
                    Err(why) => return Poll::Ready(Some(Err(ReadError::Failed(why.to_string())))),
                }
            }
            let Some(reader) = &mut film.reader else { continue };
            return match reader.poll_chunk(cx) {
                Poll::Pending => Poll::Pending,
                Poll::Ready(Ok(Some(bytes))) => {
                    range.start += bytes.len() as u64;
                    Poll::Ready(Some(Ok(bytes)))
                }
                Poll::Ready(Ok(None)) => {
                    Poll::Ready(Some(Err(ReadError::Failed("the title ended before its size".to_owned()))))
                }
                Poll::Ready(Err(why)) => Poll::Ready(Some(Err(why))),
            };
        }
    }
}

impl hyper::body::Body for Body {
    type Data = Bytes;
    type Error = ReadError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, ReadError>>> {
        let polled = self.poll_bytes(cx);
        let this = &mut *self;
        match &polled {
            Poll::Ready(Some(Ok(bytes))) => {
                this.left = this.left.saturating_sub(bytes.len() as u64);
                if let Some(film) = &mut this.film {
                    film.metrics.sent(bytes.len() as u64);
                    if this.left == 0 {
                        // Its window is others' now, though the client may keep the connection.
                        film.reader = None;
                        film.ending.body_done();
                    }
                }
            }
            Poll::Ready(Some(Err(why))) => {
                if let Some(film) = &this.film {
                    film.metrics.broke_off();
                    tracing::warn!("b3:{} broke off: {why}", film.title.stream().id());
                }
            }
            Poll::Ready(None) | Poll::Pending => {}
        }
        polled.map(|some| some.map(|result| result.map(Frame::data)))
    }

    fn is_end_stream(&self) -> bool {
        self.left == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}
