//! How a connection is closed so that the client can read why.

use std::io;
use std::time::Duration;

use bytes::{Buf, BytesMut};
use tokio::net::TcpStream;
use tributary_core::wire::{ErrorCode, Frame, encode};

/// Time for the last frame of a connection.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// Tells a client that there is no room.
pub(crate) async fn refuse_busy(stream: &TcpStream) {
    let message = "this server has as many connections as it takes".into();
    let mut last = BytesMut::new();
    encode(&Frame::Error { code: ErrorCode::Busy, message }, &mut last);
    say_goodbye(stream, last).await;
}

/// Writes the last bytes of a connection, and waits a little for the client to have read them.
pub(crate) async fn say_goodbye(stream: &TcpStream, mut last: BytesMut) {
    let goodbye = async {
        while last.has_remaining() {
            stream.writable().await?;
            match stream.try_write(&last) {
                Ok(count) => last.advance(count),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Err(error),
            }
        }
        socket2::SockRef::from(stream).shutdown(std::net::Shutdown::Write)?;
        // Closing with unread bytes would reset the connection, and the reset overtake the words.
        let mut unread = [0; 4096];
        loop {
            stream.readable().await?;
            match stream.try_read(&mut unread) {
                Ok(0) => return Ok(()),
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Err(error),
            }
        }
    };
    // Whoever does not listen to the last words does not get them.
    let _ = tokio::time::timeout(LAST_WORDS, goodbye).await;
}
