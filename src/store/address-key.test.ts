import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { addressKey, addressText, parseAddressKey, parseKeyRange } from './address-key.ts';

const hex = (key: Uint8Array | undefined) => key && Buffer.from(key).toString('hex');

describe('the key of an address', () => {
  it('is the same for every spelling', () => {
    assert.equal(hex(parseAddressKey('10.0.0.1')), '00000000000000000000ffff0a000001');
    assert.equal(hex(parseAddressKey('::ffff:10.0.0.1')), '00000000000000000000ffff0a000001');
    assert.equal(hex(parseAddressKey('2001:DB8::1')), hex(parseAddressKey('2001:db8:0:0:0:0:0:1')));
    assert.equal(hex(parseAddressKey('fe80::1%eth0')), hex(parseAddressKey('fe80::1')));
  });

  it('is none for what is no address', () => {
    for (const text of ['', '10.0.0', '010.0.0.1', 'example.org', '1::2::3']) {
      assert.equal(parseAddressKey(text), undefined, text);
    }
  });

  it('of a name from a log is one that no address has', () => {
    assert.equal(hex(addressKey('Example.org')), hex(addressKey('example.org')));
    assert.equal(addressKey('example.org')[0], 2);
    assert.notEqual(hex(addressKey('example.org')), hex(addressKey('example.net')));
  });

  it('is told as text in its shortest form', () => {
    for (const text of ['10.0.0.1', '2001:db8::1', '::', 'fe80::1']) {
      assert.equal(addressText(parseAddressKey(text)!), text);
    }
  });
});

describe('a range', () => {
  it('has its first and last address', () => {
    const { low, high, single } = parseKeyRange('10.1.2.3/12')!;
    assert.deepEqual([addressText(low), addressText(high), single], ['10.0.0.0', '10.15.255.255', false]);
    const all = parseKeyRange('0.0.0.0/0')!;
    assert.deepEqual([addressText(all.low), addressText(all.high)], ['0.0.0.0', '255.255.255.255']);
    const six = parseKeyRange('2001:db8::/33')!;
    assert.deepEqual(
      [addressText(six.low), addressText(six.high)],
      ['2001:db8::', '2001:db8:7fff:ffff:ffff:ffff:ffff:ffff'],
    );
    assert.ok(parseKeyRange('10.0.0.1')!.single);
    assert.ok(parseKeyRange('10.0.0.1/32')!.single);
  });

  it('is refused when it makes no sense', () => {
    for (const text of ['10.0.0.0/33', '10.0.0.0/', '10.0.0.0/8/8', '::/129', '10.0.0.0/-1', 'all']) {
      assert.equal(parseKeyRange(text), undefined, text);
    }
  });

  it('holds exactly the addresses that share the prefix', () => {
    fc.assert(
      fc.property(fc.ipV4(), fc.ipV4(), fc.nat(32), (network, address, length) => {
        const number = (text: string) => text.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
        const size = 2 ** (32 - length);
        const inside = Math.floor(number(network) / size) === Math.floor(number(address) / size);
        const { low, high } = parseKeyRange(`${network}/${length}`)!;
        const key = parseAddressKey(address)!;
        assert.equal(Buffer.compare(low, key) <= 0 && Buffer.compare(key, high) <= 0, inside);
      }),
    );
  });
});
