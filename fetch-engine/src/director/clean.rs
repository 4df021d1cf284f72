//! Makes the text in a director's answers fit to be shown.

use tributary_core::directory::{
    Catalogs, Lookup, MAX_CHAPTERS, RouteEntry, ServerEntry, Servers, SourceEntry, StreamSources, Tags,
    Title, TitlePage,
};

use crate::text::{self, clean_name};

/// An answer whose text comes from another machine.
pub(super) trait Clean {
    /// Strips and cuts its text.
    fn clean(&mut self);
}

impl Clean for Title {
    fn clean(&mut self) {
        for name in [&mut self.catalog, &mut self.name, &mut self.title, &mut self.file_name] {
            clean_name(name);
        }
        self.description = text::clean(&self.description, text::MAX_PROSE_CHARS);
        self.tags.iter_mut().chain(&mut self.servers).for_each(clean_name);
        clean_name(&mut self.media.container);
        for track in &mut self.media.tracks {
            for name in [&mut track.kind, &mut track.codec, &mut track.language, &mut track.title] {
                clean_name(name);
            }
        }
        self.media.chapters.truncate(MAX_CHAPTERS);
        self.media.chapters.iter_mut().for_each(|chapter| clean_name(&mut chapter.title));
    }
}

impl Clean for Catalogs {
    fn clean(&mut self) {
        clean_name(&mut self.director);
        self.catalogs.iter_mut().for_each(|catalog| clean_name(&mut catalog.name));
    }
}

impl Clean for Tags {
    fn clean(&mut self) {
        self.tags.iter_mut().for_each(|entry| clean_name(&mut entry.tag));
    }
}

impl Clean for TitlePage {
    fn clean(&mut self) {
        self.titles.iter_mut().for_each(Title::clean);
    }
}

impl Clean for Lookup {
    fn clean(&mut self) {
        self.titles.iter_mut().for_each(Title::clean);
    }
}

impl Clean for StreamSources {
    fn clean(&mut self) {
        for SourceEntry { name, address, routes, .. } in &mut self.sources {
            clean_name(name);
            clean_name(address);
            for RouteEntry { name, address } in routes {
                clean_name(name);
                clean_name(address);
            }
        }
    }
}

impl Clean for Servers {
    fn clean(&mut self) {
        for ServerEntry { name, address, .. } in &mut self.servers {
            clean_name(name);
            clean_name(address);
        }
    }
}
