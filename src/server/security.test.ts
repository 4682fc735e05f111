import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { endpoints } from './endpoints.ts';
import { exampleScan } from './example-scan.test.helper.ts';
import { type ExampleServer, exampleServer } from './example-server.test.helper.ts';
import { serverLimits } from './limits.ts';
import { newToken } from './token.ts';

let server: ExampleServer;
before(async () => {
  server = await exampleServer({ limits: { headersTimeout: 400, requestTimeout: 600, idleTimeout: 1500 } });
});
after(() => server.close());

interface Answer {
  readonly text: string;
  /** The server has ended the connection: we did not have to. */
  readonly hungUp: boolean;
}

/** What is answered to these bytes until the server hangs up, or has said nothing for `wait` milliseconds. */
function converse(bytes: string, wait: number): Promise<Answer> {
  return new Promise((resolve) => {
    let text = '';
    const socket = connect(server.port, '127.0.0.1', () => socket.write(bytes, 'latin1'));
    const end = (hungUp: boolean) => {
      resolve({ text, hungUp });
      socket.destroy();
    };
    socket.setTimeout(wait, () => end(false));
    socket.setEncoding('latin1').on('data', (data) => {
      text += data;
    });
    socket.on('close', () => end(true)).on('error', () => end(true));
  });
}

async function raw(bytes: string, { wait = 20_000 } = {}): Promise<string> {
  return (await converse(bytes, wait)).text;
}

/** What the server says before it ends the connection by itself: sooner than its own limits would, longer than ours take. */
async function untilHungUp(bytes: string): Promise<string> {
  const { text, hungUp } = await converse(bytes, serverLimits.headersTimeout - 1000);
  assert.ok(hungUp, 'the server holds the connection');
  return text;
}

const statusLines = (answer: string): readonly string[] => answer.match(/HTTP\/1\.1 \d+/g) ?? [];

describe('who may ask', () => {
  it('nobody without a token, or with a wrong one: whatever the endpoint, except health', async () => {
    const wrong = [
      '',
      'Bearer',
      'Bearer x',
      `Bearer ${newToken()}`,
      `Basic ${server.tokens.write}`,
      server.tokens.write,
    ];
    for (const { method, path, needs } of endpoints(server.service)) {
      if (needs === 'anyone') continue;
      const url = `${server.url}/api/v1${path.replaceAll(/\{\w+\}/g, '1')}`;
      for (const authorization of wrong) {
        const { status, headers } = await fetch(url, { method, headers: { authorization } });
        assert.equal(status, 401, `${method} ${path} with “${authorization}”`);
        assert.equal(headers.get('www-authenticate'), 'Bearer');
      }
    }
  });

  it('a reader changes nothing', async () => {
    for (const { method, path, needs } of endpoints(server.service)) {
      if (needs !== 'write') continue;
      const url = path.replaceAll(/\{\w+\}/g, '1');
      const headers = { authorization: `Bearer ${server.tokens.read}` };
      assert.equal((await server.ask(url, { method, headers })).status, 403, `${method} ${path}`);
    }
    assert.deepEqual(await server.store.incidents(), []);
  });

  it('nobody with a token that was revoked', async () => {
    const headers = { authorization: `Bearer ${server.tokens.read}` };
    assert.equal((await server.ask('/status', { headers })).status, 200);
    const [reader] = await server.store.tokens();
    await server.store.revokeToken(reader!.id);
    assert.equal((await server.ask('/status', { headers })).status, 401);
  });
});

describe('other sites', () => {
  it('get nothing by a name that stands for our address (DNS rebinding)', async () => {
    for (const host of ['evil.example', 'evil.example:7717', '127.0.0.1.evil.example', 'localhost.evil.example']) {
      const answer = await raw(`GET /api/v1/health HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
      assert.match(answer, /^HTTP\/1\.1 421 /, host);
    }
    for (const host of ['127.0.0.1:1', 'localhost:7717', '[::1]:7717', 'Trespass.Example']) {
      const answer = await raw(`GET /api/v1/health HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
      assert.match(answer, /^HTTP\/1\.1 200 /, host);
    }
  });

  it('may not use the browser of someone who may', async () => {
    for (const site of ['cross-site', 'same-site']) {
      const headers = { 'sec-fetch-site': site, 'sec-fetch-mode': 'cors', origin: 'https://evil.example' };
      const response = await server.ask('/status', { headers });
      assert.equal(response.status, 403, site);
      assert.equal(response.headers.get('access-control-allow-origin'), null);
    }
    // A link to the page may be followed from anywhere; the page itself then has no token of the other site.
    const headers = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' };
    assert.equal((await raw(request('/scans', headers))).slice(0, 12), 'HTTP/1.1 200');
    assert.equal((await raw(request('/api/v1/health', headers))).slice(0, 12), 'HTTP/1.1 403');
  });

  it('get no answer to a preflight, so no header of theirs is sent', async () => {
    const response = await fetch(`${server.url}/api/v1/incidents`, {
      method: 'OPTIONS',
      headers: { origin: 'https://evil.example', 'access-control-request-method': 'POST' },
    });
    assert.equal(response.status, 404);
    assert.equal(response.headers.get('access-control-allow-origin'), null);
  });

  it('cannot send a form: only JSON, and only named so', async () => {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x']) {
      const body = '{"address":"10.0.0.1","what":"x"}';
      const response = await server.ask('/incidents', { method: 'POST', body, headers: { 'content-type': type } });
      assert.equal(response.status, 415, type);
    }
  });
});

