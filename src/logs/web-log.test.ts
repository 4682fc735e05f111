import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { LogRecord } from './log-record.ts';
import { webLogParser } from './web-log.ts';

const parser = webLogParser({ server: '127.0.0.1', port: 80 });
const when = '[10/Oct/2026:13:55:36 -0700]';
const time = Date.UTC(2026, 9, 10, 20, 55, 36) * 1000;

function record(line: string): LogRecord {
  const parsed = parser.parse(line);
  assert.equal(typeof parsed, 'object', `${line} gave ${String(parsed)}`);
  return parsed as LogRecord;
}

function values(line: string): Record<string, string> {
  return Object.fromEntries(record(line).values);
}

describe('access logs', () => {
  it('common', () => {
    const { source, target, targetPort, ...rest } = record(
      `203.0.113.7 - frank ${when} "GET /apache_pb.gif HTTP/1.0" 200 2326`,
    );
    assert.deepEqual([source, target, targetPort, rest.time], ['203.0.113.7', '127.0.0.1', 80, time]);
    assert.deepEqual(Object.fromEntries(rest.values), {
      'http.request_line': 'GET /apache_pb.gif HTTP/1.0',
      'http.method': 'GET',
      'http.uri': '/apache_pb.gif',
      'http.version': '1.0',
    });
  });

  it('combined; a dash is a header that was not sent', () => {
    const line = `::1 - - ${when} "GET / HTTP/1.1" 200 5 "http://a.example/" "curl/8.5.0"`;
    assert.equal(values(line)['http.referer'], 'http://a.example/');
    assert.equal(values(line)['http.user_agent'], 'curl/8.5.0');
    assert.equal(values(`::1 - - ${when} "GET / HTTP/1.1" 200 - "-" "-"`)['http.user_agent'], undefined);
  });

  it('with more behind it, or a user of two words', () => {
    const line = `10.0.0.1 - two words ${when} "GET / HTTP/1.1" 200 5 "-" "curl/8.5.0" "10.1.2.3" 0.001`;
    assert.equal(record(line).source, '10.0.0.1');
    assert.equal(values(line)['http.user_agent'], 'curl/8.5.0');
  });

  it('a user name with brackets hides no date', () => {
    for (const user of ['x [y', 'x] y', '[', 'x [10/Oct/2025:13:55:36 -0700] \\"GET']) {
      const line = `10.0.0.1 - ${user} ${when} "GET / HTTP/1.1" 200 5 "-" "curl/8.5.0"`;
      assert.equal(record(line).time, time, user);
      assert.equal(values(line)['http.user_agent'], 'curl/8.5.0', user);
    }
  });

  it('with the virtual host before it, and its port', () => {
    const request = `10.0.0.1 - - ${when} "GET / HTTP/1.1" 200 5 "-" "-"`;
    const named = record(`www.a.example:8443 ${request}`);
    assert.deepEqual([named.source, named.target, named.targetPort], ['10.0.0.1', '127.0.0.1', 8443]);
    assert.equal(record(`www.a.example ${request}`).source, '10.0.0.1');
    assert.equal(record(`www.a.example:70000 ${request}`).targetPort, 80);
  });

  it('a virtual host that is an address may be what the client said: it is not the target', () => {
    const request = `10.0.0.1 - - ${when} "GET / HTTP/1.1" 200 5 "-" "-"`;
    for (const host of ['8.8.8.8:443', '[2001:db8::1]:443']) {
      const { target, targetPort } = record(`${host} ${request}`);
      assert.deepEqual([target, targetPort], ['127.0.0.1', 443], host);
    }
    assert.equal(record(`2001:db8::1 ${request}`).targetPort, 80);
  });

  it('undoes the escapes of nginx and of Apache', () => {
    const agent = (text: string) =>
      values(`10.0.0.1 - - ${when} "GET / HTTP/1.1" 200 5 "-" "${text}"`)['http.user_agent'];
    assert.equal(agent('say \\x22hi\\x22 \\x5C \\xE9'), 'say "hi" \\ \xe9');
    assert.equal(agent('say \\"hi\\" \\\\ \\t \\xe9'), 'say "hi" \\ \t \xe9');
    assert.equal(agent('\\q'), '\\q');
  });

  it('a request line of another protocol has no fields', () => {
    for (const request of ['\\x16\\x03\\x01\\x02', '-', '', 'HELP', 'SELECT 1 FROM HTTP/1.1']) {
      assert.deepEqual(record(`10.0.0.1 - - ${when} "${request}" 400 5 "-" "agent"`).values, []);
    }
  });

  it('JSON with the keys of nginx', () => {
    const line = JSON.stringify({
      time_iso8601: '2026-10-10T20:55:36+00:00',
      remote_addr: '10.0.0.1',
      server_addr: '10.0.0.80',
      server_port: '8080',
      request: 'GET /x?y=%20 HTTP/1.1',
      http_user_agent: 'curl/8.5.0',
      http_host: 'a.example',
      http_referer: '',
    });
    assert.deepEqual([record(line).time, record(line).target, record(line).targetPort], [time, '10.0.0.80', 8080]);
    assert.equal(values(line)['http.uri'], '/x?y=%20');
    assert.equal(values(line)['http.host'], 'a.example');
    assert.equal(values(line)['http.referer'], undefined);
  });

  it('JSON: a server that is no address is not the target', () => {
    const line = JSON.stringify({
      msec: '1791665736.000',
      remote_addr: '10.0.0.1',
      server_addr: 'www.a.example',
      request: 'GET / HTTP/1.1',
    });
    assert.equal(record(line).target, '127.0.0.1');
  });

  it('JSON with method and target apart, times as numbers, and as Caddy writes it', () => {
    const line = '{"ts":1791665736,"client_ip":"10.0.0.1","method":"ASDE","request_uri":"/","scheme":"https"}';
    assert.deepEqual(Object.fromEntries(record(line).values), { 'http.method': 'ASDE', 'http.uri': '/' });
    assert.equal(record(line).targetPort, 443);
    const caddy =
      '{"ts":1791665736.5,"request":{"remote_ip":"10.0.0.1","method":"GET","uri":"/x","headers":{"User-Agent":["a"]}}}';
    assert.equal(values(caddy)['http.user_agent'], 'a');
    assert.equal(record(caddy).time, 1791665736.5e6);
  });

  it('JSON of Apache, which writes bytes as no JSON does', () => {
    const line =
      '{"time":"2026-10-10T20:55:36+0000","remote_addr":"10.0.0.1","http_user_agent":"a\\\\x41 \\xe9 \\"","request":"GET / HTTP/1.1"}';
    assert.equal(values(line)['http.user_agent'], 'a\\x41 \xe9 "');
  });

  it('says why a line gives nothing', () => {
    const cases: [line: string, why: string][] = [
      ['', 'other'],
      ['# a comment', 'other'],
      ['garbage', 'malformed'],
      ['{"remote_addr":', 'malformed'],
      ['[]', 'malformed'],
      ['{}', 'without-time'],
      ['{"ts":1791665736,"remote_addr":["10.0.0.1"]}', 'without-address'],
      [`10.0.0.1 - - [31/Feb/2026:13:55:36 -0700] "GET / HTTP/1.1" 200 5`, 'without-time'],
      [`10.0.0.1 - - [yesterday] "GET / HTTP/1.1" 200 5`, 'without-time'],
      [`client.example - - ${when} "GET / HTTP/1.1" 200 5`, 'without-address'],
      [`10.0.0.1 - - ${when} "GET / HTTP/1.1`, 'malformed'],
    ];
    for (const [line, why] of cases) assert.equal(parser.parse(line), why, line);
  });
});
