import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { it } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Alert } from '../scan/alert.ts';
import { exampleAlert } from '../scan/example-alert.ts';
import { exampleEvidence, exampleSignature } from '../scan/example-evidence.ts';
import { eveAlert } from './eve.ts';

/** Their keys are names of fields, options and scripts. */
const open = new Set(['trespass.nmap.because', 'trespass.evidence.fields']);

/** Dotted names in the order of the object; lists add none. */
function fieldNames(value: unknown, name = ''): string[] {
  if (Array.isArray(value)) return value.length > 0 ? fieldNames(value[0], name) : [name];
  if (typeof value !== 'object' || value === null || open.has(name)) return [name];
  return Object.entries(value).flatMap(([key, inner]) => fieldNames(inner, name === '' ? key : `${name}.${key}`));
}

it('docs/alerts.md explains every field of the JSON, in its order, and none that does not exist', () => {
  const signature = exampleSignature({ nmap: { scripts: ['a', 'b'] } });
  const alert: Alert = {
    ...exampleAlert([exampleEvidence(signature, 0)], {
      authorised: [{ address: '10.0.0.5', owner: '', reason: '', expires: '' }],
    }),
    incidents: [{ id: 1, time: 0, what: 'webshell dropped', reporter: 'EDR' }],
    raisedFrom: 'low',
    sensors: ['dmz'],
  };
  const page = readFileSync(fileURLToPath(new URL('../../../docs/alerts.md', import.meta.url)), 'utf8');
  const explained = [...page.matchAll(/^\| `([a-z_.]+)` \|/gm)].map(([, name]) => name!);
  assert.deepEqual(explained, fieldNames(eveAlert(alert)));
});
