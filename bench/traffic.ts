/**
 * Benign conversations, each as the frames it puts on the wire. Some speak of Nmap where it proves nothing (a search, a mail),
 * as real traffic does: a detector that pays for near misses should pay here, too.
 */
import { bytesOf, type Endpoints, fragmentsOf, tcpFrame, tcpHandshake, udpFrame } from '../src/testing/frames.ts';
import { Connection } from './connection.ts';
import type { Random } from './random.ts';

export type Conversation = (random: Random) => Generator<Uint8Array>;

const browser = 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0';
const paths = [
  '/',
  '/index.html',
  '/api/v2/orders?page=3',
  '/assets/app.4f1c.js',
  '/search?q=nmap+scripting+engine',
  '/favicon.ico',
  '/wiki/Nmap',
  '/static/css/main.css',
];

/** Anything that servers send and nobody searches: taken from one block of random bytes. */
let noise = new Uint8Array(0);
function answer(random: Random, length: number): Uint8Array {
  if (noise.length === 0) noise = new Uint8Array(random.bytes(1 << 21));
  const start = random.between(0, noise.length - length);
  return noise.subarray(start, start + length);
}

/** A client of ours and a server of ours or of the world; one in eight over IPv6, one in eight tagged. */
export function endpointsTo(random: Random, targetPort: number): Endpoints {
  const version6 = random.chance(1 / 8);
  const [a, b, c, d] = random.bytes(4) as unknown as [number, number, number, number];
  const inside = random.chance(1 / 2);
  return {
    source: version6 ? `2001:db8:${a & 15}::${b.toString(16)}:${c.toString(16)}` : `10.${a & 63}.${b}.${c}`,
    target: version6
      ? `2001:db8:ff::${d.toString(16)}:${random.between(1, 0xffff).toString(16)}`
      : `${inside ? '10.64' : '185.7'}.${d}.${random.between(1, 254)}`,
    sourcePort: random.between(32_768, 60_999),
    targetPort,
    clientInitial: random.bits(),
    serverInitial: random.bits(),
    ...(random.chance(1 / 8) && { vlan: random.between(1, 4094) }),
  };
}

function httpRequest(random: Random, path: string): Uint8Array {
  const method = random.chance(0.1) ? 'POST' : 'GET';
  const cookie = Buffer.from(random.bytes(random.between(12, 300))).toString('base64');
  const body = method === 'POST' ? `{"id":${random.bits()},"note":"see nmap.org"}` : '';
  const length = body === '' ? '' : `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n`;
  return bytesOf(
    `${method} ${path} HTTP/1.1\r\nHost: www.example.com\r\nUser-Agent: ${browser}\r\nAccept: */*\r\n` +
      `Accept-Encoding: gzip, deflate\r\nConnection: keep-alive\r\nCookie: session=${cookie}\r\n${length}\r\n${body}`,
  );
}

function httpResponse(random: Random, length: number): Uint8Array {
  const head = bytesOf(`HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: ${length}\r\n\r\n`);
  return Buffer.concat([head, answer(random, length)]);
}

function* http(random: Random): Generator<Uint8Array> {
  const connection = new Connection(endpointsTo(random, random.pick([80, 80, 80, 8080, 3128])));
  yield* connection.open();
  for (let count = random.between(1, 4); count > 0; count--) {
    yield* connection.client(httpRequest(random, random.pick(paths)));
    yield* connection.server(httpResponse(random, random.between(200, 20_000)));
  }
  yield* connection.close();
}

function* download(random: Random): Generator<Uint8Array> {
  const connection = new Connection(endpointsTo(random, 80));
  yield* connection.open();
  yield* connection.client(httpRequest(random, `/pool/main/n/nmap/nmap_7.${random.between(10, 99)}.deb`));
  yield* connection.server(httpResponse(random, random.between(300_000, 2_000_000)));
  yield* connection.close();
}

