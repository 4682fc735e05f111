import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { Alert } from '../scan/alert.ts';
import { exampleAlert } from '../scan/example-alert.ts';
import { exampleEvidence, exampleSignature } from '../scan/example-evidence.ts';
import { destinations, numbered, numberOf } from './example-alerts.test.helper.ts';
import { makeCertificate, Receiver, syslogReceiver, until, withFolder } from './example-receivers.test.helper.ts';
import { openOutputs } from './outputs.ts';
import { syslogHeader } from './syslog-message.ts';
import { SyslogStream } from './syslog-stream.ts';

const noNotice = (text: string): never => assert.fail(`a notice: ${text}`);

/** RFC 5424 section 6: the header's parts, and what follows it. */
const message =
  /^<(\d{1,3})>1 (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z) ([\x21-\x7e]{1,255}) ([\x21-\x7e]{1,48}) ([\x21-\x7e]{1,128}) ([\x21-\x7e]{1,32}) - (.*)$/;

/** An alert with more of everything than fits a message of syslog. */
function longAlert(number: number): Alert {
  const evidence = Array.from({ length: 120 }, (_, index) =>
    exampleEvidence(exampleSignature({ id: `signature-${index}`, nmap: { scripts: [`script-${index}`] } }), 0, {
      target: `10.0.1.${index}`,
      targetPort: 1000 + index,
      bytes: Buffer.alloc(200, index),
    }),
  );
  return { ...exampleAlert(evidence), scan: String(number).padStart(16, '0') };
}

describe('a message of syslog', () => {
  const sender = { facility: 'authpriv', hostname: 'sensor one\n', processId: 7 };

  it('has the header of RFC 5424: priority, time, host, program, process, message id', () => {
    const [, priority, time, host, program, process, id, text] = message.exec(
      `${syslogHeader(numbered(1), sender)}{}`,
    )!;
    assert.equal(priority, String(10 * 8 + 2));
    assert.equal(time, '2026-11-22T12:00:00.000000Z');
    assert.deepEqual([host, program, process, id, text], ['sensorone', 'trespass', '7', 'scan-closed', '{}']);
  });

  it('has a level for each severity', () => {
    const levels = (['high', 'medium', 'low'] as const).map((severity) => {
      const [, priority] = message.exec(syslogHeader(numbered(1, { severity }), { ...sender, facility: 'local0' }))!;
      return Number(priority) - 16 * 8;
    });
    assert.deepEqual(levels, [2, 4, 5]);
  });

  it('is shortened to fit, and says what it leaves out', async () => {
    const received: string[] = [];
    const receiver = await syslogReceiver((text) => received.push(text)).start();
    const at = { type: 'syslog', transport: 'tcp', host: '127.0.0.1', port: receiver.port };
    const formats = ['eve', 'ecs', 'ocsf', 'cef'];
    const sizes = [65_000, 8192, 2048];
    const settings = destinations(
      ...formats.flatMap((format) =>
        sizes.map((size) => ({ ...at, format, name: `${format}-${size}`, 'maximum-size': size })),
      ),
    );
    const outputs = await openOutputs(settings, noNotice);
    outputs.send(longAlert(1));
    await outputs.close(10_000);
    await receiver.stop();
    assert.equal(received.length, 12);
    for (const text of received) {
      const [, , , , , , , line] = message.exec(text)!;
      if (line!.startsWith('{')) JSON.parse(line!);
    }
    const eve = received
      .filter((text) => text.includes('- {"timestamp"'))
      .sort((a, b) => b.length - a.length)
      .map((text) => JSON.parse(text.slice(text.indexOf('{'))).trespass);
    const [large, middle] = eve;
    assert.ok(large.evidence.length > middle.evidence.length);
    assert.equal(middle.targets.length + middle.omitted.targets, large.targets.length + large.omitted.targets);
    for (const size of [65_000, 8192]) {
      // Each format has one message of this size at most.
      assert.ok(received.filter((text) => Buffer.byteLength(text) <= size).length >= (size === 65_000 ? 12 : 8));
    }
  });
});

