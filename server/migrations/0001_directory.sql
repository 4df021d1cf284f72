-- Who holds what. Times are milliseconds since 1970; streams are 64 hexadecimal digits.

CREATE TABLE servers (
    name           TEXT   NOT NULL PRIMARY KEY,
    address        TEXT   NOT NULL,
    instance       TEXT   NOT NULL,
    fence          BIGINT NOT NULL,
    lease_until_ms BIGINT NOT NULL,
    -- 0 once its lapse has been told to those who listen.
    live           BIGINT NOT NULL
);

-- The last fencing number given out, to whichever server.
CREATE TABLE fences (last BIGINT NOT NULL);
INSERT INTO fences (last) VALUES (0);

CREATE TABLE titles (
    catalog     TEXT   NOT NULL,
    name        TEXT   NOT NULL,
    stream      TEXT   NOT NULL,
    size        BIGINT NOT NULL,
    title       TEXT   NOT NULL,
    -- Lower case, for sorting and searching.
    sort_key    TEXT   NOT NULL,
    search_key  TEXT   NOT NULL,
    file_name   TEXT   NOT NULL,
    year        BIGINT,
    description TEXT   NOT NULL,
    -- JSON.
    tags        TEXT   NOT NULL,
    media       TEXT   NOT NULL,
    added_at_ms BIGINT NOT NULL,
    held_at_ms  BIGINT NOT NULL,
    PRIMARY KEY (catalog, name, stream)
);
CREATE INDEX titles_by_stream ON titles (stream);
CREATE INDEX titles_by_file ON titles (file_name, size);

CREATE TABLE holdings (
    server  TEXT   NOT NULL,
    catalog TEXT   NOT NULL,
    name    TEXT   NOT NULL,
    stream  TEXT   NOT NULL,
    poster  BIGINT NOT NULL,
    PRIMARY KEY (server, catalog, name, stream)
);
CREATE INDEX holdings_by_title ON holdings (catalog, name, stream);
CREATE INDEX holdings_by_stream ON holdings (stream);
