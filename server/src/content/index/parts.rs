//! Reading a part of a film, and proving what it has.

use std::io::{self, Read};
use std::os::unix::fs::FileExt;
use std::path::Path;

use tributary_core::partial::{MAX_BYTES, Part};

use super::scan::description_of;
use crate::content::library::Library;
use crate::content::root::FileFacts;

/// Reads the description beside a part, and checks the part against it: what is not proved counts as not
/// there.
///
/// # Errors
/// As the system says; where the description is none, the part has changed since it was seen with
/// `facts`, or nothing of it is proved.
pub(super) fn read(library: &Library, part: &Path, facts: FileFacts) -> io::Result<Part> {
    let (file, now) = library.root().open_file(part)?;
    if now != facts {
        return Err(io::Error::other("it changes while it is read"));
    }
    let (description, described) = library.root().open_file(&description_of(part))?;
    if described.size > MAX_BYTES {
        return Err(io::Error::other(format!("its description is longer than {MAX_BYTES} bytes")));
    }
    let mut bytes = Vec::new();
    description.take(MAX_BYTES).read_to_end(&mut bytes)?;
    let mut part = Part::decode(&bytes).map_err(io::Error::other)?;
    let read = |range: std::ops::Range<u64>| {
        let mut group = vec![0; (range.end - range.start) as usize];
        file.read_exact_at(&mut group, range.start).ok().map(|()| group)
    };
    part.keep_proved(read)
        .map_err(|_| io::Error::other("none of its bytes are what its description says"))?;
    if FileFacts::of(&file.metadata()?) != facts {
        return Err(io::Error::other("it changes while it is read"));
    }
    Ok(part)
}