describe('syslog over UDP', () => {
  it('is a message a datagram', async () => {
    const socket = createSocket('udp4');
    const received: string[] = [];
    socket.on('message', (bytes) => received.push(bytes.toString()));
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    const outputs = await openOutputs(
      destinations({ type: 'syslog', host: 'localhost', port: socket.address().port, format: 'cef' }),
      noNotice,
    );
    outputs.send(numbered(1));
    outputs.send(numbered(2));
    await outputs.close(5000);
    await until(() => received.length === 2, 'both datagrams');
    socket.close();
    for (const text of received) assert.match(message.exec(text)![7]!, /^CEF:0\|/);
  });
});

describe('syslog over TCP', () => {
  it('arrives whole and in order, however often the receiver dies; some of it twice', { timeout: 60_000 }, async () => {
    await withFolder(async (folder) => {
      const received: number[] = [];
      const receiver = await syslogReceiver((text) => received.push(numberOf(text))).start();
      const settings = destinations({
        type: 'syslog',
        transport: 'tcp',
        host: '127.0.0.1',
        port: receiver.port,
        spool: join(folder, 'spool'),
      });
      const notices: string[] = [];
      let outputs = await openOutputs(settings, (text) => notices.push(text));
      for (let number = 1; number <= 300; number++) {
        outputs.send(numbered(number));
        if (number % 10 === 0) await delay(5);
        if (number % 60 === 0) {
          await receiver.stop();
          await delay(30);
          await receiver.start();
        }
        if (number === 150) {
          await outputs.close(0);
          outputs = await openOutputs(settings, (text) => notices.push(text));
        }
      }
      await until(() => outputs.statistics()[0]?.queued === 0, 'all are delivered');
      await outputs.close(5000);
      await receiver.stop();
      assert.deepEqual(
        [...new Set(received)],
        Array.from({ length: 300 }, (_, index) => index + 1),
      );
    });
  });

  it('is given again what it took just before it died', async () => {
    const received: string[] = [];
    const receiver = await syslogReceiver((text) => received.push(text)).start();
    const stream = new SyslogStream({ host: '127.0.0.1', port: receiver.port, tls: undefined, onNotice: noNotice });
    const { signal } = new AbortController();
    assert.equal(await stream.deliver(['one', 'two'], signal), 2);
    await receiver.stop();
    for (const _ of [1, 2]) await assert.rejects(stream.deliver(['three'], signal), /ECONNREFUSED/);
    await receiver.start();
    assert.equal(await stream.deliver(['three'], signal), 1);
    assert.equal(await stream.deliver(['four'], signal), 1);
    await receiver.stop();
    assert.deepEqual(received, ['one', 'two', 'one', 'two', 'three', 'four']);
  });

  it('to a receiver that never ends a connection is sent twice at first, then once', async () => {
    const connections: number[] = [];
    const deaf = await new Receiver(() =>
      createServer({ allowHalfOpen: true }, (socket) => {
        socket.on('data', (bytes) => connections.push(bytes.length));
      }),
    ).start();
    const notices: string[] = [];
    const stream = new SyslogStream({
      host: '127.0.0.1',
      port: deaf.port,
      tls: undefined,
      onNotice: (text) => notices.push(text),
      // Long enough to connect and write within it, whatever else the machine does.
      timeout: 1500,
    });
    const { signal } = new AbortController();
    await assert.rejects(stream.deliver(['one'], signal), /does not end the connection/);
    assert.equal(await stream.deliver(['one'], signal), 1);
    assert.equal(await stream.deliver(['two', 'three'], signal), 2);
    assert.deepEqual(connections, [5, 5, 12]);
    assert.equal(notices.length, 1);
    await deaf.stop();
  });
});

