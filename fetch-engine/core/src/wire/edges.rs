//! Where frames end in bytes that are passed on unread: a relay may put in frames of its own only there.

use super::{HEADER_LEN, MAX_BODY};

/// Follows the frames in a row of bytes by their headers alone.
#[derive(Clone, Copy, Debug, Default)]
pub struct Edges {
    header: [u8; HEADER_LEN],
    /// Bytes of the header that have come.
    seen: usize,
    /// Bytes of the body still to come.
    body: usize,
    /// A header that is none was seen: nothing is known from there on.
    lost: bool,
}

impl Edges {
    /// Stands before a first frame.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes note of bytes, in the order they come.
    pub fn pass(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() && !self.lost {
            if self.seen < HEADER_LEN {
                let taken = bytes.len().min(HEADER_LEN - self.seen);
                self.header[self.seen..self.seen + taken].copy_from_slice(&bytes[..taken]);
                self.seen += taken;
                bytes = &bytes[taken..];
                if self.seen == HEADER_LEN {
                    let [a, b, c, d, _] = self.header;
                    self.body = u32::from_le_bytes([a, b, c, d]) as usize;
                    self.lost = self.body > MAX_BODY;
                }
            } else {
                let taken = bytes.len().min(self.body);
                self.body -= taken;
                bytes = &bytes[taken..];
            }
            if self.seen == HEADER_LEN && self.body == 0 {
                self.seen = 0;
            }
        }
    }

    /// At least how many more bytes come before the next edge between two frames: 0 at one, nothing
    /// where what came is not made of frames.
    #[must_use]
    pub const fn to_edge(&self) -> Option<usize> {
        match (self.lost, self.seen) {
            (true, _) => None,
            (false, 0) => Some(0),
            (false, HEADER_LEN) => Some(self.body),
            (false, seen) => Some(HEADER_LEN - seen),
        }
    }
}

#[cfg(test)]
mod tests {
    use bytes::{Bytes, BytesMut};

    use super::*;
    use crate::wire::{Frame, encode};

    #[test]
    fn edges_are_where_frames_end_however_the_bytes_come() {
        let frames = [
            Frame::GoingAway,
            Frame::Echo { nonce: 3, payload: Bytes::from(vec![7; 1000]) },
            Frame::Lease { generation: 1, lease: 2 },
        ];
        let (mut wire, mut ends) = (BytesMut::new(), vec![0]);
        for frame in &frames {
            encode(frame, &mut wire);
            ends.push(wire.len());
        }
        for piece in [1, 3, 7, 100, 5000] {
            let (mut edges, mut at) = (Edges::new(), 0);
            for bytes in wire.chunks(piece) {
                edges.pass(bytes);
                at += bytes.len();
                assert_eq!(edges.to_edge() == Some(0), ends.contains(&at), "{at} in pieces of {piece}");
            }
        }
        // Never more than to the edge: so one gets there.
        let (mut edges, mut at) = (Edges::new(), 0);
        while at < wire.len() {
            let step = edges.to_edge().unwrap().max(1);
            assert!(!ends.iter().any(|end| (at + 1..at + step).contains(end)));
            edges.pass(&wire[at..at + step]);
            at += step;
        }
    }

    #[test]
    fn what_is_no_frame_has_no_edges() {
        let mut edges = Edges::new();
        edges.pass(&[255; 5]);
        assert_eq!(edges.to_edge(), None);
        edges.pass(&[0; 100]);
        assert_eq!(edges.to_edge(), None);
    }
}
