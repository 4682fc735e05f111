/** A batch of alerts becomes rows: one transaction, all or nothing. */

import type { Alert } from '../scan/alert.ts';
import type { Signature } from '../signature/signature.ts';
import { addressKey } from './address-key.ts';
import { encodeAlert } from './alert-codec.ts';
import type { Transaction } from './database.ts';
import { mergeAlerts } from './merge-alerts.ts';
import {
  columnTime,
  concerns,
  decodeRow,
  type IncidentRow,
  idBytes,
  idText,
  type PartRow,
  partColumns,
  partSelection,
  partsOf,
  type ScanRow,
  scanColumns,
  scanSelection,
  scanValues,
  sensorNames,
  severityRank,
  toScan,
  zones,
} from './scan-rows.ts';
import type { SignatureNumbers } from './signature-numbers.ts';
import type { Batch, StoredScan, Written } from './store.ts';

export interface WriteContext {
  readonly signatures: SignatureNumbers;
  /** The alerts as bytes: made before, for nobody else can write while a transaction lasts. */
  readonly encoded: ReadonlyMap<Alert, Uint8Array>;
  /** Microseconds between parts of different sensors that are still one scan. */
  readonly window: number;
  /** Microseconds. */
  readonly now: number;
}

/** Scans that began longer ago are not looked at when parts are joined: one that goes on for a day stays its own. */
const reach = 86_400e6;

export const toldOpened = 1;
export const toldClosed = 2;

/** All signatures that an alert names. */
export function signaturesOf(alerts: readonly Alert[]): Set<Signature> {
  const all = new Set<Signature>();
  for (const { signatures, evidence, headline } of alerts) {
    for (const { signature } of signatures) all.add(signature);
    for (const { signature } of evidence) all.add(signature);
    all.add(headline.signature);
  }
  return all;
}

/** The batch's signatures are registered before. */
export async function writeBatch(transaction: Transaction, context: WriteContext, batch: Batch): Promise<Written> {
  const sensor = await hear(transaction, batch, context.now);
  if (sensor.repeated) return { accepted: false, scans: [] };
  // Of one scan only the last word counts.
  const alerts = [...new Map(batch.alerts.map((alert) => [alert.scan, alert])).values()];
  if (alerts.length === 0) return { accepted: true, scans: [] };
  const work = new BatchWork(transaction, context, sensor.number, batch.tell ?? false);
  await work.load(alerts);
  for (const alert of alerts) await work.take(alert);
  return { accepted: true, scans: await work.save() };
}

interface Heard {
  readonly number: number;
  readonly repeated: boolean;
}

async function hear(transaction: Transaction, batch: Batch, now: number): Promise<Heard> {
  const name = batch.sensor.slice(0, 64);
  const [row] = await transaction.all<{ number: number }>(
    `INSERT INTO sensor (name, heard, batches, repeated) VALUES (:name, :now, 1, 0)
     ON CONFLICT (name) DO UPDATE SET heard = excluded.heard, batches = sensor.batches + 1 RETURNING number`,
    { name, now },
  );
  const number = row!.number;
  if (!batch.sequence) return { number, repeated: false };
  const changed = await transaction.run(
    `INSERT INTO spool (id, sensor, batch) VALUES (:id, :number, :batch)
     ON CONFLICT (id) DO UPDATE SET batch = excluded.batch WHERE spool.batch < excluded.batch`,
    // With the sensor: a machine that was cloned has the spool of the other, and counts on by itself.
    { id: `${batch.sequence.spool} ${number}`, number, batch: batch.sequence.number },
  );
  if (changed > 0) return { number, repeated: false };
  await transaction.run('UPDATE sensor SET repeated = repeated + 1, batches = batches - 1 WHERE number = :number', {
    number,
  });
  return { number, repeated: true };
}

/** A scan while the batch is worked on. */
interface Work {
  row: ScanRow;
  /** Of all parts together; undefined: as `row.data` says. */
  alert: Alert | undefined;
  /** Only of scans with several parts. */
  parts: Map<string, PartRow> | undefined;
  readonly isNew: boolean;
  dirty: boolean;
  /** What the database holds of it now. */
  readonly before: ScanRow | undefined;
}

class BatchWork {
  readonly #transaction: Transaction;
  readonly #context: WriteContext;
  readonly #sensor: number;
  readonly #tell: boolean;
  readonly #works = new Set<Work>();
  readonly #bySource = new Map<string, Work[]>();
  /** Parts that other scans took in, and scans that are no more. */
  readonly #gone: Work[] = [];
  readonly #aliases = new Map<string, number>();
  readonly #touched: Work[] = [];
  #others = false;
  /** What the store grows by. */
  #bytes = 0;

