//! The library's part of the state: directors, catalogs, servers, and the titles on show.

use std::collections::{BTreeMap, BTreeSet};

use tributary_core::directory::{CatalogEntry, Catalogs, ServerEntry, Servers, TagEntry, Title, TitlePage};
use tributary_core::geometry::StreamId;

use super::filter::Filter;
use super::words;
use crate::i18n::t;

/// Titles asked for at once.
pub const TITLES_A_PAGE: u64 = 60;
/// Most pages of titles kept; the farthest from the newest go first.
const KEPT_PAGES: usize = 40;
/// Most titles of one list that can be reached by scrolling.
const LISTED_TITLES: u64 = 1_000_000;

/// Titles in sight are asked for anew after this many seconds.
const RENEW_EVERY: f64 = 30.0;

/// Most titles before and after one that follow each other in playing.
const AROUND: usize = 200;

/// A director as the config file remembers it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownDirector {
    /// The name it gave itself; its address before it was reached.
    pub name: String,
    /// Where it answers, as the user typed it: `attic.local:7400`.
    pub address: String,
}

/// A director that was found on the local network.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FoundDirector {
    /// The name it announces.
    pub name: String,
    /// Where it answers.
    pub address: String,
    /// How many catalogs, titles and servers it lists; none where it does not answer.
    pub holds: Option<(u64, u64, u64)>,
}

/// How it stands with the director in use.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Link {
    /// None was chosen.
    #[default]
    None,
    /// It was asked and has not answered yet.
    Asking,
    /// It answers.
    Up,
    /// It did not answer the last time; in words.
    Down(String),
}

/// Order of the titles.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum TitleOrder {
    /// By name.
    #[default]
    Name,
    /// Newest first.
    Added,
}

impl TitleOrder {
    /// All, in the order they are offered.
    pub const ALL: [Self; 2] = [Self::Name, Self::Added];

    /// Its name to show.
    #[must_use]
    pub fn name(self) -> String {
        match self {
            Self::Name => t!("library-by-name"),
            Self::Added => t!("library-by-age"),
        }
    }
}

/// What list of titles is on show.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listing {
    /// Only this catalog; none means all.
    pub catalog: Option<String>,
    /// Words to look for; empty means all.
    pub search: String,
    /// What else narrows it.
    pub filter: Filter,
    /// In which order.
    pub order: TitleOrder,
}

/// The titles of a listing, as far as they were asked for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Titles {
    /// How many there are in all; none before the first answer.
    pub total: Option<u64>,
    /// The last refusal, in words, until the next answer.
    pub problem: Option<String>,
    pages: BTreeMap<u64, Vec<Title>>,
    asked: BTreeSet<u64>,
    /// Pages that are shown until newer ones of them come.
    old: BTreeSet<u64>,
}

impl Titles {
    /// The title at `place`, if its page is here.
    #[must_use]
    pub fn get(&self, place: u64) -> Option<&Title> {
        self.pages.get(&(place / TITLES_A_PAGE))?.get((place % TITLES_A_PAGE) as usize)
    }

    /// The titles here that lie around this stream without a gap, and its place among them; none
    /// where it is not here.
    #[must_use]
    pub fn around(&self, stream: StreamId) -> (Vec<Title>, usize) {
        let titles = self.pages.iter().flat_map(|(page, titles)| (page * TITLES_A_PAGE..).zip(titles));
        let mut run: Vec<Title> = Vec::new();
        let (mut found, mut last) = (None, None);
        for (place, title) in titles {
            if last.is_some_and(|last| last + 1 != place) {
                if found.is_some() {
                    break;
                }
                run.clear();
            }
            last = Some(place);
            if title.stream == stream && found.is_none() {
                let before = run.len().saturating_sub(AROUND);
                run.drain(..before);
                found = Some(run.len());
            }
            run.push(title.clone());
            if found.is_some_and(|found| run.len() > found + AROUND) {
                break;
            }
        }
        found.map_or_else(Default::default, |found| (run, found))
    }

    /// Whether the page with `place` is neither here in its newest form nor asked for.
    #[must_use]
    pub fn needs(&self, place: u64) -> bool {
        let page = place / TITLES_A_PAGE;
        let here = self.pages.contains_key(&page) && !self.old.contains(&page);
        !here && !self.asked.contains(&page)
    }

    fn put(&mut self, page: TitlePage) {
        let number = page.offset / TITLES_A_PAGE;
        self.total = Some(page.total.min(LISTED_TITLES));
        self.problem = None;
        self.asked.remove(&number);
        self.old.remove(&number);
        let mut titles = page.titles;
        titles.truncate(TITLES_A_PAGE as usize);
        for title in &mut titles {
            title.title = words::safe(&title.title);
        }
        self.pages.insert(number, titles);
        while self.pages.len() > KEPT_PAGES {
            let farthest = self.pages.keys().copied().max_by_key(|page| page.abs_diff(number));
            let Some(farthest) = farthest else { break };
            self.pages.remove(&farthest);
            self.old.remove(&farthest);
        }
    }

    /// Has everything asked for anew, and shows what is here meanwhile.
    fn renew(&mut self) {
        self.problem = None;
        self.asked.clear();
        self.old = self.pages.keys().copied().collect();
        // An empty list shows no places that would have to be asked for.
        self.total = self.total.filter(|total| *total > 0);
    }
}

