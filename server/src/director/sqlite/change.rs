//! What content servers and relays change: each in one transaction.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use sqlx::Row;
use sqlx::sqlite::{SqliteConnection, SqlitePool};
use tributary_core::directory::{
    LEASE_SECONDS, LeaseGrant, MediaFacts, Registration, RelayRegistration, Renewal, Title,
};
use tributary_core::geometry::StreamId;

use super::{row, stored, unreadable};
use crate::director::store::{Granted, Now, StoreError};

/// A server that has been away for this long has to send its table of contents again.
const FORGET_SERVER_AFTER_SECONDS: u64 = 10 * 60;
/// A title that nobody has held for this long is new when somebody holds it again.
const FORGET_TITLE_AFTER_SECONDS: u64 = 90 * 24 * 3600;

/// Most servers that are kept, lapsed ones included.
pub(super) const MAX_SERVERS: i64 = 4096;

/// Writers wait for each other at the start, not half-way.
const BEGIN: &str = "BEGIN IMMEDIATE";

/// Takes a whole table of contents.
pub(super) async fn register(
    pool: &SqlitePool,
    name: String,
    table: Registration,
    now: Now,
) -> Result<Granted, StoreError> {
    let mut db = pool.begin_with(BEGIN).await?;
    let old = streams_of(&mut db, &name).await?;
    let Registration { address, instance, titles, parts } = table;
    let old_ranges = ranges_of(&mut db, &name).await?;
    let (fence, moved) = take_name(&mut db, &name, "content", &address, &instance, now).await?;
    sqlx::query("DELETE FROM holdings WHERE server = ?").bind(&name).execute(&mut *db).await?;
    let parts: BTreeMap<StreamId, String> =
        parts.iter().map(|part| Ok((part.stream, json(&part.ranges)?))).collect::<Result<_, StoreError>>()?;
    for title in &titles {
        let ranges = parts.get(&title.stream).map_or("", String::as_str);
        put_title(&mut db, &name, title, ranges, now).await?;
    }
    let new_ranges = ranges_of(&mut db, &name).await?;
    db.commit().await?;
    let new: BTreeSet<StreamId> = titles.iter().map(|title| title.stream).collect();
    let changed = if moved {
        old.union(&new).copied().collect()
    } else {
        let other_ranges = new_ranges.symmetric_difference(&old_ranges).map(|(stream, _)| *stream);
        old.symmetric_difference(&new)
            .copied()
            .chain(other_ranges)
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect()
    };
    Ok(granted(fence, changed))
}

/// Takes a relay.
pub(super) async fn register_relay(
    pool: &SqlitePool,
    name: String,
    relay: RelayRegistration,
    now: Now,
) -> Result<Granted, StoreError> {
    let mut db = pool.begin_with(BEGIN).await?;
    let mut changed = streams_of(&mut db, &name).await?;
    let (fence, _) = take_name(&mut db, &name, "relay", &relay.address, &relay.instance, now).await?;
    sqlx::query("DELETE FROM reaches WHERE relay = ?").bind(&name).execute(&mut *db).await?;
    for address in &relay.reaches {
        sqlx::query(
            "INSERT INTO reaches (relay, address) VALUES (?, ?) ON CONFLICT (relay, address) DO NOTHING",
        )
        .bind(&name)
        .bind(address)
        .execute(&mut *db)
        .await?;
    }
    changed.extend(streams_of(&mut db, &name).await?);
    db.commit().await?;
    Ok(granted(fence, changed.into_iter().collect()))
}

