import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { AddressSet, Perimeter, parseRange } from './perimeter.ts';
import { defaultScanSettings } from './scan-settings.ts';

const perimeter = new Perimeter(defaultScanSettings.internal);

describe('the perimeter without configuration', () => {
  const inside = [
    ...['10.0.0.1', '172.16.0.1', '172.31.255.254', '192.168.1.1', '127.0.0.1', '169.254.7.7', '100.64.0.1'],
    ...['::1', 'fe80::1', 'fd12:3456::1', '::ffff:10.0.0.1'],
  ];
  const outside = ['8.8.8.8', '172.32.0.1', '100.128.0.1', '192.0.2.1', '2001:db8::1', '::ffff:8.8.8.8', '0.0.0.0'];

  for (const address of inside) {
    it(`${address} is inside`, () => {
      assert.equal(perimeter.zone(address, '10.0.0.9'), 'internal-internal');
      assert.equal(perimeter.zone('8.8.4.4', address), 'external-internal');
    });
  }
  for (const address of outside) {
    it(`${address} is outside`, () => assert.equal(perimeter.zone(address, '10.0.0.9'), 'external-internal'));
  }

  it('puts multicast and broadcast on the side of the source', () => {
    for (const target of ['224.0.0.251', '239.255.255.250', '255.255.255.255', 'ff02::fb']) {
      assert.equal(perimeter.zone('10.0.0.5', target), 'internal-internal');
      assert.equal(perimeter.zone('8.8.8.8', target), 'external-external');
    }
  });

  it('puts a DHCP client, which has no address yet, inside', () => {
    assert.equal(perimeter.zone('0.0.0.0', '255.255.255.255'), 'internal-internal');
  });
});

describe('ranges', () => {
  it('are addresses or CIDR', () => {
    for (const text of ['10.0.0.0/8', '192.0.2.7', '0.0.0.0/0', 'fd00::/8', '::1', '::/0', '2001:DB8::1/128']) {
      assert.ok(parseRange(text), text);
    }
  });

  it('are nothing that programs read differently', () => {
    const wrong = ['', '10', '10/8', '10.0.0/8', '010.0.0.1', '0x7f.1', '10.0.0.0/33', 'fd00::/129', '10.0.0.0/', '/8'];
    for (const text of [...wrong, '10.0.0.0/8 ', '10.0.0.0/-1', 'fe80::1%eth0', '1:2', 'localhost', '256.0.0.1']) {
      assert.equal(parseRange(text), undefined, text);
    }
  });

  it('hold what a mask says', () => {
    const address = fc.integer({ min: 0, max: 0xffffffff });
    const text = (value: number) => [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join('.');
    fc.assert(
      fc.property(address, address, fc.integer({ min: 0, max: 32 }), fc.boolean(), (network, other, length, near) => {
        const mask = length === 0 ? 0 : (0xffffffff << (32 - length)) >>> 0;
        const candidate = near ? ((network & mask) | (other & ~mask)) >>> 0 : other;
        const expected = (candidate & mask) >>> 0 === (network & mask) >>> 0;
        assert.equal(new AddressSet([`${text(network)}/${length}`]).has(text(candidate)), expected);
      }),
    );
  });

  it('are refused when they are none', () => {
    assert.throws(() => new AddressSet(['10/8']).has('10.0.0.1'), /“10\/8” is neither an address nor a CIDR range/);
  });

  it('never fail on what is asked', () => {
    const set = new AddressSet(['10.0.0.0/8']);
    fc.assert(fc.property(fc.string(), (text) => void set.has(text)));
  });
});
