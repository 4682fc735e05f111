import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import Ajv from 'ajv';
import { parse } from 'yaml';
import type { Alert } from '../scan/alert.ts';
import { ecsAlert } from './ecs.ts';
import { type EcsField, ecsFaults } from './ecs-fields.test.helper.ts';
import { eveAlert } from './eve.ts';
import { madeAlerts } from './example-alerts.test.helper.ts';
import { ocsfAlert } from './ocsf.ts';
import { OcsfSchema } from './ocsf-schema.test.helper.ts';

/**
 * Published schemas are their authors', and large: they are not in this repository. To run these tests, clone
 * https://github.com/OISF/suricata as `suricata`, https://github.com/elastic/ecs (v9.4.0) as `ecs` and
 * https://github.com/ocsf/ocsf-schema (1.8.0) as `ocsf-schema` into one folder, and name that in TRESPASS_SCHEMAS.
 */
const folder = process.env.TRESPASS_SCHEMAS ?? '';

function without(path: string): string | false {
  if (folder === '') return 'TRESPASS_SCHEMAS names no folder with published schemas';
  return existsSync(join(folder, path)) ? false : `${path} is not in the folder that TRESPASS_SCHEMAS names`;
}

const alerts: readonly Alert[] = madeAlerts();

describe("Suricata's schema of EVE", { skip: without('suricata/etc/schema.json') }, () => {
  it('is kept, but for our own object', () => {
    const schema = JSON.parse(readFileSync(join(folder, 'suricata/etc/schema.json'), 'utf8'));
    const validate = new Ajv.Ajv({ strict: false, validateFormats: false, allErrors: true }).compile(schema);
    for (const alert of alerts) {
      const { trespass, ...eve } = eveAlert(alert);
      assert.ok(trespass);
      validate(eve);
      assert.deepEqual(validate.errors ?? [], [], alert.title);
      assert.equal(validate({ ...eve, trespass }), false, 'the schema knows nothing of our object');
    }
  });
});

describe("ECS' field definitions", { skip: without('ecs/generated/ecs/ecs_flat.yml') }, () => {
  let fields: Record<string, EcsField>;
  before(() => {
    fields = parse(readFileSync(join(folder, 'ecs/generated/ecs/ecs_flat.yml'), 'utf8'));
  });

  it('are kept: each field is known, of its type, a list where lists are wanted, of the values allowed', () => {
    for (const alert of alerts) assert.deepEqual(ecsFaults(ecsAlert(alert), fields, 'trespass'), [], alert.title);
  });

  it('are of the version that we name', () => {
    const { ecs } = ecsAlert(alerts[0]!) as { ecs: { version: string } };
    assert.equal(ecs.version, readFileSync(join(folder, 'ecs/version'), 'utf8').trim());
  });

  it('would not be kept by everything', () => {
    const wrong = { event: { kind: 'alarm', category: 'network' }, source: { ip: 'x', port: '1' }, colour: 'red' };
    assert.equal(ecsFaults(wrong, fields, 'trespass').length, 5);
  });
});

describe("OCSF's Detection Finding", { skip: without('ocsf-schema/dictionary.json') }, () => {
  let schema: OcsfSchema;
  before(() => {
    schema = new OcsfSchema(join(folder, 'ocsf-schema'));
  });

  it('is kept: each attribute is known, of its type and values; nothing that is required is missing', () => {
    for (const alert of alerts) assert.deepEqual(schema.faultsOfDetectionFinding(ocsfAlert(alert)), [], alert.title);
  });

  it('is of the version that we name', () => {
    const { metadata } = ocsfAlert(alerts[0]!) as { metadata: { version: string } };
    assert.equal(metadata.version, schema.version);
  });

  it('would not be kept by everything', () => {
    const { time: _time, ...right } = ocsfAlert(alerts[0]!);
    const wrong = { ...right, severity_id: 17, evidences: [{ src_endpoint: { port: 70000 } }], colour: 'red' };
    assert.deepEqual(schema.faultsOfDetectionFinding(wrong), [
      'time is missing',
      'severity_id: 17 is no known value',
      'evidences[0].src_endpoint. has none of ip, uid, name, hostname, svc_name, instance_uid, interface_uid, interface_name, domain',
      'evidences[0].src_endpoint.port: 70000 is no port_t',
      'colour: there is no such attribute',
    ]);
  });
});
