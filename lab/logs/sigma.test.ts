import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { eveLogParser } from '../../src/logs/eve-log.ts';
import { LogJudge } from '../../src/logs/log-judge.ts';
import type { LogParser, LogRecord } from '../../src/logs/log-record.ts';
import { webLogParser } from '../../src/logs/web-log.ts';
import { zeekLogParser } from '../../src/logs/zeek-log.ts';
import { ZeekTable } from '../../src/logs/zeek-table.ts';
import { type LogKind, logSources } from '../../src/rules/log-sources.ts';
import { sigmaRules } from '../../src/rules/sigma.ts';
import { sigmaAnswerFor } from '../../src/rules/sigma-answer.ts';
import { sigmaMatches } from '../../src/rules/sigma-evaluate.test.helper.ts';
import { loadCatalogue } from '../../src/signature/load-catalogue.ts';
import { capturesFolder } from '../repository.ts';
import { derivedFrom } from './derived-logs.ts';
import { logFormats } from './web-servers.ts';

const catalogue = loadCatalogue();
const folder = join(capturesFolder, 'logs');

type Row = Readonly<Record<string, unknown>>;

/** For each kind of log: the signatures that have a rule, each with it. */
const rulesOf = new Map(
  Object.values(logSources).map((source) => {
    const usable = catalogue.filter((signature) => sigmaAnswerFor(signature, source).answer !== 'unsupported');
    const rules = usable.flatMap((signature) =>
      sigmaRules([signature])
        .filter(({ content }) => JSON.stringify(content.logsource) === JSON.stringify(source.logsource))
        .map((rule) => ({ id: signature.id, rule })),
    );
    return [source.kind, rules] as const;
  }),
);

const seen = new Set<string>();

/** Do the rules find in the record's row what the import finds in the record? */
function check(record: LogRecord, row: Row, kind: LogKind): void {
  const rules = rulesOf.get(kind) ?? [];
  const wanted = new LogJudge(catalogue)
    .judge({ ...record, flow: '' })
    .map(({ signature }) => signature.id)
    .filter((id) => rules.some((one) => one.id === id));
  const found = rules.filter(({ rule }) => sigmaMatches(rule, row)).map(({ id }) => id);
  assert.deepEqual(found.sort(), wanted.sort(), JSON.stringify(row));
  for (const id of found) seen.add(`${kind} ${id}`);
}

function lines(path: string): string[] {
  return readFileSync(path, 'latin1').split('\n');
}

/** As a pipeline would bring an access log into the fields of Sigma's taxonomy. */
function w3c({ values }: LogRecord): Row {
  const logged = Object.fromEntries(values);
  const [stem, ...query] = (logged['http.uri'] ?? '').split('?');
  const row = {
    'cs-method': logged['http.method'],
    'cs-uri-stem': stem,
    'cs-uri-query': query.length === 0 ? undefined : query.join('?'),
    'cs-user-agent': logged['http.user_agent'],
    'cs-host': logged['http.host'],
    'cs-cookie': logged['http.cookie'],
  };
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== undefined));
}

function records(path: string, parser: LogParser): [line: string, record: LogRecord][] {
  return lines(path).flatMap((line): [string, LogRecord][] => {
    const record = parser.parse(line);
    return typeof record === 'string' ? [] : [[line, record]];
  });
}

describe('Sigma rules on real logs find what the import finds', () => {
  it('access logs', () => {
    for (const recording of readdirSync(folder).filter((name) => /-(nginx|apache)$/.test(name))) {
      for (const format of logFormats) {
        const path = join(folder, recording, `${format}.log`);
        for (const [, record] of records(path, webLogParser({ server: '10.77.0.10', port: 80 }))) {
          check(record, w3c(record), 'web');
        }
      }
    }
    assert.ok(seen.has('web http-user-agent') && seen.has('web http-waf-detect'), [...seen].join());
  });

  it('EVE', () => {
    for (const name of derivedFrom) {
      const path = join(folder, 'eve', `${name.replace('/', '-')}.json`);
      for (const [line, record] of records(path, eveLogParser({ catalogue })))
        check(record, JSON.parse(line), record.kind);
    }
    assert.ok(seen.has('eve-ssh ssh-hostkey') && seen.has('eve-dns dns-random-source-port'), [...seen].join());
  });

  it('Zeek', () => {
    for (const name of derivedFrom) {
      const logs = join(folder, 'zeek', name.replace('/', '-'));
      for (const log of existsSync(logs) ? readdirSync(logs) : []) {
        const table = new ZeekTable();
        for (const header of lines(join(logs, log)).filter((line) => line.startsWith('#'))) table.header(header);
        const numbers = ['trans_id', 'opcode'];
        for (const [line, record] of records(join(logs, log), zeekLogParser(log))) {
          const row = Object.entries(table.row(line) ?? {});
          const typed = row.map(([key, value]) => [key, numbers.includes(key) ? Number(value) : value]);
          check(record, Object.fromEntries(typed), record.kind);
        }
      }
    }
    assert.ok(seen.has('zeek-smtp smtp-ehlo-scanme') && seen.has('zeek-sip sip-user-agent'), [...seen].join());
  });
});
