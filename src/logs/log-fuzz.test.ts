import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { loadCatalogue } from '../signature/load-catalogue.ts';
import { eveLogParser } from './eve-log.ts';
import { LogJudge } from './log-judge.ts';
import { LogLines } from './log-lines.ts';
import type { LogParser } from './log-record.ts';
import { webLogParser } from './web-log.ts';
import { zeekLogParser } from './zeek-log.ts';

const catalogue = loadCatalogue();
const leftOut = new Set(['other', 'malformed', 'without-time', 'without-address']);

/** A record is whole, or there is a reason; judging it does not throw, either. */
function check(parser: LogParser, judge: LogJudge, line: string): void {
  const parsed = parser.parse(line);
  if (typeof parsed === 'string') {
    assert.ok(leftOut.has(parsed));
    return;
  }
  assert.ok(parsed.time >= 0 && parsed.time <= Number.MAX_SAFE_INTEGER);
  for (const port of [parsed.sourcePort, parsed.targetPort])
    assert.ok(Number.isInteger(port) && port >= 0 && port < 65536);
  for (const [, value] of parsed.values) assert.match(value, /^[\x00-\xff]*$/);
  for (const { bytes, matchStart, matchEnd } of judge.judge(parsed)) {
    assert.ok(bytes.length <= 256 && matchStart <= matchEnd && matchEnd <= bytes.length);
  }
}

const parsers: Readonly<Record<string, () => LogParser>> = {
  web: () => webLogParser({ server: '127.0.0.1', port: 80 }),
  zeek: () => zeekLogParser('http.log'),
  eve: () => eveLogParser({ catalogue }),
};

/** Values of every type where a log has text, in objects that look right. */
const anything = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom('10.0.0.1', '::1', '2026-10-10T20:55:36.250000+0000', 'nmap', 'TCP', 'query', 'to_client', ''),
  fc.integer(),
  fc.double(),
  fc.constantFrom(null, true, [], {}, ['a', 1, null], { string: '1,2,3,4,5', client: 7 }),
);
const keys = {
  web: ['ts', 'time', 'remote_addr', 'request', 'http_user_agent', 'request_uri', 'method', 'server_port', 'headers'],
  zeek: [
    '_path',
    'ts',
    'uid',
    'id.orig_h',
    'id.resp_h',
    'id.orig_p',
    'uri',
    'user_agent',
    'trans_id',
    'rcptto',
    'client',
  ],
  eve: [
    'event_type',
    'timestamp',
    'src_ip',
    'dest_ip',
    'src_port',
    'dest_port',
    'proto',
    'flow_id',
    'alert',
    'payload',
  ],
};
const protocols = ['http', 'ssh', 'rdp', 'smtp', 'sip', 'dns', 'ftp', 'smb', 'tls', 'mqtt', 'pgsql'];
const inner = fc.dictionary(
  fc.constantFrom(
    'client',
    'cookie',
    'id',
    'type',
    'queries',
    'ja3',
    'request',
    'connect',
    'request_headers',
    'rcpt_to',
    'command',
    'event_type',
  ),
  anything,
);

describe('whatever a line holds', () => {
  for (const [kind, make] of Object.entries(parsers)) {
    const judge = new LogJudge(catalogue);

    it(`${kind}: any bytes`, () => {
      const parser = make();
      fc.assert(fc.property(fc.string({ unit: 'binary-ascii', maxLength: 300 }), (line) => check(parser, judge, line)));
    });

    it(`${kind}: JSON of any types under the right names`, () => {
      const parser = make();
      const record = fc.dictionary(
        fc.constantFrom(...keys[kind as keyof typeof keys], ...protocols),
        fc.oneof(anything, inner),
      );
      fc.assert(
        fc.property(record, fc.constantFrom('alert', ...protocols), (given, type) =>
          check(
            parser,
            judge,
            JSON.stringify({
              timestamp: '2026-10-10T20:55:36Z',
              ts: 1e9,
              src_ip: '10.0.0.1',
              dest_ip: '10.0.0.2',
              event_type: type,
              ...given,
            }),
          ),
        ),
        { numRuns: 500 },
      );
    });
  }

  it('access logs: any request, any header, cut anywhere', () => {
    const judge = new LogJudge(catalogue);
    const parser = parsers.web!();
    const text = fc.string({ unit: 'binary-ascii', maxLength: 60 });
    fc.assert(
      fc.property(text, text, fc.nat(), (request, agent, cut) => {
        const line = `10.0.0.1 - - [10/Oct/2026:13:55:36 -0700] "${request}" 200 5 "-" "${agent}"`;
        check(parser, judge, line);
        check(parser, judge, line.slice(0, cut % line.length));
      }),
      { numRuns: 500 },
    );
  });

  it('Zeek: any header and any row', () => {
    const judge = new LogJudge(catalogue);
    const word = fc.constantFrom(
      '#separator \\x09',
      '#fields\tts\tid.orig_h\tid.resp_h\turi',
      '#types\ttime\taddr\taddr\tset[string]',
      '#path\thttp',
      '#unset_field\t',
      '#set_separator\t',
      '#separator ',
      '1\t10.0.0.1\t10.0.0.2\t/a,b',
      '-\t-\t-\t-',
      '#',
      '\t\t\t',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(word, fc.string({ unit: 'binary-ascii' })), { maxLength: 12 }), (lines) => {
        const parser = parsers.zeek!();
        for (const line of lines) check(parser, judge, line);
      }),
    );
  });

  it('a text quoted as both servers quote it comes out as it went in', () => {
    const nginx = (text: string) =>
      text.replace(
        /[\x00-\x1f"\\\x7f-\xff]/g,
        (sign) => `\\x${sign.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
      );
    const apache = (text: string) =>
      text.replace(/["\\]/g, '\\$&').replace(/[\x00-\x1f\x7f-\xff]/g, (sign) => {
        const named = { '\b': '\\b', '\n': '\\n', '\r': '\\r', '\t': '\\t', '\v': '\\v' }[sign];
        return named ?? `\\x${sign.charCodeAt(0).toString(16).padStart(2, '0')}`;
      });
    const parser = parsers.web!();
    const bytes = fc.uint8Array({ maxLength: 40 }).map((array) => Buffer.from(array).toString('latin1'));
    fc.assert(
      fc.property(bytes, (agent) => {
        for (const quote of [nginx, apache]) {
          const parsed = parser.parse(
            `10.0.0.1 - - [10/Oct/2026:13:55:36 -0700] "GET / HTTP/1.1" 200 5 "-" "${quote(agent)}"`,
          );
          assert.ok(typeof parsed === 'object');
          const logged = Object.fromEntries(parsed.values)['http.user_agent'];
          assert.equal(logged, agent === '-' ? undefined : agent);
        }
      }),
    );
  });

  it('lines are the same however the bytes are cut into blocks', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 50 }), { maxLength: 20 }), async (blocks) => {
        const waiting = blocks.filter(({ length }) => length > 0);
        const lines = new LogLines({
          name: 'x',
          read(target, offset) {
            const block = waiting.shift();
            if (block !== undefined) target.set(block, offset);
            return block?.length ?? 0;
          },
          close() {},
        });
        const read: string[] = [];
        for (let batch = await lines.next(); batch !== undefined; batch = await lines.next()) read.push(...batch);
        const whole = Buffer.concat(blocks).toString('latin1');
        const expected = whole.split('\n').map((line) => line.replace(/\r$/, ''));
        if (whole === '' || whole.endsWith('\n')) expected.pop();
        assert.deepEqual(read, expected);
      }),
    );
  });
});
