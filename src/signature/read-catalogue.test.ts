import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { protocols } from '../protocol/protocols.ts';
import { printFaults } from './catalogue-fault.ts';
import { knownFields } from './known-fields.ts';
import { type Catalogue, readCatalogue } from './read-catalogue.ts';

const FIELDS = knownFields(protocols);

/** A valid signature; `match` and more keys can be replaced. Its first line is 1, `sid` 2, `transport` 4, `match` 5. */
function yaml(
  sid: number,
  { match = '  payload: { starts: "gkrellm 0.0.0" }', more = '', grade = 'weak', hit = 'gkrellm 0.0.0' } = {},
) {
  return `title: a
sid: ${sid}
grade: ${grade}
transport: tcp
match:
${match}
${more}nmap:
  emitted-by: [nmap-service-probes]
blind: []
benign: none known
unseen: a test
attack: [T1046]
hits:
  - "${hit}"
misses:
  - "gkrellm 0.0.1"
  - "x"
`;
}

function sequence(sid: number, { of = '[a-one, a-two]', atLeast = 2, distinct = 'family' } = {}) {
  return yaml(sid).replace(
    /match:\n.*\n/,
    `sequence:\n  of: ${of}\n  at-least: ${atLeast}\n  distinct: ${distinct}\n  on: port\n  within: 60\n`,
  );
}

function catalogue(context: TestContext, files: Record<string, string>): Catalogue {
  const directory = mkdtempSync(join(tmpdir(), 'catalogue-'));
  context.after(() => rmSync(directory, { recursive: true }));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), text);
  }
  return readCatalogue(directory, FIELDS);
}

const lines = ({ faults }: Catalogue) => (faults.length === 0 ? [] : printFaults(faults).split('\n'));

