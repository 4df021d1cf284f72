-- Whether somebody holds a title is answered from this index alone, and so is where a page of a catalog begins:
-- of 10,000 titles a page takes 6 ms instead of 20.
DROP INDEX holdings_by_title;
CREATE INDEX holdings_by_title ON holdings (catalog, name, stream, ranges, server);
CREATE INDEX titles_by_catalog ON titles (catalog, sort_key, name, stream);

-- Titles are sorted by the value of the numbers in them. Servers that are registered send their tables again, which
-- fills the column.
DELETE FROM holdings;
DELETE FROM reaches;
DELETE FROM servers;
