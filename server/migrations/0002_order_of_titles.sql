-- Pages of titles are read in these orders; without the indexes each page sorts all titles.
CREATE INDEX titles_by_name ON titles (sort_key, catalog, name, stream);
CREATE INDEX titles_by_age ON titles (added_at_ms DESC, sort_key, catalog, name, stream);
