import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readSignature } from './read-signature.ts';

const LINES = [
  'title: SMTP client introduces itself as nmap.scanme.org', // line 1
  'sid: 9100301',
  'grade: definitive',
  'transport: tcp',
  'match:', // line 5
  '  smtp.helo: { is: "nmap.scanme.org", nocase: true }',
  'nmap:',
  '  emitted-by: [nselib/smtp.lua]',
  '  scripts: [smtp-commands]',
  'blind: []', // line 10
  'benign: none known',
  'seen: [smtp-commands]',
  'attack: [T1046]',
  'hits:',
  '  - "EHLO nmap.scanme.org\\r\\n"', // line 15
  'misses:',
  '  - "EHLO mail.example.org\\r\\n"',
  '  - "RCPT TO:<x@nmap.scanme.org>\\r\\n"', // line 18
];

/** The faults of the valid file above after some of its lines are replaced (by number) or removed (undefined). */
function faultsWith(changes: Record<number, string | undefined>): string[] {
  const lines = LINES.flatMap((line, i) => {
    if (!(i + 1 in changes)) return [line];
    const change = changes[i + 1];
    return change === undefined ? [] : [change];
  });
  return readSignature('smtp-x', 'smtp/x.yaml', lines.join('\n')).faults.map(
    (fault) => `${fault.line}: ${fault.message}`,
  );
}

describe('readSignature', () => {
  it('reads all keys', () => {
    const { signature, faults } = readSignature('smtp-x', 'smtp/x.yaml', LINES.join('\n'));
    assert.deepEqual(faults, []);
    assert.deepEqual(signature, {
      id: 'smtp-x',
      title: 'SMTP client introduces itself as nmap.scanme.org',
      sid: 9100301,
      grade: 'definitive',
      transports: ['tcp'],
      ports: [],
      family: '',
      match: [{ field: 'smtp.helo', test: { is: 'nmap.scanme.org', nocase: true } }],
      search: [],
      nmap: {
        emittedBy: ['nselib/smtp.lua'],
        scripts: ['smtp-commands'],
        probes: [],
        options: [],
        since: '',
        until: '',
        note: '',
      },
      alsoSentBy: [],
      blind: [],
      benign: 'none known',
      seen: ['smtp-commands'],
      unseen: '',
      attack: ['T1046'],
      hits: [[{ transport: 'tcp', port: 0, bytes: 'EHLO nmap.scanme.org\r\n' }]],
      misses: [
        [{ transport: 'tcp', port: 0, bytes: 'EHLO mail.example.org\r\n' }],
        [{ transport: 'tcp', port: 0, bytes: 'RCPT TO:<x@nmap.scanme.org>\r\n' }],
      ],
    });
  });

  it('takes bytes as they are written, each \\xNN one character', () => {
    const text = LINES.with(5, '  payload: { starts: "\\x00\\xff\\r\\n\\"" }').join('\n');
    assert.deepEqual(readSignature('a-b', 'a/b.yaml', text).signature?.match, [
      { field: 'payload', test: { starts: '\x00\xff\r\n"' } },
    ]);
  });

  it('takes a plain string for `is`, and a list of maps for two tests of one field', () => {
    const text = LINES.with(5, '  - ftp.user: "opie"\n  - ftp.user: { size: 39 }').join('\n');
    assert.deepEqual(readSignature('a-b', 'a/b.yaml', text).signature?.match, [
      { field: 'ftp.user', test: { is: 'opie' } },
      { field: 'ftp.user', test: { size: 39 } },
    ]);
  });

  it('takes single quotes where they say the same', () => {
    const text = LINES.with(5, "  payload: { starts: '\"a\"', matches: '^\\x22' }").join('\n');
    assert.deepEqual(readSignature('a-b', 'a/b.yaml', text).signature?.match, [
      { field: 'payload', test: { starts: '"a"', matches: '^\\x22' } },
    ]);
  });

  it('reads examples with a transport, a port, and several flows', () => {
    const text = LINES.with(
      14,
      '  - { transport: udp, port: 53, bytes: "a" }\n  - - "b"\n    - { port: 22, bytes: "c" }',
    ).join('\n');
    assert.deepEqual(readSignature('a-b', 'a/b.yaml', text).signature?.hits, [
      [{ transport: 'udp', port: 53, bytes: 'a' }],
      [
        { transport: 'tcp', port: 0, bytes: 'b' },
        { transport: 'tcp', port: 22, bytes: 'c' },
      ],
    ]);
  });
});