  constructor(transaction: Transaction, context: WriteContext, sensor: number, tell: boolean) {
    this.#transaction = transaction;
    this.#context = context;
    this.#sensor = sensor;
    this.#tell = tell;
  }

  /** All rows that may matter to these alerts. */
  async load(alerts: readonly Alert[]): Promise<void> {
    const transaction = this.#transaction;
    const sources = alerts.map(({ source }) => addressKey(source));
    await transaction.lockSources(sources);
    const ids = alerts.map(({ scan }, index) => [sources[index]!, idBytes(scan)]);
    const rows = await transaction.lookup<ScanRow>(
      `SELECT ${scanSelection} FROM scan s WHERE s.source = :source AND s.id = :id`,
      { source: 'bytea', id: 'bytea' },
      ids,
    );
    const [count] = await transaction.all<{ others: number }>(
      'SELECT count(*) AS others FROM sensor WHERE number <> :sensor',
      { sensor: this.#sensor },
    );
    this.#others = count!.others > 0;
    if (this.#others) {
      const parts = await transaction.lookup<PartRow>(
        `SELECT ${partSelection} FROM part WHERE sensor = :sensor AND id = :id`,
        { sensor: 'int8', id: 'bytea' },
        ids.map(([, id]) => [this.#sensor, id!]),
      );
      for (const part of parts) this.#aliases.set(idText(part.id), part.scan);
      rows.push(
        ...(await transaction.lookup<ScanRow>(
          `SELECT ${scanSelection} FROM scan s WHERE s.key = :key`,
          { key: 'int8' },
          parts.map(({ scan }) => [scan]),
        )),
        ...(await this.#overlapping(alerts, sources)),
      );
    }
    const known = new Set<number>();
    for (const row of rows) {
      if (known.has(row.key)) continue;
      known.add(row.key);
      this.#add({ row: { ...row }, alert: undefined, parts: undefined, isNew: false, dirty: false, before: row });
    }
  }

  #overlapping(alerts: readonly Alert[], sources: readonly Uint8Array[]): Promise<ScanRow[]> {
    const { window } = this.#context;
    return this.#transaction.lookup<ScanRow>(
      `SELECT ${scanSelection} FROM scan s
       WHERE s.source = :source AND s.first_seen >= :oldest AND s.first_seen <= :newest AND s.last_seen >= :least AND s.zone = :zone`,
      { source: 'bytea', oldest: 'int8', newest: 'int8', least: 'int8', zone: 'int8' },
      alerts.map((alert, index) => {
        const first = columnTime(alert.firstSeen);
        return [
          sources[index]!,
          first - reach,
          columnTime(alert.lastSeen) + window,
          first - window,
          zones.indexOf(alert.zone),
        ];
      }),
    );
  }

  #add(work: Work): void {
    this.#works.add(work);
    const source = idText(work.row.source);
    const list = this.#bySource.get(source);
    if (list) list.push(work);
    else this.#bySource.set(source, [work]);
  }

  async take(alert: Alert): Promise<void> {
    const part = this.#toPart(alert);
    const source = addressKey(alert.source);
    const zone = zones.indexOf(alert.zone);
    const own = this.#find(source, part.id);
    const joined = this.#others ? this.#joining(own, source, zone, part) : [];
    if (!own && joined.length === 0) return this.#touch(this.#begin(alert, part, source, zone));
    const all = own ? [own, ...joined] : joined;
    const survivor = all.reduce((a, b) =>
      b.row.first_seen < a.row.first_seen || (b.row.first_seen === a.row.first_seen && b.row.key < a.row.key) ? b : a,
    );
    if (own && joined.length === 0 && own.row.parts === 1) {
      if (isOlder(part, own.row)) return this.#touch(own);
      return this.#touch(this.#replace(own, alert, part));
    }
    const parts = new Map<string, PartRow>();
    for (const work of all) for (const [key, known] of await this.#partsOf(work)) parts.set(key, known);
    const key = partKey(part);
    const known = parts.get(key);
    if (!known || !isOlder(part, known)) parts.set(key, part);
    await this.#join(survivor, parts);
    for (const work of all) {
      if (work === survivor) continue;
      inherit(survivor.row, work.row);
      this.#remove(work);
    }
    this.#touch(survivor);
  }

  #find(source: Uint8Array, id: Uint8Array): Work | undefined {
    const works = this.#bySource.get(idText(source)) ?? [];
    const text = idText(id);
    const alias = this.#aliases.get(text);
    return works.find(
      ({ row, parts }) =>
        (row.parts === 1 && row.sensor === this.#sensor && idText(row.id) === text) ||
        (row.parts > 1 && (row.key === alias || parts?.has(`${this.#sensor} ${text}`))),
    );
  }

  /** Scans of the same source and zone, seen by others at the same time. */
  #joining(own: Work | undefined, source: Uint8Array, zone: number, part: PartRow): Work[] {
    const { window } = this.#context;
    return (this.#bySource.get(idText(source)) ?? []).filter(
      (work) =>
        work !== own &&
        work.row.zone === zone &&
        (work.row.parts > 1 || work.row.sensor !== this.#sensor) &&
        work.row.first_seen <= part.last_seen + window &&
        work.row.last_seen >= part.first_seen - window,
    );
  }

  #toPart(alert: Alert): PartRow {
    return {
      sensor: this.#sensor,
      id: idBytes(alert.scan),
      scan: 0,
      state: alert.state === 'open' ? 1 : 0,
      first_seen: columnTime(alert.firstSeen),
      last_seen: columnTime(alert.lastSeen),
      evidence: alert.evidenceCount,
      data: this.#context.encoded.get(alert) ?? encodeAlert(alert, this.#context.signatures),
    };
  }

  #begin(alert: Alert, part: PartRow, source: Uint8Array, zone: number): Work {
    const severity = severityRank(alert.severity);
    const { scan: _scan, ...columns } = part;
    const row: ScanRow = {
      ...columns,
      key: 0,
      source,
      zone,
      severity,
      found: severity,
      parts: 1,
      incidents: 0,
      comments: 0,
      told: 0,
      acknowledged_by: null,
      acknowledged_at: null,
      changed: 0,
    };
    const work: Work = { row, alert, parts: undefined, isNew: true, dirty: true, before: undefined };
    this.#add(work);
    return work;
  }

