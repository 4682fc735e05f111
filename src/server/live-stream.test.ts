import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { exampleScan } from './example-scan.test.helper.ts';
import { type ExampleServer, exampleServer } from './example-server.test.helper.ts';

/** Reads a stream until `enough` says so; gives its text. */
async function readUntil(response: Response, enough: (text: string) => boolean): Promise<string> {
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  while (!enough(text)) {
    const { value, done } = await reader.read();
    if (done) break;
    text += value;
  }
  await reader.cancel();
  return text;
}

const idsIn = (text: string) => [...text.matchAll(/^id: (.+)$/gm)].map(([, id]) => id!);

describe('the live stream', () => {
  let server: ExampleServer;
  before(async () => {
    server = await exampleServer({ live: { changes: 20 } });
  });
  after(() => server.close());

  const write = (...seconds: number[]) =>
    server.store.write({
      sensor: 'gate',
      alerts: seconds.map((at) => exampleScan({ at, source: `10.1.${at >> 8}.${at & 255}` })),
    });

  it('tells a scan that somebody else has written', async () => {
    const response = await server.ask('/stream');
    assert.equal(response.headers.get('content-type'), 'text/event-stream');
    setTimeout(() => write(1), 50);
    const text = await readUntil(response, (sofar) => sofar.includes('event: scan'));
    assert.match(text, /^retry: 2000\nid: .+\nevent: hello\ndata: \{\}\n\n/);
    assert.match(text, /event: scan\ndata: \{"scan":"[0-9a-f]{16}".*"source":"10\.1\.0\.1"/);
  });

  it('tells what was missed to who comes back', async () => {
    const [id] = idsIn(await readUntil(await server.ask('/stream'), (text) => text.includes('hello')));
    await write(2, 3);
    const response = await server.ask('/stream', { headers: { 'last-event-id': id! } });
    const text = await readUntil(response, (sofar) => sofar.includes('10.1.0.3'));
    assert.match(text, /10\.1\.0\.2/);
    assert.doesNotMatch(text, /10\.1\.0\.1/);
  });

  it('tells who comes back with an id of somebody else to load anew', async () => {
    const response = await server.ask('/stream', { headers: { 'last-event-id': 'not ours' } });
    assert.match(await readUntil(response, (text) => text.includes('resync')), /event: resync/);
  });

  it('tells of a flood only that there was one', async () => {
    const response = await server.ask('/stream');
    setTimeout(() => write(...Array.from({ length: 1200 }, (_, index) => 100 + index)), 20);
    const text = await readUntil(response, (sofar) => sofar.includes('event: resync'));
    assert.ok((text.match(/event: scan/g) ?? []).length < 1200);
  });

  it('has room for so many, and then for others', async () => {
    const streams = await Promise.all(Array.from({ length: 4 }, () => server.ask('/stream')));
    assert.deepEqual(
      streams.map(({ status }) => status),
      [200, 200, 200, 200],
    );
    const refused = await server.ask('/stream');
    assert.equal(refused.status, 503);
    assert.equal(refused.headers.get('retry-after'), '30');
    await Promise.all(streams.map(({ body }) => body!.cancel()));
    await until(() => server.service.live.listeners === 0);
    const again = await server.ask('/stream');
    assert.equal(again.status, 200);
    await again.body!.cancel();
  });
});

describe('the live stream and its listeners', () => {
  it('lets go of who does not read', async () => {
    const server = await exampleServer({ live: { waiting: 20_000, changes: 1_000_000 } });
    const socket = connect(server.port, '127.0.0.1');
    await once(socket, 'connect');
    socket.write(
      `GET /api/v1/stream HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${server.tokens.read}\r\n\r\n`,
    );
    await once(socket, 'data');
    socket.pause();
    const { live } = server.service;
    const flood = async () => {
      for (let round = 0; round < 60 && live.dropped === 0; round++) {
        const alerts = Array.from({ length: 400 }, (_, index) =>
          exampleScan({ at: round, source: `10.${round}.${index >> 8}.${index & 255}` }),
        );
        await server.store.write({ sensor: 'gate', alerts });
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    };
    await flood();
    assert.equal(live.dropped, 1);
    assert.equal(live.listeners, 0);
    socket.destroy();
    await server.close();
  });

  it('ends after its time, so that a token has to be shown again', async () => {
    const server = await exampleServer({ live: { time: 100 } });
    const text = await readUntil(await server.ask('/stream'), () => false);
    assert.match(text, /hello/);
    await server.close();
  });

  it('ends when the server does', async () => {
    const server = await exampleServer();
    const response = await server.ask('/stream');
    setTimeout(() => server.service.live.close(), 50);
    assert.match(await readUntil(response, () => false), /hello/);
    await server.close();
  });
});

async function until(holds: () => boolean): Promise<void> {
  for (let round = 0; round < 1000 && !holds(); round++) await new Promise((resolve) => setTimeout(resolve, 20));
  assert.ok(holds());
}
