/** The tables in a file. docs/store.md draws them. Only ever add a migration: files of older versions exist. */

/** `TRSP`: what `file` and we know the file by. */
export const storeApplicationId = 0x54_52_53_50;

export const sqliteMigrations: readonly string[] = [
  `
  CREATE TABLE counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  INSERT INTO counter VALUES ('scan', 0), ('change', 0), ('longest', 0);

  CREATE TABLE sensor (
    number INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    heard INTEGER NOT NULL,
    batches INTEGER NOT NULL DEFAULT 0,
    repeated INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  CREATE TABLE spool (id TEXT PRIMARY KEY, sensor INTEGER NOT NULL, batch INTEGER NOT NULL) STRICT, WITHOUT ROWID;

  CREATE TABLE signature (
    number INTEGER PRIMARY KEY,
    digest BLOB NOT NULL UNIQUE,
    id TEXT NOT NULL,
    data TEXT NOT NULL
  ) STRICT;

  CREATE TABLE scan (
    key INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    source BLOB NOT NULL,
    zone INTEGER NOT NULL,
    first_seen INTEGER NOT NULL,
    last_seen INTEGER NOT NULL,
    severity INTEGER NOT NULL,
    found INTEGER NOT NULL,
    state INTEGER NOT NULL,
    sensor INTEGER NOT NULL,
    parts INTEGER NOT NULL,
    evidence INTEGER NOT NULL,
    incidents INTEGER NOT NULL DEFAULT 0,
    comments INTEGER NOT NULL DEFAULT 0,
    told INTEGER NOT NULL DEFAULT 0,
    acknowledged_by TEXT,
    acknowledged_at INTEGER,
    changed INTEGER NOT NULL,
    data BLOB NOT NULL
  ) STRICT;
  CREATE INDEX scan_by_time ON scan (first_seen);
  CREATE INDEX scan_by_source ON scan (source, first_seen);
  CREATE INDEX scan_by_severity ON scan (severity, first_seen);
  CREATE INDEX scan_by_change ON scan (changed);
  CREATE INDEX scan_open ON scan (sensor) WHERE state = 1;

  CREATE TABLE part (
    sensor INTEGER NOT NULL,
    id BLOB NOT NULL,
    scan INTEGER NOT NULL,
    state INTEGER NOT NULL,
    first_seen INTEGER NOT NULL,
    last_seen INTEGER NOT NULL,
    evidence INTEGER NOT NULL,
    data BLOB NOT NULL,
    PRIMARY KEY (sensor, id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX part_by_id ON part (id);
  CREATE INDEX part_by_scan ON part (scan);

  CREATE TABLE target (
    address BLOB NOT NULL,
    first_seen INTEGER NOT NULL,
    scan INTEGER NOT NULL,
    PRIMARY KEY (address, first_seen, scan)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX target_by_scan ON target (scan);
  CREATE TABLE mark (
    signature INTEGER NOT NULL,
    first_seen INTEGER NOT NULL,
    scan INTEGER NOT NULL,
    PRIMARY KEY (signature, first_seen, scan)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE comment (
    number INTEGER PRIMARY KEY,
    scan INTEGER NOT NULL,
    author TEXT NOT NULL,
    made INTEGER NOT NULL,
    text TEXT NOT NULL
  ) STRICT;
  CREATE INDEX comment_by_scan ON comment (scan);

  CREATE TABLE due (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    scan INTEGER NOT NULL,
    because TEXT NOT NULL,
    claimed INTEGER NOT NULL DEFAULT 0,
    UNIQUE (scan, because)
  ) STRICT;

  CREATE TABLE incident (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    address BLOB NOT NULL,
    time INTEGER NOT NULL,
    what TEXT NOT NULL,
    reporter TEXT NOT NULL,
    reference TEXT,
    horizon INTEGER NOT NULL,
    added INTEGER NOT NULL,
    closed INTEGER,
    closed_by TEXT,
    UNIQUE (address, time, what)
  ) STRICT;

  CREATE TABLE authorised (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    address TEXT NOT NULL,
    owner TEXT NOT NULL,
    reason TEXT NOT NULL,
    expires TEXT NOT NULL,
    author TEXT NOT NULL,
    added INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE token (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    hash TEXT NOT NULL UNIQUE,
    made INTEGER NOT NULL,
    revoked INTEGER
  ) STRICT;
  CREATE UNIQUE INDEX token_name ON token (name) WHERE revoked IS NULL;
  `,
];
