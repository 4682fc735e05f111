/** Incidents in JSON lines: Suricata's EVE alerts, or whatever an EDR writes. Which fields hold what, the settings say. */

import type { IncidentSourceSettings } from '../configuration/store-settings.ts';
import { epochTime, isoTimestamp } from '../logs/log-time.ts';
import { parseAddressKey } from './address-key.ts';
import type { NewIncident } from './store.ts';

export interface IncidentLineCounters {
  lines: number;
  incidents: number;
  /** No JSON objects. */
  notJson: number;
  /** Agreed, but had no address or no time. */
  incomplete: number;
}

/** Undefined: the line tells of no incident. It never throws. `line`: one character a byte. */
export function readIncident(
  line: string,
  source: IncidentSourceSettings,
  counters: IncidentLineCounters,
): NewIncident | undefined {
  if (line.trim() === '') return undefined;
  counters.lines++;
  const text = Buffer.from(line, 'latin1').toString('utf8');
  const record = parse(text);
  if (record === undefined) {
    counters.notJson++;
    return undefined;
  }
  const agrees = Object.entries(source.match).every(([path, wanted]) =>
    valuesAt(record, path).some((value) => wanted.includes(String(value))),
  );
  if (!agrees) return undefined;
  const address = source.address
    .flatMap((path) => valuesAt(record, path))
    .find((value): value is string => typeof value === 'string' && parseAddressKey(value) !== undefined);
  const time = timeOf(valuesAt(record, source.time)[0]);
  if (address === undefined || Number.isNaN(time)) {
    counters.incomplete++;
    return undefined;
  }
  counters.incidents++;
  const what = valuesAt(record, source.what).find((value) => typeof value === 'string' || typeof value === 'number');
  return {
    address,
    time,
    what: what === undefined ? 'reported' : String(what).slice(0, 1024),
    reporter: source.name,
    reference: text,
  };
}

function parse(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

/** `alert.source.ip`: also a field that has dots in its own name, as ECS is often written; of a list each entry. */
function valuesAt(value: unknown, path: string): unknown[] {
  if (Array.isArray(value)) return value.slice(0, 64).flatMap((entry) => valuesAt(entry, path));
  if (path === '') return [value];
  if (typeof value !== 'object' || value === null) return [];
  const object = value as Readonly<Record<string, unknown>>;
  for (let end = path.length; end > 0; end = path.lastIndexOf('.', end - 1)) {
    const name = path.slice(0, end);
    if (Object.hasOwn(object, name)) return valuesAt(object[name], path.slice(end + 1));
  }
  return [];
}

/** ISO 8601, or a number of seconds, milliseconds, microseconds or nanoseconds since 1970: its size tells which. */
function timeOf(value: unknown): number {
  if (typeof value === 'string' && !/^[0-9.]+$/.test(value)) return isoTimestamp(value);
  const number = typeof value === 'string' ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isFinite(number)) return Number.NaN;
  let seconds = number;
  // Seconds have ten digits until the year 2286.
  while (seconds >= 1e11) seconds /= 1000;
  return epochTime(seconds);
}