/** A real receiver: rsyslog, which parses RFC 5424 and both framings by itself. */
class Rsyslog {
  readonly file: string;
  readonly ports: { readonly udp: number; readonly tcp: number; readonly tls: number };
  readonly #configuration: string;
  readonly #folder: string;
  #process: ChildProcess | undefined;

  constructor(folder: string, ports: Rsyslog['ports'], { certificate, key }: { certificate: string; key: string }) {
    this.#folder = folder;
    this.ports = ports;
    this.file = join(folder, 'received');
    this.#configuration = join(folder, 'rsyslog.conf');
    writeFileSync(
      this.#configuration,
      // Without its queue in memory: what that holds, rsyslog has taken, and loses when it is killed.
      `main_queue(queue.type="Direct")
global(workDirectory="${folder}" maxMessageSize="64k"
  defaultNetstreamDriverCAFile="${certificate}" defaultNetstreamDriverCertFile="${certificate}" defaultNetstreamDriverKeyFile="${key}")
module(load="imudp") module(load="imptcp")
module(load="imtcp" streamDriver.name="ossl" streamDriver.mode="1" streamDriver.authMode="anon")
template(name="parts" type="string" string="%pri% %timestamp:::date-rfc3339% %app-name% %procid% %msgid% %inputname%%msg%\\n")
ruleset(name="all" queue.type="Direct") { action(type="omfile" file="${this.file}" template="parts" asyncWriting="off") }
input(type="imudp" address="127.0.0.1" port="${ports.udp}" rcvbufSize="4m" ruleset="all")
input(type="imptcp" address="127.0.0.1" port="${ports.tcp}" ruleset="all")
input(type="imtcp" address="127.0.0.1" port="${ports.tls}" ruleset="all")
`,
    );
  }

  async start(): Promise<void> {
    const pidFile = join(this.#folder, `pid-${performance.now()}`);
    this.#process = spawn('rsyslogd', ['-n', '-f', this.#configuration, '-i', pidFile], { stdio: 'inherit' });
    const { udp, tcp, tls } = this.ports;
    await until(() => isBound('udp', udp) && isBound('tcp', tcp) && isBound('tcp', tls), 'rsyslog starts');
  }

  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    const running = this.#process;
    this.#process = undefined;
    if (!running || running.exitCode !== null || running.signalCode !== null) return;
    running.kill(signal);
    await once(running, 'exit');
  }

  lines(): string[] {
    return existsSync(this.file) ? readFileSync(this.file, 'utf8').split('\n').filter(Boolean) : [];
  }
}

