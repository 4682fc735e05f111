/** A PostgreSQL store of many scans for bench/store.ts, made with plain SQL: a hundred times as fast as scan for scan. */

import pg from 'pg';
import { postgresSchema } from '../src/store/postgres-schema.ts';

export interface LargeStore {
  readonly scans: number;
  readonly sources: number;
  readonly targets: number;
  /** Microseconds: the first scan, and from one to the next. */
  readonly start: number;
  readonly step: number;
}

/** Multiplies the scans that are in the store. Gives its size in bytes. */
export async function makeLargePostgres(url: string, large: LargeStore, say: (text: string) => void): Promise<number> {
  const { scans, sources, targets, start, step } = large;
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const run = (sql: string) => client.query(sql);
  const address = (base: number, number: string) =>
    `decode('00000000000000000000ffff' || lpad(to_hex(${base} + ${number}), 8, '0'), 'hex')`;
  await run(`SET search_path = ${postgresSchema}; SET synchronous_commit = off; SET maintenance_work_mem = '512MB'`);
  const { rows: indexes } = await run(
    `SELECT indexname AS name, indexdef AS sql FROM pg_indexes WHERE schemaname = '${postgresSchema}'
     AND tablename IN ('scan', 'target') AND indexname ~ '^(scan|target)_(by_|open)'`,
  );
  for (const { name } of indexes) await run(`DROP INDEX ${name}`);
  await run(`CREATE TEMP TABLE kind AS SELECT row_number() OVER (ORDER BY key) - 1 AS n, * FROM scan;
    CREATE TEMP TABLE kind_mark AS SELECT DISTINCT m.signature, k.n FROM mark m JOIN kind k ON k.key = m.scan;
    TRUNCATE scan, mark, target`);
  const { rows } = await run('SELECT count(*)::integer AS kinds FROM kind');
  const { kinds } = rows[0];
  say('scans');
  await run(`INSERT INTO scan (key, id, source, zone, first_seen, last_seen, severity, found, state, sensor, parts, evidence, changed, data)
    SELECT c.n + 1, substring(decode(md5(c.n::text), 'hex') FOR 8), ${address(3_221_225_472, `(c.n * 40503) % ${sources}`)}, 2,
      ${start} + c.n * ${step}, ${start} + c.n * ${step} + 1000000,
      CASE c.n % 1000 WHEN 0 THEN 3 WHEN 1 THEN 2 ELSE 1 END, 1, 0, 1, 1, kind.evidence, 1, kind.data
    FROM generate_series(0::bigint, ${scans - 1}) c(n) JOIN kind ON kind.n = c.n % ${kinds}`);
  say('targets and signatures');
  await run(`INSERT INTO target SELECT ${address(167_772_160, `n % ${targets}`)}, ${start} + n * ${step}, n + 1
    FROM generate_series(0::bigint, ${scans - 1}) n`);
  await run(`INSERT INTO mark SELECT k.signature, ${start} + c.n * ${step}, c.n + 1
    FROM kind_mark k CROSS JOIN LATERAL generate_series(k.n, ${scans - 1}, ${kinds}) c(n)`);
  await run('INSERT INTO source SELECT DISTINCT source FROM scan ON CONFLICT DO NOTHING');
  for (const { name, sql } of indexes) {
    say(`index ${name}`);
    // Of a partitioned table, the definition is that of the index without those of its parts.
    await run(sql.replace(' ON ONLY ', ' ON '));
  }
  await run(`SELECT setval('scan_key', ${scans}); UPDATE counter SET value = 1000000 WHERE name = 'longest'`);
  await run('VACUUM ANALYZE');
  const { rows: sizes } = await run('SELECT pg_database_size(current_database())::float8 AS bytes');
  await client.end();
  return sizes[0].bytes;
}
