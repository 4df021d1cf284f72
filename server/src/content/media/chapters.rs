//! Chapters of a film: what GStreamer tells, or what stands in an MP4.

use std::os::unix::fs::FileExt;
use std::path::Path;

use gstreamer::{Toc, TocEntry, TocEntryType};
use tributary_core::directory::{Chapter, MAX_CHAPTERS};
use tributary_core::mp4_chapters;

use super::facts::MAX_WORD_CHARS;
use crate::text::clean;

/// The chapters of the film at `path` with this table of contents.
pub(super) fn of(path: &Path, toc: Option<&Toc>) -> Vec<Chapter> {
    let mut chapters = Vec::new();
    match toc {
        Some(toc) => collect(&toc.entries(), &mut chapters),
        None => chapters = of_mp4(path),
    }
    for chapter in &mut chapters {
        chapter.title = clean(&chapter.title, MAX_WORD_CHARS);
    }
    chapters.sort_by_key(|chapter| chapter.start_ms);
    chapters.dedup_by_key(|chapter| chapter.start_ms);
    chapters
}

/// Editions, titles and the like only hold chapters; what is inside a chapter is too small.
fn collect(entries: &[TocEntry], chapters: &mut Vec<Chapter>) {
    for entry in entries {
        if entry.entry_type() != TocEntryType::Chapter {
            collect(&entry.sub_entries(), chapters);
        } else if let Some((start, _)) = entry.start_stop_times().filter(|_| chapters.len() < MAX_CHAPTERS) {
            let tags = entry.tags();
            let title = tags.and_then(|tags| Some(tags.get::<gstreamer::tags::Title>()?.get().to_owned()));
            let start_ms = u64::try_from(start).unwrap_or(0) / 1_000_000;
            chapters.push(Chapter { start_ms, title: title.unwrap_or_default() });
        }
    }
}

fn of_mp4(path: &Path) -> Vec<Chapter> {
    let Ok(file) = std::fs::File::open(path) else { return Vec::new() };
    let size = file.metadata().map_or(0, |facts| facts.len());
    mp4_chapters::read(size, &mut |at, buf| file.read_exact_at(buf, at).is_ok())
}
