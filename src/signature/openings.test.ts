import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { exampleSignature } from './example-signature.test.helper.ts';
import { openingsOf, openingsOfPattern } from './openings.ts';
import type { Condition } from './signature.ts';

const of = (...match: Condition[]) => openingsOf(exampleSignature({ match }));
const payload = (test: Condition['test']): Condition => ({ field: 'payload', test });

describe('openingsOf', () => {
  it('tells what the conditions on the payload demand of its beginning', () => {
    assert.deepEqual(of(payload({ is: 'GET / HTTP/1.0\r\n\r\n' })), [
      { bytes: 'GET / HTTP/1.0\r\n\r\n', mask: '', whole: true },
    ]);
    assert.deepEqual(of(payload({ starts: 'fox a' })), [{ bytes: 'fox a', mask: '', whole: false }]);
    assert.deepEqual(of(payload({ contains: 'SMB', at: 1 })), [
      { bytes: '\0SMB', mask: '\0\xff\xff\xff', whole: false },
    ]);
  });

  it('takes the condition that tells most', () => {
    assert.deepEqual(of(payload({ starts: 'a' }), payload({ starts: 'abc' })), [
      { bytes: 'abc', mask: '', whole: false },
    ]);
  });

  it('tells nothing of other fields, of what may stand anywhere, and where the case of letters does not count', () => {
    assert.deepEqual(of({ field: 'http.uri', test: { is: '/nmap' } }), []);
    assert.deepEqual(of(payload({ contains: 'nmap' }), payload({ ends: 'nmap' })), []);
    assert.deepEqual(of(payload({ starts: 'nmap', nocase: true })), []);
  });
});

describe('openingsOfPattern', () => {
  const told = (source: string) =>
    openingsOfPattern(source).map(({ bytes, mask, whole }) => {
      const hexadecimal = Array.from(bytes, (byte, at) => {
        const known = mask.charCodeAt(at);
        return known === 0xff ? byte.charCodeAt(0).toString(16).padStart(2, '0') : known === 0 ? '..' : '~~';
      });
      return hexadecimal.join(' ') + (whole ? ' $' : '');
    });

  it('reads characters, sets and repetitions', () => {
    assert.deepEqual(told('^\\x80\\x00.[\\x00-\\x07]a{3}'), ['80 00 .. ~~ 61 61 61']);
    assert.deepEqual(told('^a+b'), ['61']);
    assert.deepEqual(told('^ab?c'), ['61']);
    assert.deepEqual(told('^a.{2,9}b$'), ['61 .. ..']);
  });

  it('knows the bits that all characters of a set have in common', () => {
    assert.deepEqual(openingsOfPattern('^[\\x10-\\x17]'), [{ bytes: '\x10', mask: '\xf8', whole: false }]);
    assert.deepEqual(openingsOfPattern('^[Aa]'), [{ bytes: 'A', mask: '\xdf', whole: false }]);
  });

  it('tells a set of few ranges by these, as long as that does not make many openings', () => {
    const [first, second, third, ...others] = openingsOfPattern('^[\\x01-\\x07]');
    assert.deepEqual(first, { bytes: '\x01', mask: '\xff', whole: false });
    assert.deepEqual(second, { bytes: '\x02', mask: '\xfe', whole: false });
    assert.deepEqual(third, { bytes: '\x04', mask: '\xfc', whole: false });
    assert.deepEqual(others, []);
    assert.deepEqual(told('^[ad]{2}z'), ['61 61 7a', '61 64 7a', '64 61 7a', '64 64 7a']);
    // The fourth is told by what both characters have in common.
    assert.equal(told('^[ad]{4}z').length, 8);
    assert.equal(told('^[ad]{4}z')[0], '61 61 61 ~~ 7a');
    assert.deepEqual(openingsOfPattern('^[aceikmoqsuwy]'), [{ bytes: 'a', mask: '\xe1', whole: false }]);
  });

  it('follows alternatives, and knows where the message ends', () => {
    assert.deepEqual(told('^(?:\\x00\\x00|\\x01|[ab]c)$'), ['00 00 $', '01 $', '61 63 $', '62 63 $']);
    assert.deepEqual(told('^a(b|c+)d$'), ['61 62 64 $', '61 63']);
    assert.deepEqual(told('^a(?!b)c$'), ['61']);
  });

  it('tells nothing where no start is demanded of all alternatives', () => {
    assert.deepEqual(told('nmap'), []);
    assert.deepEqual(told('^a|b'), []);
  });

  it('leaves a legacy octal escape to the conditions', () => {
    assert.deepEqual(told('^a\\0b'), ['61 00 62']);
    assert.deepEqual(told('^a\\012'), ['61']);
  });

  it('tells no more than the first bytes, however the repetitions multiply', () => {
    const nested = `^${'(?:'.repeat(12)}a${'{48}){48}'.repeat(12)}$`.replace('a{48})', 'a)');
    assert.deepEqual(told(nested), [Array.from({ length: 48 }, () => '61').join(' ')]);
  });

  it('stops where there would be too many', () => {
    assert.deepEqual(told('^x(?:a|b){6}$').length <= 32, true);
  });

  it('never contradicts a message that matches', () => {
    const piece = fc.constantFrom(
      'a',
      '\\x00',
      '.',
      '[ab]',
      '[^a]',
      '(?:a|b)',
      '(a|bc$)',
      '\\d',
      '(?!a)',
      '(?:a|b(c|d))',
    );
    const times = fc.constantFrom('', '', '', '?', '*', '+', '{2}', '{1,2}', '{0,}');
    const source = fc
      .tuple(fc.array(fc.tuple(piece, times), { maxLength: 6 }), fc.constantFrom('', '$'))
      .map(([pieces, end]) => `^${pieces.map(([atom, count]) => atom + count).join('')}${end}`);
    const message = fc.stringMatching(/^[abcd0\0]{0,8}$/);
    fc.assert(
      fc.property(source, message, (pattern, text) => {
        const openings = openingsOfPattern(pattern);
        fc.pre(openings.length > 0 && new RegExp(pattern, 's').test(text));
        const fits = openings.some(
          ({ bytes, mask, whole }) =>
            text.length >= bytes.length &&
            (!whole || text.length === bytes.length) &&
            Array.from(bytes).every((byte, at) => (text.charCodeAt(at) & mask.charCodeAt(at)) === byte.charCodeAt(0)),
        );
        assert.ok(fits, `${pattern} matches ${JSON.stringify(text)}`);
      }),
      { numRuns: 3000 },
    );
  });
});