describe('readCatalogue', () => {
  it('adds to a sequence what says `counts-in`', (context) => {
    const read = catalogue(context, {
      'a/one.yaml': yaml(9100001),
      'a/two.yaml': yaml(9100002, { more: 'counts-in: [s-s]\n' }),
      'a/three.yaml': yaml(9100004, { more: 'counts-in: [s-s]\n' }),
      's/s.yaml': sequence(9100003, { of: '[a-one]', atLeast: 3, distinct: 'signature' }),
    });
    assert.deepEqual(lines(read), []);
    assert.deepEqual(read.signatures.at(-1)!.sequence!.of, ['a-one', 'a-three', 'a-two']);
  });

  it('finds a packet by its header, if the signature says enough of it', (context) => {
    const packet = (match: string): string =>
      yaml(9100001, { match }).replace('"gkrellm 0.0.0"\nmisses', '{ packet: "45 00" }\nmisses');
    const good = '  packet.tcp_flags: "0x02"\n  packet.tcp_options: "020405b4"';
    assert.deepEqual(lines(catalogue(context, { 'a/one.yaml': packet(good) })), []);
    for (const bad of [
      '  packet.tcp_flags: "0x02"',
      '  packet.tcp_flags: "SYN"\n  packet.tcp_options: "020405b4"',
      '  packet.tcp_flags: "0x02"\n  packet.tcp_options: { starts: "020405b4" }',
      '  packet.icmp_type: "8"\n  packet.icmp_code: "9"\n  packet.icmp_sequence: "295"',
    ]) {
      const [fault] = lines(catalogue(context, { 'a/one.yaml': packet(bad) }));
      assert.match(fault!, /^a\/one.yaml:5: must say exactly packet.tcp_flags and packet.tcp_options, or/);
    }
  });

  it('reads a folder, in the order of the ids', (context) => {
    const read = catalogue(context, {
      'b/two.yaml': yaml(9100002),
      'a/one.yaml': yaml(9100001),
      'schema.json': '{}',
      'revisions.json': '{}',
    });
    assert.deepEqual(lines(read), []);
    assert.deepEqual(
      read.signatures.map(({ id }) => id),
      ['a-one', 'b-two'],
    );
  });

  it('tells the faults of all files, by file and line', (context) => {
    const read = catalogue(context, { 'b/two.yaml': yaml(7), 'a/one.yaml': 'title: [' });
    assert.equal(lines(read).length > 1, true);
    assert.match(lines(read)[0]!, /^a\/one\.yaml:1: is not YAML/);
    assert.match(lines(read).at(-1)!, /^b\/two\.yaml:2: `sid` /);
  });

  it('refuses other files', (context) => {
    const read = catalogue(context, { 'notes.txt': '', 'a/One.yaml': yaml(9100001), 'a/b/c.yaml': yaml(9100002) });
    assert.deepEqual(
      lines(read).map((line) => line.slice(0, line.indexOf(' '))),
      ['a/One.yaml:1:', 'a/b/c.yaml:1:', 'notes.txt:1:'],
    );
  });

  it('refuses a sid or an id that is there already', (context) => {
    const read = catalogue(context, {
      'a/b-c.yaml': yaml(9100001),
      'a-b/c.yaml': yaml(9100002),
      'x/y.yaml': yaml(9100001),
    });
    assert.deepEqual(lines(read), [
      'a/b-c.yaml:1: has the id a-b-c, as a-b/c.yaml has',
      'x/y.yaml:2: `sid` 9100001 is that of a/b-c.yaml',
    ]);
  });

  it('refuses fields that no protocol has, and names those it has', (context) => {
    const read = catalogue(context, { 'a/one.yaml': yaml(9100001, { match: '  smtp.hello: "a.example.org"' }) });
    assert.match(lines(read)[0]!, /^a\/one\.yaml:6: no protocol has the field `smtp\.hello`; it has smtp\.helo, /);
  });

  it('refuses fields of another transport', (context) => {
    const match = '  snmp.community: "nmap-community"';
    assert.deepEqual(lines(catalogue(context, { 'a/one.yaml': yaml(9100001, { match }) })), [
      'a/one.yaml:6: `snmp.community` is only read from udp',
    ]);
  });

  it('refuses patterns that can explode', (context) => {
    const match = "  payload:\n    matches: '^(a+)+$'";
    assert.deepEqual(lines(catalogue(context, { 'a/one.yaml': yaml(9100001, { match }) })), [
      'a/one.yaml:7: `matches` repeats without bound a group that already repeats without bound',
    ]);
  });

  it('refuses what cannot be searched for', (context) => {
    const read = catalogue(context, {
      'a/none.yaml': yaml(9100001, { match: "  payload: { matches: '^gkrellm' }" }),
      'a/short.yaml': yaml(9100002, { more: 'search:\n  - "gkrellm"\n' }),
      'a/common.yaml': yaml(9100003, { more: 'search:\n  - " HTTP/1.1\\r\\n"\n', hit: 'GET / HTTP/1.1\\r\\n' }),
      'a/wrong.yaml': yaml(9100004, { more: 'search:\n  - "something else"\n' }),
    });
    assert.deepEqual(lines(read), [
      'a/common.yaml:8: the literal " HTTP/1.1\\r\\n" stands in much ordinary traffic',
      'a/none.yaml:5: no condition gives bytes to search for: add `search`',
      'a/short.yaml:8: the literal "gkrellm" is shorter than 8 bytes, and only a payload\'s first bytes can be found by so few',
      'a/wrong.yaml:16: holds none of the bytes that are searched for',
    ]);
  });

  it('takes a sequence over weak signatures', (context) => {
    const files = {
      'a/one.yaml': yaml(9100001, { more: 'family: x\n' }),
      'a/two.yaml': yaml(9100002, { more: 'family: y\n' }),
      's/s.yaml': sequence(9100003),
    };
    assert.deepEqual(lines(catalogue(context, files)), []);
  });

  it('refuses a sequence that proves nothing', (context) => {
    const one = { 'a/one.yaml': yaml(9100001, { more: 'family: x\n' }) };
    const two = { 'a/two.yaml': yaml(9100002, { more: 'family: x\n' }) };
    const cases: [Record<string, string>, string[]][] = [
      [{ ...one, 's/s.yaml': sequence(9100003) }, ['s/s.yaml:6: there is no signature a-two']],
      [
        { ...one, ...two, 's/s.yaml': sequence(9100003) },
        ['s/s.yaml:7: can never hold: its members are only 1 different (family)'],
      ],
      [
        { ...one, 'a/two.yaml': yaml(9100002), 's/s.yaml': sequence(9100003) },
        ['s/s.yaml:6: a-two has no `family`, and families are what is counted'],
      ],
      [
        { ...one, ...two, 's/s.yaml': sequence(9100003, { atLeast: 3, distinct: 'signature' }) },
        ['s/s.yaml:7: can never hold: its members are only 2 different (signature)'],
      ],
      [
        {
          'a/one.yaml': yaml(9100001, { grade: 'definitive' }),
          'a/two.yaml': yaml(9100002, { grade: 'definitive' }),
          's/s.yaml': sequence(9100003, { distinct: 'signature' }),
        },
        ['s/s.yaml:6: has definitive members only: each of them is an alert already'],
      ],
      [
        { ...one, ...two, 's/s.yaml': sequence(9100003, { of: '[a-one, a-two, s-s]', distinct: 'signature' }) },
        ['s/s.yaml:6: s-s is a sequence itself'],
      ],
      [
        {
          ...one,
          'a/two.yaml': yaml(9100002, { more: 'counts-in: [s-s, a-one, s-x]\n' }),
          's/s.yaml': sequence(9100003, { of: '[a-one, a-two]', distinct: 'signature' }),
        },
        ['a/two.yaml:7: a-one is no sequence', 'a/two.yaml:7: there is no signature s-x'],
      ],
      [
        { ...one, ...two, 's/s.yaml': sequence(9100003, { distinct: 'signature\n  needs: [a-three]' }) },
        ['s/s.yaml:9: a-three is not one of those that count (`of`)'],
      ],
    ];
    for (const [files, expected] of cases) assert.deepEqual(lines(catalogue(context, files)), expected);
  });
});
