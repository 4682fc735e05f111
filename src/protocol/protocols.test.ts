/** What holds for every parser, whatever the bytes. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { messageOf } from './parse-bytes.ts';
import type { ClientMessage, Field, Protocol } from './protocol.ts';
import { protocols } from './protocols.ts';
import * as samples from './samples.ts';

const texts: readonly string[] = [
  ...Object.values(samples),
  '\xde\xad\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x03www\x09wikipedia\x03org\x00\x00\x01\x00\x01',
  '\0\x1e\0\x06\x01\0\0\x01\0\0\0\0\0\0\x07version\x04bind\0\0\x10\0\x03',
  'EHLO a\r\nMAIL FROM:<b@c>\r\nRCPT TO:<d>\r\nAUTH NTLM\r\nTlRMTVNTUAABAAAAB4IIoAAAAAAAAAAAAAAAAAAAAAA=\r\nDATA\r\nX: y\r\n z\r\n\r\nt\r\n.\r\nQUIT\r\n',
  'USER anonymous\r\nPASS IEUser@\r\nPORT 1,2,3,4,5,6\r\n',
  'POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nAuthorization: Basic bm1hcDp4\r\n\r\nabcGET / HTTP/1.0\r\n\r\n',
  'POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x\r\nde\r\n0\r\nT: u\r\n\r\nGET / HTTP/1.0\r\n\r\n',
  'OPTIONS icap://h/s ICAP/1.0\r\nHost: h\r\n\r\n',
  'OPTIONS / RTSP/1.0\r\nCSeq: 1\r\n\r\n',
  'OPTIONS sip:nm SIP/2.0\r\nVia: SIP/2.0/TCP nm;branch=foo\r\nFrom: <sip:nm@nm>\r\nl: 0\r\n\r\n',
  'SSH-2.0-Nmap-SSH2-Hostkey\r\n\0\0\0\x2c\x04\x14aaaaaaaaaaaaaaaa\0\0\0\x01k\0\0\0\0\0\0\0\0\0\0\0\0',
  '000a CAPABILITY\r\n000b LOGIN {3}\r\nabc {1}\r\nx\r\n',
  'NICK nmap_brute\r\nUSER anonymous 0 * :Nmap brute\r\n',
  'MODE READER\r\nPOST\r\nX: y\r\n.\r\nQUIT\r\n',
  'CAPA\r\nSTLS\r\n',
  '( 2 ( edit-pipeline depth ) 8:svn://h/ 15:nmap-brute v0.1 ( ) ) ',
  '\x10\x10\0\x04MQTT\x04\x02\0\x1e\0\x04nmap',
  '@\x01\x01\xce\xbb.well-known\x04core',
  '\xff\xfa\x25\x00\x0f\x00\x00\x20\x00\x00\x00\x02\x00\x00\x00NTLMSSP\0\x01\0\0\0\x07\x82\x08\xa0\xff\xf0',
  `\0\0\0\x1b\0\x03\0\0user\0a\0database\0b\0\0`,
  `\0\x9c\0\x01\x1a\x2b\x3c\x4d\0\x01\0\0\x01\0\0\0${'\0'.repeat(12)}${'none'.padEnd(64, '\0')}${'nmap'.padEnd(64, '\0')}`,
  `\x43\x87\0\0\0\0\0\x10${'\0'.repeat(40)}InitiatorName=a\0`,
  `\x10\x01\0\x9e\0\0\x01\0\x96\0\0\0${'\0'.repeat(32)}${'\x5e\0\x04\0'.repeat(9)}${'\0'.repeat(22)}${'n\0'.repeat(28)}`,
];

/** The fields, after a check of all that the contract says of them. */
function checkedFields(protocol: Protocol, message: ClientMessage): Field[] {
  const fields = protocol.parse(message);
  for (const { name, value, start, end } of fields) {
    assert.ok(name in protocol.fields, `${name} is declared`);
    assert.ok(start >= message.start && start <= end && end <= message.end, `${name} lies in the message`);
    assert.match(value, /^[\0-\xff]*$/, `${name} is latin1`);
    if (!protocol.fields[name]!.verbatim || name === 'http.body') continue;
    assert.equal(Buffer.from(message.bytes.subarray(start, end)).toString('latin1'), value, `${name} is verbatim`);
  }
  return fields;
}

function forEachMessage(text: string, check: (protocol: Protocol, message: ClientMessage) => void): void {
  for (const protocol of protocols) {
    for (const transport of protocol.transports) {
      for (const ended of [false, true]) check(protocol, messageOf(text, { transport, ended }));
    }
  }
}

