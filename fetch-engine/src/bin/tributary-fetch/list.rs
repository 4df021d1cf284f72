//! `sources`, `catalogs`, `titles`: what a director knows.

use fetch_engine::directory::{RouteEntry, SourceEntry, Title};
use fetch_engine::{Director, Engine, EngineConfig, Locator, Sort, TitleQuery};
use serde::Serialize;

use crate::args::{Catalogs, Sources, Titles};
use crate::fault::Fault;
use crate::output::print;
use crate::settings;

/// Titles asked for at once.
const PAGE_TITLES: u64 = 500;

/// Lists the servers that hold a stream.
///
/// # Errors
/// [`Fault`].
pub(crate) fn sources(args: &Sources) -> Result<(), Fault> {
    let ask = |address: &str| -> Result<Director, Fault> { Ok(engine()?.director(address)) };
    let (director, stream) = match &args.locator {
        Locator::Stream(stream) => (ask(&settings::needed_director(&args.director)?)?, *stream),
        Locator::Title { catalog, title } => {
            let director = ask(&settings::needed_director(&args.director)?)?;
            let stream = director.title(catalog, title)?.stream;
            (director, stream)
        }
        Locator::At { authority, catalog, title } => {
            let director = ask(authority)?;
            let stream = director.title(catalog, title)?.stream;
            (director, stream)
        }
        Locator::File { name, size } => {
            let director = ask(&settings::needed_director(&args.director)?)?;
            let stream = director.file(name, *size)?.stream;
            (director, stream)
        }
        named @ (Locator::Source(_) | Locator::Metalink(_)) => {
            return Err(Fault::Usage(format!(
                "{named} names its servers itself: there is nobody to ask for others"
            )));
        }
    };
    let found = director.sources(stream)?;
    if args.json {
        return print(&[json(&found)]);
    }
    print(&found.sources.iter().flat_map(of_source).collect::<Vec<_>>())
}

/// A line for the server, with how much of the stream it holds where that is not all, and one for each
/// relay to it.
fn of_source(source: &SourceEntry) -> Vec<String> {
    let SourceEntry { name, address, ranges, routes } = source;
    let held: u64 = ranges.iter().map(|(start, end)| end.saturating_sub(*start)).sum();
    let part = if ranges.is_empty() { String::new() } else { format!("\tholds {held} bytes") };
    let route = |relay: &RouteEntry| format!("{name}\t{address}\tvia {} ({})", relay.name, relay.address);
    std::iter::once(format!("{name}\t{address}{part}")).chain(routes.iter().map(route)).collect()
}

/// Lists the catalogs.
///
/// # Errors
/// [`Fault`].
pub(crate) fn catalogs(args: &Catalogs) -> Result<(), Fault> {
    let found = engine()?.director(&settings::needed_director(&args.director)?).catalogs()?;
    if args.json {
        return print(&[json(&found)]);
    }
    print(
        &found
            .catalogs
            .iter()
            .map(|catalog| format!("{}\t{}", catalog.name, catalog.titles))
            .collect::<Vec<_>>(),
    )
}

/// Lists the titles of a catalog, page by page.
///
/// # Errors
/// [`Fault`].
pub(crate) fn titles(args: &Titles) -> Result<(), Fault> {
    let director = engine()?.director(&settings::needed_director(&args.director)?);
    let mut offset = 0;
    loop {
        let page = director.titles(TitleQuery {
            catalog: Some(args.catalog.clone()),
            search: args.search.clone(),
            sort: Sort::Name,
            offset,
            limit: PAGE_TITLES,
            ..TitleQuery::default()
        })?;
        let line = |title: &Title| {
            if args.json {
                return json(title);
            }
            let (minutes, seconds) = (title.media.duration_ms / 60_000, title.media.duration_ms / 1000 % 60);
            format!("{}\t{}\t{minutes}:{seconds:02}\tb3:{}", title.name, title.size, title.stream)
        };
        print(&page.titles.iter().map(line).collect::<Vec<_>>())?;
        offset += page.titles.len() as u64;
        if page.titles.is_empty() || offset >= page.total {
            return Ok(());
        }
    }
}

fn engine() -> Result<Engine, Fault> {
    Ok(Engine::new(EngineConfig::default())?)
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("what came as JSON can be written as JSON")
}