  #replace(work: Work, alert: Alert, part: PartRow): Work {
    const { scan: _scan, sensor: _sensor, id: _id, ...columns } = part;
    Object.assign(work.row, columns, { found: severityRank(alert.severity) });
    work.alert = alert;
    work.dirty = true;
    return work;
  }

  async #partsOf(work: Work): Promise<Map<string, PartRow>> {
    if (work.parts) return work.parts;
    const rows =
      work.row.parts === 1 ? [{ ...work.row, scan: work.row.key }] : await partsOf(this.#transaction, work.row.key);
    return new Map(rows.map((part) => [partKey(part), part]));
  }

  async #join(work: Work, parts: Map<string, PartRow>): Promise<void> {
    const alerts: Alert[] = [];
    for (const { data } of parts.values()) alerts.push(await decodeRow(data, this.#context.signatures));
    const alert = mergeAlerts(idText(work.row.id), alerts);
    Object.assign(work.row, {
      first_seen: columnTime(alert.firstSeen),
      last_seen: columnTime(alert.lastSeen),
      found: severityRank(alert.severity),
      state: [...parts.values()].some(({ state }) => state === 1) ? 1 : 0,
      parts: parts.size,
      evidence: alert.evidenceCount,
      data: encodeAlert(alert, this.#context.signatures),
    });
    work.alert = alert;
    work.parts = parts;
    work.dirty = true;
  }

  #remove(work: Work): void {
    this.#works.delete(work);
    const source = idText(work.row.source);
    this.#bySource.set(
      source,
      this.#bySource.get(source)!.filter((one) => one !== work),
    );
    const touched = this.#touched.indexOf(work);
    if (touched >= 0) this.#touched.splice(touched, 1);
    if (!work.isNew) this.#gone.push(work);
  }

  #touch(work: Work): void {
    if (!this.#touched.includes(work)) this.#touched.push(work);
  }

  /** Writes what changed. */
  async save(): Promise<StoredScan[]> {
    const transaction = this.#transaction;
    const incidents = await this.#raise();
    const dirty = [...this.#works].filter((work) => work.dirty);
    if (dirty.length > 0) {
      const changed = await transaction.changeNumber();
      const fresh = dirty.filter(({ isNew }) => isNew);
      const keys = await transaction.newKeys(fresh.length);
      fresh.forEach(({ row }, index) => {
        row.key = keys[index]!;
      });
      for (const { row } of dirty) row.changed = changed;
      const due = this.#tell ? dirty.flatMap(({ row }) => dueNow(row)) : [];
      await this.#saveRemoved();
      const rows = (works: readonly Work[]) => works.map(({ row }) => scanValues(row));
      await transaction.insert('scan', scanColumns, rows(fresh));
      await transaction.update('scan', ['source', 'key'], scanColumns, rows(dirty.filter(({ isNew }) => !isNew)));
      await this.#saveParts(dirty);
      await this.#saveIndexes(dirty);
      await transaction.insert('due', { scan: 'int8', because: 'text' }, due, true);
      await this.#saveLongest(dirty);
      await countBytes(transaction, `bytes:${this.#sensor}`, this.#bytes);
    }
    const sensors = await sensorNames(transaction);
    const scans: StoredScan[] = [];
    for (const { row, alert, parts } of this.#touched) {
      const whole = alert ?? (await decodeRow(row.data, this.#context.signatures));
      const concerning = row.incidents === 0 ? [] : (incidents.get(idText(row.source)) ?? []);
      const known = parts ? [...parts.values()] : row.parts > 1 ? await partsOf(this.#transaction, row.key) : [];
      scans.push(
        toScan(
          row,
          whole,
          concerning.filter((incident) => concerns(incident, row.first_seen, row.last_seen)),
          known.sort((a, b) => a.first_seen - b.first_seen || a.sensor - b.sensor),
          [],
          sensors,
        ),
      );
    }
    return scans;
  }

  /** Severity as the incidents of the sources have it. */
  async #raise(): Promise<Map<string, IncidentRow[]>> {
    const bySource = new Map<string, IncidentRow[]>();
    const [any] = await this.#transaction.all('SELECT number FROM incident LIMIT 1');
    if (any) {
      const sources = [...this.#bySource.keys()].map((hex) => [Buffer.from(hex, 'hex')]);
      const rows = await this.#transaction.lookup<IncidentRow>(
        'SELECT * FROM incident WHERE address = :address ORDER BY time, number LIMIT 1000',
        { address: 'bytea' },
        sources,
      );
      for (const row of rows) {
        const source = idText(row.address);
        bySource.set(source, [...(bySource.get(source) ?? []), row]);
      }
    }
    for (const { row, dirty } of this.#works) {
      if (!dirty) continue;
      const concerning = (bySource.get(idText(row.source)) ?? []).filter((incident) =>
        concerns(incident, row.first_seen, row.last_seen),
      );
      // An authorised scan stays one: whoever follows an IDS would else be told of every inventory.
      row.incidents = row.found === 0 ? 0 : concerning.length;
      row.severity = row.incidents > 0 ? severityRank('high') : row.found;
    }
    return bySource;
  }

  async #saveRemoved(): Promise<void> {
    if (this.#gone.length === 0) return;
    const keys = this.#gone.map(({ row }) => [row.key]);
    await this.#transaction.remove('scan', { key: 'int8' }, keys);
    await this.#transaction.remove('due', { scan: 'int8' }, keys);
    await this.#transaction.remove('part', { scan: 'int8' }, keys);
    const targets: (number | Uint8Array)[][] = [];
    const marks: number[][] = [];
    for (const { before } of this.#gone) {
      const index = await this.#indexRows(before!);
      targets.push(...index.targets);
      marks.push(...index.marks);
    }
    this.#bytes -= storedBytes(
      this.#gone.map(({ before }) => before!),
      targets.length,
      marks.length,
    );
    await this.#transaction.remove('target', targetColumns, targets);
    await this.#transaction.remove('mark', markColumns, marks);
    for (const { row } of this.#gone) {
      const survivor = [...this.#works].find(({ parts }) => parts?.has(`${row.sensor} ${idText(row.id)}`));
      if (survivor && row.comments > 0) {
        await this.#transaction.run('UPDATE comment SET scan = :survivor WHERE scan = :key', {
          survivor: survivor.row.key,
          key: row.key,
        });
      }
    }
  }

  async #saveParts(dirty: readonly Work[]): Promise<void> {
    const rows = dirty.flatMap(({ row, parts }) =>
      parts ? [...parts.values()].map((part) => ({ ...part, scan: row.key })) : [],
    );
    await this.#transaction.remove(
      'part',
      { sensor: 'int8', id: 'bytea' },
      rows.map(({ sensor, id }) => [sensor, id]),
    );
    await this.#transaction.insert(
      'part',
      partColumns,
      rows.map((row) => Object.keys(partColumns).map((name) => row[name as keyof PartRow])),
    );
  }

  /** Of a scan that was there, only what is new or no longer so. */
  async #saveIndexes(dirty: readonly Work[]): Promise<void> {
    const added = { targets: [] as (number | Uint8Array)[][], marks: [] as number[][] };
    const removed = { targets: [] as (number | Uint8Array)[][], marks: [] as number[][] };
    for (const { row, alert, before } of dirty) {
      const now = await this.#indexRows(row, alert);
      if (!before) {
        added.targets.push(...now.targets);
        added.marks.push(...now.marks);
        continue;
      }
      const then = await this.#indexRows(before);
      added.targets.push(...without(now.targets, then.targets));
      added.marks.push(...without(now.marks, then.marks));
      removed.targets.push(...without(then.targets, now.targets));
      removed.marks.push(...without(then.marks, now.marks));
    }
    const rows = dirty.flatMap(({ before }) => before ?? []);
    this.#bytes += storedBytes(
      dirty.map(({ row }) => row),
      added.targets.length,
      added.marks.length,
    );
    this.#bytes -= storedBytes(rows, removed.targets.length, removed.marks.length);
    await this.#transaction.remove('target', targetColumns, removed.targets);
    await this.#transaction.remove('mark', markColumns, removed.marks);
    await this.#transaction.insert('target', targetColumns, added.targets, true);
    await this.#transaction.insert('mark', markColumns, added.marks, true);
  }

  async #indexRows(row: ScanRow, given?: Alert) {
    const alert = given ?? (await decodeRow(row.data, this.#context.signatures));
    return indexRows(row, alert, this.#context.signatures);
  }

  async #saveLongest(dirty: readonly Work[]): Promise<void> {
    const longest = Math.max(...dirty.map(({ row }) => row.last_seen - row.first_seen));
    await this.#transaction.run("UPDATE counter SET value = :longest WHERE name = 'longest' AND value < :longest", {
      longest,
    });
  }
}

