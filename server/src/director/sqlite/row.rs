//! Rows of the database as values of the contract.

use serde::de::DeserializeOwned;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;
use tributary_core::directory::{ServerLoad, Title};
use tributary_core::geometry::StreamId;

use super::unreadable;
use crate::director::store::StoreError;

/// A row of `titles`, without servers and poster.
pub(super) fn title(row: &SqliteRow) -> Result<Title, StoreError> {
    let year: Option<i64> = row.try_get("year")?;
    Ok(Title {
        catalog: row.try_get("catalog")?,
        name: row.try_get("name")?,
        title: row.try_get("title")?,
        stream: stream(row)?,
        size: number(row, "size")?,
        file_name: row.try_get("file_name")?,
        year: year.and_then(|year| u16::try_from(year).ok()),
        description: row.try_get("description")?,
        tags: json(row, "tags")?,
        media: json(row, "media")?,
        poster: false,
        servers: Vec::new(),
        added_at: number(row, "added_at_ms")? / 1000,
    })
}

/// The column `stream`.
pub(super) fn stream(row: &SqliteRow) -> Result<StreamId, StoreError> {
    row.try_get::<String, _>("stream")?.parse().map_err(|error| unreadable(&error))
}

/// A number that is never negative.
pub(super) fn number(row: &SqliteRow, column: &str) -> Result<u64, StoreError> {
    row.try_get::<i64, _>(column)?.try_into().map_err(|error| unreadable(&error))
}

/// What a server does, where it has said so.
pub(super) fn load(row: &SqliteRow) -> Result<Option<ServerLoad>, StoreError> {
    let told = !row.try_get::<&str, _>("load")?.is_empty();
    told.then(|| json(row, "load")).transpose()
}

/// A column that holds JSON.
pub(super) fn json<T: DeserializeOwned>(row: &SqliteRow, column: &str) -> Result<T, StoreError> {
    let text: String = row.try_get(column)?;
    serde_json::from_str(&text).map_err(|error| unreadable(&error))
}
