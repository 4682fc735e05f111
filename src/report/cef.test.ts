import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { exampleAlert } from '../scan/example-alert.ts';
import { exampleEvidence, exampleSignature } from '../scan/example-evidence.ts';
import { formatLine } from './cef.ts';
import { madeAlerts } from './example-alerts.test.helper.ts';
import { hostileAlert, hostileText } from './hostile-alert.test.helper.ts';
import { withoutControls } from './printable.ts';

/** Keys of the format's dictionary that hold text, with the longest that it allows; the others hold what the pattern says. */
const dictionary: Readonly<Record<string, number | RegExp>> = {
  rt: /^\d+$/,
  start: /^\d+$/,
  end: /^\d+$/,
  src: /^\d+\.\d+\.\d+\.\d+$/,
  dst: /^\d+\.\d+\.\d+\.\d+$/,
  c6a2: /^[0-9a-f:]+$/,
  c6a2Label: /^Source IPv6 Address$/,
  c6a3: /^[0-9a-f:]+$/,
  c6a3Label: /^Destination IPv6 Address$/,
  spt: /^\d{1,5}$/,
  dpt: /^\d{1,5}$/,
  proto: 31,
  deviceDirection: /^[01]$/,
  cat: 1023,
  act: 63,
  cnt: /^\d+$/,
  externalId: 40,
  msg: 1023,
  ...Object.fromEntries([1, 2, 3, 4, 5, 6].map((number) => [`cs${number}`, 4000])),
  ...Object.fromEntries([1, 2, 3, 4, 5, 6].map((number) => [`cs${number}Label`, 1023])),
  flexString1: 1023,
  flexString1Label: 128,
  flexString2: 1023,
  flexString2Label: 128,
};

/** Reads a line by the grammar: a `|` or `=` counts where no `\` stands before it. */
function parse(line: string): { header: string[]; extension: Map<string, string> } {
  const parts = [...line.matchAll(/((?:\\[\\|]|[^\\|])*)(\||$)/gs)];
  const header = parts.slice(0, 7).map(([, text]) => text!.replaceAll(/\\([\\|])/g, '$1'));
  const [lastField] = parts.slice(6);
  const rest = line.slice(lastField!.index + lastField![0].length);
  const extension = new Map<string, string>();
  const pairs = /(?:^| )([A-Za-z0-9]+)=((?:\\[\\=]|[^\\=])*?)(?= [A-Za-z0-9]+=|$)/gy;
  let end = 0;
  for (const [whole, key, value] of rest.matchAll(pairs)) {
    assert.ok(!extension.has(key!), `${key} stands twice`);
    extension.set(key!, value!.replaceAll(/\\([\\=])/g, '$1'));
    end += whole.length;
  }
  assert.equal(end, rest.length, `not by the grammar: ${rest.slice(end)}`);
  return { header, extension };
}

function checkLine(line: string): ReturnType<typeof parse> {
  assert.doesNotMatch(line, /[\x00-\x1f\x7f-\x9f\u2028\u2029]/);
  const parsed = parse(line);
  assert.deepEqual(parsed.header.slice(0, 3), ['CEF:0', 'Trespass', 'Trespass']);
  assert.equal(parsed.header.length, 7);
  assert.match(parsed.header[6]!, /^([0-9]|10)$/);
  for (const [key, value] of parsed.extension) {
    const rule = dictionary[key];
    assert.ok(rule !== undefined, `${key} is not in the dictionary`);
    if (rule instanceof RegExp) assert.match(value, rule, key);
    else assert.ok(value.length <= rule, `${key} has ${value.length} characters`);
    if (/^(cs|flexString)\d$/.test(key)) assert.ok(parsed.extension.has(`${key}Label`), `${key} has no label`);
  }
  return parsed;
}

describe('an alert in CEF', () => {
  it('keeps to grammar and dictionary, whatever it is about', () => {
    for (const alert of madeAlerts()) checkLine(formatLine(alert));
  });

  it('says who, whom, what and how severe', () => {
    const { header, extension } = checkLine(formatLine(madeAlerts()[0]!));
    assert.deepEqual(header.slice(4), ['9100301', 'SMTP client introduces itself as nmap.scanme.org', '8']);
    assert.equal(extension.get('src'), '10.0.0.5');
    assert.equal(extension.get('dst'), '10.0.0.9');
    assert.equal(extension.get('dpt'), '25');
    assert.equal(extension.get('proto'), 'TCP');
    assert.equal(extension.get('act'), 'scan-closed');
    assert.equal(extension.get('rt'), String(Date.UTC(2026, 10, 22, 12)));
  });

  it('has IPv6 addresses where the dictionary wants them', () => {
    const { extension } = checkLine(formatLine(madeAlerts()[3]!));
    assert.equal(extension.get('c6a2'), '2001:db8::5');
    assert.equal(extension.get('c6a3'), 'fd00::9');
    assert.ok(!extension.has('src') && !extension.has('dst'));
  });

  it('gives nobody a field, a line or an event of their own', () => {
    const { header, extension } = checkLine(formatLine(hostileAlert()));
    assert.equal(header[5], withoutControls(hostileText));
    assert.equal(extension.get('dst'), '10.0.0.9');
    assert.equal(extension.get('flexString2'), withoutControls(hostileText));
    assert.match(extension.get('flexString1')!, /^a\|b\\\\\|c=d dst=192\.0\.2\.66 cs1=x/);
  });

  it('reads back as it was written, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (what) => {
        const alert = exampleAlert([exampleEvidence(exampleSignature({ title: what || 'x' }), 0)]);
        const { header } = checkLine(formatLine(alert));
        assert.equal(header[5], withoutControls(what || 'x'));
      }),
    );
  });
});