/// Gives a name and its lease to who registers, unless another has it. Gives the fencing number, and
/// whether whoever had the name before was another run, or elsewhere, or gone.
async fn take_name(
    db: &mut SqliteConnection,
    name: &str,
    role: &str,
    address: &str,
    instance: &str,
    now: Now,
) -> Result<(i64, bool), StoreError> {
    let before = sqlx::query("SELECT role, address, instance, lease_until_ms FROM servers WHERE name = ?")
        .bind(name)
        .fetch_optional(&mut *db)
        .await?;
    let mut moved = true;
    if let Some(before) = before {
        let (other_address, other_instance): (String, String) =
            (before.try_get("address")?, before.try_get("instance")?);
        let lease_ms = before.try_get::<i64, _>("lease_until_ms")? - now.ms;
        // The same address: the old one can't be running any more, or the port would be taken.
        if lease_ms > 0 && other_instance != instance && other_address != address {
            return Err(StoreError::NameTaken { name: name.to_owned(), holder: other_address });
        }
        moved = other_address != address || lease_ms <= 0 || other_instance != instance;
        if before.try_get::<String, _>("role")? != role {
            forget_contents(db, name).await?;
        }
    } else {
        let kept = sqlx::query("SELECT COUNT(*) AS kept FROM servers").fetch_one(&mut *db).await?;
        if kept.try_get::<i64, _>("kept")? >= MAX_SERVERS {
            return Err(StoreError::TooManyServers(MAX_SERVERS));
        }
    }
    let fence = next_fence(db).await?;
    sqlx::query(
        "INSERT INTO servers (name, role, address, instance, fence, lease_until_ms, live) VALUES (?, ?, ?, ?, ?, ?, 1)
         ON CONFLICT (name) DO UPDATE SET role = excluded.role, address = excluded.address,
             instance = excluded.instance, fence = excluded.fence, lease_until_ms = excluded.lease_until_ms, live = 1,
             load = CASE WHEN servers.instance = excluded.instance THEN servers.load ELSE '' END",
    )
    .bind(name)
    .bind(role)
    .bind(address)
    .bind(instance)
    .bind(fence)
    .bind(now.plus_seconds(LEASE_SECONDS).ms)
    .execute(db)
    .await?;
    Ok((fence, moved))
}

/// Forgets what a server holds, or what a relay reaches.
async fn forget_contents(db: &mut SqliteConnection, name: &str) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM holdings WHERE server = ?").bind(name).execute(&mut *db).await?;
    sqlx::query("DELETE FROM reaches WHERE relay = ?").bind(name).execute(db).await?;
    Ok(())
}

/// What a title is sorted by: small letters, and numbers by their value, so that `Part 2` comes before `Part 10`.
fn sort_key(title: &str) -> String {
    /// Digits that a number is filled up to.
    const DIGITS: usize = 12;
    let mut key = String::new();
    let mut number = String::new();
    let flush = |number: &mut String, key: &mut String| {
        if !number.is_empty() {
            key.push_str(&format!("{number:0>DIGITS$}"));
            number.clear();
        }
    };
    for c in title.to_lowercase().chars() {
        if c.is_ascii_digit() {
            number.push(c);
        } else {
            flush(&mut number, &mut key);
            key.push(c);
        }
    }
    flush(&mut number, &mut key);
    key
}

async fn put_title(
    db: &mut SqliteConnection,
    server: &str,
    title: &Title,
    ranges: &str,
    now: Now,
) -> Result<(), StoreError> {
    let search_key = format!("{}\n{}\n{}", title.title, title.name, title.tags.join("\n")).to_lowercase();
    // A server that has not yet looked at a film must not take away what another found out.
    let unknown = title.media.tracks.is_empty();
    sqlx::query(
        "INSERT INTO titles (catalog, name, stream, size, title, sort_key, search_key, file_name, year, description,
             tags, media, duration_ms, picture_lines, subtitles, added_at_ms, held_at_ms)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT (catalog, name, stream) DO UPDATE SET title = excluded.title, sort_key = excluded.sort_key,
             search_key = excluded.search_key, file_name = excluded.file_name, year = excluded.year,
             description = excluded.description, tags = excluded.tags, held_at_ms = excluded.held_at_ms,
             media = CASE WHEN ? THEN titles.media ELSE excluded.media END,
             duration_ms = CASE WHEN ? THEN titles.duration_ms ELSE excluded.duration_ms END,
             picture_lines = CASE WHEN ? THEN titles.picture_lines ELSE excluded.picture_lines END,
             subtitles = CASE WHEN ? THEN titles.subtitles ELSE excluded.subtitles END",
    )
    .bind(&title.catalog)
    .bind(&title.name)
    .bind(title.stream.to_string())
    .bind(stored(title.size))
    .bind(&title.title)
    .bind(sort_key(&title.title))
    .bind(search_key)
    .bind(&title.file_name)
    .bind(title.year.map(i64::from))
    .bind(&title.description)
    .bind(json(&title.tags)?)
    .bind(json(&title.media)?)
    .bind(stored(title.media.duration_ms))
    .bind(i64::from(lines(&title.media)))
    .bind(i64::from(title.media.tracks.iter().any(|track| track.kind == "subtitle")))
    .bind(now.ms)
    .bind(now.ms)
    .bind(unknown)
    .bind(unknown)
    .bind(unknown)
    .bind(unknown)
    .execute(&mut *db)
    .await?;
    put_tags(db, title).await?;
    sqlx::query(
        "INSERT INTO holdings (server, catalog, name, stream, poster, ranges) VALUES (?, ?, ?, ?, ?, ?)
         ON CONFLICT (server, catalog, name, stream) DO NOTHING",
    )
    .bind(server)
    .bind(&title.catalog)
    .bind(&title.name)
    .bind(title.stream.to_string())
    .bind(i64::from(title.poster))
    .bind(ranges)
    .execute(db)
    .await?;
    Ok(())
}

