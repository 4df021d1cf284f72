//! Asks the director, on threads of its own: catalogs and servers every few seconds, titles when
//! the view wants them.

use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use fetch_engine::{Engine, Sort, StreamId, TitleQuery};

use super::inbox::Sender;
use crate::state::filter::FINE_LINES;
use crate::state::library::{Library, Listing, TITLES_A_PAGE, TitleOrder};
use crate::state::{Event, State};

/// Between two looks at the director while it answers.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// The same while it does not.
const RETRY_EVERY: Duration = Duration::from_secs(2);
/// How long tags are taken to be the same.
const TAGS_EVERY: Duration = Duration::from_secs(30);
/// Most questions that wait for the director.
const WAITING_QUESTIONS: usize = 256;
/// Most pages of titles that wait: as many as a large window shows. Who scrolls far wants the last ones.
const WAITING_PAGES: usize = 6;

/// A page of titles that is wanted.
struct Page {
    director: String,
    listing: Listing,
    number: u64,
    page: u64,
    /// Streams to leave out.
    without: Vec<StreamId>,
}

/// The two threads that ask.
pub(super) struct Asker {
    director: SyncSender<String>,
    pages: SyncSender<Page>,
}

impl Asker {
    /// Starts them.
    pub(super) fn new(engine: Engine, sender: Sender) -> std::io::Result<Self> {
        let (director, addresses) = sync_channel(WAITING_QUESTIONS);
        let (pages, wanted) = sync_channel(WAITING_QUESTIONS);
        let (engine2, sender2) = (engine.clone(), sender.clone());
        thread::Builder::new().name("director".into()).spawn(move || look(&engine, &sender, &addresses))?;
        thread::Builder::new().name("titles".into()).spawn(move || list(&engine2, &sender2, &wanted))?;
        Ok(Self { director, pages })
    }

    /// Asks the director at `address` now, and again every few seconds.
    pub(super) fn look_at(&self, address: &str) {
        // A full queue means that it is being asked already.
        let _ = self.director.try_send(address.to_owned());
    }

    /// Asks for the page of titles with `place`; says whether the question could wait its turn.
    pub(super) fn want(&self, state: &State, director: &str, place: u64) -> bool {
        let Library { listing, listing_number: number, .. } = &state.library;
        let without = if listing.filter.unwatched { state.memory.watched() } else { Vec::new() };
        let page = Page {
            director: director.to_owned(),
            listing: listing.clone(),
            number: *number,
            page: place / TITLES_A_PAGE,
            without,
        };
        self.pages.try_send(page).is_ok()
    }
}

fn look(engine: &Engine, sender: &Sender, addresses: &Receiver<String>) {
    let mut current: Option<String> = None;
    let mut pause = LOOK_EVERY;
    loop {
        let next = match &current {
            Some(_) => addresses.recv_timeout(pause),
            None => addresses.recv().map_err(RecvTimeoutError::from),
        };
        match next {
            // Only the newest counts.
            Ok(address) => current = Some(addresses.try_iter().last().unwrap_or(address)),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return,
        }
        let Some(address) = current.clone() else { continue };
        let director = engine.director(&super::target::director_url(&address));
        let answer = director.catalogs().and_then(|catalogs| Ok((catalogs, director.servers()?)));
        pause = if answer.is_ok() { LOOK_EVERY } else { RETRY_EVERY };
        sender.event(match answer {
            Ok((catalogs, servers)) => Event::DirectorAnswered { address, catalogs, servers },
            Err(why) => Event::DirectorSilent { address, why: super::why::director(&why) },
        });
    }
}

/// Which tags were asked for last, and when.
type Tagged = ((String, Option<String>), Instant);

/// Asks for the tags of what is listed, unless that was done a moment ago.
fn tags(engine: &Engine, sender: &Sender, page: &Page, last: &mut Option<Tagged>) {
    let of = (page.director.clone(), page.listing.catalog.clone());
    if last.as_ref().is_some_and(|(known, at)| *known == of && at.elapsed() < TAGS_EVERY) {
        return;
    }
    *last = Some((of.clone(), Instant::now()));
    let (director, catalog) = of;
    match engine.director(&super::target::director_url(&director)).tags(catalog.as_deref()) {
        Ok(told) => sender.event(Event::TagsCame { director, catalog, tags: told.tags }),
        // An older director has none to tell.
        Err(why) => tracing::debug!("no tags: {why}"),
    }
}

fn list(engine: &Engine, sender: &Sender, wanted: &Receiver<Page>) {
    let mut tagged = None;
    let mut waiting = Vec::new();
    loop {
        if waiting.is_empty() {
            let Ok(first) = wanted.recv() else { return };
            waiting.push(first);
        }
        waiting.extend(wanted.try_iter());
        for left in crowded_out(&mut waiting) {
            sender.event(Event::TitlesLeft { listing: left.number, place: left.page * TITLES_A_PAGE });
        }
        // What was wanted last is what is in sight.
        let Some(page) = waiting.pop() else { continue };
        let titles = engine.director(&super::target::director_url(&page.director)).titles(query(&page));
        let titles = titles.map_err(|why| super::why::director(&why));
        sender.event(Event::TitlesCame { listing: page.number, page: titles });
        if waiting.is_empty() {
            tags(engine, sender, &page, &mut tagged);
        }
    }
}

/// Takes out the pages that are not worth asking for: of older lists, for while one types only the newest
/// search counts, and those that were scrolled past, which it returns.
fn crowded_out(waiting: &mut Vec<Page>) -> Vec<Page> {
    let newest = waiting.iter().map(|page| page.number).max().unwrap_or_default();
    waiting.retain(|page| page.number == newest);
    let past = waiting.len().saturating_sub(WAITING_PAGES);
    waiting.drain(..past).collect()
}

fn query(page: &Page) -> TitleQuery {
    let listing = &page.listing;
    let filter = &listing.filter;
    let (least_seconds, under_seconds) = filter.length.seconds();
    TitleQuery {
        catalog: listing.catalog.clone(),
        search: listing.search.trim().to_owned(),
        tag: filter.tag.clone(),
        least_seconds,
        under_seconds,
        least_lines: if filter.fine { FINE_LINES } else { 0 },
        subtitles: filter.subtitles,
        without: page.without.clone(),
        sort: match listing.order {
            TitleOrder::Name => Sort::Name,
            TitleOrder::Added => Sort::Added,
        },
        offset: page.page * TITLES_A_PAGE,
        limit: TITLES_A_PAGE,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_newest_pages_of_the_newest_list_are_asked_for() {
        let page = |number, page| Page {
            director: String::new(),
            listing: Listing::default(),
            number,
            page,
            without: Vec::new(),
        };
        let mut waiting = vec![page(1, 0), page(2, 0)];
        waiting.extend((1..8).map(|place| page(2, place)));
        let left: Vec<u64> = crowded_out(&mut waiting).iter().map(|page| page.page).collect();
        assert_eq!(left, [0, 1], "those of the older list are not wanted again");
        assert_eq!(waiting.iter().map(|page| page.page).collect::<Vec<_>>(), [2, 3, 4, 5, 6, 7]);
        assert!(crowded_out(&mut waiting).is_empty() && waiting.len() == WAITING_PAGES);
    }
}
