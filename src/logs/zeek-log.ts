/**
 * Zeek's logs: TSV with its header lines, and JSON. Which log it is, is told by `#path` or `_path`, else by the file's name
 * (`http.log`, `http.00:00:00-01:00:00.log.gz`), else by the columns.
 *
 * Format: https://docs.zeek.org/en/master/log-formats.html, src/threading/formatters/Ascii.cc, src/logging/writers/ascii/Ascii.cc
 */

import { isIP } from 'node:net';
import { basename } from 'node:path';
import type { Transport } from '../protocol/protocol.ts';
import { asObject, asPort, asText, asTexts, type JsonObject, parseObject } from './json-values.ts';
import type { LeftOut, LoggedValue, LogParser, LogRecord } from './log-record.ts';
import { epochTime, isoTimestamp } from './log-time.ts';
import { type ZeekLog, zeekLogs } from './zeek-records.ts';
import { ZeekTable } from './zeek-table.ts';

export function zeekLogParser(path: string): LogParser {
  const named = zeekLogs.get(/^([a-z0-9_]+)\./.exec(basename(path))?.[1] ?? '');
  const table = new ZeekTable();
  return {
    parse(line) {
      if (line.startsWith('#')) {
        table.header(line);
        return 'other';
      }
      if (line.startsWith('{')) {
        const row = parseObject(line);
        if (row === undefined) return 'malformed';
        return recordOf(row, zeekLogs.get(asText(row._path) ?? '') ?? named ?? toldByColumns(row));
      }
      if (line === '') return 'other';
      const log = table.path === '' ? named : zeekLogs.get(table.path);
      if (log === undefined && table.path !== '') return 'other';
      const row = table.row(line);
      return row === undefined ? 'malformed' : recordOf(row, log ?? toldByColumns(row));
    },
  };
}

function toldByColumns(row: JsonObject): ZeekLog | undefined {
  for (const log of zeekLogs.values()) if (log.columns.every((column) => Object.hasOwn(row, column))) return log;
  return undefined;
}

function recordOf(row: JsonObject, log: ZeekLog | undefined): LogRecord | LeftOut {
  if (log === undefined) return 'other';
  const time = timeOf(row.ts);
  if (Number.isNaN(time)) return 'without-time';
  // Some forwarders nest what Zeek names with a dot.
  const id = asObject(row.id) ?? {};
  const source = asText(row['id.orig_h'] ?? id.orig_h) ?? '';
  const target = asText(row['id.resp_h'] ?? id.resp_h) ?? '';
  if (isIP(source) === 0 || isIP(target) === 0) return 'without-address';
  return {
    kind: log.kind,
    time,
    transport: transportOf(row, log),
    source,
    sourcePort: asPort(row['id.orig_p'] ?? id.orig_p),
    target,
    targetPort: asPort(row['id.resp_p'] ?? id.resp_p),
    flow: asText(row.uid) ?? '',
    values: valuesOf(row, log),
  };
}

function valuesOf(row: JsonObject, { fields }: ZeekLog): LoggedValue[] {
  const values: LoggedValue[] = [];
  for (const [field, column, convert] of fields) {
    const cell = row[column];
    if (cell === undefined) continue;
    for (const text of asTexts(typeof cell === 'number' ? String(cell) : cell)) {
      const value = convert === undefined ? text : convert(text, row);
      if (value !== undefined) values.push([field, value]);
    }
  }
  return values;
}

function timeOf(value: unknown): number {
  if (typeof value === 'number') return epochTime(value);
  if (typeof value !== 'string') return Number.NaN;
  return /^\d+(\.\d+)?$/.test(value) ? epochTime(Number(value)) : isoTimestamp(value);
}

/** Only dns.log tells it. SIP is watched over UDP (`SIP::ports`), all else is TCP. */
function transportOf(row: JsonObject, { transport }: ZeekLog): Transport {
  const told = asText(row.proto);
  return told === 'udp' || told === 'tcp' ? told : transport;
}