/// Everything the library view shows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Library {
    /// Directors remembered.
    pub known: Vec<KnownDirector>,
    /// Address of the one in use.
    pub director: Option<String>,
    /// The name it gives itself; empty before it answered.
    pub director_name: String,
    /// How it stands with it.
    pub link: Link,
    /// Directors found on the local network.
    pub found: Vec<FoundDirector>,
    /// Whether the local network is being searched for them.
    pub looking: bool,
    /// What is typed into the address field.
    pub address_field: String,
    /// Its catalogs.
    pub catalogs: Vec<CatalogEntry>,
    /// Its servers that are there now.
    pub servers: Vec<ServerEntry>,
    /// Servers seen before that are gone now.
    pub away: Vec<String>,
    /// Tags of the titles of the catalog on show, those of most titles first.
    pub tags: Vec<TagEntry>,
    /// Which titles are on show.
    pub listing: Listing,
    /// Number of the listing: answers to an older one are dropped.
    pub listing_number: u64,
    /// How often another list was put on show: each is looked at from its top.
    pub shown_number: u64,
    /// Those titles.
    pub titles: Titles,
    /// When they were asked for anew, in seconds since the window was opened.
    renewed: f64,
}

impl Library {
    /// Titles of all catalogs together.
    #[must_use]
    pub fn title_count(&self) -> u64 {
        self.catalogs.iter().map(|catalog| catalog.titles).sum()
    }

    /// Name of the director in use to show: its own, or its address.
    #[must_use]
    pub fn director_shown(&self) -> String {
        match &self.director {
            Some(_) if !self.director_name.is_empty() => self.director_name.clone(),
            Some(address) => address.clone(),
            None => t!("director-none"),
        }
    }

    /// Starts to use the director at `address`.
    pub(super) fn choose(&mut self, address: String) {
        if self.director.as_deref() != Some(&address) {
            self.catalogs.clear();
            self.servers.clear();
            self.away.clear();
            self.director_name.clear();
            self.tags.clear();
            self.relist(Listing::default());
        }
        self.director = Some(address);
        self.link = Link::Asking;
    }

    /// Takes the tags of a catalog, if it is the one on show.
    pub(super) fn tagged(&mut self, director: &str, catalog: Option<&String>, tags: Vec<TagEntry>) {
        if self.director.as_deref() == Some(director) && self.listing.catalog.as_ref() == catalog {
            self.tags = tags;
        }
    }

    /// Shows another list of titles.
    pub(super) fn relist(&mut self, listing: Listing) {
        if self.listing.catalog != listing.catalog {
            self.tags.clear();
        }
        self.listing = listing;
        self.listing_number += 1;
        self.shown_number += 1;
        self.titles = Titles::default();
    }

    /// Has the same list asked for anew; it stays on show, where it is.
    pub(super) fn refresh(&mut self) {
        self.listing_number += 1;
        self.titles.renew();
    }

    /// Takes the director's answer, which came at `now`, in seconds since the window was opened.
    pub(super) fn answered(&mut self, catalogs: Catalogs, servers: Servers, now: f64) {
        // A title that took the place of another changes no count, nor does one more server that holds it.
        let changed = self.catalogs != catalogs.catalogs || now - self.renewed >= RENEW_EVERY;
        self.director_name = words::safe(&catalogs.director);
        self.catalogs = catalogs.catalogs;
        for gone in self.servers.drain(..) {
            let back = servers.servers.iter().any(|server| server.name == gone.name);
            if !back && !self.away.contains(&gone.name) {
                self.away.push(gone.name);
            }
        }
        self.away.retain(|name| !servers.servers.iter().any(|server| server.name == *name));
        self.servers = servers.servers;
        self.link = Link::Up;
        if let Some(address) = &self.director {
            let name = if self.director_name.is_empty() { address } else { &self.director_name }.clone();
            match self.known.iter_mut().find(|known| known.address == *address) {
                Some(known) => known.name = name,
                None => self.known.push(KnownDirector { name, address: address.clone() }),
            }
        }
        let gone = |name: &String| !self.catalogs.iter().any(|catalog| catalog.name == *name);
        if self.listing.catalog.as_ref().is_some_and(gone) {
            let filter = Filter { tag: None, ..self.listing.filter.clone() };
            self.relist(Listing { catalog: None, filter, ..self.listing.clone() });
        } else if changed || self.titles.problem.is_some() {
            self.renewed = now;
            self.refresh();
        }
    }

    /// Notes that the page with `place` was asked for.
    pub(super) fn asked(&mut self, place: u64) {
        self.titles.asked.insert(place / TITLES_A_PAGE);
    }

    /// Notes that the page with `place` will not come, though it was asked for.
    pub(super) fn left(&mut self, number: u64, place: u64) {
        if number == self.listing_number {
            self.titles.asked.remove(&(place / TITLES_A_PAGE));
        }
    }

    /// Takes a page of titles, or why there is none.
    pub(super) fn listed(&mut self, number: u64, page: Result<TitlePage, String>) {
        if number != self.listing_number {
            return;
        }
        match page {
            Ok(page) => self.titles.put(page),
            Err(problem) => {
                self.titles.asked.clear();
                self.titles.problem = Some(problem);
            }
        }
    }
}
