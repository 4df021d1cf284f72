//! The chapters of a title, from its table of contents or as an MP4 has them.

use std::time::Duration;

use gstreamer as gst;
use tributary_core::directory;

use super::text;

/// Most chapters kept of one title.
const MAX_CHAPTERS: usize = 500;

/// One chapter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chapter {
    /// Its name; empty where it has none.
    pub title: String,
    /// Where it begins.
    pub start: Duration,
}

/// The chapters of a table of contents, in the order of the film.
pub(super) fn of_toc(toc: &gst::Toc) -> Vec<Chapter> {
    let mut chapters = Vec::new();
    collect(&toc.entries(), &mut chapters);
    chapters.sort_by_key(|chapter| chapter.start);
    chapters.dedup_by_key(|chapter| chapter.start);
    chapters
}

/// The chapters of an MP4.
pub(super) fn of_mp4(told: &[directory::Chapter]) -> Vec<Chapter> {
    let chapter = |told: &directory::Chapter| Chapter {
        title: text::clean(&told.title),
        start: Duration::from_millis(told.start_ms),
    };
    told.iter().map(chapter).collect()
}

fn collect(entries: &[gst::TocEntry], chapters: &mut Vec<Chapter>) {
    for entry in entries {
        if chapters.len() >= MAX_CHAPTERS {
            return;
        }
        match (entry.entry_type(), entry.start_stop_times()) {
            (gst::TocEntryType::Chapter, Some((start, _))) => {
                let title = entry
                    .tags()
                    .and_then(|tags| tags.get::<gst::tags::Title>().map(|title| text::clean(title.get())));
                let start = Duration::from_nanos(u64::try_from(start).unwrap_or(0));
                chapters.push(Chapter { title: title.unwrap_or_default(), start });
            }
            // Editions, titles and the like only hold chapters. What is inside a chapter is too small.
            (gst::TocEntryType::Chapter, None) => {}
            _ => collect(&entry.sub_entries(), chapters),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(kind: gst::TocEntryType, name: &str, seconds: i64) -> gst::TocEntry {
        let mut entry = gst::TocEntry::new(kind, &format!("{name}{seconds}"));
        let made = entry.get_mut().expect("ours alone");
        made.set_start_stop_times(seconds * 1_000_000_000, (seconds + 1) * 1_000_000_000);
        let mut tags = gst::TagList::new();
        tags.get_mut().expect("ours alone").add::<gst::tags::Title>(&name, gst::TagMergeMode::Append);
        made.set_tags(tags);
        entry
    }

    #[test]
    fn chapters_are_found_inside_editions_and_put_in_order() {
        gst::init().expect("GStreamer starts");
        let mut edition = entry(gst::TocEntryType::Edition, "edition", 0);
        let made = edition.get_mut().expect("ours alone");
        made.append_sub_entry(entry(gst::TocEntryType::Chapter, "The branch\u{202e}", 20));
        made.append_sub_entry(entry(gst::TocEntryType::Chapter, "Morning", 0));
        let mut toc = gst::Toc::new(gst::TocScope::Global);
        toc.get_mut().expect("ours alone").append_entry(edition);
        let chapters = of_toc(&toc);
        let told: Vec<_> = chapters.iter().map(|c| (c.title.as_str(), c.start.as_secs())).collect();
        assert_eq!(told, [("Morning", 0), ("The branch", 20)]);
    }
}
