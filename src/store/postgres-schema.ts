/** The tables in PostgreSQL (11 and newer): those of the file, with what the database does better. */

/** All of ours stand in one schema: the database may have other tables. */
export const postgresSchema = 'trespass';

/** Partitions by a hash of the source: each has its own indexes, and is vacuumed by itself. */
const partitions = 8;

export const postgresMigrations: readonly string[] = [
  `
  CREATE TABLE counter (name text PRIMARY KEY, value bigint NOT NULL);
  INSERT INTO counter VALUES ('longest', 0);
  CREATE SEQUENCE scan_key;

  CREATE TABLE sensor (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL UNIQUE,
    heard bigint NOT NULL,
    batches bigint NOT NULL DEFAULT 0,
    repeated bigint NOT NULL DEFAULT 0
  );
  CREATE TABLE spool (id text PRIMARY KEY, sensor bigint NOT NULL, batch bigint NOT NULL);

  CREATE TABLE signature (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    digest bytea NOT NULL UNIQUE,
    id text NOT NULL,
    data text NOT NULL
  );

  -- Whoever writes scans of a source locks its row here.
  CREATE TABLE source (address bytea PRIMARY KEY);

  CREATE TABLE scan (
    key bigint NOT NULL,
    id bytea NOT NULL,
    source bytea NOT NULL,
    zone smallint NOT NULL,
    first_seen bigint NOT NULL,
    last_seen bigint NOT NULL,
    severity smallint NOT NULL,
    found smallint NOT NULL,
    state smallint NOT NULL,
    sensor bigint NOT NULL,
    parts integer NOT NULL,
    evidence bigint NOT NULL,
    incidents integer NOT NULL DEFAULT 0,
    comments integer NOT NULL DEFAULT 0,
    told smallint NOT NULL DEFAULT 0,
    acknowledged_by text,
    acknowledged_at bigint,
    changed bigint NOT NULL,
    data bytea NOT NULL,
    PRIMARY KEY (source, key),
    UNIQUE (source, id)
  ) PARTITION BY HASH (source);
  ${Array.from(
    { length: partitions },
    (_, remainder) =>
      `CREATE TABLE scan_${remainder} PARTITION OF scan FOR VALUES WITH (MODULUS ${partitions}, REMAINDER ${remainder});`,
  ).join('\n  ')}
  CREATE INDEX scan_by_key ON scan (key);
  CREATE INDEX scan_by_id ON scan (id);
  CREATE INDEX scan_by_time ON scan (first_seen, key);
  CREATE INDEX scan_by_source ON scan (source, first_seen, key);
  CREATE INDEX scan_by_severity ON scan (severity, first_seen, key);
  CREATE INDEX scan_by_change ON scan (changed, key);
  CREATE INDEX scan_open ON scan (sensor) WHERE state = 1;

  CREATE TABLE part (
    sensor bigint NOT NULL,
    id bytea NOT NULL,
    scan bigint NOT NULL,
    state smallint NOT NULL,
    first_seen bigint NOT NULL,
    last_seen bigint NOT NULL,
    evidence bigint NOT NULL,
    data bytea NOT NULL,
    PRIMARY KEY (sensor, id)
  );
  CREATE INDEX part_by_id ON part (id);
  CREATE INDEX part_by_scan ON part (scan);

  CREATE TABLE target (
    address bytea NOT NULL,
    first_seen bigint NOT NULL,
    scan bigint NOT NULL,
    PRIMARY KEY (address, first_seen, scan)
  );
  CREATE INDEX target_by_scan ON target (scan);
  CREATE TABLE mark (
    signature bigint NOT NULL,
    first_seen bigint NOT NULL,
    scan bigint NOT NULL,
    PRIMARY KEY (signature, first_seen, scan)
  );

  CREATE TABLE comment (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    scan bigint NOT NULL,
    author text NOT NULL,
    made bigint NOT NULL,
    text text NOT NULL
  );
  CREATE INDEX comment_by_scan ON comment (scan);

  CREATE TABLE due (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    scan bigint NOT NULL,
    because text NOT NULL,
    claimed bigint NOT NULL DEFAULT 0,
    UNIQUE (scan, because)
  );

  CREATE TABLE incident (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    address bytea NOT NULL,
    time bigint NOT NULL,
    what text NOT NULL,
    reporter text NOT NULL,
    reference text,
    horizon bigint NOT NULL,
    added bigint NOT NULL,
    closed bigint,
    closed_by text,
    UNIQUE (address, time, what)
  );

  CREATE TABLE authorised (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    address text NOT NULL,
    owner text NOT NULL,
    reason text NOT NULL,
    expires text NOT NULL,
    author text NOT NULL,
    added bigint NOT NULL
  );

  CREATE TABLE token (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL,
    role text NOT NULL,
    hash text NOT NULL UNIQUE,
    made bigint NOT NULL,
    revoked bigint
  );
  CREATE UNIQUE INDEX token_name ON token (name) WHERE revoked IS NULL;
  `,
];
