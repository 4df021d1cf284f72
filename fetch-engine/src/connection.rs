//! One connection to a source: a task that connects, writes what the session says and reports what comes.
//! To a content server it says just that; for a plain web server see [`crate::web`].

use std::fmt;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use bytes::BytesMut;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpStream, lookup_host};
use tokio::sync::{Notify, mpsc};
use tokio::task::AbortHandle;
use tributary_core::pattern::SourceId;
use tributary_core::session::Loss;
use tributary_core::wire::{self, Decoder, Frame};

use crate::introduce::{Introduction, Met};
use crate::roster::Member;
use crate::web::{self, Tls, WebSource};

/// How long a connection may take to be made, looking up the name included.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
/// Most bytes of orders that wait for a server to read them.
const MAX_UNSENT_BYTES: usize = 1 << 20;
/// Bytes of a read buffer. Blocks are slices of it, so one block keeps at most this much memory; as
/// the blocks of one buffer are neighbours in the stream, they come and go together.
pub(crate) const READ_BUFFER_BYTES: usize = 256 << 10;
/// Room left in a read buffer below which the next one is begun.
pub(crate) const LEAST_READ_BYTES: usize = 16 << 10;

/// What a connection tells the driver.
#[derive(Debug)]
pub(crate) struct Report {
    /// The source.
    pub(crate) source: SourceId,
    /// The connection; a source's later connection has another number.
    pub(crate) connection: u64,
    /// What happened.
    pub(crate) what: What,
}

/// What happened on a connection.
#[derive(Debug)]
pub(crate) enum What {
    /// It is up; the round trip measured by the connect.
    Up(Duration),
    /// Bytes came in, and the frames they completed.
    Came {
        /// How many bytes.
        bytes: usize,
        /// The frames.
        frames: Vec<Frame>,
    },
    /// It is gone.
    Lost(Loss),
}

/// Orders that wait to be written.
#[derive(Debug, Default)]
pub(crate) struct Outbox {
    unsent: Mutex<BytesMut>,
    filled: Notify,
}

impl Outbox {
    /// All that waits, encoded.
    pub(crate) fn take(&self) -> BytesMut {
        self.unsent.lock().unwrap_or_else(PoisonError::into_inner).split()
    }

    /// Waits until more is put in than was there at the last such wait.
    pub(crate) async fn filled(&self) {
        self.filled.notified().await;
    }
}

/// A connection's way to the driver. While that is busy, whoever reports waits, and reads nothing.
#[derive(Debug)]
pub(crate) struct Reporter {
    source: SourceId,
    connection: u64,
    reports: mpsc::Sender<Report>,
}

impl Reporter {
    /// Tells the driver; says whether it is still there.
    pub(crate) async fn tell(&self, what: What) -> bool {
        let report = Report { source: self.source, connection: self.connection, what };
        self.reports.send(report).await.is_ok()
    }
}

/// The driver's end of a connection. Dropped, it closes.
#[derive(Debug)]
pub(crate) struct Connection {
    /// Its number.
    pub(crate) number: u64,
    outbox: Arc<Outbox>,
    task: AbortHandle,
    /// `Hello` was said before the session knew of it.
    greeted: bool,
}

/// How a content server is reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Way {
    /// `HOST:PORT` that the connection goes to: the server, or a relay.
    pub(crate) connect_to: String,
    /// `HOST:PORT` of the server, where a relay is to pass the connection on.
    forward_to: Option<String>,
}

impl Way {
    /// The way to a source.
    pub(crate) fn to(member: &Member) -> Self {
        Self::new(&member.address, member.via.as_ref().map(|relay| relay.address.as_str()))
    }

    /// The way to the server at `address`, by a relay where one is named.
    pub(crate) fn new(address: &str, relay: Option<&str>) -> Self {
        Self {
            connect_to: relay.unwrap_or(address).to_owned(),
            forward_to: relay.is_some().then(|| address.to_owned()),
        }
    }

    /// What is said before everything else.
    pub(crate) fn first_bytes(&self) -> BytesMut {
        let mut first = BytesMut::from(&wire::MAGIC[..]);
        if let Some(address) = &self.forward_to {
            wire::encode(&Frame::Forward { address: address.clone() }, &mut first);
        }
        first
    }
}

impl fmt::Display for Way {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.forward_to {
            None => f.write_str(&self.connect_to),
            Some(server) => write!(f, "{server} via {}", self.connect_to),
        }
    }
}

/// The server reads none of what it is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the server takes no more orders")]
pub(crate) struct Stuck;

impl Connection {
    /// Starts to connect to a content server.
    pub(crate) fn start(source: SourceId, number: u64, way: Way, reports: mpsc::Sender<Report>) -> Self {
        let work = async move |outbox: Arc<Outbox>, reporter: Reporter| {
            let loss = match connect(&way.connect_to).await {
                Ok((mut stream, rtt)) => match stream.write_all(&way.first_bytes()).await {
                    Ok(()) => {
                        // This fails only once the driver is gone, and this task with it.
                        reporter.tell(What::Up(rtt)).await;
                        exchange(stream, Decoder::new(), &outbox, &reporter).await
                    }
                    Err(why) => Loss::Closed(in_words(&why)),
                },
                Err(why) => Loss::Unreachable(in_words(&why)),
            };
            reporter.tell(What::Lost(loss)).await;
        };
        Self::run(source, number, reports, work)
    }

