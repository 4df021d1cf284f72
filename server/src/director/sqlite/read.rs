//! What players ask.

use std::collections::BTreeMap;

use sqlx::sqlite::{Sqlite, SqlitePool};
use sqlx::{QueryBuilder, Row};
use tributary_core::directory::{RelayEntry, RouteEntry, ServerEntry, SourceEntry, StreamSources, Title};
use tributary_core::geometry::StreamId;

use super::{row, stored, unreadable};
use crate::director::store::{Now, StoreError};

/// Titles whose servers are asked for in one query; the database limits the values of a query.
const MAX_TITLES_ASKED_AT_ONCE: usize = 500;
/// Most routes to a server that are told.
const MAX_ROUTES: usize = 16;

/// One title; of several streams of that name the one that most servers hold.
pub(super) async fn title(
    pool: &SqlitePool,
    catalog: String,
    name: String,
    now: Now,
) -> Result<Option<Title>, StoreError> {
    let rows =
        sqlx::query("SELECT * FROM titles WHERE catalog = ? AND name = ? ORDER BY added_at_ms, stream")
            .bind(catalog)
            .bind(name)
            .fetch_all(pool)
            .await?;
    let titles = rows.iter().map(row::title).collect::<Result<Vec<_>, _>>()?;
    let held = with_holders(pool, titles, now).await?;
    // `rev`, since `max_by_key` takes the last of equals and the oldest shall win.
    Ok(held
        .into_iter()
        .rev()
        .filter(|title| !title.servers.is_empty())
        .max_by_key(|title| title.servers.len()))
}

/// Titles of a file name.
pub(super) async fn lookup(
    pool: &SqlitePool,
    file_name: String,
    size: Option<u64>,
    now: Now,
) -> Result<Vec<Title>, StoreError> {
    let rows = sqlx::query(
        "SELECT * FROM titles WHERE file_name = ? AND (? = 0 OR size = ?) ORDER BY catalog, name, stream LIMIT 100",
    )
    .bind(file_name)
    .bind(i64::from(size.is_some()))
    .bind(stored(size.unwrap_or(0)))
    .fetch_all(pool)
    .await?;
    let titles = rows.iter().map(row::title).collect::<Result<Vec<_>, _>>()?;
    let mut held = with_holders(pool, titles, now).await?;
    held.retain(|title| !title.servers.is_empty());
    Ok(held)
}

/// Who holds a stream.
pub(super) async fn sources(
    pool: &SqlitePool,
    stream: StreamId,
    now: Now,
) -> Result<Option<StreamSources>, StoreError> {
    let known = sqlx::query("SELECT size FROM titles WHERE stream = ? LIMIT 1")
        .bind(stream.to_string())
        .fetch_optional(pool)
        .await?;
    let Some(known) = known else { return Ok(None) };
    let rows = sqlx::query(
        // A server that holds a whole copy beside a part of another counts as whole: its text is empty.
        "SELECT s.name, s.address, MIN(h.ranges) AS ranges FROM holdings h JOIN servers s ON s.name = h.server
         WHERE h.stream = ? AND s.lease_until_ms > ? GROUP BY s.name, s.address ORDER BY s.name",
    )
    .bind(stream.to_string())
    .bind(now.ms)
    .fetch_all(pool)
    .await?;
    let mut routes = routes(pool, stream, now).await?;
    let source = |row: &sqlx::sqlite::SqliteRow| -> Result<SourceEntry, StoreError> {
        let (name, ranges): (String, String) = (row.try_get("name")?, row.try_get("ranges")?);
        Ok(SourceEntry {
            address: row.try_get("address")?,
            ranges: if ranges.is_empty() { Vec::new() } else { row::json(row, "ranges")? },
            routes: routes.remove(&name).unwrap_or_default(),
            name,
        })
    };
    let sources = rows.iter().map(source).collect::<Result<_, _>>()?;
    Ok(Some(StreamSources { stream, size: row::number(&known, "size")?, sources }))
}

/// Relays by which the holders of a stream can be reached, by the holders' names.
async fn routes(
    pool: &SqlitePool,
    stream: StreamId,
    now: Now,
) -> Result<BTreeMap<String, Vec<RouteEntry>>, StoreError> {
    let rows = sqlx::query(
        "SELECT DISTINCT s.name AS source, v.name, v.address FROM holdings h JOIN servers s ON s.name = h.server
             JOIN reaches r ON r.address = s.address JOIN servers v ON v.name = r.relay
         WHERE h.stream = ? AND s.lease_until_ms > ? AND v.lease_until_ms > ? ORDER BY v.name",
    )
    .bind(stream.to_string())
    .bind(now.ms)
    .bind(now.ms)
    .fetch_all(pool)
    .await?;
    let mut routes: BTreeMap<String, Vec<RouteEntry>> = BTreeMap::new();
    for row in &rows {
        let known = routes.entry(row.try_get("source")?).or_default();
        if known.len() < MAX_ROUTES {
            known.push(RouteEntry { name: row.try_get("name")?, address: row.try_get("address")? });
        }
    }
    Ok(routes)
}

