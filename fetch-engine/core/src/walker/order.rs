//! A block to send now, and how it goes on the wire: by number, by offset or in a time slot.

use bytes::{Bytes, BytesMut};

use crate::geometry::{Geometry, Seq};
use crate::wire::{Frame, HEADER_LEN, encode};

/// A block to send now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Order {
    /// The generation that ordered it.
    pub generation: u32,
    /// The epoch that gave it to this server; 0 for a repair.
    pub epoch: u32,
    /// Which block.
    pub seq: Seq,
    /// What tells the client which block it is.
    pub label: Label,
}

/// What tells the client which block it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Label {
    /// Its sequence number.
    Number,
    /// The offset of its first byte.
    Offset(u64),
    /// The time slot it comes in.
    Slot {
        /// The first slot of its epoch: the client is told so before it.
        opens: bool,
        /// The block is not to be sent any more, and its slot stays empty.
        empty: bool,
    },
}

impl Order {
    /// Bytes of the block that are sent: all of it, or none in an empty slot.
    #[must_use]
    pub fn len(&self, geometry: Geometry) -> usize {
        if self.is_empty() { 0 } else { geometry.len(self.seq) as usize }
    }

    /// Whether nothing but an empty slot is sent.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        matches!(self.label, Label::Slot { empty: true, .. })
    }

    /// What is left of the order at a server that doesn't hold the block: nothing, or its empty slot.
    #[must_use]
    pub const fn without_block(self) -> Option<Self> {
        match self.label {
            Label::Slot { opens, .. } => Some(Self { label: Label::Slot { opens, empty: true }, ..self }),
            Label::Number | Label::Offset(_) => None,
        }
    }

    /// The frames to send, where `bytes` are the block's: the last one carries them.
    #[must_use]
    pub fn frames(&self, bytes: Bytes) -> Vec<Frame> {
        let Self { generation, epoch, seq, label } = *self;
        match label {
            Label::Number => vec![Frame::Data { generation, epoch, seq, bytes }],
            Label::Offset(offset) => vec![Frame::DataAt { generation, epoch, offset, bytes }],
            Label::Slot { opens, empty } => {
                let slots = opens.then_some(Frame::Slots { generation, epoch, first: seq });
                let slot = Frame::Slot { bytes: if empty { Bytes::new() } else { bytes } };
                slots.into_iter().chain([slot]).collect()
            }
        }
    }

    /// Appends all that goes before the block's bytes; [`Self::len`] bytes must follow.
    pub fn put_header(&self, geometry: Geometry, out: &mut BytesMut) {
        let mut last = out.len();
        for frame in self.frames(Bytes::new()) {
            last = out.len();
            encode(&frame, out);
        }
        let body = out.len() - last - HEADER_LEN + self.len(geometry);
        out[last..last + 4].copy_from_slice(&(body as u32).to_le_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_and_the_blocks_bytes_are_its_frames() {
        let geometry = Geometry::new(25, 10).unwrap();
        let labels = [
            Label::Number,
            Label::Offset(20),
            Label::Slot { opens: true, empty: false },
            Label::Slot { opens: false, empty: false },
            Label::Slot { opens: true, empty: true },
        ];
        for label in labels {
            let order = Order { generation: 1, epoch: 2, seq: 3, label };
            let mut by_hand = BytesMut::from(&b"before"[..]);
            order.put_header(geometry, &mut by_hand);
            by_hand.extend_from_slice(&b"block"[..order.len(geometry)]);
            let mut encoded = BytesMut::from(&b"before"[..]);
            for frame in order.frames(Bytes::from_static(b"block")) {
                encode(&frame, &mut encoded);
            }
            assert_eq!(by_hand, encoded, "{label:?}");
        }
    }
}
