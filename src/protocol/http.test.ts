import assert from 'node:assert/strict';
import { test } from 'node:test';
import { http } from './http.ts';
import { icap } from './icap.ts';
import { valuesOf } from './parse-bytes.ts';
import { rtsp } from './rtsp.ts';

const AGENT = 'Mozilla/5.0 (compatible; Nmap Scripting Engine; https://nmap.org/book/nse.html)';
const get = `GET /robots.txt HTTP/1.1\r\nUser-Agent: ${AGENT}\r\nHost: 10.0.0.1\r\nConnection: close\r\n\r\n`;

test('a request of an NSE script', () => {
  assert.deepEqual(valuesOf(http, get), {
    'http.request_line': ['GET /robots.txt HTTP/1.1'],
    'http.method': ['GET'],
    'http.uri': ['/robots.txt'],
    'http.version': ['1.1'],
    'http.header': [`User-Agent: ${AGENT}`, 'Host: 10.0.0.1', 'Connection: close'],
    'http.user_agent': [AGENT],
    'http.host': ['10.0.0.1'],
    'http.header_names': ['User-Agent,Host,Connection'],
  });
});

test('cookies, referrers and credentials', () => {
  const values = valuesOf(
    http,
    'GET / HTTP/1.0\r\nCookie: a=b\r\nReferer: http://x/\r\nContent-Type: text/xml\r\nAuthorization: Basic bm1hcDp4\r\n\r\n',
  );
  assert.deepEqual(values['http.cookie'], ['a=b']);
  assert.deepEqual(values['http.referer'], ['http://x/']);
  assert.deepEqual(values['http.content_type'], ['text/xml']);
  assert.deepEqual(values['http.authorization'], ['Basic bm1hcDp4']);
  assert.deepEqual(values['http.credentials'], ['nmap:x']);
});

test('targets of proxies and of DAAP, blanks in a target, bare line feeds, continued headers', () => {
  const uriOf = (text: string) => valuesOf(http, text)['http.uri'];
  assert.deepEqual(uriOf('GET http://scanme.nmap.org/ HTTP/1.1\r\n'), ['http://scanme.nmap.org/']);
  assert.deepEqual(uriOf('GET dpap://10.0.0.1/login HTTP/1.1\n'), ['dpap://10.0.0.1/login']);
  assert.deepEqual(uriOf('GET /a b c HTTP/1.1\r\n'), ['/a b c']);
  assert.deepEqual(uriOf('\r\nCONNECT www.google.com:80 HTTP/1.0\r\n'), ['www.google.com:80']);
  assert.deepEqual(valuesOf(http, 'GET / HTTP/1.1\nX: a\n b\n\n')['http.header'], ['X: a\n b']);
});

test('the next request follows a body of known length', () => {
  const post = 'POST /a HTTP/1.1\r\nContent-Length: 4\r\n\r\nbody';
  const values = valuesOf(http, post + get);
  assert.deepEqual(values['http.method'], ['POST', 'GET']);
  assert.deepEqual(values['http.body'], ['body']);
});

test('chunks are joined, and the next request follows them', () => {
  const post =
    'POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nTrailer: z\r\n\r\n';
  const values = valuesOf(http, post + get);
  assert.deepEqual(values['http.body'], ['abcde']);
  assert.deepEqual(values['http.method'], ['POST', 'GET']);
});

test('a request inside a body is no request', () => {
  const post = `POST /mail HTTP/1.1\r\nContent-Length: ${get.length}\r\n\r\n${get}`;
  assert.deepEqual(valuesOf(http, post)['http.user_agent'], undefined);
  const unknown = `POST /mail HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n${get}`;
  assert.deepEqual(valuesOf(http, unknown)['http.method'], ['POST'], 'the end of the body cannot be told');
});

test('lines are given when they are whole', () => {
  assert.deepEqual(valuesOf(http, 'GET / HTTP/1.1'), {});
  assert.deepEqual(valuesOf(http, 'GET / HTTP/1.1', { ended: true })['http.uri'], ['/']);
  const half = 'GET / HTTP/1.1\r\nHost: a\r\nUser-Agent: Nm';
  assert.deepEqual(valuesOf(http, half)['http.header'], ['Host: a']);
  assert.deepEqual(valuesOf(http, half)['http.header_names'], undefined);
});

test('other protocols and prose give nothing', () => {
  for (const text of [
    'OPTIONS / RTSP/1.0\r\n\r\n',
    'OPTIONS sip:nm SIP/2.0\r\n\r\n',
    'HTTP/1.1 200 OK\r\nServer: x\r\n\r\n',
    'Please send GET / HTTP/1.1 to it\r\n\r\n',
    `INSERT INTO log VALUES ('${get}');\r\n`,
    'GET /old\r\n',
  ]) {
    assert.deepEqual(valuesOf(http, text, { ended: true }), {}, text);
  }
});

test('RTSP and ICAP are protocols of their own', () => {
  const describe = valuesOf(rtsp, 'DESCRIBE rtsp://h/live RTSP/1.0\r\nCSeq: 2\r\nUser-Agent: Nmap\r\n\r\n');
  assert.deepEqual(describe, {
    'rtsp.request_line': ['DESCRIBE rtsp://h/live RTSP/1.0'],
    'rtsp.method': ['DESCRIBE'],
    'rtsp.uri': ['rtsp://h/live'],
    'rtsp.header': ['CSeq: 2', 'User-Agent: Nmap'],
    'rtsp.user_agent': ['Nmap'],
  });
  const options = valuesOf(
    icap,
    'OPTIONS icap://h/nmap ICAP/1.0\r\nHost: h\r\nUser-Agent: nmap icap-client/0.01\r\n\r\n',
  );
  assert.deepEqual(options['icap.uri'], ['icap://h/nmap']);
  assert.deepEqual(options['icap.user_agent'], ['nmap icap-client/0.01']);
  assert.deepEqual(options['icap.host'], ['h']);
  assert.deepEqual(options['icap.request_line'], ['OPTIONS icap://h/nmap ICAP/1.0']);
  const encapsulated = `REQMOD icap://h/s ICAP/1.0\r\nEncapsulated: req-hdr=0\r\n\r\n${get}`;
  assert.deepEqual(valuesOf(icap, encapsulated)['icap.user_agent'], undefined);
  assert.deepEqual(valuesOf(http, encapsulated), {});
});
