//! The task of one web source: its socket between the session's orders and the pipeline.
//!
//! Web servers close connections when they like: after a number of requests, after an idle while. That
//! is no loss to the session: a new connection is made, and what was not answered is asked again. A
//! connection that brought nothing before it ended is a loss.

use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::BytesMut;
use tokio::io::{AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tributary_core::session::Loss;
use tributary_core::wire::{Decoder, ErrorCode, Frame};

use super::line::{Line, in_words};
use super::pipeline::Pipeline;
use super::refusal::{self, Stop};
use super::source::WebSource;
use super::tls::Tls;
use crate::connection::{LEAST_READ_BYTES, Outbox, READ_BUFFER_BYTES, Reporter, What};

/// Serves a source until it is lost or refused; says why.
pub(crate) async fn serve(source: &Arc<WebSource>, tls: &Tls, outbox: &Outbox, reporter: &Reporter) -> Loss {
    if let Some(wait) = source.waits() {
        return Loss::Unreachable(format!("it asked to be left alone for {} s more", wait.as_secs() + 1));
    }
    let stop = if let Some((code, message)) = source.refused() {
        reporter.tell(What::Up(Duration::ZERO)).await;
        Stop::Refused { code, message }
    } else {
        let ready = source.take_ready();
        let line_is_old = ready.is_some();
        let line = match ready {
            Some(line) => line,
            None => match Line::connect(&source.at(), tls).await {
                Ok(line) => line,
                Err(why) => return Loss::Unreachable(why),
            },
        };
        reporter.tell(What::Up(line.rtt)).await;
        let task = Task {
            source,
            tls,
            outbox,
            reporter,
            pipeline: Pipeline::new(source.clone(), line.rtt),
            line: Some(line),
            line_is_old,
            unsent: BytesMut::new(),
            unflushed: false,
            raw: BytesMut::new(),
        };
        match task.run().await {
            End::Stopped(stop) => stop,
            End::Lost(loss) => return loss,
        }
    };
    let (code, message) = match stop {
        Stop::Refused { code, message } => (code, message),
        Stop::Moved(_) => (ErrorCode::Refused, refusal::TOO_MANY_REDIRECTS.to_owned()),
    };
    let frame = Frame::Error { code, message: message.clone() };
    reporter.tell(What::Came { bytes: 0, frames: vec![frame] }).await;
    Loss::Closed(message)
}

/// How a source's task ends.
enum End {
    Stopped(Stop),
    Lost(Loss),
}

impl From<Stop> for End {
    fn from(stop: Stop) -> Self {
        Self::Stopped(stop)
    }
}

/// What happened next.
enum Step {
    Ordered,
    /// Something was written; whether all of it is on its way.
    Sent(io::Result<bool>),
    Read(io::Result<usize>),
}

struct Task<'a> {
    source: &'a Arc<WebSource>,
    tls: &'a Tls,
    outbox: &'a Outbox,
    reporter: &'a Reporter,
    pipeline: Pipeline,
    line: Option<Line>,
    /// The connection was made some time before it was used: it may be closed by now.
    line_is_old: bool,
    /// Requests that are not written yet.
    unsent: BytesMut,
    /// What was written may still wait inside the encryption.
    unflushed: bool,
    /// What came and was not taken yet.
    raw: BytesMut,
}

impl Task<'_> {
    async fn run(mut self) -> End {
        let mut orders = Decoder::new();
        loop {
            if let Err(end) = self.turn(&mut orders).await {
                self.report().await;
                return end;
            }
        }
    }

    /// Takes orders, asks, waits for the next thing to happen and works it off.
    async fn turn(&mut self, orders: &mut Decoder) -> Result<(), End> {
        orders.feed(&self.outbox.take());
        while let Some(frame) = orders.next_frame().map_err(refusal::unexpected)? {
            self.pipeline.take(&frame)?;
        }
        if self.pipeline.is_stale() {
            self.pipeline.cut();
            self.hang_up();
        }
        if self.line.is_none() && self.pipeline.needs_line() {
            let line = Line::connect(&self.source.at(), self.tls).await;
            self.line = Some(line.map_err(|why| End::Lost(Loss::Unreachable(why)))?);
        }
        if self.line.is_some() {
            self.pipeline.ask(&mut self.unsent);
        }
        self.report().await;
        match self.step().await {
            Step::Read(Ok(1..)) => self.read(),
            Step::Read(Ok(0)) => self.closed("the server closed the connection".to_owned()),
            Step::Sent(Ok(all)) => {
                self.unflushed = !all;
                Ok(())
            }
            Step::Ordered => Ok(()),
            Step::Read(Err(why)) | Step::Sent(Err(why)) => self.closed(in_words(&why)),
        }
    }

    async fn report(&mut self) {
        if let Some(came) = self.pipeline.came() {
            self.reporter.tell(What::Came { bytes: came.bytes, frames: came.frames }).await;
        }
    }

    async fn step(&mut self) -> Step {
        let ordered = self.outbox.filled();
        let Some(line) = &mut self.line else {
            ordered.await;
            return Step::Ordered;
        };
        if self.raw.capacity() - self.raw.len() < LEAST_READ_BYTES {
            self.raw.reserve(READ_BUFFER_BYTES);
        }
        let may_send = self.unflushed || !self.unsent.is_empty();
        tokio::select! {
            biased;
            () = ordered => Step::Ordered,
            sent = send(&mut line.write, &mut self.unsent), if may_send => Step::Sent(sent),
            read = line.read.read_buf(&mut self.raw) => Step::Read(read),
        }
    }

    /// Works off what was read.
    fn read(&mut self) -> Result<(), End> {
        self.line_is_old = false;
        match self.pipeline.feed(Instant::now(), &mut self.raw) {
            Ok(()) => {
                if self.pipeline.line_is_over() {
                    self.pipeline.line_lost();
                    self.hang_up();
                }
                Ok(())
            }
            Err(Stop::Moved(to)) if self.source.moved(to.clone()) => {
                self.pipeline.line_lost();
                self.hang_up();
                Ok(())
            }
            Err(stop) => Err(stop.into()),
        }
    }

    /// The connection was closed, or broke.
    fn closed(&mut self, why: String) -> Result<(), End> {
        let awaited = self.pipeline.awaits();
        let useful = self.pipeline.line_lost();
        self.hang_up();
        if !awaited || useful || std::mem::take(&mut self.line_is_old) {
            Ok(())
        } else {
            Err(End::Lost(Loss::Closed(why)))
        }
    }

    fn hang_up(&mut self) {
        self.line = None;
        self.unflushed = false;
        self.unsent.clear();
        self.raw.clear();
    }
}

/// Writes some of `unsent`, or has sent what waits inside the encryption; says whether all is on its way.
async fn send(write: &mut (impl AsyncWrite + Unpin), unsent: &mut BytesMut) -> io::Result<bool> {
    if unsent.is_empty() {
        return write.flush().await.map(|()| true);
    }
    match write.write_buf(unsent).await? {
        0 => Err(io::ErrorKind::WriteZero.into()),
        _ => Ok(false),
    }
}
