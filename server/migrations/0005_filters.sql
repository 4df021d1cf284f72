-- What lists of titles are narrowed by: length in milliseconds, 0 where unknown, lines of the picture, whether
-- there are subtitles, and tags.
ALTER TABLE titles ADD COLUMN duration_ms BIGINT NOT NULL DEFAULT 0;
ALTER TABLE titles ADD COLUMN picture_lines BIGINT NOT NULL DEFAULT 0;
ALTER TABLE titles ADD COLUMN subtitles BIGINT NOT NULL DEFAULT 0;

CREATE TABLE title_tags (
    catalog TEXT NOT NULL,
    name    TEXT NOT NULL,
    stream  TEXT NOT NULL,
    -- Lower case, to compare.
    tag_key TEXT NOT NULL,
    tag     TEXT NOT NULL,
    PRIMARY KEY (catalog, name, stream, tag_key)
);
CREATE INDEX title_tags_by_tag ON title_tags (tag_key, catalog, name, stream);

-- Servers that are registered send their tables again, which fills the columns.
DELETE FROM holdings;
DELETE FROM reaches;
DELETE FROM servers;