    /// Goes on with a connection on which the stream's size was asked for.
    pub(crate) fn go_on(
        source: SourceId,
        number: u64,
        introduction: Introduction,
        reports: mpsc::Sender<Report>,
    ) -> Self {
        let work = async move |outbox: Arc<Outbox>, reporter: Reporter| {
            let loss = match introduction.into_met().await {
                Ok(Met { stream, rtt, decoder, frames, bytes }) => {
                    reporter.tell(What::Up(rtt)).await;
                    reporter.tell(What::Came { bytes, frames }).await;
                    exchange(stream, decoder, &outbox, &reporter).await
                }
                Err(why) => Loss::Unreachable(why),
            };
            reporter.tell(What::Lost(loss)).await;
        };
        let mut connection = Self::run(source, number, reports, work);
        connection.greeted = true;
        connection
    }

    /// Starts to connect to a plain web server.
    pub(crate) fn start_web(
        source: SourceId,
        number: u64,
        web: Arc<WebSource>,
        tls: Arc<Tls>,
        reports: mpsc::Sender<Report>,
    ) -> Self {
        Self::run(source, number, reports, async move |outbox: Arc<Outbox>, reporter: Reporter| {
            let loss = web::serve(&web, &tls, &outbox, &reporter).await;
            reporter.tell(What::Lost(loss)).await;
        })
    }

    fn run<W, F>(source: SourceId, number: u64, reports: mpsc::Sender<Report>, work: W) -> Self
    where
        W: FnOnce(Arc<Outbox>, Reporter) -> F,
        F: Future<Output = ()> + Send + 'static,
    {
        let outbox = Arc::<Outbox>::default();
        let reporter = Reporter { source, connection: number, reports };
        let task = tokio::spawn(work(outbox.clone(), reporter));
        Self { number, outbox, task: task.abort_handle(), greeted: false }
    }

    /// Has a frame written after those before it.
    pub(crate) fn send(&self, frame: &Frame) -> Result<(), Stuck> {
        if self.greeted && matches!(frame, Frame::Hello { .. }) {
            return Ok(());
        }
        let mut unsent = self.outbox.unsent.lock().unwrap_or_else(PoisonError::into_inner);
        if unsent.len() > MAX_UNSENT_BYTES {
            return Err(Stuck);
        }
        wire::encode(frame, &mut unsent);
        drop(unsent);
        self.outbox.filled.notify_one();
        Ok(())
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Connects, and measures how long the connect took.
pub(crate) async fn connect(address: &str) -> io::Result<(TcpStream, Duration)> {
    let late = || {
        let why = format!("no answer within {} s", CONNECT_TIMEOUT.as_secs());
        Err(io::Error::new(io::ErrorKind::TimedOut, why))
    };
    tokio::time::timeout(CONNECT_TIMEOUT, reach(address)).await.unwrap_or_else(|_| late())
}

/// Connects to the first address of a name that answers, and measures how long that took.
pub(crate) async fn reach(name: &str) -> io::Result<(TcpStream, Duration)> {
    let mut last = io::Error::new(io::ErrorKind::NotFound, "its name has no address");
    for address in lookup_host(name).await? {
        let start = Instant::now();
        match TcpStream::connect(address).await {
            Ok(stream) => {
                let rtt = start.elapsed();
                stream.set_nodelay(true)?;
                return Ok((stream, rtt));
            }
            Err(why) => last = why,
        }
    }
    Err(last)
}

/// Reads and writes until the connection is gone.
async fn exchange(stream: TcpStream, decoder: Decoder, outbox: &Outbox, reporter: &Reporter) -> Loss {
    let (read, write) = stream.into_split();
    tokio::select! {
        loss = read_frames(read, decoder, reporter) => loss,
        why = write_orders(write, outbox) => Loss::Closed(in_words(&why)),
    }
}

/// Reads and reports until the connection is gone.
async fn read_frames(mut read: OwnedReadHalf, mut decoder: Decoder, reporter: &Reporter) -> Loss {
    loop {
        let room = decoder.buffer(0);
        if room.capacity() - room.len() < LEAST_READ_BYTES {
            room.reserve(READ_BUFFER_BYTES);
        }
        let bytes = match read.read_buf(room).await {
            Ok(0) => return Loss::Closed("the server closed the connection".to_owned()),
            Ok(bytes) => bytes,
            Err(why) => return Loss::Closed(in_words(&why)),
        };
        let mut frames = Vec::new();
        let malformed = loop {
            match decoder.next_frame() {
                Ok(Some(frame)) => frames.push(frame),
                Ok(None) => break None,
                Err(why) => break Some(why),
            }
        };
        if !reporter.tell(What::Came { bytes, frames }).await {
            return Loss::Closed("the stream was closed".to_owned());
        }
        if let Some(why) = malformed {
            return Loss::Protocol(why.to_string());
        }
    }
}

/// Writes what is in the outbox, as it is filled, until that fails.
async fn write_orders(mut write: OwnedWriteHalf, outbox: &Outbox) -> io::Error {
    loop {
        let unsent = outbox.take();
        if unsent.is_empty() {
            outbox.filled().await;
        } else if let Err(why) = write.write_all(&unsent).await {
            return why;
        }
    }
}

/// The usual reasons in plain words.
pub(crate) fn in_words(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => "nothing listens there".to_owned(),
        io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe => "the connection was reset".to_owned(),
        io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable => {
            "there is no route to it".to_owned()
        }
        _ => error.to_string(),
    }
}