/// Puts the tags of a title in the place of those it had.
async fn put_tags(db: &mut SqliteConnection, title: &Title) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM title_tags WHERE catalog = ? AND name = ? AND stream = ?")
        .bind(&title.catalog)
        .bind(&title.name)
        .bind(title.stream.to_string())
        .execute(&mut *db)
        .await?;
    for tag in &title.tags {
        sqlx::query(
            "INSERT INTO title_tags (catalog, name, stream, tag_key, tag) VALUES (?, ?, ?, ?, ?)
             ON CONFLICT (catalog, name, stream, tag_key) DO NOTHING",
        )
        .bind(&title.catalog)
        .bind(&title.name)
        .bind(title.stream.to_string())
        .bind(tag.to_lowercase())
        .bind(tag)
        .execute(&mut *db)
        .await?;
    }
    Ok(())
}

/// Lines of the picture that a film was made for: a wide one is cut at top and bottom, so its width
/// tells as well.
fn lines(media: &MediaFacts) -> u32 {
    media.height.max(media.width / 16 * 9)
}

/// Extends a lease. One that has lapsed meanwhile runs again, if nobody took the name.
pub(super) async fn renew(
    pool: &SqlitePool,
    name: String,
    renewal: Renewal,
    now: Now,
) -> Result<Granted, StoreError> {
    let mut db = pool.begin_with(BEGIN).await?;
    let server = sqlx::query("SELECT instance, fence, live FROM servers WHERE name = ?")
        .bind(&name)
        .fetch_optional(&mut *db)
        .await?;
    let Some(server) = server else { return Err(StoreError::UnknownServer(name)) };
    let fence: i64 = server.try_get("fence")?;
    if server.try_get::<String, _>("instance")? != renewal.instance || stored(renewal.fence) != fence {
        return Err(StoreError::Fenced(name));
    }
    let load = renewal.load.map_or_else(|| Ok(String::new()), |load| json(&load))?;
    sqlx::query("UPDATE servers SET lease_until_ms = ?, live = 1, load = ? WHERE name = ?")
        .bind(now.plus_seconds(LEASE_SECONDS).ms)
        .bind(load)
        .bind(&name)
        .execute(&mut *db)
        .await?;
    let was_live = server.try_get::<i64, _>("live")? != 0;
    let changed = if was_live { BTreeSet::new() } else { streams_of(&mut db, &name).await? };
    db.commit().await?;
    Ok(granted(fence, changed.into_iter().collect()))
}

/// Takes a server off the list.
pub(super) async fn withdraw(
    pool: &SqlitePool,
    name: String,
    instance: String,
) -> Result<Vec<StreamId>, StoreError> {
    let mut db = pool.begin_with(BEGIN).await?;
    let gone = sqlx::query("DELETE FROM servers WHERE name = ? AND instance = ?")
        .bind(&name)
        .bind(instance)
        .execute(&mut *db)
        .await?;
    if gone.rows_affected() == 0 {
        return Err(StoreError::UnknownServer(name));
    }
    let streams = streams_of(&mut db, &name).await?;
    forget_contents(&mut db, &name).await?;
    db.commit().await?;
    Ok(streams.into_iter().collect())
}

