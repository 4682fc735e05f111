/** Rows of the table `scan`, and what they are to everybody else. */

import type { Alert, Severity } from '../scan/alert.ts';
import { severities } from '../scan/alert.ts';
import type { Zone } from '../scan/perimeter.ts';
import { addressText } from './address-key.ts';
import { decodeAlert, raiseAlert } from './alert-codec.ts';
import type { Columns, Connection, Value } from './database.ts';
import type { SignatureNumbers } from './signature-numbers.ts';
import type { Comment, Incident, SensorPart, StoredScan } from './store.ts';

export interface ScanRow {
  key: number;
  id: Uint8Array;
  source: Uint8Array;
  zone: number;
  first_seen: number;
  last_seen: number;
  /** As raised, and as found: places in `severities`. */
  severity: number;
  found: number;
  /** 1: open. */
  state: number;
  /** Who saw it, if nobody else did. */
  sensor: number;
  parts: number;
  evidence: number;
  /** How many of each there are: most scans have none, and need not be asked for them. */
  incidents: number;
  comments: number;
  /** 1: that it opened; 2: that it closed. */
  told: number;
  acknowledged_by: string | null;
  acknowledged_at: number | null;
  changed: number;
  data: Uint8Array;
}

export const scanColumns = {
  key: 'int8',
  id: 'bytea',
  source: 'bytea',
  zone: 'int8',
  first_seen: 'int8',
  last_seen: 'int8',
  severity: 'int8',
  found: 'int8',
  state: 'int8',
  sensor: 'int8',
  parts: 'int8',
  evidence: 'int8',
  incidents: 'int8',
  comments: 'int8',
  told: 'int8',
  acknowledged_by: 'text',
  acknowledged_at: 'int8',
  changed: 'int8',
  data: 'bytea',
} as const satisfies Columns;

/** For a SELECT from `scan s`. */
export const scanSelection = Object.keys(scanColumns)
  .map((name) => `s.${name}`)
  .join(', ');

export function scanValues(row: ScanRow): Value[] {
  return Object.keys(scanColumns).map((name) => row[name as keyof ScanRow]);
}

export interface PartRow {
  readonly sensor: number;
  readonly id: Uint8Array;
  readonly scan: number;
  readonly state: number;
  readonly first_seen: number;
  readonly last_seen: number;
  readonly evidence: number;
  readonly data: Uint8Array;
}

export const partColumns = {
  sensor: 'int8',
  id: 'bytea',
  scan: 'int8',
  state: 'int8',
  first_seen: 'int8',
  last_seen: 'int8',
  evidence: 'int8',
  data: 'bytea',
} as const satisfies Columns;

export const partSelection = Object.keys(partColumns).join(', ');

export interface IncidentRow {
  readonly number: number;
  readonly address: Uint8Array;
  readonly time: number;
  readonly what: string;
  readonly reporter: string;
  readonly reference: string | null;
  readonly horizon: number;
  readonly added: number;
  readonly closed: number | null;
  readonly closed_by: string | null;
}

export const zones: readonly Zone[] = [
  'internal-internal',
  'internal-external',
  'external-internal',
  'external-external',
];

export function severityRank(severity: Severity): number {
  return severities.indexOf(severity);
}

/** 16 hex digits; other ids (there are none of ours) are filled up or cut. */
export function idBytes(id: string): Uint8Array {
  return Buffer.from(
    /^[0-9a-f]{16}$/i.test(id) ? id : Buffer.from(id).toString('hex').padEnd(16, '0').slice(0, 16),
    'hex',
  );
}

export function idText(id: Uint8Array): string {
  return Buffer.from(id).toString('hex');
}

/** A time as a column takes it: a capture may claim any. */
export function columnTime(microseconds: number): number {
  return Number.isNaN(microseconds) ? 0 : Math.min(Math.max(Math.floor(microseconds), 0), Number.MAX_SAFE_INTEGER);
}

export const dayMicroseconds = 86_400e6;

export function toIncident(row: IncidentRow): Incident {
  return {
    id: row.number,
    address: addressText(row.address),
    time: row.time,
    what: row.what,
    reporter: row.reporter,
    ...(row.reference !== null && { reference: row.reference }),
    horizonDays: row.horizon,
    added: row.added,
    ...(row.closed !== null && { closed: row.closed }),
    ...(row.closed_by !== null && { closedBy: row.closed_by }),
  };
}