/** What is changed, and what the loader must say of it. */
const FAULTS: [string, Record<number, string | undefined>, string[]][] = [
  ['an unknown key', { 11: 'bening: none' }, ['1: `benign` is missing', '11: `bening` is not a key of the signature']],
  ['an unknown key inside', { 9: '  script: [a]' }, ['9: `script` is not a key of `nmap`']],
  ['an unknown test', { 6: '  smtp.helo: { equals: "a" }' }, ['6: `equals` is not a key of `match.smtp.helo`']],
  ['a duplicate key', { 3: 'sid: 9100302' }, ['3: has this key already: a key stands once']],
  ['a missing key', { 2: undefined }, ['1: `sid` is missing']],
  ['a word where a number belongs', { 2: 'sid: smtp' }, ['2: `sid` must be a number']],
  ['an unknown grade', { 3: 'grade: sure' }, ['3: `grade` must be one of definitive, strong, weak']],
  ['bytes without quotes', { 6: '  smtp.helo: nmap' }, ['6: `smtp.helo` holds bytes: write them in double quotes']],
  [
    'bytes that YAML reads as a number',
    { 6: '  dns.id: 0300e10' },
    ['6: `dns.id` holds bytes: write them in double quotes'],
  ],
  ['bytes in single quotes', { 15: "  - 'EHLO a\\r\\n'" }, ['15: `hits` holds bytes: write them in double quotes']],
  ['bytes in a block', { 15: '  - |\n    EHLO a' }, ['15: `hits` holds bytes: write them in double quotes']],
  [
    'a pattern without quotes',
    { 6: '  smtp.helo: { matches: ^a$ }' },
    ['6: `matches` holds bytes: write them in quotes'],
  ],
  [
    'a character that is no byte',
    { 15: '  - "EHLO \u20ac"' },
    ['15: `hits.0` has a character above U+00FF: write each byte as \\xNN'],
  ],
  [
    'an empty test',
    { 6: '  smtp.helo: {}' },
    ['6: `match.smtp.helo` is an empty test, it must have one of is, starts, ends, contains, matches, size'],
  ],
  [
    'only `nocase`',
    { 6: '  smtp.helo: { nocase: true }' },
    ['6: `match.smtp.helo` is an empty test, it must have one of is, starts, ends, contains, matches, size'],
  ],
  ['an empty string', { 6: '  smtp.helo: { is: "" }' }, ['6: `match.smtp.helo.is` must not be empty']],
  [
    '`at` alone',
    { 6: '  payload: { starts: "a", at: 3 }' },
    ['6: `match.payload` `at` says where `contains` must stand, and there is no `contains`'],
  ],
  ['no hits', { 14: undefined, 15: undefined }, ['1: `hits` is missing']],
  ['one miss', { 18: undefined }, ['16: `misses` must have entries, at least 2']],
  [
    'neither match nor sequence',
    { 5: undefined, 6: undefined },
    ['1: the signature must have either `match` or `sequence`'],
  ],
  [
    'neither seen nor unseen',
    { 12: undefined },
    ['1: the signature must have either `seen` (captures of real Nmap) or `unseen` (why there is none)'],
  ],
  [
    'a technique that is none',
    { 13: 'attack: [scan]' },
    ['13: `attack.0` must be a technique of MITRE ATT&CK, as T1046'],
  ],
  ['an alias', { 13: 'attack: &a [T1046]', 9: '  scripts: [x]', 12: 'seen: [a]\nports: *a' }, []],
  ['a tab', { 9: '\tscripts: [a]' }, ['9: is not YAML: Tabs are not allowed as indentation']],
];

describe('readSignature says where the fault is, and what would be right:', () => {
  for (const [name, changes, expected] of FAULTS) {
    it(name, () => {
      const faults = faultsWith(changes);
      if (expected.length > 0) assert.deepEqual(faults.sort(), expected.sort());
      else assert.ok(faults.length > 0);
    });
  }

  it('all of them at once', () => {
    const faults = faultsWith({ 2: 'sid: 1', 3: 'grade: sure', 6: '  smtp.helo: nmap', 13: 'attack: [scan]' });
    assert.deepEqual(faults.map((fault) => fault.slice(0, fault.indexOf(':'))).sort(), ['13', '2', '3', '6']);
  });

  it('whatever the text', () => {
    for (const text of ['', '[]', 'null', '- a', '"a"', '{', 'a: b: c', '\0', '? [a]: b']) {
      const { signature, faults } = readSignature('a-b', 'a/b.yaml', text);
      assert.equal(signature, undefined, JSON.stringify(text));
      assert.ok(faults.length > 0, JSON.stringify(text));
      assert.ok(faults.every((fault) => fault.line >= 1));
    }
  });
});
