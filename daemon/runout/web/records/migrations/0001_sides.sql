-- One row a side: all that a list, a search and a history over plays need.
CREATE TABLE side (
    number INTEGER PRIMARY KEY,
    side_id TEXT NOT NULL UNIQUE,
    started_at TEXT NOT NULL,           -- ISO 8601, UTC, milliseconds: in order as text
    source TEXT NOT NULL,               -- ear, upload, microphone
    name TEXT,                          -- of the file, where it was one
    duration_s REAL NOT NULL,
    heard_s REAL NOT NULL,              -- of it programme
    rpm REAL,
    grade_label TEXT,                   -- null: withheld
    grade_index REAL,
    confidence REAL,
    limited_by TEXT NOT NULL,
    reason TEXT NOT NULL,
    counts TEXT NOT NULL,               -- JSON
    measurements TEXT NOT NULL,         -- JSON
    record TEXT,                        -- key of all plays of one record's side; null: not labelled
    filed TEXT NOT NULL,                -- what it is sorted by, by name
    artist TEXT NOT NULL DEFAULT '',
    title TEXT NOT NULL DEFAULT '',
    side TEXT NOT NULL DEFAULT '',
    catalogue TEXT NOT NULL DEFAULT '',
    note TEXT NOT NULL DEFAULT '',
    price TEXT NOT NULL DEFAULT '',
    sleeve TEXT NOT NULL DEFAULT ''
);
CREATE INDEX side_newest ON side (started_at, number);
CREATE INDEX side_best ON side (coalesce(grade_index, 99.0), number);
CREATE INDEX side_worst ON side (coalesce(grade_index, -1.0), number);
CREATE INDEX side_filed ON side (filed, number);
-- To count by: a walk through this is much less to read than the rows are.
CREATE INDEX side_kind ON side (source, grade_label);
CREATE INDEX side_record ON side (record, started_at) WHERE record IS NOT NULL;

-- All that was told of it, its events too (tens of thousands of them), by itself, so that a list
-- never reads it.
CREATE TABLE told (
    number INTEGER PRIMARY KEY REFERENCES side (number) ON DELETE CASCADE,
    contract BLOB NOT NULL              -- JSON, by zlib
);

-- What was typed for a side that still plays.
CREATE TABLE label_ahead (
    side_id TEXT PRIMARY KEY,
    changes TEXT NOT NULL               -- JSON
);

CREATE VIRTUAL TABLE side_words USING fts5 (
    artist, title, side, catalogue, note, price, name,
    content = 'side', content_rowid = 'number',
    tokenize = 'unicode61 remove_diacritics 2', prefix = '1 2 3'
);
CREATE TRIGGER side_added AFTER INSERT ON side BEGIN
    INSERT INTO side_words (rowid, artist, title, side, catalogue, note, price, name)
    VALUES (new.number, new.artist, new.title, new.side, new.catalogue, new.note, new.price,
            new.name);
END;
CREATE TRIGGER side_gone AFTER DELETE ON side BEGIN
    INSERT INTO side_words (side_words, rowid, artist, title, side, catalogue, note, price, name)
    VALUES ('delete', old.number, old.artist, old.title, old.side, old.catalogue, old.note,
            old.price, old.name);
END;
CREATE TRIGGER side_changed AFTER UPDATE ON side BEGIN
    INSERT INTO side_words (side_words, rowid, artist, title, side, catalogue, note, price, name)
    VALUES ('delete', old.number, old.artist, old.title, old.side, old.catalogue, old.note,
            old.price, old.name);
    INSERT INTO side_words (rowid, artist, title, side, catalogue, note, price, name)
    VALUES (new.number, new.artist, new.title, new.side, new.catalogue, new.note, new.price,
            new.name);
END;

-- Who is logged in.
CREATE TABLE session (
    mark TEXT PRIMARY KEY,              -- SHA-256 of the cookie
    expires INTEGER NOT NULL            -- seconds since 1970
);
CREATE TABLE secret (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
);
