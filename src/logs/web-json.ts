/** Access logs as one JSON object a line: the keys that nginx, Apache, Caddy and Traefik are usually given. */

import { isIP } from 'node:net';
import { asObject, asPort, asText, asTexts, type JsonObject, parseObject } from './json-values.ts';
import type { LeftOut, LoggedValue } from './log-record.ts';
import { commonLogTime, epochTime, isoTimestamp } from './log-time.ts';
import type { Access } from './web-log.ts';

/** In the order in which they are believed. `uri` may be nginx's `$uri`, which is normalised, so it comes late. */
const keys = {
  client: ['remote_addr', 'remote_ip', 'client_ip', 'clientip', 'c-ip', 'ClientHost', 'client', 'host'],
  server: ['server_addr', 's-ip'],
  port: ['server_port', 's-port'],
  time: ['time_iso8601', '@timestamp', 'timestamp', 'time_local', 'time', 'ts', 'msec', 'StartUTC'],
  request: ['request', 'request_line'],
  method: ['request_method', 'method', 'cs-method', 'RequestMethod'],
  uri: ['request_uri', 'RequestPath', 'uri', 'url', 'path'],
} as const;

const headers: readonly (readonly [field: string, keys: readonly string[]])[] = [
  [
    'http.user_agent',
    ['http_user_agent', 'user_agent', 'useragent', 'agent', 'cs-user-agent', 'User-Agent', 'request_User-Agent'],
  ],
  ['http.referer', ['http_referer', 'http_referrer', 'referer', 'referrer', 'cs-referer', 'Referer']],
  ['http.host', ['http_host', 'cs-host']],
  ['http.cookie', ['http_cookie', 'cs-cookie']],
  ['http.content_type', ['http_content_type']],
];

export function jsonAccess(line: string): Access | LeftOut {
  const record = parseObject(line) ?? parseObject(withoutApacheEscapes(line));
  if (record === undefined) return 'malformed';
  // Caddy puts the request into an object of its own.
  const request = asObject(record.request);
  const source = request === undefined ? record : { ...record, ...request };
  const values = headers.flatMap(([field, names]) => {
    const value = textAt(source, names);
    return value === undefined || value === '-' ? [] : [[field, value] as const];
  });
  return {
    time: timeOf(source),
    client: textAt(source, keys.client) ?? '',
    server: addressAt(source, keys.server),
    port: keys.port.map((key) => asPort(source[key])).find((port) => port > 0) ?? schemePort(source),
    request: request === undefined ? textAt(source, keys.request) : undefined,
    method: textAt(source, keys.method),
    uri: textAt(source, keys.uri),
    headers: [...values, ...caddyHeaders(request)],
  };
}

/** Apache has no JSON of its own: what is not printable it writes as `\xNN` there, too, which no JSON has. */
function withoutApacheEscapes(line: string): string {
  return line.replace(/\\(?:x([0-9a-fA-F]{2})|.)/gs, (whole, hex: string | undefined) =>
    hex === undefined ? whole : `\\u00${hex}`,
  );
}

function textAt(record: JsonObject, names: readonly string[]): string | undefined {
  for (const name of names) {
    const text = asText(record[name]);
    if (text !== undefined && text !== '') return text;
  }
  return undefined;
}

/** A name of the server, or a dash, is no address. */
function addressAt(record: JsonObject, names: readonly string[]): string | undefined {
  return names.map((name) => asText(record[name])).find((text) => text !== undefined && isIP(text) !== 0);
}

/** The first key that holds a date in any of the forms. */
function timeOf(record: JsonObject): number {
  for (const key of keys.time) {
    const value = record[key];
    const time =
      typeof value === 'number' ? epochTime(value) : typeof value === 'string' ? textTime(value) : Number.NaN;
    if (!Number.isNaN(time)) return time;
  }
  return Number.NaN;
}

function textTime(text: string): number {
  if (/^\d{9,10}(\.\d+)?$/.test(text)) return epochTime(Number(text));
  const bare = text.replace(/^\[|\]$/g, '');
  const time = isoTimestamp(bare);
  return Number.isNaN(time) ? commonLogTime(bare) : time;
}

function schemePort(record: JsonObject): number | undefined {
  const scheme = asText(record.scheme);
  return scheme === 'https' ? 443 : scheme === 'http' ? 80 : undefined;
}

function caddyHeaders(request: JsonObject | undefined): LoggedValue[] {
  const sent = asObject(request?.headers);
  if (sent === undefined) return [];
  const names = { 'User-Agent': 'http.user_agent', Referer: 'http.referer', 'Content-Type': 'http.content_type' };
  return Object.entries(names).flatMap(([name, field]) => asTexts(sent[name]).map((value) => [field, value] as const));
}
