//! What is kept beside a part of a stream on disk, so that it can be served: which stream it is of, which
//! bytes it has, and the hash pages that prove them.
//!
//! `tributary-fetch` leaves `NAME.part.tributary` beside a `NAME.part` that it could not finish; a content
//! server that finds both checks the part against the pages. PROTOCOL.md describes the form.

use bytes::{Buf, BufMut, Bytes, BytesMut};

use crate::geometry::StreamId;
use crate::held::{BadRanges, Held, MAX_RANGES};
use crate::verify::{BadPage, GROUP, HashTree, Verdict};
use crate::wire::{DecodeError, Decoder, Frame, encode};

/// First bytes of the file.
pub const MAGIC: [u8; 8] = *b"TRIBPART";
/// What is put behind the name of the part to name the file beside it.
pub const ENDING: &str = ".tributary";
/// Largest file that is read: enough for parts of 30 GiB.
pub const MAX_BYTES: u64 = 64 << 20;

/// A part of a stream.
#[derive(Clone, Debug)]
pub struct Part {
    /// The stream.
    pub stream: StreamId,
    /// Bytes of the whole stream.
    pub size: u64,
    /// Which bytes the part has, each at its place in the stream.
    pub held: Held,
    /// The pages that came with it, all proved.
    pub tree: HashTree,
}

/// Bytes that describe no part.
#[derive(Debug, Clone, thiserror::Error, PartialEq, Eq)]
pub enum BadPart {
    /// Something else altogether, or cut short.
    #[error("it is not what tributary-fetch keeps beside a part")]
    Form,
    /// Impossible ranges.
    #[error(transparent)]
    Ranges(#[from] BadRanges),
    /// Something else than frames.
    #[error(transparent)]
    Frame(#[from] DecodeError),
    /// A page that is not the stream's.
    #[error(transparent)]
    Page(#[from] BadPage),
}

impl Part {
    /// Writes it down.
    #[must_use]
    pub fn encode(&self) -> Bytes {
        let mut out = BytesMut::new();
        out.put_slice(&MAGIC);
        out.put_slice(&self.stream.0);
        out.put_u64_le(self.size);
        out.put_u32_le(self.held.ranges().len() as u32);
        for range in self.held.ranges() {
            out.put_u64_le(range.start);
            out.put_u64_le(range.end);
        }
        for (page, values) in self.tree.pages() {
            encode(&Frame::Page { page, values: Bytes::copy_from_slice(values.as_flattened()) }, &mut out);
        }
        out.freeze()
    }

    /// Reads it.
    ///
    /// # Errors
    /// [`BadPart`].
    pub fn decode(mut bytes: &[u8]) -> Result<Self, BadPart> {
        const HEAD: usize = 8 + 32 + 8 + 4;
        if bytes.len() < HEAD || !bytes.starts_with(&MAGIC) {
            return Err(BadPart::Form);
        }
        bytes.advance(MAGIC.len());
        let mut stream = [0; 32];
        bytes.copy_to_slice(&mut stream);
        let (stream, size) = (StreamId(stream), bytes.get_u64_le());
        let count = bytes.get_u32_le() as usize;
        if count > MAX_RANGES || bytes.len() < 16 * count {
            return Err(BadPart::Form);
        }
        let ranges: Vec<_> = (0..count).map(|_| bytes.get_u64_le()..bytes.get_u64_le()).collect();
        let held = if ranges.is_empty() { Held::all() } else { Held::new(size, ranges)? };
        let mut tree = HashTree::new(stream, size);
        let mut decoder = Decoder::new();
        decoder.feed(bytes);
        // Pages stand in the order of their levels, so each is proved by those before it.
        while let Some(frame) = decoder.next_frame()? {
            let Frame::Page { page, values } = frame else { return Err(BadPart::Form) };
            tree.insert(page, &values)?;
        }
        if decoder.pending() > 0 {
            return Err(BadPart::Form);
        }
        Ok(Self { stream, size, held, tree })
    }

    /// Keeps of what it says that it has only the groups that the pages prove; `read` gives the bytes of
    /// a range, or nothing where they can't be read.
    ///
    /// # Errors
    /// [`BadRanges::Nothing`] where nothing is left.
    pub fn keep_proved(
        &mut self,
        mut read: impl FnMut(std::ops::Range<u64>) -> Option<Vec<u8>>,
    ) -> Result<(), BadRanges> {
        let mut proved = Vec::new();
        for range in self.held.pieces(self.size) {
            let mut at = range.start.next_multiple_of(GROUP);
            while at < range.end {
                let group = at..(at + GROUP).min(self.size);
                let is_good = |bytes: Vec<u8>| self.tree.check(at, &bytes) == Verdict::Good;
                if group.end <= range.end && read(group.clone()).is_some_and(is_good) {
                    proved.push(group);
                }
                at += GROUP;
            }
        }
        self.held = Held::gather(self.size, proved)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::{Level, PageId, Value, build_page, group_value};

    const SIZE: u64 = (18 << 20) + 777;

    fn film() -> (Vec<u8>, Part) {
        let bytes: Vec<u8> = (0..SIZE).map(|at| (at * 31 % 251) as u8).collect();
        let groups: Vec<Value> = bytes
            .chunks(GROUP as usize)
            .enumerate()
            .map(|(place, group)| group_value(place as u64 * GROUP, group))
            .collect();
        let stream = StreamId(*blake3::hash(&bytes).as_bytes());
        let mut tree = HashTree::new(stream, SIZE);
        let page = |level, index| PageId { level, index };
        let pages = [
            page(Level::Top, 0),
            page(Level::Middle, 0),
            page(Level::Middle, 1),
            page(Level::Leaf, 0),
            page(Level::Leaf, 18),
        ];
        for page in pages {
            tree.insert(page, &build_page(&groups, SIZE, page).unwrap()).unwrap();
        }
        let held = Held::new(SIZE, vec![0..2 << 20, 18 << 20..SIZE]).unwrap();
        (bytes, Part { stream, size: SIZE, held, tree })
    }

    #[test]
    fn what_is_written_reads_back_and_nothing_forged_does() {
        let (_, part) = film();
        let written = part.encode();
        let read = Part::decode(&written).unwrap();
        assert_eq!((read.stream, read.size, &read.held), (part.stream, part.size, &part.held));
        assert_eq!(read.encode(), written);
        for cut in [0, 7, 20, 60, written.len() - 1] {
            assert_eq!(Part::decode(&written[..cut]).unwrap_err(), BadPart::Form, "{cut}");
        }
        let mut forged = written.to_vec();
        *forged.last_mut().unwrap() ^= 1;
        assert!(matches!(Part::decode(&forged), Err(BadPart::Page(_))));
        let mut forged = written.to_vec();
        forged[8 + 32 + 8 + 4] = 1;
        forged[8 + 32 + 8 + 4 + 8..][..8].copy_from_slice(&1u64.to_le_bytes());
        assert!(matches!(Part::decode(&forged), Err(BadPart::Ranges(_))));
    }

    #[test]
    fn only_what_the_pages_prove_is_kept() {
        let (mut bytes, mut part) = film();
        bytes[3 * GROUP as usize + 5] ^= 1;
        let read =
            |range: std::ops::Range<u64>| Some(bytes.get(range.start as usize..range.end as usize)?.to_vec());
        part.keep_proved(read).unwrap();
        // Of the second MiB there is no page; one group is wrong.
        assert_eq!(part.held.ranges(), [0..3 * GROUP, 4 * GROUP..1 << 20, 18 << 20..SIZE]);
        assert_eq!(part.keep_proved(|_| None), Err(BadRanges::Nothing));
    }
}
