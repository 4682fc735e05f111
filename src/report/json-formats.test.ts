import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Alert } from '../scan/alert.ts';
import * as ecs from './ecs.ts';
import { eveAlert, eveLine } from './eve.ts';
import { madeAlerts } from './example-alerts.test.helper.ts';
import { hostileAlert, hostileText } from './hostile-alert.test.helper.ts';
import * as ocsf from './ocsf.ts';

const formats: readonly (readonly [string, (alert: Alert) => string, (alert: Alert) => object])[] = [
  ['EVE', eveLine, eveAlert],
  ['ECS', ecs.formatLine, ecs.ecsAlert],
  ['OCSF', ocsf.formatLine, ocsf.ocsfAlert],
];

/** All texts in it, however deep. */
function texts(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(texts) : [];
}

for (const [name, line, object] of formats) {
  describe(`an alert in ${name}`, () => {
    it('is one line of ASCII that reads back as it was, whatever it is about', () => {
      for (const alert of madeAlerts()) {
        assert.match(line(alert), /^\{[\x20-\x7e]*\}$/);
        assert.deepEqual(JSON.parse(line(alert)), JSON.parse(JSON.stringify(object(alert))));
      }
    });

    it('shows nothing from the wire or from an incident as it came', () => {
      const title = hostileAlert().headline.signature.title;
      const shown = texts(object(hostileAlert())).filter((text) => text !== title);
      for (const text of shown) assert.doesNotMatch(text, /[^\x20-\x7e]/);
      assert.ok(shown.some((text) => text.includes('\\r\\nCEF:0|Evil')));
      assert.equal(title, hostileText);
    });
  });
}

describe('an alert in ECS', () => {
  it('has no field whose name is a script, an option or a field of a protocol', () => {
    const { trespass } = ecs.ecsAlert(madeAlerts()[0]!) as { trespass: { evidence: object[]; nmap: object } };
    assert.deepEqual(trespass.evidence[0], {
      ...trespass.evidence[0],
      fields: [{ name: 'smtp.helo', value: 'nmap.scanme.org' }],
    });
    assert.deepEqual(trespass.nmap, { ...trespass.nmap, because: [] });
  });

  it('says on which side of the perimeter source and target are', () => {
    const directions = madeAlerts().map(
      (alert) => (ecs.ecsAlert(alert) as { network: { direction: string } }).network.direction,
    );
    assert.deepEqual(directions.slice(3, 7), ['inbound', 'inbound', 'outbound', 'external']);
  });
});

describe('an alert in OCSF', () => {
  it('creates a finding when the scan opens, and updates it when it is over or raised', () => {
    const [closed, open] = madeAlerts() as [Alert, Alert];
    const activity = (alert: Alert) => (ocsf.ocsfAlert(alert) as { type_uid: number }).type_uid;
    assert.equal(activity(open), 200401);
    assert.equal(activity(closed), 200402);
    assert.equal(activity({ ...open, raisedFrom: 'low' }), 200402);
  });

  it('names the technique of a sub-technique', () => {
    const { attacks } = ocsf.ocsfAlert(hostileAlert()) as { attacks: object[] };
    assert.deepEqual(attacks[1], {
      tactic: { uid: 'TA0043', name: 'Reconnaissance' },
      technique: { uid: 'T1595', name: 'Active Scanning' },
      sub_technique: { uid: 'T1595.002', name: 'Vulnerability Scanning' },
    });
  });
});