export const targetColumns = { address: 'bytea', first_seen: 'int8', scan: 'int8' } as const;
export const markColumns = { signature: 'int8', first_seen: 'int8', scan: 'int8' } as const;

/** By what a scan is found: its targets and signatures. */
export function indexRows(row: ScanRow, alert: Alert, signatures: SignatureNumbers) {
  return {
    targets: alert.targets.map(({ address }) => [addressKey(address), row.first_seen, row.key]),
    marks: alert.signatures.map(({ signature }) => [signatures.numberOf(signature), row.first_seen, row.key]),
  };
}

/**
 * What scans take, about: their rows and those of their indexes. Counted rather than measured, for the pages of a file stay
 * half full when every second scan in them is deleted.
 */
export function storedBytes(rows: readonly { readonly data: Uint8Array }[], targets: number, marks: number): number {
  return rows.reduce((sum, { data }) => sum + data.length + 200, targets * 90 + marks * 35);
}

/** Each sensor has its own counter: a common one would make them wait for each other. */
export async function countBytes(transaction: Transaction, name: string, bytes: number): Promise<void> {
  await transaction.run(
    `INSERT INTO counter (name, value) VALUES (:name, :bytes)
     ON CONFLICT (name) DO UPDATE SET value = counter.value + excluded.value`,
    { name, bytes },
  );
}