function request(path: string, headers: Readonly<Record<string, string>>, method = 'GET', body = ''): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${method} ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n${lines.join('')}\r\n${body}`;
}

describe('what may be asked', () => {
  it('no path leads out of the page', async () => {
    const paths = [
      '/../package.json',
      '/..%2fpackage.json',
      '/%2e%2e/%2e%2e/etc/passwd',
      '/scans/../../etc/passwd',
      '/....//etc/passwd',
      '/app.js/../../store.db',
      '/app.js%00.html',
      '//etc/passwd',
      '/\\..\\..\\etc\\passwd',
      '/api/v1/packets/%2e%2e%2fstore.db',
      '/.git/config',
    ];
    for (const path of paths) {
      const answer = await raw(request(path, { authorization: `Bearer ${server.tokens.write}` }));
      assert.match(answer, /^HTTP\/1\.1 (?:400|404) |<!doctype html>$/, path);
      assert.doesNotMatch(answer, /root:|"dependencies"|SQLite format/, path);
    }
  });

  it('a person who has mistyped an address is answered by the page, a program by a problem', async () => {
    const typed = await raw(request('/nothing', { 'sec-fetch-site': 'none', 'sec-fetch-mode': 'navigate' }));
    assert.match(typed, /^HTTP\/1\.1 404 .*<!doctype html>$/s);
    assert.match(typed, /content-security-policy: default-src 'none'/);
    assert.match(await raw(request('/nothing', {})), /^HTTP\/1\.1 404 .*application\/problem\+json/s);
    const api = request('/api/v1/nothing', { 'sec-fetch-site': 'none', 'sec-fetch-mode': 'navigate' });
    assert.match(await raw(api), /^HTTP\/1\.1 404 .*application\/problem\+json/s);
  });

  it('broken requests are answered with what is wrong, and break nothing', async () => {
    const authorization = `Bearer ${server.tokens.write}`;
    const post = (body: string, path = '/incidents') => server.ask(path, { method: 'POST', body });
    for (const body of [
      '',
      '{',
      'null',
      '[]',
      '"x"',
      '{"address":{}}',
      '{"__proto__":{"what":"x"}}',
      '\u0000',
      '{"a":1e999}',
    ]) {
      assert.equal((await post(body)).status, 400, body);
    }
    assert.equal((await post(`${'['.repeat(60_000)}`)).status, 400);
    for (const path of ['/scans?limit=1e9', '/scans?limit[]=1', '/scans?%ff=1', '/scans/%ff', '/hunt/%', '/hunt/%00']) {
      const status = (await raw(request(`/api/v1${path}`, { authorization }))).slice(9, 12);
      assert.match(status, /^4\d\d$/, path);
    }
    assert.deepEqual(server.errors, []);
    assert.equal((await server.ask('/status')).status, 200);
  });

  it('bodies and headers have a bound', async () => {
    const what = 'x'.repeat(serverLimits.body);
    const body = JSON.stringify({ address: '10.0.0.1', what });
    assert.equal((await server.ask('/incidents', { method: 'POST', body })).status, 413);
    // In chunks nobody knows before how much will come.
    const chunk = `${(40_000).toString(16)}\r\n${'x'.repeat(40_000)}\r\n`;
    const chunked = await raw(
      request(
        '/api/v1/incidents',
        {
          authorization: `Bearer ${server.tokens.write}`,
          'content-type': 'application/json',
          'transfer-encoding': 'chunked',
        },
        'POST',
        `${chunk}${chunk}${chunk}0\r\n\r\n`,
      ),
    );
    assert.match(chunked, /^HTTP\/1\.1 413 /);
    const header = await raw(request('/api/v1/health', { 'x-long': 'x'.repeat(serverLimits.headers) }));
    assert.match(header, /^HTTP\/1\.1 431 /);
  });

  it('two requests in one are refused (smuggling)', async () => {
    const hidden = 'GET /api/v1/health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n';
    const head = 'POST /api/v1/incidents HTTP/1.1\r\nHost: 127.0.0.1\r\n';
    const cases: Record<string, string> = {
      'length and chunks': `${head}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${hidden}`,
      'two lengths': `${head}Content-Length: 0\r\nContent-Length: ${hidden.length}\r\n\r\n${hidden}`,
      'a length that is none': `${head}Content-Length: +0\r\n\r\n${hidden}`,
      'chunks that are not the last coding': `${head}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n${hidden}`,
      'chunks in disguise': `${head}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n${hidden}`,
      'a blank before the colon': `${head}Content-Length : 0\r\n\r\n${hidden}`,
      'a folded line': `${head}X: y\r\n Content-Length: ${hidden.length}\r\nZ\r\n\r\n${hidden}`,
      'a bare line feed': `${head}Content-Length: 0\nTransfer-Encoding: chunked\r\n\r\n${hidden}`,
      'two hosts': `GET /api/v1/health HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: evil.example\r\n\r\n`,
      'no host': 'GET /api/v1/health HTTP/1.1\r\n\r\n',
      'a chunk size that overflows': `${head}Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff1\r\n${hidden}`,
    };
    for (const [name, bytes] of Object.entries(cases)) {
      const answers = statusLines(await raw(bytes, { wait: 1200 }));
      assert.ok(answers.length <= 1 && !answers.includes('HTTP/1.1 200'), `${name}: ${answers}`);
    }
  });

  it('who comes too fast has to wait', async () => {
    // A clock that stands still: on a slow machine, requests may come slower than the pace that is allowed.
    let now = 0;
    const quick = await exampleServer({ clock: () => now });
    const ask = async (requests: number) => {
      const answers: Response[] = [];
      while (answers.length < requests) {
        answers.push(...(await Promise.all(Array.from({ length: 40 }, () => quick.ask('/health')))));
      }
      return answers;
    };
    const accepted = (answers: readonly Response[]) => answers.filter(({ status }) => status === 200).length;
    const answers = await ask(serverLimits.requestsAtOnce + 40);
    assert.equal(accepted(answers), serverLimits.requestsAtOnce);
    const refused = answers.filter(({ status }) => status === 429);
    assert.equal(refused.length, answers.length - serverLimits.requestsAtOnce);
    assert.equal(refused[0]?.headers.get('retry-after'), '1');
    now += 1000;
    assert.equal(accepted(await ask(serverLimits.requestsPerSecond + 40)), serverLimits.requestsPerSecond);
    await quick.close();
  });
});

describe('slow clients', () => {
  it('who does not finish the headers is let go', async () => {
    const answer = await untilHungUp('GET /api/v1/health HTTP/1.1\r\nHost: 127.0.0.1\r\nX: ');
    assert.match(answer, /^(?:HTTP\/1\.1 408 |$)/);
  });

  it('who does not finish the body is let go', async () => {
    const headers = {
      authorization: `Bearer ${server.tokens.write}`,
      'content-type': 'application/json',
      'content-length': '100',
    };
    const answer = await untilHungUp(request('/api/v1/incidents', headers, 'POST', '{'));
    assert.doesNotMatch(answer, /^HTTP\/1\.1 2/);
  });

  it('who says nothing at all is let go', async () => {
    assert.doesNotMatch(await untilHungUp(''), /^HTTP\/1\.1 2/);
  });

  it('others are served meanwhile', async () => {
    const slow = Array.from({ length: 50 }, () => raw('GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: '));
    assert.equal((await server.ask('/health')).status, 200);
    await Promise.all(slow);
  });
});

describe('what is answered', () => {
  it('bears the strict headers, whatever it is', async () => {
    for (const path of ['/', '/app.js', '/api/v1/health', '/api/v1/scans', '/nothing', '/api/v1/nothing']) {
      const { headers } = await fetch(server.url + path);
      const policy = headers.get('content-security-policy')!;
      assert.match(policy, /default-src 'none'; script-src 'self'; style-src 'self'/, path);
      assert.match(policy, /frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'/);
      assert.doesNotMatch(policy, /unsafe|\*|https?:/);
      assert.equal(headers.get('x-content-type-options'), 'nosniff');
      assert.equal(headers.get('x-frame-options'), 'DENY');
      assert.equal(headers.get('referrer-policy'), 'no-referrer');
      assert.equal(headers.get('set-cookie'), null);
      assert.ok(headers.get('cache-control'));
    }
  });

  it('is JSON for a scanner’s bytes, in which markup is text', async () => {
    const markup = '<script>alert(1)</script>';
    const bytes = Buffer.from(`EHLO ${markup}\r\n`);
    const scan = exampleScan({ bytes, fields: { 'smtp.helo': markup } });
    await server.store.write({ sensor: markup, alerts: [scan] });
    await server.store.comment(scan.scan, markup, markup);
    const response = await server.ask(`/scans/${scan.scan}`);
    assert.equal(response.headers.get('content-type'), 'application/json');
    const { comments, sensors } = (await response.json()) as {
      comments: { text: string }[];
      sensors: { sensor: string }[];
    };
    assert.deepEqual([comments[0]?.text, sensors[0]?.sensor], [markup, markup]);
  });

  it('says nothing about the server’s own defects', async () => {
    const broken = await exampleServer();
    Object.assign(broken.store, {
      statistics: () => Promise.reject(new TypeError('secret of /var/lib')),
    });
    const response = await broken.ask('/status');
    assert.equal(response.status, 500);
    assert.deepEqual(await response.json(), {
      title: 'the server made a mistake',
      status: 500,
      detail: 'Its log says more.',
    });
    assert.equal(broken.errors.length, 1);
    await broken.close();
  });
});