/** RFC 8446 section 4.1.2, with a server name and the usual suites. */
function clientHello(random: Random): Uint8Array {
  const name = bytesOf(`host${random.between(1, 9999)}.example.com`);
  const extension = Buffer.alloc(9 + name.length);
  extension.writeUInt16BE(5 + name.length, 2);
  extension.writeUInt16BE(3 + name.length, 4);
  extension.writeUInt16BE(name.length, 7);
  extension.set(name, 9);
  const more = Buffer.from('002b00050403040303000a00080006001d00170018000d00080006040308040401', 'hex');
  const suites = Buffer.from('000613011302c02f', 'hex');
  const parts = [Buffer.from('0303', 'hex'), random.bytes(32), Buffer.from([32]), random.bytes(32), suites];
  const extensions = Buffer.concat([extension, more]);
  const body = Buffer.concat([...parts, Buffer.from([1, 0, extensions.length >> 8, extensions.length]), extensions]);
  const head = Buffer.from([0x16, 3, 1, 0, 0, 1, 0, 0, 0]);
  head.writeUInt16BE(body.length + 4, 3);
  head.writeUIntBE(body.length, 6, 3);
  return Buffer.concat([head, body]);
}

function applicationData(random: Random, length: number): Uint8Array {
  return Buffer.concat([Buffer.from([0x17, 3, 3, length >> 8, length]), answer(random, length)]);
}

function* tls(random: Random): Generator<Uint8Array> {
  const connection = new Connection(endpointsTo(random, random.pick([443, 443, 443, 993, 8443])));
  yield* connection.open();
  yield* connection.client(clientHello(random));
  yield* connection.server(answer(random, random.between(1200, 4500)));
  for (let count = random.between(1, 8); count > 0; count--) {
    yield* connection.client(applicationData(random, random.between(60, 1200)));
    yield* connection.server(applicationData(random, random.between(200, 16_000)));
  }
  yield* connection.close();
}

function* ssh(random: Random): Generator<Uint8Array> {
  const connection = new Connection(endpointsTo(random, 22));
  yield* connection.open();
  yield* connection.server(bytesOf('SSH-2.0-OpenSSH_9.6\r\n'));
  yield* connection.client(bytesOf('SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n'));
  for (let count = random.between(10, 80); count > 0; count--) {
    yield* connection.client(answer(random, random.between(36, 120)));
    yield* connection.server(answer(random, random.between(36, 600)));
  }
  yield* connection.close();
}

function* smtp(random: Random): Generator<Uint8Array> {
  const connection = new Connection(endpointsTo(random, random.pick([25, 25, 587])));
  const mail = `Subject: scan of last night\r\n\r\nPlease run nmap -sV on nmap.scanme.org before noon.\r\n`;
  const lines = 'The quick brown fox jumps over the lazy dog.\r\n'.repeat(random.between(5, 300));
  const dialogue = [
    ['EHLO mail.example.com\r\n', '250-mx.example.net\r\n250-SIZE 52428800\r\n250 STARTTLS\r\n'],
    [`MAIL FROM:<user${random.between(1, 999)}@example.com>\r\n`, '250 2.1.0 Ok\r\n'],
    ['RCPT TO:<admin@example.net>\r\n', '250 2.1.5 Ok\r\n'],
    ['DATA\r\n', '354 End data with <CR><LF>.<CR><LF>\r\n'],
    [`${mail}${lines}.\r\n`, '250 2.0.0 Ok: queued\r\n'],
    ['QUIT\r\n', '221 2.0.0 Bye\r\n'],
  ] as const;
  yield* connection.open();
  yield* connection.server(bytesOf('220 mx.example.net ESMTP\r\n'));
  for (const [said, replied] of dialogue) {
    yield* connection.client(bytesOf(said));
    yield* connection.server(bytesOf(replied));
  }
  yield* connection.close();
}

/** MS-SMB2: negotiation of 3.1.1, then requests whose contents nobody parses. */
function* smb(random: Random): Generator<Uint8Array> {
  const message = (command: number, body: Uint8Array) => {
    const bytes = Buffer.alloc(68 + body.length);
    bytes.writeUInt32BE(64 + body.length, 0);
    bytes.set([0xfe, 0x53, 0x4d, 0x42, 64, 0], 4);
    bytes.writeUInt16LE(command, 16);
    bytes.set(body, 68);
    return bytes;
  };
  const negotiate = Buffer.concat([
    Buffer.from('24000200010000007f000000', 'hex'),
    random.bytes(16),
    Buffer.from('000000000000000000031103', 'hex'),
  ]);
  const connection = new Connection(endpointsTo(random, 445));
  yield* connection.open();
  yield* connection.client(message(0, negotiate));
  yield* connection.server(message(0, answer(random, 300)));
  for (let count = random.between(5, 60); count > 0; count--) {
    yield* connection.client(message(random.pick([5, 6, 8, 14, 16]), answer(random, random.between(40, 200))));
    yield* connection.server(message(8, answer(random, random.between(60, 30_000))));
  }
  yield* connection.close();
}

