import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { hexRows } from './hex-rows.ts';

describe('evidence in hex', () => {
  it('marks the bytes that match, also across rows', () => {
    const bytes = Buffer.from('EHLO nmap.scanme.org\r\n');
    assert.deepEqual(hexRows(bytes.toString('hex'), [5, 20]), [
      {
        offset: 0,
        missing: 0,
        pieces: [
          { hex: '45 48 4c 4f 20', text: 'EHLO ', matches: false },
          { hex: '6e 6d 61 70 2e 73 63 61 6e 6d 65', text: 'nmap.scanme', matches: true },
        ],
      },
      {
        offset: 16,
        missing: 10,
        pieces: [
          { hex: '2e 6f 72 67', text: '.org', matches: true },
          { hex: '0d 0a', text: '..', matches: false },
        ],
      },
    ]);
    assert.deepEqual(hexRows('', [0, 0]), []);
  });

  it('has every byte once, in order', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), fc.nat(120), fc.nat(120), (bytes, start, length) => {
        const hex = Buffer.from(bytes).toString('hex');
        const pieces = hexRows(hex, [start, start + length]).flatMap((row) => row.pieces);
        assert.equal(pieces.map((piece) => piece.hex.replaceAll(' ', '')).join(''), hex);
        const marked = pieces.filter(({ matches }) => matches).reduce((sum, { text }) => sum + text.length, 0);
        assert.equal(marked, Math.max(0, Math.min(bytes.length, start + length) - start));
      }),
    );
  });
});