/** Rows that are not among the others. */
function without<Row extends readonly (number | Uint8Array)[]>(rows: readonly Row[], others: readonly Row[]): Row[] {
  const known = new Set(others.map(rowText));
  return rows.filter((row) => !known.has(rowText(row)));
}

function rowText(row: readonly (number | Uint8Array)[]): string {
  return row.map((value) => (value instanceof Uint8Array ? idText(value) : value)).join(' ');
}

function partKey({ sensor, id }: PartRow): string {
  return `${sensor} ${idText(id)}`;
}

/** An open alert after the closed one, or with less in it: it was late. */
function isOlder(part: PartRow, known: { readonly state: number; readonly evidence: number }): boolean {
  return part.state > known.state || (part.state === known.state && part.evidence < known.evidence);
}

/** What people did to a scan stays with the one that took it in. */
function inherit(row: ScanRow, other: ScanRow): void {
  row.told |= other.told;
  row.comments += other.comments;
  row.acknowledged_by ??= other.acknowledged_by;
  row.acknowledged_at ??= other.acknowledged_at;
}

function dueNow(row: ScanRow): [number, string][] {
  if (row.state === 1 && (row.told & (toldOpened | toldClosed)) === 0) {
    row.told |= toldOpened;
    return [[row.key, 'opened']];
  }
  if (row.state === 0 && (row.told & toldClosed) === 0) {
    row.told |= toldClosed;
    return [[row.key, 'closed']];
  }
  return [];
}
