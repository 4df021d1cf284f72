//! A first look at a web server: how long its file is, what identifies the copy, and small documents.

use std::time::{Duration, Instant};

use bytes::BytesMut;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;

use super::body::Body;
use super::head::{Head, Validators};
use super::line::Line;
use super::refusal::{self, Stop};
use super::request;
use super::source::WebSource;
use super::tls::Tls;
use crate::connection::in_words;

/// How long a look may take, redirects and connections included.
const LOOK_TIMEOUT: Duration = Duration::from_secs(8);
/// How long a document may take.
const DOCUMENT_TIMEOUT: Duration = Duration::from_secs(20);

/// What a server says of its file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Look {
    /// Bytes of the file.
    pub(crate) size: u64,
    pub(crate) validators: Validators,
}

/// A look that showed nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unseen {
    /// The server refused for good: it is of no use.
    pub(crate) refused: bool,
    /// What happened, in words.
    pub(crate) why: String,
}

impl Unseen {
    const fn now(why: String) -> Self {
        Self { refused: false, why }
    }
}

/// Looks at the file. The connection is kept for the source's own use.
pub(crate) async fn look(source: &WebSource, tls: &Tls) -> Result<Look, Unseen> {
    let late = || Err(Unseen::now(format!("no answer within {} s", LOOK_TIMEOUT.as_secs())));
    timeout(LOOK_TIMEOUT, try_look(source, tls)).await.unwrap_or_else(|_| late())
}

async fn try_look(source: &WebSource, tls: &Tls) -> Result<Look, Unseen> {
    loop {
        let answer = ask(source, tls, |url, out| request::write(url, &(0..1), out)).await?;
        match refusal::check_first(&answer.head, source) {
            Ok((size, validators)) => {
                answer.keep(source, u64::from(size > 0)).await;
                return Ok(Look { size, validators });
            }
            Err(Stop::Moved(to)) if source.moved(to.clone()) => {}
            Err(stop) => return Err(refused(source, stop)),
        }
    }
}

/// Fetches a whole document of at most `most` bytes.
pub(crate) async fn document(source: &WebSource, tls: &Tls, most: usize) -> Result<BytesMut, String> {
    let late = || Err(Unseen::now(format!("it did not come within {} s", DOCUMENT_TIMEOUT.as_secs())));
    let got = timeout(DOCUMENT_TIMEOUT, try_document(source, tls, most)).await.unwrap_or_else(|_| late());
    got.map_err(|unseen| unseen.why)
}

async fn try_document(source: &WebSource, tls: &Tls, most: usize) -> Result<BytesMut, Unseen> {
    loop {
        let answer = ask(source, tls, request::write_whole).await?;
        match refusal::check_document(&answer.head, source) {
            Ok(()) => return answer.read_body(most).await,
            Err(Stop::Moved(to)) if source.moved(to.clone()) => {}
            Err(stop) => return Err(refused(source, stop)),
        }
    }
}

/// Remembers a refusal, so that nobody asks again.
fn refused(source: &WebSource, stop: Stop) -> Unseen {
    match stop {
        Stop::Refused { code, message } => {
            let refused = refusal::is_final(code);
            if refused {
                source.refuse(code, message.clone());
            }
            Unseen { refused, why: message }
        }
        Stop::Moved(_) => Unseen { refused: true, why: refusal::TOO_MANY_REDIRECTS.to_owned() },
    }
}

/// The head of an answer, and its connection.
struct Answer {
    head: Head,
    line: Line,
    /// What came after the head.
    raw: BytesMut,
}

async fn ask(
    source: &WebSource,
    tls: &Tls,
    write: impl FnOnce(&super::WebUrl, &mut BytesMut),
) -> Result<Answer, Unseen> {
    let url = source.at();
    let mut line = Line::connect(&url, tls).await.map_err(Unseen::now)?;
    let broke = |why: std::io::Error| Unseen::now(in_words(&why));
    let mut request = BytesMut::new();
    write(&url, &mut request);
    line.write.write_all(&request).await.map_err(broke)?;
    line.write.flush().await.map_err(broke)?;
    let mut raw = BytesMut::new();
    loop {
        let parsed = Head::parse(&raw).map_err(|why| Unseen { refused: true, why: why.to_string() })?;
        match parsed {
            Some((head, len)) => {
                bytes::Buf::advance(&mut raw, len);
                if !head.is_interim() {
                    return Ok(Answer { head, line, raw });
                }
            }
            None => {
                if line.read.read_buf(&mut raw).await.map_err(broke)? == 0 {
                    let why = "the server closed the connection without an answer".to_owned();
                    return Err(Unseen::now(why));
                }
            }
        }
    }
}

impl Answer {
    /// Reads the rest of a body of `length` bytes, and keeps the connection where it can be used again.
    async fn keep(mut self, source: &WebSource, length: u64) {
        let told = self.head.length;
        if self.head.closes || self.head.chunked || told.is_none_or(|told| told > length.max(1)) {
            return;
        }
        let missing = told.unwrap_or(0) as usize;
        while self.raw.len() < missing {
            if !matches!(self.line.read.read_buf(&mut self.raw).await, Ok(1..)) {
                return;
            }
        }
        if self.raw.len() == missing && self.head.status == 206 {
            self.line.used = Instant::now();
            source.keep(self.line);
        }
    }

    async fn read_body(mut self, most: usize) -> Result<BytesMut, Unseen> {
        let (mut body, mut out) =
            (Body::new(self.head.length.unwrap_or(u64::MAX), self.head.chunked), BytesMut::new());
        loop {
            let bytes = body.take(&mut self.raw, most + 1).map_err(|why| Unseen::now(why.to_string()))?;
            out.extend_from_slice(&bytes);
            if out.len() > most {
                return Err(Unseen { refused: true, why: format!("it is larger than {most} bytes") });
            }
            if body.is_done() {
                return Ok(out);
            }
            if !bytes.is_empty() {
                continue;
            }
            match self.line.read.read_buf(&mut self.raw).await {
                Ok(0) if self.head.length.is_none() && !self.head.chunked => return Ok(out),
                Ok(0) => return Err(Unseen::now("it ended half-way".to_owned())),
                Ok(_) => {}
                Err(why) => return Err(Unseen::now(in_words(&why))),
            }
        }
    }
}
