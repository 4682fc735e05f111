import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { exampleEvidence, exampleSignature } from '../scan/example-evidence.ts';
import { communityIdOf } from './flow-facts.ts';

const ping = {
  transport: 'icmp',
  source: '192.168.0.89',
  target: '192.168.0.1',
  sourcePort: 0,
  targetPort: 0,
} as const;

describe('the community id', () => {
  it('of ICMP takes type and code for ports, where the evidence has them', () => {
    const fields = { 'packet.icmp_type': '8', 'packet.icmp_code': '0' };
    // As the specification's own example has it.
    assert.equal(
      communityIdOf(exampleEvidence(exampleSignature(), 0, { ...ping, fields })),
      '1:X0snYXpgwiv9TZtqg64sgzUn6Dk=',
    );
  });

  it('is left out where it would be that of another flow', () => {
    const fields = { 'packet.icmp_type': '8' };
    assert.equal(communityIdOf(exampleEvidence(exampleSignature(), 0, { ...ping, fields })), undefined);
    assert.equal(communityIdOf(exampleEvidence(exampleSignature(), 0, { ...ping, fields: {} })), undefined);
    assert.equal(communityIdOf(exampleEvidence(exampleSignature(), 0, { sourcePort: 0 })), undefined);
  });
});
