/** How conditions become items of a selection where a log does not simply have our field under another name. */

import type { Condition, Test } from '../signature/signature.ts';
import type { LogKind, LogSource } from './log-sources.ts';
import { type SigmaItem, type SigmaOptions, sigmaItems } from './sigma-values.ts';

/** What must hold: all of `items`, and of each list of `choices` one. `reason` says what it lets through besides. */
export interface SigmaTerm {
  readonly items: readonly SigmaItem[];
  readonly choices?: readonly (readonly SigmaItem[])[];
  readonly reason?: string;
}

type Translate = (test: Test, options: SigmaOptions) => SigmaTerm | undefined;

/** Undefined: the log has no such field for rules, or Sigma no words for the condition. */
export function sigmaTerm({ field, test }: Condition, source: LogSource, options: SigmaOptions): SigmaTerm | undefined {
  const translate = translations[source.kind]?.[field];
  if (translate !== undefined) return translate(test, options);
  const name = source.fields[field]?.name;
  const items = name === undefined ? undefined : sigmaItems(name, test, options);
  return items && { items };
}

function named(name: string, change: (test: Test) => Test | undefined): Translate {
  return (test, options) => {
    const changed = change(test);
    const items = changed && sigmaItems(name, changed, options);
    return items && { items };
  };
}

/** Only for tests that name the whole value; the log has another word for it. */
function word(name: string, words: (value: string) => string | number | undefined): Translate {
  return ({ is }) => {
    const value = is === undefined ? undefined : words(is);
    return value === undefined ? undefined : { items: [[name, value]] };
  };
}

const transactionId = (value: string): number | undefined =>
  /^0x[0-9a-f]{4}$/.test(value) ? Number.parseInt(value, 16) : undefined;
const number = (value: string): number | undefined => (/^\d+$/.test(value) ? Number(value) : undefined);

/** The address with the angle brackets that Suricata leaves around it (RFC 5321 section 4.1.2). */
const inBrackets = (test: Test): Test | undefined => {
  if (test.contains !== undefined || test.size !== undefined) return undefined;
  const { is, starts, ends, matches } = test;
  return {
    ...test,
    ...(is !== undefined && { is: `<${is}>` }),
    ...(starts !== undefined && { starts: `<${starts}` }),
    ...(ends !== undefined && { ends: `${ends}>` }),
    ...(matches !== undefined && { matches: matches.replace(/^\^/, '^<').replace(/\$$/, '>$') }),
  };
};

/** `SSH-2.0-software` as version and software. */
const banner: Translate = (test, options) => {
  const value = test.is ?? test.matches ?? test.starts;
  const [, version, software] = /^\^?SSH-(\d\\?\.\d+)-(.+)$/.exec(value ?? '') ?? [];
  if (version === undefined || software === undefined || test.contains !== undefined || test.ends !== undefined) {
    return undefined;
  }
  const { nocase = false } = test;
  const rest: Test =
    test.is !== undefined
      ? { is: software, nocase }
      : test.matches !== undefined
        ? { matches: `^${software}`, nocase }
        : { starts: software, nocase };
  const items = sigmaItems('ssh.client.software_version', rest, options);
  return items && { items: [['ssh.client.proto_version', version.replace('\\', '')], ...items] };
};

const cookieLine: (name: string) => Translate = (name) =>
  named(name, ({ is }) => {
    const [, cookie] = /^Cookie: mstshash=(.+)\r\n$/s.exec(is ?? '') ?? [];
    return cookie === undefined ? undefined : { is: cookie };
  });

const ftpArgument =
  (command: string, [name, argument]: readonly [string, string] = ['ftp.command', 'ftp.command_data']): Translate =>
  (test, options) => {
    const items = sigmaItems(argument, test, options);
    return items && { items: [[name, command], ...items] };
  };

const ftpCommand: Translate = ({ is }, options) => {
  const [, command, argument] = /^([A-Z]{3,4}) (.+)$/s.exec(is ?? '') ?? [];
  return command === undefined || argument === undefined ? undefined : ftpArgument(command)({ is: argument }, options);
};

