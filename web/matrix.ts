/**
 * Who scanned whom, as a table: sources are rows, targets columns. Both are networks (IPv4 /24, IPv6 /64) until one is
 * opened into its hosts, so that five hundred hosts are a dozen rows and not a ball of wool.
 */

import type { PairObject, Severity } from './answers.ts';

export interface Cell {
  /** Pairs of hosts. */
  pairs: number;
  scans: number;
  severity: Severity;
}

export interface Line {
  /** Address or network: what the filters take. */
  readonly key: string;
  /** Hosts that it stands for. */
  readonly hosts: number;
  readonly isNetwork: boolean;
  readonly scans: number;
}

export interface Matrix {
  readonly rows: readonly Line[];
  readonly columns: readonly Line[];
  /** By `row column`. */
  readonly cells: ReadonlyMap<string, Cell>;
  /** Rows and columns that found no room. */
  readonly hidden: { readonly rows: number; readonly columns: number };
}

/** So few hosts are shown at once, whatever their networks. */
const fewHosts = 24;
/** More nobody reads; the ones with the most scans stay. */
const mostLines = 300;

const rank: Readonly<Record<Severity, number>> = { info: 0, low: 1, medium: 2, high: 3 };

export function matrixOf(
  pairs: readonly PairObject[],
  openRows: ReadonlySet<string>,
  openColumns: ReadonlySet<string>,
): Matrix {
  const rowOf = grouping(
    pairs.map(({ source }) => source),
    openRows,
  );
  const columnOf = grouping(
    pairs.map(({ target }) => target),
    openColumns,
  );
  const rows = linesOf(pairs, ({ source }) => source, rowOf);
  const columns = linesOf(pairs, ({ target }) => target, columnOf);
  const cells = new Map<string, Cell>();
  for (const { source, target, scans, severity } of pairs) {
    const key = `${rowOf(source)} ${columnOf(target)}`;
    const cell = cells.get(key) ?? { pairs: 0, scans: 0, severity };
    cell.pairs++;
    cell.scans += scans;
    if (rank[severity] > rank[cell.severity]) cell.severity = severity;
    cells.set(key, cell);
  }
  return {
    rows: rows.slice(0, mostLines),
    columns: columns.slice(0, mostLines),
    cells,
    hidden: { rows: Math.max(0, rows.length - mostLines), columns: Math.max(0, columns.length - mostLines) },
  };
}

function grouping(addresses: readonly string[], open: ReadonlySet<string>): (address: string) => string {
  const hosts = new Set(addresses);
  const sizes = new Map<string, number>();
  for (const host of hosts) sizes.set(networkOf(host), (sizes.get(networkOf(host)) ?? 0) + 1);
  return (address) => {
    const network = networkOf(address);
    // A network with one host is that host.
    return hosts.size <= fewHosts || open.has(network) || sizes.get(network) === 1 ? address : network;
  };
}

function linesOf(
  pairs: readonly PairObject[],
  hostOf: (pair: PairObject) => string,
  lineOf: (address: string) => string,
): Line[] {
  const lines = new Map<string, { hosts: Set<string>; scans: number }>();
  for (const pair of pairs) {
    const host = hostOf(pair);
    const key = lineOf(host);
    const line = lines.get(key) ?? { hosts: new Set(), scans: 0 };
    line.hosts.add(host);
    line.scans += pair.scans;
    lines.set(key, line);
  }
  return [...lines]
    .map(([key, { hosts, scans }]) => ({ key, hosts: hosts.size, isNetwork: key.includes('/'), scans }))
    .sort((a, b) => b.scans - a.scans || compareAddresses(a.key, b.key));
}

/** `10.0.3.0/24`, `fd00:0:0:7::/64`, `fe80::/64`. */
export function networkOf(address: string): string {
  if (!address.includes(':')) return address.replace(/\.\d+$/, '.0/24');
  // Zeros before `::` are part of it (RFC 5952 §4.2.1).
  const groups = expanded(address).slice(0, 4).join(':');
  return `${groups.replace(/(?:(?:^|:)0)+$/, '')}::/64`;
}

/** The eight groups of an IPv6 address in RFC 5952 form. */
function expanded(address: string): string[] {
  const [head = '', tail] = address.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  return tail === undefined ? left : [...left, ...Array(8 - left.length - right.length).fill('0'), ...right];
}

function compareAddresses(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}