/**
 * Does the incident raise a scan of its address that was going on between these times? From the horizon before it, until it
 * was closed. It depends on nothing else, so that it does not matter which of both was known first.
 */
export function concerns(incident: IncidentRow, firstSeen: number, lastSeen: number): boolean {
  return (
    lastSeen >= incident.time - incident.horizon * dayMicroseconds &&
    (incident.closed === null || firstSeen <= incident.closed)
  );
}

/** Rows as scans, with all that belongs to them, in their order. */
export async function toScans(
  connection: Connection,
  signatures: SignatureNumbers,
  rows: readonly ScanRow[],
): Promise<StoredScan[]> {
  const sensors = await sensorNames(connection, rows);
  const scans: StoredScan[] = [];
  for (const row of rows) {
    const alert = await decodeRow(row.data, signatures);
    const incidents = row.incidents === 0 ? [] : await incidentsOf(connection, row);
    const parts = row.parts === 1 ? [] : await partsOf(connection, row.key);
    const comments = row.comments === 0 ? [] : await commentsOf(connection, row.key);
    scans.push(toScan(row, alert, incidents, parts, comments, sensors));
  }
  return scans;
}

export async function decodeRow(data: Uint8Array, signatures: SignatureNumbers): Promise<Alert> {
  try {
    return decodeAlert(data, signatures);
  } catch {
    // Another process may have added signatures since we read the table.
    await signatures.load();
    return decodeAlert(data, signatures);
  }
}

export function toScan(
  row: ScanRow,
  alert: Alert,
  incidents: readonly IncidentRow[],
  parts: readonly PartRow[],
  comments: readonly Comment[],
  sensors: ReadonlyMap<number, string>,
): StoredScan {
  const sensorParts =
    row.parts === 1 ? [toPart({ ...row, scan: row.key }, sensors)] : parts.map((part) => toPart(part, sensors));
  const found = severities[row.found]!;
  const known: Alert = {
    ...alert,
    scan: idText(row.id),
    // A scan whose sensor fell silent was closed by the store.
    state: row.state === 1 ? 'open' : 'closed',
    severity: found,
    sensors: [...new Set(sensorParts.map(({ sensor }) => sensor))].sort(),
  };
  return {
    alert: raiseAlert(
      known,
      incidents.map(({ number, time, what, reporter }) => ({ id: number, time, what, reporter })),
    ),
    severityFound: found,
    sensors: sensorParts,
    ...(row.acknowledged_by !== null && { acknowledged: { by: row.acknowledged_by, at: row.acknowledged_at ?? 0 } }),
    comments,
  };
}

function toPart(part: PartRow, sensors: ReadonlyMap<number, string>): SensorPart {
  return {
    sensor: sensors.get(part.sensor) ?? String(part.sensor),
    scan: idText(part.id),
    state: part.state === 1 ? 'open' : 'closed',
    firstSeen: part.first_seen,
    lastSeen: part.last_seen,
    evidenceCount: part.evidence,
  };
}

export async function sensorNames(
  connection: Connection,
  rows: readonly unknown[] = [0],
): Promise<Map<number, string>> {
  if (rows.length === 0) return new Map();
  const all = await connection.all<{ number: number; name: string }>('SELECT number, name FROM sensor');
  return new Map(all.map(({ number, name }) => [number, name]));
}

export async function incidentsOf(connection: Connection, row: ScanRow): Promise<IncidentRow[]> {
  const rows = await connection.all<IncidentRow>(
    'SELECT * FROM incident WHERE address = :address ORDER BY time, number LIMIT 1000',
    { address: row.source },
  );
  return rows.filter((incident) => concerns(incident, row.first_seen, row.last_seen)).slice(0, 64);
}

export function partsOf(connection: Connection, scan: number): Promise<PartRow[]> {
  return connection.all<PartRow>(
    `SELECT ${partSelection} FROM part WHERE scan = :scan ORDER BY first_seen, sensor, id`,
    {
      scan,
    },
  );
}

async function commentsOf(connection: Connection, scan: number): Promise<Comment[]> {
  const rows = await connection.all<{ author: string; made: number; text: string }>(
    'SELECT author, made, text FROM comment WHERE scan = :scan ORDER BY number',
    { scan },
  );
  return rows.map(({ author, made, text }) => ({ by: author, at: made, text }));
}
