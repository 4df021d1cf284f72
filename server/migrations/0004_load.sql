-- What a server or a relay does now, as it said when it renewed its lease last: JSON, empty before.
ALTER TABLE servers ADD COLUMN load TEXT NOT NULL DEFAULT '';
