//! Lists: catalogs, pages of titles narrowed by what a person looks for, and the tags there are.

use sqlx::Row;
use sqlx::sqlite::SqlitePool;
use tributary_core::directory::{CatalogEntry, TagEntry, TitlePage};

use super::read::with_holders;
use super::{row, stored};
use crate::director::store::{Now, Sort, StoreError, TitleQuery};

/// Most tags that are told.
const MAX_TAGS: i64 = 100;

/// A query about the titles that somebody holds and that a [`TitleQuery`] is about.
macro_rules! narrowed {
    ($what:literal, $order:literal) => {
        concat!(
            "SELECT ",
            $what,
            " FROM titles t
             WHERE (? = 0 OR t.catalog = ?) AND t.search_key LIKE ? ESCAPE '\\'
                 AND (? = 0 OR EXISTS (SELECT 1 FROM title_tags g WHERE g.tag_key = ? AND g.catalog = t.catalog
                     AND g.name = t.name AND g.stream = t.stream))
                 AND t.duration_ms >= ? AND t.duration_ms < ? AND t.picture_lines >= ? AND t.subtitles >= ?
                 AND (? = '' OR instr(?, substr(t.stream, 1, 16)) = 0)
                 AND EXISTS (
                     SELECT 1 FROM holdings h JOIN servers s ON s.name = h.server
                     WHERE h.catalog = t.catalog AND h.name = t.name AND h.stream = t.stream AND h.ranges = ''
                         AND s.lease_until_ms > ?) ",
            $order
        )
    };
}

/// All catalogs with a title that somebody holds.
pub(super) async fn catalogs(pool: &SqlitePool, now: Now) -> Result<Vec<CatalogEntry>, StoreError> {
    let rows = sqlx::query(
        "SELECT t.catalog, COUNT(*) AS titles FROM titles t WHERE EXISTS (
             SELECT 1 FROM holdings h JOIN servers s ON s.name = h.server
             WHERE h.catalog = t.catalog AND h.name = t.name AND h.stream = t.stream AND h.ranges = ''
                 AND s.lease_until_ms > ?)
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
pub(super) async fn titles(pool: &SqlitePool, query: TitleQuery, now: Now) -> Result<TitlePage, StoreError> {
    const COUNT: &str = narrowed!("COUNT(*) AS total", "");
    const BY_NAME: &str =
        narrowed!("t.*", "ORDER BY t.sort_key, t.catalog, t.name, t.stream LIMIT ? OFFSET ?");
    const BY_AGE: &str = narrowed!(
        "t.*",
        "ORDER BY t.added_at_ms DESC, t.sort_key, t.catalog, t.name, t.stream LIMIT ? OFFSET ?"
    );
    let like = like(&query.search);
    let within = i64::from(query.catalog.is_some());
    let catalog = query.catalog.unwrap_or_default();
    let tagged = i64::from(query.tag.is_some());
    let tag = query.tag.unwrap_or_default().to_lowercase();
    // A length that is not known is neither long nor short.
    let by_length = query.least_ms > 0 || query.under_ms.is_some();
    let least = stored(query.least_ms.max(u64::from(by_length)));
    let under = query.under_ms.map_or(i64::MAX, stored);
    macro_rules! bound {
        ($query:expr) => {
            $query
                .bind(within)
                .bind(&catalog)
                .bind(&like)
                .bind(tagged)
                .bind(&tag)
                .bind(least)
                .bind(under)
                .bind(i64::from(query.least_lines))
                .bind(i64::from(query.subtitles))
                .bind(&query.without)
                .bind(&query.without)
                .bind(now.ms)
        };
    }
    let count = bound!(sqlx::query(COUNT)).fetch_one(pool).await?;
    let page = match query.sort {
        Sort::Name => sqlx::query(BY_NAME),
        Sort::Added => sqlx::query(BY_AGE),
    };
    let page = bound!(page).bind(stored(query.limit)).bind(stored(query.offset));
    let rows = page.fetch_all(pool).await?;
    let titles = rows.iter().map(row::title).collect::<Result<Vec<_>, _>>()?;
    let titles = with_holders(pool, titles, now).await?;
    Ok(TitlePage { total: row::number(&count, "total")?, offset: query.offset, titles })
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
             SELECT 1 FROM holdings h JOIN servers s ON s.name = h.server
             WHERE h.catalog = g.catalog AND h.name = g.name AND h.stream = g.stream AND h.ranges = ''
                 AND s.lease_until_ms > ?)
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