/// Every relay whose lease runs.
pub(super) async fn relays(pool: &SqlitePool, now: Now) -> Result<Vec<RelayEntry>, StoreError> {
    let rows = sqlx::query(
        "SELECT s.name, s.address, s.lease_until_ms - ? AS lease_ms, s.load, r.address AS reached
         FROM servers s LEFT JOIN reaches r ON r.relay = s.name
         WHERE s.role = 'relay' AND s.lease_until_ms > ? ORDER BY s.name, r.address",
    )
    .bind(now.ms)
    .bind(now.ms)
    .fetch_all(pool)
    .await?;
    let mut relays: Vec<RelayEntry> = Vec::new();
    for row in &rows {
        let name: String = row.try_get("name")?;
        if relays.last().is_none_or(|last| last.name != name) {
            let (address, lease_ms) = (row.try_get("address")?, row::number(row, "lease_ms")?);
            relays.push(RelayEntry { name, address, reaches: Vec::new(), lease_ms, load: row::load(row)? });
        }
        let reached: Option<String> = row.try_get("reached")?;
        if let Some(relay) = relays.last_mut() {
            relay.reaches.extend(reached);
        }
    }
    Ok(relays)
}

/// Names of streams' titles.
pub(super) async fn names(
    pool: &SqlitePool,
    mut streams: Vec<StreamId>,
) -> Result<Vec<(StreamId, String)>, StoreError> {
    streams.truncate(MAX_TITLES_ASKED_AT_ONCE);
    if streams.is_empty() {
        return Ok(Vec::new());
    }
    let mut query =
        QueryBuilder::<Sqlite>::new("SELECT stream, MIN(title) AS title FROM titles WHERE stream IN (");
    let mut list = query.separated(", ");
    for stream in &streams {
        list.push_bind(stream.to_string());
    }
    query.push(") GROUP BY stream");
    // Not kept prepared: there is one for each number of streams.
    let rows = query.build().persistent(false).fetch_all(pool).await?;
    rows.iter().map(|row| Ok((row::stream(row)?, row.try_get("title")?))).collect()
}

/// Address of a server that has a poster.
pub(super) async fn poster_holder(
    pool: &SqlitePool,
    stream: StreamId,
    now: Now,
) -> Result<Option<String>, StoreError> {
    let row = sqlx::query(
        "SELECT s.address FROM holdings h JOIN servers s ON s.name = h.server
         WHERE h.stream = ? AND h.poster = 1 AND s.lease_until_ms > ? ORDER BY s.name LIMIT 1",
    )
    .bind(stream.to_string())
    .bind(now.ms)
    .fetch_optional(pool)
    .await?;
    row.map(|row| Ok(row.try_get("address")?)).transpose()
}

/// Every server whose lease runs.
pub(super) async fn servers(pool: &SqlitePool, now: Now) -> Result<Vec<ServerEntry>, StoreError> {
    let rows = sqlx::query(
        "SELECT s.name, s.address, s.lease_until_ms - ? AS lease_ms, s.load,
             (SELECT COUNT(DISTINCT h.stream) FROM holdings h WHERE h.server = s.name) AS streams
         FROM servers s WHERE s.role = 'content' AND s.lease_until_ms > ? ORDER BY s.name",
    )
    .bind(now.ms)
    .bind(now.ms)
    .fetch_all(pool)
    .await?;
    let server = |row: &sqlx::sqlite::SqliteRow| -> Result<ServerEntry, StoreError> {
        Ok(ServerEntry {
            name: row.try_get("name")?,
            address: row.try_get("address")?,
            streams: row::number(row, "streams")?,
            lease_ms: row::number(row, "lease_ms")?,
            load: row::load(row)?,
        })
    };
    rows.iter().map(server).collect()
}

/// Adds the servers of each title, and whether one of them has a poster.
pub(super) async fn with_holders(
    pool: &SqlitePool,
    mut titles: Vec<Title>,
    now: Now,
) -> Result<Vec<Title>, StoreError> {
    for titles in titles.chunks_mut(MAX_TITLES_ASKED_AT_ONCE) {
        let mut query = QueryBuilder::<Sqlite>::new("WITH wanted (place, catalog, name, stream) AS (");
        query.push_values(titles.iter().zip(0_i64..), |mut values, (title, place)| {
            values
                .push_bind(place)
                .push_bind(&title.catalog)
                .push_bind(&title.name)
                .push_bind(title.stream.to_string());
        });
        query.push(
            ") SELECT w.place, s.name, h.poster FROM wanted w
             JOIN holdings h ON h.catalog = w.catalog AND h.name = w.name AND h.stream = w.stream
             JOIN servers s ON s.name = h.server WHERE s.lease_until_ms > ",
        );
        query.push_bind(now.ms).push(" ORDER BY s.name");
        // Not kept prepared: there is one for each number of titles.
        for row in query.build().persistent(false).fetch_all(pool).await? {
            let place = usize::try_from(row.try_get::<i64, _>("place")?).ok();
            let title = place.and_then(|place| titles.get_mut(place));
            let title = title.ok_or_else(|| unreadable(&"a title that was not asked for"))?;
            title.servers.push(row.try_get("name")?);
            title.poster |= row.try_get::<i64, _>("poster")? != 0;
        }
    }
    Ok(titles)
}
