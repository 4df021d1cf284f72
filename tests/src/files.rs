//! Test files that are the same on every run, and their hashes.

use std::fs::{File, OpenOptions};
use std::io::{BufWriter, Read, Write};
use std::os::unix::fs::FileExt;
use std::path::Path;

/// Bytes in a mebibyte.
pub const MIB: u64 = 1 << 20;

/// Writes `bytes` bytes that follow from `seed` and look random; gives their BLAKE3 in hex.
///
/// # Panics
/// Where the disk refuses.
pub fn write_random(path: &Path, bytes: u64, seed: &str) -> String {
    let mut file = BufWriter::new(File::create(path).expect("a test file can be made"));
    let mut source = blake3::Hasher::new().update(seed.as_bytes()).finalize_xof();
    let mut hasher = blake3::Hasher::new();
    let mut buffer = vec![0; 256 << 10];
    let mut left = bytes;
    while left > 0 {
        let piece = &mut buffer[..left.min(256 << 10) as usize];
        source.fill(piece);
        hasher.update(piece);
        file.write_all(piece).expect("a test file can be written");
        left -= piece.len() as u64;
    }
    file.flush().expect("a test file can be written");
    hasher.finalize().to_hex().to_string()
}

/// Makes a file that is long and takes no room: holes, with a number at the start of every
/// mebibyte, so that no two blocks there are alike; gives its BLAKE3 in hex.
///
/// # Panics
/// Where the disk refuses.
pub fn write_sparse(path: &Path, bytes: u64) -> String {
    let file = File::create(path).expect("a test file can be made");
    file.set_len(bytes).expect("a test file can be long");
    for start in (0..bytes.saturating_sub(8)).step_by(MIB as usize) {
        file.write_all_at(&(start + 1).to_le_bytes(), start).expect("a test file can be written");
    }
    hash_file(path)
}

/// BLAKE3 of a file in hex.
///
/// # Panics
/// Where it can't be read.
#[must_use]
pub fn hash_file(path: &Path) -> String {
    let mut file = File::open(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut hasher = blake3::Hasher::new();
    let mut buffer = vec![0; 1 << 20];
    loop {
        let count = file.read(&mut buffer).expect("an open file can be read");
        if count == 0 {
            return hasher.finalize().to_hex().to_string();
        }
        hasher.update(&buffer[..count]);
    }
}

/// Flips one bit of the byte at `offset` and puts the file's times back: what a bad disk does, and
/// no directory listing shows.
///
/// # Panics
/// Where the disk refuses.
pub fn flip_bit(path: &Path, offset: u64) {
    flip_bits(path, [offset]);
}

/// The same at many places at once. Whoever must not see the file's time change meanwhile is to be frozen.
///
/// # Panics
/// Where the disk refuses.
pub fn flip_bits(path: &Path, offsets: impl IntoIterator<Item = u64>) {
    let file = OpenOptions::new().read(true).write(true).open(path).expect("a test file can be opened");
    let modified = file.metadata().and_then(|facts| facts.modified()).expect("a file has a time");
    for offset in offsets {
        let mut byte = [0];
        file.read_exact_at(&mut byte, offset).expect("the offset lies inside the file");
        byte[0] ^= 1;
        file.write_all_at(&byte, offset).expect("a test file can be written");
    }
    file.set_modified(modified).expect("a file's time can be set");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flipped_bit_changes_the_hash_and_not_the_time() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("f");
        let hash = write_random(&path, 1000, "seed");
        assert_eq!(hash, hash_file(&path));
        let before = path.metadata().unwrap().modified().unwrap();
        flip_bit(&path, 999);
        assert_ne!(hash, hash_file(&path));
        assert_eq!(before, path.metadata().unwrap().modified().unwrap());
        flip_bit(&path, 999);
        assert_eq!(hash, hash_file(&path));
    }

    #[test]
    fn the_same_seed_writes_the_same_bytes_and_another_does_not() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("f");
        let first = write_random(&path, MIB + 3, "a");
        assert_eq!(path.metadata().unwrap().len(), MIB + 3);
        assert_eq!(first, write_random(&path, MIB + 3, "a"));
        assert_ne!(first, write_random(&path, MIB + 3, "b"));
    }
}
