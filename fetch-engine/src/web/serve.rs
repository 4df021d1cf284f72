//! The task of one web source: its socket between the session's orders and the pipeline.
//!
//! Web servers close connections when they like: after a number of requests, after an idle while. That
//! is no loss to the session: a new connection is made, and what was not answered is asked again. Where the
//! number is known, the next connection is there before, and takes requests while the old one still brings
//! its last answers. A connection that brought nothing before it ended is a loss.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::BytesMut;
use tokio::io::{AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tributary_core::session::Loss;
use tributary_core::wire::{Decoder, ErrorCode, Frame};

use super::exchange::Exchange;
use super::line::Line;
use super::pipeline::Pipeline;
use super::refusal::{self, Stop};
use super::source::WebSource;
use super::tls::Tls;
use crate::connection::{LEAST_READ_BYTES, Outbox, READ_BUFFER_BYTES, Reporter, What, in_words};

/// The next connection is made so many requests before a server closes the one in use, where it has shown
/// when it does.
const NEXT_BEFORE_LIMIT: u64 = 16;

/// Serves a source until it is lost or refused; says why.
pub(crate) async fn serve(
    source: &Arc<WebSource>,
    tls: &Arc<Tls>,
    outbox: &Outbox,
    reporter: &Reporter,
) -> Loss {
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
            Some(line) => {
                tokio::time::sleep(line.held_back).await;
                line
            }
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
            links: [Some(Link::new(line, line_is_old)), None],
            making: None,
            spare: None,
            is_unreachable: false,
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
    Made(Result<Line, String>),
    /// On the connection at this place.
    On(usize, LinkStep),
}

struct Task<'a> {
    source: &'a Arc<WebSource>,
    tls: &'a Arc<Tls>,
    outbox: &'a Outbox,
    reporter: &'a Reporter,
    pipeline: Pipeline,
    /// Two only where one takes no more requests, or soon won't.
    links: [Option<Link>; 2],
    /// The next connection, while it is made.
    making: Option<Making>,
    /// The next connection, while there is no place for it.
    spare: Option<Line>,
    /// It could not be made: not tried again while answers are awaited.
    is_unreachable: bool,
}

