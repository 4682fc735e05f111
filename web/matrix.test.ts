import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { PairObject } from './answers.ts';
import { matrixOf, networkOf } from './matrix.ts';

const none: ReadonlySet<string> = new Set();

function pair(source: string, target: string, given: Partial<PairObject> = {}): PairObject {
  return { source, target, scans: 1, severity: 'low', last_seen: '', ...given };
}

/** Every one of these hosts scans the next one. */
const hosts = Array.from({ length: 500 }, (_, index) => `10.20.${Math.floor(index / 250)}.${(index % 250) + 1}`);
const fiveHundred = hosts.map((host, index) => pair(host, hosts[(index + 1) % hosts.length]!));

describe('who scans whom', () => {
  it('shows few hosts as they are', () => {
    const { rows, columns, cells } = matrixOf([pair('10.0.0.1', '10.0.0.2'), pair('10.0.0.3', '10.0.0.2')], none, none);
    assert.deepEqual(
      rows.map(({ key }) => key),
      ['10.0.0.1', '10.0.0.3'],
    );
    assert.deepEqual(
      columns.map(({ key, scans }) => [key, scans]),
      [['10.0.0.2', 2]],
    );
    assert.equal(cells.get('10.0.0.3 10.0.0.2')?.scans, 1);
  });

  it('shows five hundred as their networks, and opens one of them', () => {
    const folded = matrixOf(fiveHundred, none, none);
    assert.deepEqual(
      folded.rows.map(({ key, hosts: count }) => [key, count]),
      [
        ['10.20.0.0/24', 250],
        ['10.20.1.0/24', 250],
      ],
    );
    assert.equal(folded.cells.size, 4);
    assert.equal(folded.cells.get('10.20.0.0/24 10.20.0.0/24')?.pairs, 249);
    const opened = matrixOf(fiveHundred, new Set(['10.20.1.0/24']), none);
    assert.equal(opened.rows.length, 251);
    assert.equal(opened.columns.length, 2);
  });

  it('loses no scan, and shows the most urgent', () => {
    const pairs = [...fiveHundred, pair('10.20.0.1', '10.20.0.9', { severity: 'high', scans: 7 })];
    const { cells } = matrixOf(pairs, none, none);
    assert.equal(
      [...cells.values()].reduce((sum, { scans }) => sum + scans, 0),
      507,
    );
    assert.equal(cells.get('10.20.0.0/24 10.20.0.0/24')?.severity, 'high');
  });

  it('says what found no room', () => {
    const many = Array.from({ length: 1000 }, (_, index) => pair(`10.${index >> 8}.${index & 255}.1`, '10.0.0.1'));
    const { rows, hidden } = matrixOf(many, none, none);
    assert.equal(rows.length + hidden.rows, 1000);
    assert.ok(hidden.rows > 0);
  });

  it('knows the networks of addresses', () => {
    const cases = [
      ['10.0.3.7', '10.0.3.0/24'],
      ['fd00::7', 'fd00::/64'],
      ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
      ['::1', '::/64'],
      ['fe80::', 'fe80::/64'],
      ['fd00:0:0:7::1', 'fd00:0:0:7::/64'],
      ['fd00:0:10::1', 'fd00:0:10::/64'],
    ];
    for (const [address, network] of cases) assert.equal(networkOf(address!), network);
  });
});