/// Notes lapsed leases and forgets what is long gone.
pub(super) async fn sweep(pool: &SqlitePool, now: Now) -> Result<Vec<StreamId>, StoreError> {
    let long_ago = |seconds: u64| now.ms.saturating_sub(stored(seconds * 1000));
    let servers_gone = long_ago(FORGET_SERVER_AFTER_SECONDS);
    let due = sqlx::query(
        "SELECT name FROM servers WHERE (live = 1 AND lease_until_ms <= ?) OR lease_until_ms <= ?",
    )
    .bind(now.ms)
    .bind(servers_gone)
    .fetch_all(pool)
    .await?;
    if due.is_empty() {
        // The usual case: nothing to write, and nobody is kept waiting.
        return Ok(Vec::new());
    }
    let mut db = pool.begin_with(BEGIN).await?;
    let lapsed = sqlx::query("SELECT name FROM servers WHERE live = 1 AND lease_until_ms <= ?")
        .bind(now.ms)
        .fetch_all(&mut *db)
        .await?;
    let mut changed = BTreeSet::new();
    for server in lapsed {
        let name: String = server.try_get("name")?;
        tracing::warn!(server = name, "the lease has lapsed");
        changed.extend(streams_of(&mut db, &name).await?);
    }
    sqlx::query("UPDATE servers SET live = 0 WHERE lease_until_ms <= ?")
        .bind(now.ms)
        .execute(&mut *db)
        .await?;
    sqlx::query("DELETE FROM servers WHERE lease_until_ms <= ?").bind(servers_gone).execute(&mut *db).await?;
    sqlx::query("DELETE FROM holdings WHERE server NOT IN (SELECT name FROM servers)")
        .execute(&mut *db)
        .await?;
    sqlx::query("DELETE FROM reaches WHERE relay NOT IN (SELECT name FROM servers)")
        .execute(&mut *db)
        .await?;
    sqlx::query(
        "DELETE FROM titles WHERE held_at_ms <= ? AND NOT EXISTS (SELECT 1 FROM holdings h
             WHERE h.catalog = titles.catalog AND h.name = titles.name AND h.stream = titles.stream)",
    )
    .bind(long_ago(FORGET_TITLE_AFTER_SECONDS))
    .execute(&mut *db)
    .await?;
    sqlx::query(
        "DELETE FROM title_tags WHERE NOT EXISTS (SELECT 1 FROM titles t WHERE t.catalog = title_tags.catalog
             AND t.name = title_tags.name AND t.stream = title_tags.stream)",
    )
    .execute(&mut *db)
    .await?;
    db.commit().await?;
    Ok(changed.into_iter().collect())
}

async fn next_fence(db: &mut SqliteConnection) -> Result<i64, StoreError> {
    sqlx::query("UPDATE fences SET last = last + 1").execute(&mut *db).await?;
    Ok(sqlx::query("SELECT last FROM fences").fetch_one(db).await?.try_get("last")?)
}

/// Streams whose sources change with this one: those that a server holds, or that can be had by way of
/// a relay.
async fn streams_of(db: &mut SqliteConnection, name: &str) -> Result<BTreeSet<StreamId>, StoreError> {
    let rows = sqlx::query(
        "SELECT stream FROM holdings WHERE server = ? UNION
         SELECT h.stream FROM reaches r JOIN servers s ON s.address = r.address
             JOIN holdings h ON h.server = s.name WHERE r.relay = ?",
    )
    .bind(name)
    .bind(name)
    .fetch_all(db)
    .await?;
    rows.iter().map(row::stream).collect()
}

/// The streams of which a server holds a part, with its ranges.
async fn ranges_of(
    db: &mut SqliteConnection,
    server: &str,
) -> Result<BTreeSet<(StreamId, String)>, StoreError> {
    let rows = sqlx::query("SELECT stream, ranges FROM holdings WHERE server = ? AND ranges <> ''")
        .bind(server)
        .fetch_all(db)
        .await?;
    rows.iter().map(|row| Ok((row::stream(row)?, row.try_get("ranges")?))).collect()
}

fn json(value: &impl Serialize) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| unreadable(&error))
}

fn granted(fence: i64, changed: Vec<StreamId>) -> Granted {
    let grant = LeaseGrant { lease_seconds: LEASE_SECONDS, fence: fence.unsigned_abs() };
    Granted { grant, changed }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_are_sorted_by_the_value_of_their_numbers() {
        let mut titles = ["Part 10", "part 2", "Part 2b", "007", "Part"];
        titles.sort_by_key(|title| sort_key(title));
        assert_eq!(titles, ["007", "Part", "part 2", "Part 2b", "Part 10"]);
    }
}
