-- Relays are registered as content servers are, under the same names and leases.
ALTER TABLE servers ADD COLUMN role TEXT NOT NULL DEFAULT 'content';
CREATE INDEX servers_by_address ON servers (address);

-- Addresses of the content servers that a relay passes connections on to.
CREATE TABLE reaches (
    relay   TEXT NOT NULL,
    address TEXT NOT NULL,
    PRIMARY KEY (relay, address)
);
CREATE INDEX reaches_by_address ON reaches (address);

-- JSON pairs of bytes where a server holds a part of the stream only; empty where it holds all of it.
ALTER TABLE holdings ADD COLUMN ranges TEXT NOT NULL DEFAULT '';
