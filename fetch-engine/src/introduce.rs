//! Meeting content servers before the size of a stream is known.
//!
//! Where only addresses are given, somebody has to tell the size before blocks can be ordered. All servers
//! are asked at once, on the very connections that will bring the blocks; the first answer is enough to
//! begin, and the others, connected by then, join as they are.

use std::io;
use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tributary_core::geometry::StreamId;
use tributary_core::wire::{self, Decoder, Frame, MIN_VERSION, VERSION};

use crate::connection::{Way, connect, in_words};
use crate::text;

/// Longest reason of a server that is kept, in characters.
const MAX_REASON_CHARS: usize = 200;
/// Bytes read at once: answers are small.
const READ_BYTES: usize = 4096;
/// Most bytes of frames that may come before the answer.
const MAX_BYTES_BEFORE_ANSWER: usize = 64 << 10;

/// A content server that is being asked for the size of a stream.
#[derive(Debug)]
pub(crate) struct Introduction {
    /// How it is reached.
    pub(crate) way: Way,
    state: State,
}

#[derive(Debug)]
enum State {
    Connecting(JoinHandle<io::Result<(TcpStream, Duration)>>),
    Met(Met),
    Failed(String),
}

/// A connection on which `Hello` was said.
#[derive(Debug)]
pub(crate) struct Met {
    pub(crate) stream: TcpStream,
    /// Round trip, measured by the connect.
    pub(crate) rtt: Duration,
    /// Holds what came and is no whole frame yet.
    pub(crate) decoder: Decoder,
    /// What came and nobody has been told of.
    pub(crate) frames: Vec<Frame>,
    /// Bytes read so far.
    pub(crate) bytes: usize,
}

impl Introduction {
    /// Starts to connect and asks for the size of `stream`.
    pub(crate) fn begin(way: Way, stream: StreamId) -> Self {
        let to = way.clone();
        let work = async move {
            let (mut connection, rtt) = connect(&to.connect_to).await?;
            let mut flight = to.first_bytes();
            wire::encode(&Frame::Hello { min_version: MIN_VERSION, max_version: VERSION }, &mut flight);
            wire::encode(&Frame::SizeRequest { stream }, &mut flight);
            connection.write_all(&flight).await?;
            Ok((connection, rtt))
        };
        Self { way, state: State::Connecting(tokio::spawn(work)) }
    }

    /// Waits until the connection is up. May be dropped and called again.
    ///
    /// # Errors
    /// Why there is none, in words.
    async fn met(&mut self) -> Result<&mut Met, String> {
        if let State::Connecting(work) = &mut self.state {
            let done = work.await.unwrap_or_else(|gone| Err(io::Error::other(gone)));
            self.state = match done {
                Ok((stream, rtt)) => {
                    State::Met(Met { stream, rtt, decoder: Decoder::new(), frames: Vec::new(), bytes: 0 })
                }
                Err(why) => State::Failed(in_words(&why)),
            };
        }
        match &mut self.state {
            State::Met(met) => Ok(met),
            State::Failed(why) => Err(why.clone()),
            State::Connecting(_) => Err("it is still being connected to".to_owned()),
        }
    }

    /// Waits for what the server says of the size. May be dropped and called again.
    ///
    /// # Errors
    /// Why it says none, in words.
    pub(crate) async fn size(&mut self, stream: StreamId) -> Result<u64, String> {
        let answer = self.met().await?.size(stream).await;
        if let Err(why) = &answer {
            self.state = State::Failed(why.clone());
        }
        answer
    }

    /// The connection, once it is up, whether or not the answer has come.
    ///
    /// # Errors
    /// Why there is none, in words.
    pub(crate) async fn into_met(mut self) -> Result<Met, String> {
        self.met().await?;
        match self.state {
            State::Met(met) => Ok(met),
            State::Failed(why) => Err(why),
            State::Connecting(_) => Err("it is still being connected to".to_owned()),
        }
    }
}

impl Met {
    async fn size(&mut self, wanted: StreamId) -> Result<u64, String> {
        loop {
            while let Some(frame) = self.decoder.next_frame().map_err(|why| why.to_string())? {
                match frame {
                    Frame::Size { stream, size } if stream == wanted => return Ok(size),
                    Frame::Error { message, .. } => return Err(text::clean(&message, MAX_REASON_CHARS)),
                    other => self.frames.push(other),
                }
            }
            if self.bytes > MAX_BYTES_BEFORE_ANSWER {
                return Err("it sends much, and no size".to_owned());
            }
            let came = match self.stream.readable().await {
                Ok(()) => self.stream.try_read_buf(self.decoder.buffer(READ_BYTES)),
                Err(why) => Err(why),
            };
            match came {
                Ok(0) => return Err("it closed the connection".to_owned()),
                Ok(bytes) => self.bytes += bytes,
                Err(why) if why.kind() == io::ErrorKind::WouldBlock => {}
                Err(why) => return Err(in_words(&why)),
            }
        }
    }
}