/** Does somebody listen there, on 127.0.0.1? Asking the kernel disturbs nobody, other than to connect (proc_net_tcp(5)). */
function isBound(protocol: 'tcp' | 'udp', port: number): boolean {
  const place = `0100007F:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const [listening, anyPeer] = [protocol === 'tcp' ? '0A' : '07', '00000000:0000'];
  return readFileSync(`/proc/net/${protocol}`, 'utf8').includes(` ${place} ${anyPeer} ${listening} `);
}

/** Three that nobody has, and all different. */
async function freePorts(): Promise<Rsyslog['ports']> {
  const datagrams = createSocket('udp4').bind(0, '127.0.0.1');
  const servers = [createServer(), createServer()].map((server) => server.listen(0, '127.0.0.1'));
  const sockets = [datagrams, ...servers];
  await Promise.all(sockets.map((socket) => once(socket, 'listening')));
  const [udp, tcp, tls] = sockets.map((socket) => (socket.address() as AddressInfo).port) as [number, number, number];
  for (const socket of sockets) socket.close();
  await Promise.all(sockets.map((socket) => once(socket, 'close')));
  return { udp, tcp, tls };
}

function without(): string | false {
  if (spawnSync('rsyslogd', ['-v']).status !== 0) return 'rsyslog is not installed';
  const places = [
    '/usr/lib/x86_64-linux-gnu/rsyslog',
    '/usr/lib/aarch64-linux-gnu/rsyslog',
    '/usr/lib/rsyslog',
    '/usr/lib64/rsyslog',
  ];
  return places.some((place) => existsSync(join(place, 'lmnsd_ossl.so'))) ? false : 'rsyslog-openssl is not installed';
}

describe('rsyslog', { skip: without() }, () => {
  for (const transport of ['udp', 'tcp', 'tls'] as const) {
    it(`understands what comes over ${transport.toUpperCase()}`, { timeout: 60_000 }, async (test) => {
      await withFolder(async (folder) => {
        const certificate = makeCertificate(folder);
        if (!certificate) return test.skip('there is no openssl to make a certificate');
        const ports = await freePorts();
        const rsyslog = new Rsyslog(folder, ports, certificate);
        test.after(() => rsyslog.kill());
        await rsyslog.start();
        const outputs = await openOutputs(
          destinations({
            type: 'syslog',
            transport,
            host: transport === 'tls' ? 'localhost' : '127.0.0.1',
            port: ports[transport],
            facility: 'local3',
            ...(transport === 'tls' && { 'ca-file': certificate.certificate }),
          }),
          noNotice,
        );
        for (let number = 1; number <= 20; number++) outputs.send(numbered(number));
        outputs.send(longAlert(21));
        await outputs.close(10_000);
        await until(() => rsyslog.lines().length >= 21, `rsyslog has 21 lines`);
        const lines = rsyslog.lines();
        assert.deepEqual(
          lines.map(numberOf),
          Array.from({ length: 21 }, (_, index) => index + 1),
        );
        for (const line of lines) {
          const [, priority, time, program, process_, id, json] = /^(\d+) (\S+) (\S+) (\d+) (\S+) \S+?({.*)$/.exec(
            line.replace(/(im\w+) (\{)/, '$1$2'),
          )!;
          assert.equal(priority, String(19 * 8 + 2));
          assert.match(time!, /^2026-11-22T12:00:00/);
          assert.deepEqual([program, process_, id], ['trespass', String(process.pid), 'scan-closed']);
          assert.equal(JSON.parse(json!).event_type, 'alert');
        }
      });
    });
  }

  it('ended or killed, and started again, gets every alert over TLS', { timeout: 90_000 }, async (test) => {
    await withFolder(async (folder) => {
      const certificate = makeCertificate(folder);
      if (!certificate) return test.skip('there is no openssl to make a certificate');
      const ports = await freePorts();
      const rsyslog = new Rsyslog(folder, ports, certificate);
      test.after(() => rsyslog.kill());
      await rsyslog.start();
      const outputs = await openOutputs(
        destinations({
          type: 'syslog',
          transport: 'tls',
          host: 'localhost',
          port: ports.tls,
          'ca-file': certificate.certificate,
          spool: join(folder, 'spool'),
        }),
        () => {},
      );
      let number = 0;
      for (const signal of ['SIGTERM', 'SIGKILL', 'SIGTERM', 'SIGKILL'] as const) {
        for (let count = 0; count < 20; count++) {
          outputs.send(numbered(++number));
          await delay(3);
        }
        await rsyslog.kill(signal);
        for (let count = 0; count < 10; count++) outputs.send(numbered(++number));
        await until(() => outputs.statistics()[0]?.problem !== '', 'an attempt fails');
        await rsyslog.start();
        // The waits between attempts grow from one failure to the next; they begin anew when something was delivered.
        await until(() => outputs.statistics()[0]?.problem === '', 'it delivers again');
      }
      await until(() => outputs.statistics()[0]?.queued === 0, 'all are delivered');
      await outputs.close(5000);
      const seen = new Set(rsyslog.lines().map(numberOf));
      const missing = Array.from({ length: number }, (_, index) => index + 1).filter((one) => !seen.has(one));
      assert.deepEqual(missing, []);
      const { delivered, dropped } = outputs.statistics()[0]!;
      assert.deepEqual({ delivered, dropped }, { delivered: 120, dropped: 0 });
    });
  });
});