const stem = 'cs-uri-stem';
const query = 'cs-uri-query';
const queryNotLookedAt = 'a query may follow the path';
const orItsPath = 'the target may go on after its path, or before its query';

/** W3C logs have the target in two fields: the path, and what follows the question mark. */
const webTarget: Translate = (test, options) => {
  const { is, starts, ends, contains, at, matches, size, nocase = false } = test;
  if (at !== undefined || size !== undefined) return undefined;
  const on = (name: string, part: Test): SigmaItem[] | undefined => sigmaItems(name, { ...part, nocase }, options);
  const whole = is ?? starts;
  if (whole !== undefined) {
    const mark = whole.indexOf('?');
    const kind = is !== undefined ? 'is' : 'starts';
    if (mark < 0) {
      const items = on(stem, { [kind]: whole });
      return items && { items, ...(kind === 'is' && { reason: queryNotLookedAt }) };
    }
    const items = [on(stem, { is: whole.slice(0, mark) }), on(query, { [kind]: whole.slice(mark + 1) })];
    return items[0] && items[1] && { items: [...items[0], ...items[1]] };
  }
  if (matches?.startsWith('\\?') && !matches.includes('|')) {
    const items = on(query, { matches: `^${matches.slice(2)}` });
    return items && { items };
  }
  if (matches?.startsWith('^')) {
    const items = on(stem, { matches });
    return items && { items, ...(matches.endsWith('$') && { reason: queryNotLookedAt }) };
  }
  const part: Test = {
    ...(ends !== undefined && { ends }),
    ...(contains !== undefined && { contains }),
    ...(matches !== undefined && { matches }),
  };
  if (contains?.includes('?') || ends?.includes('?') || matches?.includes('\\?')) return undefined;
  const [inStem, inQuery] = [on(stem, part), on(query, part)];
  const whereItEnds = ends !== undefined || matches?.includes('$') === true;
  return (
    inStem && inQuery && { items: [], choices: [[...inStem, ...inQuery]], ...(whereItEnds && { reason: orItsPath }) }
  );
};

const translations: Readonly<Partial<Record<LogKind, Readonly<Record<string, Translate>>>>> = {
  web: { 'http.uri': webTarget },
  'zeek-rdp': { 'rdp.cookie_line': cookieLine('cookie') },
  'zeek-dns': {
    'dns.id': word('trans_id', transactionId),
    'dns.opcode': word('opcode', number),
    'dns.query': named('query', (test) => ({ ...test, nocase: true })),
    'dns.type': word('qtype_name', (type) => (type === 'ANY' ? '\\*' : type)),
    'dns.class': word('qclass_name', (name) => ({ IN: 'C_INTERNET', CH: 'C_CHAOS', HS: 'C_HESIOD' })[name]),
  },
  'zeek-ftp': { 'ftp.port': ftpArgument('PORT', ['command', 'arg']) },
  'eve-ssh': { 'ssh.banner': banner },
  'eve-rdp': { 'rdp.cookie_line': cookieLine('rdp.cookie') },
  'eve-smtp': {
    'smtp.mail_from': named('smtp.mail_from', inBrackets),
    'smtp.rcpt_to': named('smtp.rcpt_to', inBrackets),
  },
  'eve-dns': {
    'dns.id': word('dns.id', transactionId),
    'dns.opcode': word('dns.opcode', number),
    'dns.query': named('dns.rrname', (test) => ({ ...test, nocase: true })),
  },
  'eve-ftp': {
    'ftp.command': ftpCommand,
    'ftp.user': ftpArgument('USER'),
    'ftp.password': ftpArgument('PASS'),
    'ftp.port': ftpArgument('PORT'),
  },
  'eve-pgsql': {
    'postgresql.user': named('pgsql.request.startup_parameters.user', (test) => test),
    'postgresql.database': named('pgsql.request.startup_parameters.optional_parameters.database', (test) => test),
  },
};