function* dns(random: Random): Generator<Uint8Array> {
  const endpoints = endpointsTo(random, 53);
  const head = Buffer.from([random.bits(), random.bits(), 1, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
  const label = `h${(random.bits() & 0xffff).toString(16).padStart(4, '0')}`;
  const question = Buffer.concat([head, bytesOf(`\x05${label}\x07example\x03com\0\0\x01\0\x01`)]);
  yield udpFrame(endpoints, question);
  const reply = Buffer.concat([question, bytesOf('\xc0\x0c\0\x01\0\x01\0\0\0\x3c\0\x04'), random.bytes(4)]);
  reply.set([0x81, 0x80], 2);
  reply[7] = 1;
  yield udpFrame(endpoints, reply, true);
}

/** RTP (RFC 3550) both ways. */
function* media(random: Random): Generator<Uint8Array> {
  const endpoints = endpointsTo(random, random.between(16_384, 32_766));
  for (let count = 0, packets = random.between(100, 1500); count < packets; count++) {
    const head = Buffer.from([0x80, 96, count >> 8, count, 0, 0, 0, 0, 0x12, 0x34, 0x56, 0x78]);
    yield udpFrame(endpoints, Buffer.concat([head, answer(random, random.between(160, 1100))]), count % 2 === 1);
  }
}

/** A datagram too large for Ethernet, as NFS and DNSSEC send. */
function* fragmented(random: Random): Generator<Uint8Array> {
  const endpoints = { ...endpointsTo(random, 2049), source: '10.9.8.7', target: '10.64.9.9' };
  const { vlan: _, ...untagged } = endpoints;
  for (let count = random.between(1, 6); count > 0; count--) {
    const whole = udpFrame(untagged, answer(random, random.between(3000, 9000)), random.chance(1 / 2));
    yield* fragmentsOf(whole, 1480, random.between(0, 0xffff));
  }
}

/** A SYN that nobody answers, or that is refused. */
export function* unanswered(random: Random): Generator<Uint8Array> {
  const endpoints = endpointsTo(random, random.pick([80, 443, 22, 445, random.between(1024, 20_000)]));
  yield tcpFrame(endpoints, { flags: 2, offset: 0 });
  if (random.chance(0.55)) yield tcpFrame(endpoints, { fromServer: true, flags: 20, offset: 0 });
}

const firstMessages: readonly (readonly [port: number, message: string])[] = [
  [80, 'GET /healthz HTTP/1.1\r\nHost: app\r\n\r\n'],
  [443, `\x16\x03\x01\0\x2f\x01\0\0\x2b\x03\x03${'\x07'.repeat(32)}\0\0\x04\x13\x01\xc0\x2f\x01\0`],
  [22, 'SSH-2.0-OpenSSH_9.6\r\n'],
  [25, 'EHLO mail.example.com\r\n'],
  [21, 'USER anonymous\r\n'],
  [110, 'CAPA\r\n'],
  [3389, '\x03\0\0\x2b\x26\xe0\0\0\0\0\0Cookie: mstshash=alice\r\n\x01\0\x08\0\x0b\0\0\0'],
  [6379, 'PING\r\n'],
];

/** A connection that says one short thing. */
export function* brief(random: Random): Generator<Uint8Array> {
  const [port, message] = random.pick(firstMessages);
  const endpoints = endpointsTo(random, port);
  if (random.chance(0.2)) {
    yield* tcpHandshake(endpoints);
    yield tcpFrame(endpoints, { fromServer: true, flags: 20, offset: 1 });
    return;
  }
  const connection = new Connection(endpoints);
  yield* connection.open();
  yield* connection.client(bytesOf(message));
  yield* connection.close();
}

/** With how many of a hundred conversations each is. */
export const mixed: readonly (readonly [share: number, Conversation])[] = [
  [36, dns],
  [24, tls],
  [16, http],
  [7, unanswered],
  [5, brief],
  [4, smtp],
  [3, smb],
  [2, ssh],
  [1.2, download],
  [1, fragmented],
  [0.8, media],
];

export const small: readonly (readonly [share: number, Conversation])[] = [
  [45, unanswered],
  [30, brief],
  [25, dns],
];
