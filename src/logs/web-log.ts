/**
 * Access logs of web servers: common and combined format, each also with the virtual host before it, and JSON. The kind is
 * told line by line, for one file may hold several.
 *
 * Formats: https://httpd.apache.org/docs/2.4/mod/mod_log_config.html, https://nginx.org/en/docs/http/ngx_http_log_module.html
 */

import { isIP } from 'node:net';
import { asPort } from './json-values.ts';
import type { LeftOut, LoggedValue, LogParser, LogRecord } from './log-record.ts';
import { commonLogTime } from './log-time.ts';
import { jsonAccess } from './web-json.ts';

export interface WebLogOptions {
  /** The server's own address and port, where the log does not tell them. */
  readonly server: string;
  readonly port: number;
}

/** One request as any of the formats tells it; what a format does not tell is undefined. */
export interface Access {
  readonly time: number;
  readonly client: string;
  readonly server?: string | undefined;
  readonly port?: number | undefined;
  /** `GET / HTTP/1.1`, unescaped. */
  readonly request?: string | undefined;
  readonly method?: string | undefined;
  readonly uri?: string | undefined;
  readonly headers: readonly LoggedValue[];
}

export function webLogParser({ server, port }: WebLogOptions): LogParser {
  return {
    parse(line) {
      const access = line.startsWith('{') ? jsonAccess(line) : lineAccess(line);
      if (typeof access === 'string') return access;
      if (Number.isNaN(access.time)) return 'without-time';
      if (isIP(access.client) === 0) return 'without-address';
      return {
        kind: 'web',
        time: access.time,
        transport: 'tcp',
        source: access.client,
        sourcePort: 0,
        target: access.server ?? server,
        targetPort: access.port || port,
        flow: '',
        values: requestValues(access),
      } satisfies LogRecord;
    },
  };
}

/**
 * As protocol/http-requests.ts reads a request line: a path or an absolute address, which may hold blanks; any other target
 * is one word after a method in capitals.
 */
const requestLine =
  /^(?:([!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}) ((?:\/|\*|[A-Za-z][A-Za-z0-9+.-]{0,31}:\/\/).*)|([A-Z][A-Z0-9_-]{0,63}) ([^\s"'<>()]+)) HTTP\/(\d\.\d)$/s;

/** What is no request (bytes of another protocol, an empty line) has no fields: the engine would see none, either. */
function requestValues({ request, method, uri, headers }: Access): LoggedValue[] {
  if (request !== undefined) {
    const parts = requestLine.exec(request);
    if (!parts) return [];
    return [
      ['http.request_line', request],
      ['http.method', parts[1] ?? (parts[3] as string)],
      ['http.uri', parts[2] ?? (parts[4] as string)],
      ['http.version', parts[5] as string],
      ...headers,
    ];
  }
  if (method === undefined && uri === undefined) return [];
  return [
    ...(method === undefined ? [] : ([['http.method', method]] as const)),
    ...(uri === undefined ? [] : ([['http.uri', uri]] as const)),
    ...headers,
  ];
}

/** `"…"`, quotes within escaped. Linear: no two ways to read a character. */
const quoted = '"((?:[^"\\\\]|\\\\.)*)"';
const tail = new RegExp(`^${quoted} (?:\\d{3}|-) \\S+(?: ${quoted} ${quoted})?`, 's');

/** `[vhost[:port]] client ident user [time] "request" status bytes ["referer" "agent"]` and whatever follows. */
function lineAccess(line: string): Access | LeftOut {
  // Servers escape quotes, not brackets: the user's name, which the client chooses, may hold ` [`.
  const dateEnd = line.indexOf('] "');
  const dateStart = line.lastIndexOf(' [', dateEnd);
  if (dateEnd < 0 || dateStart < 0) return line.startsWith('#') || line === '' ? 'other' : 'malformed';
  const parts = tail.exec(line.slice(dateEnd + 2));
  const words = line.slice(0, dateStart).split(' ');
  if (!parts || words.length < 3) return 'malformed';
  const [, request = '', referer, agent] = parts;
  return {
    time: commonLogTime(line.slice(dateStart + 2, dateEnd)),
    ...endpoints(words),
    request: decodeEscapes(request),
    headers: [...header('http.referer', referer), ...header('http.user_agent', agent)],
  };
}

/**
 * A client that is no address may be a virtual host before one; nobody's ident is an address. Of the virtual host only the
 * port is taken: where it is an address, it may be the client's own `Host: 8.8.8.8` (nginx: `$host`).
 */
function endpoints([first = '', second = '', ...rest]: readonly string[]): Pick<Access, 'client' | 'port'> {
  if (rest.length < 2 || isIP(second) === 0) return { client: first };
  return { client: second, port: asPort(isIP(first) === 0 ? /:(\d{1,5})$/.exec(first)?.[1] : undefined) };
}

/** A dash stands for a header that was not sent. */
function header(field: string, value: string | undefined): LoggedValue[] {
  return value === undefined || value === '-' ? [] : [[field, decodeEscapes(value)]];
}

const escapes: Readonly<Record<string, string>> = {
  n: '\n',
  r: '\r',
  t: '\t',
  b: '\b',
  v: '\v',
  f: '\f',
  '"': '"',
  '\\': '\\',
};

/** nginx writes `\x22` for what would be misread, Apache `\"`, `\n` and `\x9f`. */
function decodeEscapes(text: string): string {
  if (!text.includes('\\')) return text;
  return text.replace(/\\(?:x([0-9a-fA-F]{2})|(.))/gs, (whole, hex: string | undefined, sign: string | undefined) =>
    hex === undefined ? (escapes[sign as string] ?? whole) : String.fromCharCode(Number.parseInt(hex, 16)),
  );
}
