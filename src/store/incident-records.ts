/** Incidents in the store, and what they do to scans. */

import { raisedScansTold } from '../limits.ts';
import { parseAddressKey } from './address-key.ts';
import type { Connection, Database, Transaction, Value } from './database.ts';
import { rangeOf } from './scan-filter.ts';
import { columnTime, concerns, dayMicroseconds, type IncidentRow, severityRank, toIncident } from './scan-rows.ts';
import type { Incident, IncidentAdded, IncidentFilter, NewIncident } from './store.ts';
import { StoreError } from './store-error.ts';

export const defaultHorizonDays = 30;
const longestHorizonDays = 36_500;
const longestText = 1024;
const longestReference = 16_384;

/** @throws StoreError if the address is none. */
export async function addIncident(transaction: Transaction, given: NewIncident, now: number): Promise<IncidentAdded> {
  const address = parseAddressKey(given.address);
  if (!address) {
    throw new StoreError('bad-question', `“${given.address}” is no address. Give one, as 192.0.2.7 or 2001:db8::7.`);
  }
  const what = given.what.slice(0, longestText);
  const time = columnTime(given.time);
  const known = await oneIncident(transaction, 'address = :address AND time = :time AND what = :what', {
    address,
    time,
    what,
  });
  if (known) return { incident: toIncident(known), added: false, raised: 0, authorised: 0 };
  const horizon = Math.min(Math.max(Math.trunc(given.horizonDays ?? defaultHorizonDays), 0), longestHorizonDays);
  // Whoever writes scans of this source now must not miss it.
  await transaction.lockSources([address]);
  const columns = {
    address: 'bytea',
    time: 'int8',
    what: 'text',
    reporter: 'text',
    reference: 'text',
    horizon: 'int8',
    added: 'int8',
  } as const;
  const reference = given.reference?.slice(0, longestReference) ?? null;
  await transaction.insert(
    'incident',
    columns,
    [[address, time, what, given.reporter.slice(0, 256), reference, horizon, now]],
    true,
  );
  const row = await oneIncident(transaction, 'address = :address AND time = :time AND what = :what', {
    address,
    time,
    what,
  });
  const { raised, authorised } = await raiseScans(transaction, row!);
  return { incident: toIncident(row!), added: true, raised, authorised };
}

async function raiseScans(transaction: Transaction, incident: IncidentRow) {
  const scans = await transaction.all<{
    key: number;
    found: number;
    severity: number;
    first_seen: number;
    last_seen: number;
  }>(
    `SELECT key, found, severity, first_seen, last_seen FROM scan
     WHERE source = :address AND last_seen >= :from ORDER BY first_seen DESC`,
    { address: incident.address, from: incident.time - incident.horizon * dayMicroseconds },
  );
  const concerned = scans.filter(({ first_seen, last_seen }) => concerns(incident, first_seen, last_seen));
  const ours = concerned.filter(({ found }) => found > 0);
  const high = severityRank('high');
  const raised = ours.filter(({ severity }) => severity < high);
  if (ours.length > 0) {
    const changed = await transaction.changeNumber();
    for (const { key } of ours) {
      await transaction.run(
        'UPDATE scan SET severity = :high, incidents = incidents + 1, changed = :changed WHERE key = :key',
        { high, changed, key },
      );
    }
    // Told in the order in which they happened.
    const told = raised.slice(0, raisedScansTold).reverse();
    await transaction.insert(
      'due',
      { scan: 'int8', because: 'text' },
      told.map(({ key }) => [key, 'raised']),
      true,
    );
  }
  return { raised: raised.length, authorised: concerned.length - ours.length };
}

async function oneIncident(
  connection: Connection,
  where: string,
  parameters: Readonly<Record<string, Value>>,
): Promise<IncidentRow | undefined> {
  const [row] = await connection.all<IncidentRow>(`SELECT * FROM incident WHERE ${where}`, parameters);
  return row;
}

/** Newest first. */
export async function listIncidents(connection: Connection, filter: IncidentFilter = {}): Promise<Incident[]> {
  const texts: string[] = [];
  const parameters: Record<string, Value> = {};
  if (filter.state) texts.push(`closed IS ${filter.state === 'open' ? '' : 'NOT '}NULL`);
  if (filter.address !== undefined) {
    const { low, high } = rangeOf(filter.address);
    texts.push('address BETWEEN :low AND :high');
    Object.assign(parameters, { low, high });
  }
  const limit = Math.min(Math.max(Math.trunc(filter.limit ?? 1000), 1), 100_000);
  const rows = await connection.all<IncidentRow>(
    `SELECT * FROM incident ${texts.length > 0 ? `WHERE ${texts.join(' AND ')}` : ''} ORDER BY time DESC, number DESC LIMIT ${limit}`,
    parameters,
  );
  return rows.map(toIncident);
}

export async function closeIncident(
  database: Database,
  id: number,
  by: string | undefined,
  now: number,
): Promise<boolean> {
  const closed = await database.transaction((transaction) =>
    transaction.run('UPDATE incident SET closed = :now, closed_by = :by WHERE number = :id AND closed IS NULL', {
      id,
      now,
      by: by?.slice(0, 256) ?? null,
    }),
  );
  return closed > 0;
}
