//! Lists: catalogs, pages of titles narrowed by what a person looks for, and the tags there are.

use sqlx::sqlite::{Sqlite, SqlitePool};
use sqlx::{QueryBuilder, Row};
use tributary_core::directory::{CatalogEntry, TagEntry, TitlePage};

use super::read::with_holders;
use super::{row, stored};
use crate::director::store::{Now, Sort, StoreError, TitleQuery};

/// Most tags that are told.
const MAX_TAGS: i64 = 100;

/// Begins a query about the titles that somebody holds and that `wanted` is about. Only what narrows them is in
/// it: without any of it an index alone tells which titles a page shows.
fn narrowed(what: &str, wanted: &TitleQuery, now: Now) -> QueryBuilder<Sqlite> {
    let mut query = QueryBuilder::new("SELECT ");
    query
        .push(what)
        .push(
            " FROM titles t WHERE EXISTS (SELECT 1 FROM holdings h WHERE h.catalog = t.catalog
                 AND h.name = t.name AND h.stream = t.stream AND h.ranges = ''
                 AND h.server IN (SELECT name FROM servers WHERE lease_until_ms > ",
        )
        .push_bind(now.ms)
        .push("))");
    if let Some(catalog) = &wanted.catalog {
        query.push(" AND t.catalog = ").push_bind(catalog.clone());
    }
    if !wanted.search.is_empty() {
        query.push(" AND t.search_key LIKE ").push_bind(like(&wanted.search)).push(" ESCAPE '\\'");
    }
    if let Some(tag) = &wanted.tag {
        query
            .push(
                " AND EXISTS (SELECT 1 FROM title_tags g WHERE g.catalog = t.catalog AND g.name = t.name
                     AND g.stream = t.stream AND g.tag_key = ",
            )
            .push_bind(tag.to_lowercase())
            .push(")");
    }
    // A length that is not known is neither long nor short.
    if wanted.least_ms > 0 || wanted.under_ms.is_some() {
        query.push(" AND t.duration_ms >= ").push_bind(stored(wanted.least_ms.max(1)));
    }
    if let Some(under) = wanted.under_ms {
        query.push(" AND t.duration_ms < ").push_bind(stored(under));
    }
    if wanted.least_lines > 0 {
        query.push(" AND t.picture_lines >= ").push_bind(i64::from(wanted.least_lines));
    }
    if wanted.subtitles {
        query.push(" AND t.subtitles >= 1");
    }
    if !wanted.without.is_empty() {
        query.push(" AND instr(").push_bind(wanted.without.clone()).push(", substr(t.stream, 1, 16)) = 0");
    }
    query
}

/// All catalogs with a title that somebody holds.
pub(super) async fn catalogs(pool: &SqlitePool, now: Now) -> Result<Vec<CatalogEntry>, StoreError> {
    let rows = sqlx::query(
        "SELECT t.catalog, COUNT(*) AS titles FROM titles t WHERE EXISTS (
             SELECT 1 FROM holdings h
             WHERE h.catalog = t.catalog AND h.name = t.name AND h.stream = t.stream AND h.ranges = ''
                 AND h.server IN (SELECT name FROM servers WHERE lease_until_ms > ?))
         GROUP BY t.catalog ORDER BY t.catalog",
    )
    .bind(now.ms)
    .fetch_all(pool)
    .await?;
    rows.iter()
        .map(|row| Ok(CatalogEntry { name: row.try_get("catalog")?, titles: row::number(row, "titles")? }))
        .collect()
}

/// A page of titles.
pub(super) async fn titles(pool: &SqlitePool, wanted: TitleQuery, now: Now) -> Result<TitlePage, StoreError> {
    let count = narrowed("COUNT(*) AS total", &wanted, now).build().fetch_one(pool).await?;
    let mut page = narrowed("t.*", &wanted, now);
    page.push(match wanted.sort {
        Sort::Name => " ORDER BY t.sort_key, t.catalog, t.name, t.stream LIMIT ",
        Sort::Added => " ORDER BY t.added_at_ms DESC, t.sort_key, t.catalog, t.name, t.stream LIMIT ",
    });
    page.push_bind(stored(wanted.limit)).push(" OFFSET ").push_bind(stored(wanted.offset));
    let rows = page.build().fetch_all(pool).await?;
    let titles = rows.iter().map(row::title).collect::<Result<Vec<_>, _>>()?;
    let titles = with_holders(pool, titles, now).await?;
    Ok(TitlePage { total: row::number(&count, "total")?, offset: wanted.offset, titles })
}

/// The tags of the titles that somebody holds, those of most titles first.
pub(super) async fn tags(
    pool: &SqlitePool,
    catalog: Option<String>,
    now: Now,
) -> Result<Vec<TagEntry>, StoreError> {
    let rows = sqlx::query(
        "SELECT MIN(g.tag) AS tag, COUNT(*) AS titles FROM title_tags g
         WHERE (? = 0 OR g.catalog = ?) AND EXISTS (
             SELECT 1 FROM holdings h
             WHERE h.catalog = g.catalog AND h.name = g.name AND h.stream = g.stream AND h.ranges = ''
                 AND h.server IN (SELECT name FROM servers WHERE lease_until_ms > ?))
         GROUP BY g.tag_key ORDER BY COUNT(*) DESC, g.tag_key LIMIT ?",
    )
    .bind(i64::from(catalog.is_some()))
    .bind(catalog.unwrap_or_default())
    .bind(now.ms)
    .bind(MAX_TAGS)
    .fetch_all(pool)
    .await?;
    rows.iter()
        .map(|row| Ok(TagEntry { tag: row.try_get("tag")?, titles: row::number(row, "titles")? }))
        .collect()
}

/// A pattern for `LIKE` that finds `search` anywhere, in the lower case that keys are kept in.
fn like(search: &str) -> String {
    let mut pattern = String::from("%");
    for c in search.to_lowercase().chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}
