/** The tables of a sensor's spool: batches that PostgreSQL has not taken yet. */

/** `TRSQ`. */
export const spoolApplicationId = 0x54_52_53_51;

export const spoolMigrations: readonly string[] = [
  `
  CREATE TABLE identity (id TEXT NOT NULL) STRICT;
  INSERT INTO identity VALUES (lower(hex(randomblob(16))));
  CREATE TABLE signature (
    number INTEGER PRIMARY KEY,
    digest BLOB NOT NULL UNIQUE,
    id TEXT NOT NULL,
    data TEXT NOT NULL
  ) STRICT;
  -- A number is never used again, also when all are sent: AUTOINCREMENT.
  CREATE TABLE batch (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    sensor TEXT NOT NULL,
    tell INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE entry (
    batch INTEGER NOT NULL,
    place INTEGER NOT NULL,
    data BLOB NOT NULL,
    PRIMARY KEY (batch, place)
  ) STRICT, WITHOUT ROWID;
  `,
];
