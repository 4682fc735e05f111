import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { packet } from './packet.ts';
import type { ClientMessage, Transport } from './protocol.ts';

/** A whole IP packet: its header, the transport's of `length` bytes at `transportStart`, and the rest. */
function message(hex: string, transport: Transport, transportStart: number, length: number): ClientMessage {
  const bytes = Buffer.from(hex.replaceAll(' ', ''), 'hex');
  return {
    bytes,
    start: transportStart + length,
    end: bytes.length,
    transport,
    atStart: true,
    ended: true,
    sourcePort: 0,
    destinationPort: 0,
    headers: { ipStart: 0, transportStart },
  };
}

function fieldsOf(given: ClientMessage): Record<string, string> {
  return Object.fromEntries(packet.parse(given).map(({ name, value }) => [name.replace('packet.', ''), value]));
}

describe('packet fields', () => {
  it('of OS detection over IPv4: the probe with congestion flags', () => {
    const ecn =
      '45000034dee100002c060000 0a4d0002 0a4d000a 94f20016 00000001 00000000 88c20003 0000f7f5 03030a01020405b404020101';
    assert.deepEqual(fieldsOf(message(ecn, 'tcp', 20, 32)), {
      ip_version: '4',
      ttl: '44',
      traffic_class: '0x00',
      ip_id: '0xdee1',
      dont_fragment: '0',
      tcp_flags: '0xc2',
      tcp_reserved: '0x8',
      window: '3',
      urgent_pointer: '0xf7f5',
      tcp_options: '03030a01020405b404020101',
      size: '0',
    });
  });

  it('of an echo request over IPv6, behind an extension header', () => {
    const echo =
      '6001234500180027 fd770000000000000000000000000002 fd770000000000000000000000000010 3a00010400000000 80090000 abcd0000 00000000';
    assert.deepEqual(fieldsOf(message(echo, 'icmp', 48, 8)), {
      ip_version: '6',
      ttl: '39',
      traffic_class: '0x00',
      flow_label: '0x12345',
      icmp_type: '128',
      icmp_code: '9',
      icmp_id: '0xabcd',
      icmp_sequence: '0',
      size: '4',
    });
  });

  it('not the options when the snap length cut them', () => {
    const syn = '4500003c2a76000039060000 0a4d0002 0a4d000a 99810017 00000001 00000000 a0020400 00000000 020405b4';
    assert.equal('tcp_options' in fieldsOf(message(syn, 'tcp', 20, 24)), false);
  });

  it('none of a TCP flow: it has no header of its own', () => {
    const { headers, ...flow } = message('4500002c', 'tcp', 0, 0);
    assert.ok(headers);
    assert.deepEqual(packet.parse(flow), []);
  });

  it('whatever the bytes, each lies in the packet', () => {
    const cases = fc.record({
      bytes: fc.uint8Array({ maxLength: 100 }),
      ip: fc.nat(100),
      transport: fc.nat(100),
      payload: fc.nat(100),
      protocol: fc.constantFrom<Transport>('tcp', 'udp', 'icmp'),
    });
    fc.assert(
      fc.property(cases, ({ bytes, ip, transport, payload, protocol }) => {
        const [ipStart, transportStart, start] = [ip, transport, payload]
          .map((offset) => Math.min(offset, bytes.length))
          .sort((a, b) => a - b) as [number, number, number];
        const given = { bytes, start, end: bytes.length, transport: protocol, atStart: true, ended: true };
        const ports = { sourcePort: 0, destinationPort: 0 };
        for (const field of packet.parse({ ...given, ...ports, headers: { ipStart, transportStart } })) {
          assert.ok(field.name in packet.fields);
          assert.ok(field.start >= ipStart && field.end <= bytes.length && !field.value.includes('undefined'));
          assert.doesNotMatch(field.value, /NaN/);
        }
      }),
    );
  });
});
