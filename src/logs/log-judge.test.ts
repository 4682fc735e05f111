import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { protocols } from '../protocol/protocols.ts';
import { usableOn } from '../rules/log-field-answers.ts';
import { type LogSource, logSources } from '../rules/log-sources.ts';
import { exampleSignature } from '../scan/example-evidence.ts';
import { loadCatalogue } from '../signature/load-catalogue.ts';
import type { Example, ExampleFlow } from '../signature/signature.ts';
import { LogJudge } from './log-judge.ts';
import type { LoggedValue, LogRecord } from './log-record.ts';

const catalogue = loadCatalogue();

function record(given: Partial<LogRecord>): LogRecord {
  return {
    kind: 'web',
    time: 1e15,
    transport: 'tcp',
    source: '10.0.0.1',
    sourcePort: 0,
    target: '10.0.0.80',
    targetPort: 80,
    flow: '',
    values: [],
    ...given,
  };
}

function judge(...records: Partial<LogRecord>[]): string[] {
  const judge = new LogJudge(catalogue);
  return records.flatMap((given) => judge.judge(record(given)).map(({ signature }) => signature.id));
}

describe('what a record proves', () => {
  it('a signature whose every condition is on what was logged', () => {
    const values = [
      ['http.uri', '/login'],
      ['http.method', 'POST'],
      ['http.user_agent', 'Nmap'],
    ] as const;
    assert.deepEqual(judge({ values }), ['http-nessus-login']);
    assert.deepEqual(judge({ values: values.slice(0, 2) }), []);
  });

  it('never one with a condition that the log cannot tell', () => {
    // http-sdk-version asks for the body, too, http-hnap-request for the names of the headers.
    assert.deepEqual(judge({ values: [['http.uri', '/sdk']] }), []);
    assert.deepEqual(judge({ values: [['http.uri', '/HNAP1']] }), []);
  });

  it('percent escapes that the log undid are no proof; what stands without them is', () => {
    const uri = (kind: LogRecord['kind'], value: string) => judge({ kind, values: [['http.uri', value]] });
    assert.deepEqual(uri('zeek-http', '/nice ports,/Trinity.txt.bak'), []);
    assert.deepEqual(uri('zeek-http', '/evox/about'), ['http-trane-about']);
    assert.deepEqual(uri('eve-http', '/nice%20ports%2C/Tri%6Eity.txt%2ebak'), ['http-four-oh-four-probe']);
  });

  it('transport and port of the signature hold here, too', () => {
    const values = [
      ['dns.id', '0xbeef'],
      ['dns.query', 'porttest.dns-oarc.net'],
      ['dns.type', 'TXT'],
    ] as const;
    const dns = { kind: 'zeek-dns', targetPort: 53, values } as const;
    assert.deepEqual(judge({ ...dns, transport: 'udp' }), ['dns-random-source-port']);
    assert.deepEqual(judge({ ...dns, transport: 'tcp' }), []);
  });

  it('two commands of one connection, each a record; not of two connections', () => {
    const user = { kind: 'eve-ftp', values: [['ftp.user', 'X:)']] } as const;
    const password = { kind: 'eve-ftp', values: [['ftp.password', 'X']] } as const;
    assert.deepEqual(judge({ ...user, flow: '1' }, { ...password, flow: '1' }), ['ftp-vsftpd-smiley']);
    assert.deepEqual(judge({ ...user, flow: '1' }, { ...password, flow: '2' }), []);
    assert.deepEqual(judge(user, password), []);
  });

  it('counts once a connection, and every time where connections are not told', () => {
    const values = [['http.method', 'ASDE']] as const;
    assert.equal(judge({ values }, { values }).length, 2);
    assert.equal(judge({ values, flow: '1' }, { values, flow: '1' }, { values, flow: '2' }).length, 2);
  });

  it('shows what was logged, with the place of the match', () => {
    const line = 'GET /evox/about HTTP/1.1';
    const [evidence] = new LogJudge(catalogue).judge(
      record({
        source: '::ffff:10.0.0.1',
        target: '2001:0db8:0000:0000:0000:0000:0000:0001',
        values: [
          ['http.request_line', line],
          ['http.uri', '/evox/about'],
          ['http.user_agent', 'curl'],
        ],
      }),
    );
    assert.equal(Buffer.from(evidence?.bytes ?? []).toString('latin1'), `${line}\ncurl`);
    assert.deepEqual([evidence?.matchStart, evidence?.matchEnd], [4, 15]);
    assert.deepEqual(evidence?.fields, { 'http.uri': '/evox/about' });
    assert.deepEqual([evidence?.source, evidence?.target], ['10.0.0.1', '2001:db8::1']);
    assert.equal(evidence?.spoofable, false);
  });

  it('an alert of another engine is evidence as it is; its bytes show where', () => {
    const signature = exampleSignature();
    const judge = new LogJudge([signature]);
    const alert = (text: string, flow: string) =>
      judge.judge(record({ kind: 'eve-smtp', flow, found: { signature, bytes: Buffer.from(text) } }))[0];
    const whole = alert('EHLO nmap.scanme.org\r\n', '1');
    assert.deepEqual([whole?.matchStart, whole?.matchEnd, whole?.fields], [5, 20, { 'smtp.helo': 'nmap.scanme.org' }]);
    const without = alert('', '2');
    assert.deepEqual([without?.signature.id, without?.bytes.length], ['smtp-ehlo-scanme', 0]);
    assert.equal(alert('EHLO nmap.scanme.org\r\n', '1'), undefined);
  });
});