test('names: a protocol is the part of its fields before the dot, and comes once', () => {
  assert.equal(new Set(protocols.map((protocol) => protocol.name)).size, protocols.length);
  for (const { name, fields } of protocols) {
    for (const [field, { description }] of Object.entries(fields)) {
      assert.match(field, new RegExp(`^${name}\\.[a-z0-9_]+$`));
      assert.match(description, /^[A-Z`].*\.$/s, field);
    }
  }
});

test('every protocol reads at least one of the samples', () => {
  for (const protocol of protocols) {
    // It reads headers, which these have not (packet.test.ts).
    if (protocol.name === 'packet') continue;
    const read = texts.some((text) =>
      protocol.transports.some((transport) => protocol.parse(messageOf(text, { transport, ended: true })).length > 0),
    );
    assert.ok(read, protocol.name);
  }
});

test('random bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      forEachMessage(Buffer.from(bytes).toString('latin1'), checkedFields);
    }),
  );
});

test('mutated samples: bytes changed, a stretch doubled or cut out', () => {
  const change = fc.record({ at: fc.nat(2000), byte: fc.nat(255) });
  const stretch = fc.record({ from: fc.nat(2000), size: fc.nat(40), copies: fc.nat(3) });
  fc.assert(
    fc.property(fc.constantFrom(...texts), fc.array(change, { maxLength: 4 }), stretch, (text, changes, cut) => {
      const bytes = Buffer.from(text, 'latin1');
      for (const { at, byte } of changes) bytes[at % bytes.length] = byte;
      const mutated = bytes.toString('latin1');
      const from = cut.from % mutated.length;
      const piece = mutated.slice(from, from + cut.size);
      const whole = mutated.slice(0, from) + piece.repeat(cut.copies) + mutated.slice(from + cut.size);
      forEachMessage(whole, checkedFields);
    }),
    { numRuns: 1000 },
  );
});

test('every prefix: a field that was given stays the same when more bytes come', () => {
  for (const text of texts) {
    forEachMessage(text, (protocol, whole) => {
      const all = new Set(checkedFields(protocol, whole).map((field) => JSON.stringify(field)));
      for (let end = 0; end < text.length; end++) {
        const fields = checkedFields(protocol, { ...whole, end });
        // A datagram never grows, and after an end nothing comes; a body is given as it arrives.
        if (whole.ended || whole.transport === 'udp') continue;
        for (const field of fields) {
          if (field.name === 'http.body') continue;
          assert.ok(all.has(JSON.stringify(field)), `${field.name} of ${JSON.stringify(text.slice(0, end))}`);
        }
      }
    });
  }
});

test('bytes outside of the message make no difference', () => {
  const around = 'GET /\xff\0\r\n';
  for (const text of texts) {
    forEachMessage(text, (protocol, message) => {
      const framed = {
        ...messageOf(around + text + around),
        ...message,
        bytes: Buffer.from(around + text + around, 'latin1'),
      };
      const fields = protocol.parse({ ...framed, start: around.length, end: around.length + text.length });
      const moved = fields.map((field) => ({
        ...field,
        start: field.start - around.length,
        end: field.end - around.length,
      }));
      assert.deepEqual(moved, protocol.parse(message));
    });
  }
});

test('work is linear: eight times the bytes take no more than three times eight times the time', () => {
  const units = [' ', '\0', 'A', '\n', '\t', '0', ':', '<', '\xff', '\xc0\x0c', 'a: b\r\n', ' b\r\n', 'aa=\0'];
  const large = 65_536;
  for (const protocol of protocols) {
    const transport = protocol.transports[0]!;
    const own = texts.filter((text) => protocol.parse(messageOf(text, { transport, ended: true })).length > 0);
    const starts = new Set(['', ...own.flatMap((text) => [text.slice(0, 12), text.slice(0, text.length / 2), text])]);
    for (const start of starts) {
      for (const unit of [...units, start]) {
        if (unit === '') continue;
        const text = (start + unit.repeat(large / unit.length + 1)).slice(0, large);
        // Times too short to compare are short enough.
        if (cpuTime(protocol, text, transport) < 20) continue;
        // What else the machine does makes a time longer, never shorter: the least of some looks, of more if it seems too long.
        let [whole, part, ratio] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
        for (let look = 0; look < 3 || (ratio >= 24 && look < 20); look++) {
          whole = Math.min(whole, cpuTime(protocol, text, transport));
          part = Math.min(part, cpuTime(protocol, text.slice(0, large / 8), transport));
          ratio = whole / Math.max(part, 0.5);
        }
        assert.ok(
          ratio < 24,
          `${protocol.name}: ${ratio} times for ${JSON.stringify(start)} and ${JSON.stringify(unit)}`,
        );
      }
    }
  }
});

/** Milliseconds of processor time for one reading. */
function cpuTime(protocol: Protocol, text: string, transport: ClientMessage['transport']): number {
  const message = messageOf(text, { transport, ended: true });
  const before = process.cpuUsage();
  protocol.parse(message);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
