import assert from 'node:assert/strict';
import { isIPv4, isIPv6, SocketAddress } from 'node:net';
import { test } from 'node:test';
import fc from 'fast-check';
import { addressBytes, destinationText, ipv4Text, ipv6Text, sourceText } from './address-text.ts';
import { Packet } from './packet.ts';

/** Mostly zeros, so that runs of them occur. */
const word = fc.oneof(fc.constant(0), fc.integer(), fc.integer({ min: 0, max: 0xffff }), fc.constant(0xffff0000 | 0));

test('RFC 5952: the examples of its sections 4 and 5', () => {
  assert.equal(ipv6Text(0x20010db8, 0, 0, 1), '2001:db8::1');
  assert.equal(ipv6Text(0x20010db8, 0, 0, 0x00020001), '2001:db8::2:1');
  assert.equal(ipv6Text(0x20010db8, 0x00000001, 0x00010001, 0x00010001), '2001:db8:0:1:1:1:1:1');
  assert.equal(ipv6Text(0x20010000, 0x00000001, 0x00000000, 0x00000001), '2001:0:0:1::1');
  assert.equal(ipv6Text(0x20010db8, 0, 0x00010000, 0x00000001), '2001:db8::1:0:0:1');
  assert.equal(ipv6Text(0, 0, 0xffff, 0xc0000201 | 0), '::ffff:192.0.2.1');
  assert.equal(ipv6Text(0, 0, 0, 0), '::');
  assert.equal(ipv6Text(0, 0, 0, 1), '::1');
  assert.equal(ipv6Text(0xfe800000 | 0, 0, 0, 0), 'fe80::');
});

test('IPv4 words are signed', () => {
  assert.equal(ipv4Text(0x0a000001), '10.0.0.1');
  assert.equal(ipv4Text(-1), '255.255.255.255');
});

test('the text is an address to Node.js, which writes it the same way', () => {
  fc.assert(
    fc.property(word, word, word, word, (a, b, c, d) => {
      const text = ipv6Text(a, b, c, d);
      assert.ok(isIPv6(text), text);
      // Node.js writes IPv4-compatible addresses (::1.2.3.4) dotted, which RFC 5952 section 5 leaves open.
      if (a === 0 && b === 0 && c === 0) return;
      assert.equal(new SocketAddress({ family: 'ipv6', address: text }).address, text);
    }),
  );
  fc.assert(
    fc.property(fc.integer(), (a) => {
      assert.ok(isIPv4(ipv4Text(a)));
    }),
  );
});

test('the bytes of a text are those it was written from', () => {
  fc.assert(
    fc.property(word, word, word, word, (a, b, c, d) => {
      const expected = Buffer.alloc(16);
      for (const [index, value] of [a, b, c, d].entries()) expected.writeInt32BE(value | 0, 4 * index);
      assert.deepEqual(Buffer.from(addressBytes(ipv6Text(a, b, c, d))!), expected);
      assert.deepEqual(Buffer.from(addressBytes(ipv4Text(a))!), expected.subarray(0, 4));
    }),
  );
});

test('a text is an address exactly when Node.js says so', () => {
  const parts = fc.constantFrom('::', ':', '0', '1', 'ffff', '10000', '1.2.3.4', '256', '.', 'g', '01', '');
  fc.assert(
    fc.property(fc.array(parts, { maxLength: 12 }), (list) => {
      const text = list.join('');
      assert.equal(addressBytes(text) !== undefined, isIPv4(text) || isIPv6(text), text);
    }),
    { numRuns: 2000 },
  );
});

test('the registers tell which version', () => {
  const packet = new Packet();
  packet.ipVersion = 4;
  packet.source0 = 0xc0a80001 | 0;
  packet.destination0 = 0x08080808;
  assert.equal(sourceText(packet), '192.168.0.1');
  assert.equal(destinationText(packet), '8.8.8.8');
  packet.ipVersion = 6;
  assert.equal(sourceText(packet), 'c0a8:1::');
  assert.equal(destinationText(packet), '808:808::');
});