describe('the catalogue’s own examples, as each log would tell them', () => {
  const bytesOf = (text: string) => Buffer.from(text, 'latin1');

  /** What parsers read of a flow, as far as the log carries it, in the form in which it does. */
  function logged(flow: ExampleFlow, source: LogSource): LoggedValue[] {
    const bytes = bytesOf(flow.bytes);
    const { transport, port } = flow;
    const message = {
      bytes,
      start: 0,
      end: bytes.length,
      transport,
      atStart: true,
      ended: true,
      sourcePort: 40000,
      destinationPort: port,
    };
    return protocols.flatMap((protocol) =>
      protocol.parse(message).flatMap(({ name, value }): LoggedValue[] => {
        const field = source.fields[name];
        if (field === undefined) return [];
        if (field.nature === 'beginning') return [[name, value.split(/; ?(?:tag|branch)/)[0] as string]];
        if (field.nature === 'decoded') return [[name, decoded(value)]];
        return [[name, value]];
      }),
    );
  }

  const decoded = (text: string) =>
    text.replace(/%([0-9a-fA-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));

  for (const source of Object.values(logSources)) {
    it(source.title, () => {
      let hits = 0;
      for (const signature of catalogue.filter((one) => usableOn(one, source.kind))) {
        const judge = new LogJudge([signature]);
        const found = ([flow]: Example) =>
          flow !== undefined &&
          judge.judge(
            record({
              kind: source.kind,
              transport: flow.transport,
              targetPort: flow.port || signature.ports[0] || 0,
              values: logged(flow, source),
            }),
          ).length > 0;
        for (const hit of signature.hits.filter(
          ([flow]) => flow !== undefined && source.transports.includes(flow.transport),
        )) {
          assert.ok(found(hit), `${signature.id} is not seen: ${JSON.stringify(hit)}`);
          hits++;
        }
        for (const miss of signature.misses) {
          // Another spelling of the same target is one of the things that a decoded log cannot tell apart.
          const respelled =
            source.fields['http.uri']?.nature === 'decoded' && /%[0-9a-fA-F]{2}/.test(miss[0]?.bytes ?? '');
          if (!respelled) assert.ok(!found(miss), `${signature.id} is seen in a miss: ${JSON.stringify(miss)}`);
        }
      }
      if (source.kind !== 'eve-sip') assert.ok(hits > 0);
    });
  }
});