type Making = Pin<Box<dyn Future<Output = Result<Line, String>> + Send>>;

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
        for link in &mut self.links {
            if let Some(link) = link.take_if(|link| self.pipeline.is_stale(&link.exchange)) {
                self.pipeline.cut(link.exchange);
            }
        }
        self.change_over();
        self.ask();
        self.report().await;
        match self.step().await {
            Step::Ordered => Ok(()),
            Step::Made(made) => {
                self.making = None;
                // Answers that are still awaited elsewhere are worth more than knowing at once.
                match made {
                    Ok(line) => self.spare = Some(line),
                    Err(_) if self.awaits() => self.is_unreachable = true,
                    Err(why) => return Err(End::Lost(Loss::Unreachable(why))),
                }
                Ok(())
            }
            Step::On(place, LinkStep::Read(Ok(1..))) => self.read(place),
            Step::On(place, LinkStep::Read(Ok(0))) => {
                self.closed(place, "the server closed the connection".to_owned())
            }
            Step::On(place, LinkStep::Read(Err(why)) | LinkStep::Sent(Err(why))) => {
                self.closed(place, in_words(&why))
            }
            Step::On(place, LinkStep::Sent(Ok(all))) => {
                if let Some(link) = &mut self.links[place] {
                    link.unflushed = !all;
                }
                Ok(())
            }
        }
    }

    /// Sees to it that there is a connection where one is needed, and the next one before that.
    fn change_over(&mut self) {
        for link in &mut self.links {
            link.take_if(|link| link.exchange.ends() && !link.exchange.awaits());
        }
        if let Some(free) = self.links.iter_mut().find(|link| link.is_none())
            && let Some(line) = self.spare.take().filter(Line::is_fresh)
        {
            *free = Some(Link::new(line, true));
        }
        self.is_unreachable &= self.awaits();
        let soon = self.source.request_limit().saturating_sub(NEXT_BEFORE_LIMIT);
        let lasts = |link: &Link| !link.exchange.ends() && link.exchange.asked_ever() < soon.max(1);
        let wanted = !self.is_unreachable && !self.links.iter().flatten().any(lasts);
        if wanted && self.making.is_none() && self.spare.is_none() && self.pipeline.has_work() {
            let (url, tls) = (self.source.at(), self.tls.clone());
            self.making = Some(Box::pin(async move { Line::connect(&url, &tls).await }));
        }
    }

    /// Asks as much as may be asked now, on the connection that owes least: so a new one grows while the
    /// old one still brings what it can.
    fn ask(&mut self) {
        let limit = self.source.request_limit();
        loop {
            let open = self.links.iter_mut().flatten().filter(|link| link.exchange.has_room(limit));
            let Some(link) = open.min_by_key(|link| link.exchange.awaited_bytes()) else { return };
            if !self.pipeline.ask(&mut link.exchange, &mut link.unsent) {
                return;
            }
        }
    }

    /// Whether an answer is awaited on either connection.
    fn awaits(&self) -> bool {
        self.links.iter().flatten().any(|link| link.exchange.awaits())
    }

    async fn report(&mut self) {
        if let Some(came) = self.pipeline.came() {
            self.reporter.tell(What::Came { bytes: came.bytes, frames: came.frames }).await;
        }
    }

    async fn step(&mut self) -> Step {
        let [first, second] = &mut self.links;
        tokio::select! {
            biased;
            () = self.outbox.filled() => Step::Ordered,
            made = or_never(&mut self.making) => Step::Made(made),
            step = step_of(first) => Step::On(0, step),
            step = step_of(second) => Step::On(1, step),
        }
    }

    /// Works off what was read.
    fn read(&mut self, place: usize) -> Result<(), End> {
        let Some(mut link) = self.links[place].take() else { return Ok(()) };
        let other_awaits = self.awaits();
        link.is_old = false;
        match self.pipeline.feed(Instant::now(), &mut link.exchange, &mut link.raw, other_awaits) {
            Ok(()) => self.links[place] = Some(link),
            Err(Stop::Moved(to)) if self.source.moved(to.clone()) => {
                self.pipeline.lost(link.exchange);
                // Whatever is being made leads to where the file no longer is.
                (self.making, self.spare) = (None, None);
            }
            Err(stop) => return Err(stop.into()),
        }
        Ok(())
    }

    /// A connection was closed, or broke.
    fn closed(&mut self, place: usize, why: String) -> Result<(), End> {
        let Some(link) = self.links[place].take() else { return Ok(()) };
        let (awaited, is_old) = (link.exchange.awaits(), link.is_old);
        if self.pipeline.lost(link.exchange) || !awaited || is_old {
            Ok(())
        } else {
            Err(End::Lost(Loss::Closed(why)))
        }
    }
}

/// A connection with its requests and answers.
struct Link {
    line: Line,
    exchange: Exchange,
    /// Requests that are not written yet.
    unsent: BytesMut,
    /// What was written may still wait inside the encryption.
    unflushed: bool,
    /// What came and was not taken yet.
    raw: BytesMut,
    /// It was made some time before it was used: it may be closed by now.
    is_old: bool,
}

/// What happened next on a connection.
enum LinkStep {
    /// Something was written; whether all of it is on its way.
    Sent(io::Result<bool>),
    Read(io::Result<usize>),
}

impl Link {
    fn new(line: Line, is_old: bool) -> Self {
        let exchange = Exchange::default();
        Self { line, exchange, unsent: BytesMut::new(), unflushed: false, raw: BytesMut::new(), is_old }
    }

    async fn step(&mut self) -> LinkStep {
        if self.raw.capacity() - self.raw.len() < LEAST_READ_BYTES {
            self.raw.reserve(READ_BUFFER_BYTES);
        }
        let may_send = self.unflushed || !self.unsent.is_empty();
        tokio::select! {
            biased;
            sent = send(&mut self.line.write, &mut self.unsent), if may_send => LinkStep::Sent(sent),
            read = self.line.read.read_buf(&mut self.raw) => LinkStep::Read(read),
        }
    }
}

async fn step_of(link: &mut Option<Link>) -> LinkStep {
    match link {
        Some(link) => link.step().await,
        None => std::future::pending().await,
    }
}

async fn or_never(making: &mut Option<Making>) -> Result<Line, String> {
    match making {
        Some(making) => making.await,
        None => std::future::pending().await,
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
