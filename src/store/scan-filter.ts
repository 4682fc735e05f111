/** A filter as SQL. Values stand beside it as parameters, never inside. */

import { withoutControls } from '../report/printable.ts';
import { type KeyRange, parseKeyRange } from './address-key.ts';
import type { Parameters, Value } from './database.ts';
import { columnTime, severityRank, zones } from './scan-rows.ts';
import type { ScanFilter } from './store.ts';
import { StoreError } from './store-error.ts';

export interface Conditions {
  /** Each about `scan s`. */
  readonly texts: readonly string[];
  readonly parameters: Parameters;
}

export interface FilterNumbers {
  /** Numbers of the signatures that the filter names; undefined: it names none. */
  readonly signatures?: readonly number[] | undefined;
  readonly sensor?: number | undefined;
  /** The longest scan there is, microseconds: `since` needs to look no further back. */
  readonly longest: number;
}

/** All conditions but those in `except`. */
export function conditions(
  filter: ScanFilter,
  numbers: FilterNumbers,
  except: ReadonlySet<keyof ScanFilter> = none,
): Conditions {
  const texts: string[] = [];
  const parameters: Record<string, Value> = {};
  const has = (name: keyof ScanFilter) => filter[name] !== undefined && !except.has(name);
  if (has('severities')) texts.push(`s.severity IN (${list(filter.severities!.map(severityRank))})`);
  if (has('zones')) texts.push(`s.zone IN (${list(filter.zones!.map((zone) => zones.indexOf(zone)))})`);
  if (has('source')) texts.push(within('s.source', 'source', filter.source!, parameters));
  if (has('target')) texts.push(targeted(filter.target!, 'target', parameters));
  if (has('address')) {
    const source = within('s.source', 'address', filter.address!, parameters);
    texts.push(`(${source} OR ${targeted(filter.address!, 'address', parameters)})`);
  }
  if (numbers.signatures && !except.has('signature')) {
    texts.push(`s.key IN (SELECT scan FROM mark WHERE signature IN (${list(numbers.signatures)}))`);
  }
  if (numbers.sensor !== undefined && !except.has('sensor')) {
    parameters.sensor = numbers.sensor;
    texts.push(
      '(s.sensor = :sensor OR (s.parts > 1 AND EXISTS (SELECT 1 FROM part WHERE part.scan = s.key AND part.sensor = :sensor)))',
    );
  }
  if (has('since')) {
    parameters.since = columnTime(filter.since!);
    parameters.begins = columnTime(filter.since! - numbers.longest);
    texts.push('s.last_seen >= :since', 's.first_seen >= :begins');
  }
  if (has('until')) {
    parameters.until = columnTime(filter.until!);
    texts.push('s.first_seen <= :until');
  }
  if (has('acknowledged')) texts.push(`s.acknowledged_by IS ${filter.acknowledged ? 'NOT ' : ''}NULL`);
  if (has('state')) texts.push(`s.state = ${filter.state === 'open' ? 1 : 0}`);
  return { texts, parameters };
}

const none: ReadonlySet<keyof ScanFilter> = new Set();

/** @throws StoreError if it is neither an address nor a range. */
export function rangeOf(text: string): KeyRange {
  const range = parseKeyRange(text);
  if (range) return range;
  throw new StoreError(
    'bad-question',
    `“${withoutControls(text)}” is neither an address nor a CIDR range such as 192.0.2.0/24 or 2001:db8::/32.`,
  );
}

function within(column: string, name: string, text: string, parameters: Record<string, Value>): string {
  const { low, high, single } = rangeOf(text);
  parameters[`${name}Low`] = low;
  if (single) return `${column} = :${name}Low`;
  parameters[`${name}High`] = high;
  return `${column} BETWEEN :${name}Low AND :${name}High`;
}

function targeted(text: string, name: string, parameters: Record<string, Value>): string {
  return `s.key IN (SELECT scan FROM target WHERE ${within('address', name, text, parameters)})`;
}

/** Of our own numbers only. */
function list(numbers: readonly number[]): string {
  return numbers.length === 0 ? 'NULL' : numbers.map((number) => Math.trunc(number)).join(', ');
}
